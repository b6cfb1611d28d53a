// SPDX-License-Identifier: Apache-2.0
#pragma once

// A real server on a port that the system chose, and stubs to it.

#include <atomic>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "cis/v1/inventory.grpc.pb.h"
#include "cis/v1/placement.grpc.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/impl/codegen/client_unary_call.h"
#include "gtest/gtest.h"
#include "server/serving/server.h"
#include "tests/support/builders.h"

namespace cis::server {

// A clock that stands still shortly after the data of a built catalog were read, until it is moved.
class TestClock : public Clock {
 public:
  absl::Time Now() const override { return TestTime() + absl::Hours(hours_.load()); }
  void SetHours(int hours) { hours_ = hours; }

 private:
  std::atomic<int> hours_{1};
};

class ServerTest : public ::testing::Test {
 protected:
  void StartServer() {
    ServerOptions options;
    options.listen_address = "127.0.0.1:0";
    options.clock = &clock_;
    options.db = db_;
    absl::StatusOr<std::unique_ptr<Server>> server = Server::Start(options);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    channel_ = grpc::CreateChannel(server_->address(), grpc::InsecureChannelCredentials());
    inventory_ = v1::InventoryService::NewStub(channel_);
    placement_ = v1::PlacementService::NewStub(channel_);
  }
  void SetUp() override { StartServer(); }

  void Publish(const CatalogBuilder& builder, int64_t generation = 1) {
    server_->Publish(Snapshot::Build(builder.Build(generation)));
  }

  // One call with raw messages: health and reflection have no generated code here.
  grpc::Status CallRaw(const std::string& method, const std::string& request,
                       std::string* response) {
    grpc::ClientContext context;
    const grpc::Slice slice(request);
    const grpc::ByteBuffer in(&slice, 1);
    grpc::ByteBuffer out;
    const grpc::internal::RpcMethod rpc(method.c_str(), grpc::internal::RpcMethod::NORMAL_RPC,
                                        channel_);
    const grpc::Status status =
        grpc::internal::BlockingUnaryCall<grpc::ByteBuffer, grpc::ByteBuffer>(channel_.get(), rpc,
                                                                              &context, in, &out);
    grpc::Slice whole;
    if (status.ok() && out.DumpToSingleSlice(&whole).ok()) {
      response->assign(reinterpret_cast<const char*>(whole.begin()), whole.size());
    }
    return status;
  }

  // Field 1 of grpc.health.v1.HealthCheckResponse: 1 = SERVING, 2 = NOT_SERVING; -1 = no answer.
  int HealthOf(const std::string& service) {
    std::string request;
    if (!service.empty()) {
      request = absl::StrCat(std::string(1, '\x0a'),
                             std::string(1, static_cast<char>(service.size())), service);
    }
    std::string response;
    const grpc::Status status = CallRaw("/grpc.health.v1.Health/Check", request, &response);
    return status.ok() && response.size() == 2 && response[0] == '\x08' ? response[1] : -1;
  }

  TestClock clock_;
  std::string db_;  // set before StartServer: questions about the past are answered from it
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::InventoryService::Stub> inventory_;
  std::unique_ptr<v1::PlacementService::Stub> placement_;
};

inline google::rpc::ErrorInfo ErrorInfoOf(const grpc::Status& status) {
  google::rpc::Status details;
  google::rpc::ErrorInfo info;
  EXPECT_TRUE(details.ParseFromString(status.error_details()));
  for (const auto& any : details.details()) {
    if (any.UnpackTo(&info)) break;
  }
  return info;
}

}  // namespace cis::server
