// SPDX-License-Identifier: Apache-2.0
#include "client/rpc/client_stream.h"

#include <condition_variable>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "client/rpc/client_reader.h"
#include "schema/base/mutex.h"

namespace cis::client {

ChangeStream::ChangeStream(std::shared_ptr<Reader> reader) : reader_(std::move(reader)) {}

ChangeStream::~ChangeStream() { reader_->Cancel(); }

std::vector<v1::WatchChangesResponse> ChangeStream::Take() { return reader_->Take(); }

std::optional<absl::Status> ChangeStream::Ended() { return reader_->Ended(); }

ChangeStream::Reader::Reader(v1::ChangeService::Stub& stub, v1::WatchChangesRequest request,
                             ToStatusFunction to_status)
    : request_(std::move(request)), to_status_(std::move(to_status)) {
  stub.async()->WatchChanges(&context_, &request_, this);
}

void ChangeStream::Reader::Begin() {
  self_ = shared_from_this();
  StartRead(&message_);
  StartCall();
}

std::vector<v1::WatchChangesResponse> ChangeStream::Reader::Take() {
  const MutexLock lock(&mu_);
  return std::exchange(messages_, {});
}

std::optional<absl::Status> ChangeStream::Reader::Ended() {
  const MutexLock lock(&mu_);
  return messages_.empty() ? end_ : std::nullopt;
}

void ChangeStream::Reader::Cancel() {
  context_.TryCancel();
  // gRPC refers to the reader until it has finished with it.
  mu_.Lock();
  while (!end_) done_.wait(mu_);
  mu_.Unlock();
}

void ChangeStream::Reader::OnReadDone(bool ok) {
  if (!ok) return;
  {
    const MutexLock lock(&mu_);
    messages_.push_back(std::move(message_));
  }
  message_.Clear();
  StartRead(&message_);
}

void ChangeStream::Reader::OnDone(const grpc::Status& status) {
  // A server that ends a stream without an error will send no more, like one that has stopped.
  const absl::Status end =
      status.ok() ? absl::UnavailableError("the server ended the stream") : to_status_(status);
  // A caller that waits for the end may release the reader as soon as it learns of it.
  const std::shared_ptr<Reader> self = std::move(self_);
  const MutexLock lock(&mu_);
  end_ = end;
  done_.notify_all();
}

}  // namespace cis::client
