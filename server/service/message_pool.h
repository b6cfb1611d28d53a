#pragma once

// Messages of calls that are over, kept for the next ones: a reply of some hundred strings is
// filled into what is already allocated.

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "grpcpp/support/message_allocator.h"
#include "schema/base/mutex.h"

namespace cis {

// Gives gRPC the request and response of each call of one method. Safe to use from any number of
// threads; must outlive the server.
template <typename Request, typename Response>
class MessagePool final : public grpc::MessageAllocator<Request, Response> {
 public:
  grpc::MessageHolder<Request, Response>* AllocateMessages() override {
    std::unique_ptr<Holder> holder;
    {
      MutexLock lock(&mu_);
      if (!free_.empty()) {
        holder = std::move(free_.back());
        free_.pop_back();
      }
    }
    if (holder == nullptr) holder = std::make_unique<Holder>(this);
    return holder.release();  // gRPC calls Release
  }

 private:
  // What is kept: so many pairs, none of which was larger on the wire. So a burst of calls and a
  // reply of 3 MiB leave little behind.
  static constexpr size_t kMaxFree = 16;
  static constexpr int kMaxKeptBytes = 128 << 10;

  class Holder final : public grpc::MessageHolder<Request, Response> {
   public:
    explicit Holder(MessagePool* pool) : pool_(pool) {
      this->set_request(&request_);
      this->set_response(&response_);
    }
    void Release() override { pool_->TakeBack(std::unique_ptr<Holder>(this)); }

    bool IsLarge() const {
      return request_.GetCachedSize() > kMaxKeptBytes || response_.GetCachedSize() > kMaxKeptBytes;
    }
    void Clear() {
      request_.Clear();
      response_.Clear();
    }

   private:
    MessagePool* const pool_;
    Request request_;
    Response response_;
  };

  void TakeBack(std::unique_ptr<Holder> holder) {
    if (holder->IsLarge()) return;
    holder->Clear();
    MutexLock lock(&mu_);
    if (free_.size() < kMaxFree) free_.push_back(std::move(holder));
  }

  Mutex mu_;
  std::vector<std::unique_ptr<Holder>> free_ ABSL_GUARDED_BY(mu_);
};

}  // namespace cis
