// SPDX-License-Identifier: Apache-2.0
#pragma once

// Arenas for the messages of calls: a response of some hundred small parts is allocated from one
// block and freed at once, and the block is kept for the next call.

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "google/protobuf/arena.h"
#include "grpcpp/support/message_allocator.h"
#include "schema/base/mutex.h"

namespace cis::server {

// Provides gRPC with the request and response of each call of one method. Safe to use from any
// number of threads; must outlive the server.
template <typename Request, typename Response>
class MessageArenas final : public grpc::MessageAllocator<Request, Response> {
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
  // At most this many blocks of this size are kept. A page of ten placements takes some 30 KiB;
  // what does not fit is allocated separately and freed with the call.
  static constexpr size_t kMaxFree = 16;
  static constexpr size_t kBlockBytes = size_t{64} << 10;

  class Holder final : public grpc::MessageHolder<Request, Response> {
   public:
    explicit Holder(MessageArenas* arenas) : arenas_(arenas), arena_(block_, kBlockBytes) {
      MakeMessages();
    }
    void Release() override { arenas_->TakeBack(std::unique_ptr<Holder>(this)); }

    // Frees the messages and makes new ones in their place.
    void Renew() {
      arena_.Reset();
      MakeMessages();
    }

   private:
    void MakeMessages() {
      this->set_request(google::protobuf::Arena::CreateMessage<Request>(&arena_));
      this->set_response(google::protobuf::Arena::CreateMessage<Response>(&arena_));
    }

    MessageArenas* const arenas_;
    alignas(std::max_align_t) char block_[kBlockBytes];
    google::protobuf::Arena arena_;  // allocates from `block_` first
  };

  void TakeBack(std::unique_ptr<Holder> holder) {
    holder->Renew();
    MutexLock lock(&mu_);
    if (free_.size() < kMaxFree) free_.push_back(std::move(holder));
  }

  Mutex mu_;
  std::vector<std::unique_ptr<Holder>> free_ ABSL_GUARDED_BY(mu_);
};

}  // namespace cis::server
