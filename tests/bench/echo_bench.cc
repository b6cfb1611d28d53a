// SPDX-License-Identifier: Apache-2.0

// FindPlacements over gRPC against a bare echo server in the same process: both answer the same
// request with as many bytes, over loopback, to the same clients, which read no message. Both are
// servers of the callback API on gRPC's own threads, and both hand it the bytes of the reply; the
// bare one has them ready and does not look at the request. A third parses the request and answers
// with a copy of CIS's message: what a server would take that finds placements in no time.
//
//   echo_bench [CLIENTS [SECONDS]]
//
// Prints calls a second, median and 99th percentile of each, and the ratios to the bare one, for a
// VO with every seventh of 150 shares and for one with all of them.

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "cis/v1/placement.grpc.pb.h"
#include "server/serving/message_arenas.h"
#include "server/serving/server.h"
#include "tests/bench/federation.h"
#include "tests/bench/placement_request.h"

namespace cis::server {
namespace {

constexpr char kMethod[] = "/cis.v1.PlacementService/FindPlacements";
constexpr int kRounds = 5;  // of each server, in turn, so that both see the same machine

class FixedClock : public Clock {
 public:
  absl::Time Now() const override { return TestTime() + absl::Hours(1); }
};

// Answers every request with the same bytes.
class EchoService final : public v1::PlacementService::WithRawCallbackMethod_FindPlacements<
                              v1::PlacementService::Service> {
 public:
  void SetReply(const std::string& bytes) {
    const grpc::Slice slice(bytes);
    reply_ = grpc::ByteBuffer(&slice, 1);
  }
  grpc::ServerUnaryReactor* FindPlacements(grpc::CallbackServerContext* call,
                                           const grpc::ByteBuffer* /*request*/,
                                           grpc::ByteBuffer* response) override {
    *response = reply_;
    grpc::ServerUnaryReactor* reactor = call->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

 private:
  grpc::ByteBuffer reply_;
};

// Answers every request with a copy of the same message, made as CIS makes its own.
class CopyService final : public v1::PlacementService::WithCallbackMethod_FindPlacements<
                              v1::PlacementService::Service> {
 public:
  explicit CopyService(v1::FindPlacementsResponse reply) : reply_(std::move(reply)) {
    SetMessageAllocatorFor_FindPlacements(&messages_);
  }
  grpc::ServerUnaryReactor* FindPlacements(grpc::CallbackServerContext* call,
                                           const v1::FindPlacementsRequest* /*request*/,
                                           v1::FindPlacementsResponse* response) override {
    *response = reply_;
    grpc::ServerUnaryReactor* reactor = call->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

 private:
  const v1::FindPlacementsResponse reply_;
  MessageArenas<v1::FindPlacementsRequest, v1::FindPlacementsResponse> messages_;
};

struct Measured {
  std::vector<double> micros;
  double seconds = 0;
  size_t reply_bytes = 0;

  double Rate() const { return static_cast<double>(micros.size()) / seconds; }
  double Percentile(size_t percent) {
    std::sort(micros.begin(), micros.end());
    return micros.empty() ? 0 : micros[(micros.size() - 1) * percent / 100];
  }
};

// One client on a connection of its own, one call after the other until `end`.
void CallUntil(const std::string& address, const grpc::ByteBuffer& request, absl::Time end,
               Measured* out) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  grpc::GenericStub stub(
      grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
  grpc::CompletionQueue queue;
  while (absl::Now() < end) {
    const absl::Time start = absl::Now();
    grpc::ClientContext context;
    grpc::ByteBuffer reply;
    grpc::Status status;
    const auto call = stub.PrepareUnaryCall(&context, kMethod, request, &queue);
    call->StartCall();
    call->Finish(&reply, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    if (!queue.Next(&tag, &ok) || !ok || !status.ok()) {
      std::fprintf(stderr, "echo_bench: %s\n", status.error_message().c_str());
      return;
    }
    out->micros.push_back(absl::ToDoubleMicroseconds(absl::Now() - start));
    out->reply_bytes = reply.Length();
  }
}

void Round(const std::string& address, const grpc::ByteBuffer& request, int clients,
           absl::Duration length, Measured* total) {
  std::vector<Measured> parts(static_cast<size_t>(clients));
  std::vector<std::thread> threads;
  const absl::Time start = absl::Now();
  for (Measured& part : parts) {
    threads.emplace_back([&, start] { CallUntil(address, request, start + length, &part); });
  }
  for (std::thread& thread : threads) thread.join();
  total->seconds += absl::ToDoubleSeconds(absl::Now() - start);
  for (const Measured& part : parts) {
    total->micros.insert(total->micros.end(), part.micros.begin(), part.micros.end());
    total->reply_bytes = part.reply_bytes;
  }
}

grpc::ByteBuffer Request() {
  const v1::FindPlacementsRequest request = TypicalRequest("vo.example.org");
  const grpc::Slice slice(request.SerializeAsString());
  return grpc::ByteBuffer(&slice, 1);
}

// The service on a port of its own.
class LocalServer {
 public:
  explicit LocalServer(grpc::Service* service) {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(service);
    server_ = builder.BuildAndStart();
    address_ = absl::StrCat("127.0.0.1:", port);
  }
  ~LocalServer() { server_->Shutdown(); }
  LocalServer(const LocalServer&) = delete;
  LocalServer& operator=(const LocalServer&) = delete;
  const std::string& address() const { return address_; }

 private:
  std::unique_ptr<grpc::Server> server_;
  std::string address_;
};

// What CIS answers; nothing if it refuses.
std::optional<v1::FindPlacementsResponse> ReplyOf(const std::string& address) {
  const auto stub = v1::PlacementService::NewStub(
      grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  v1::FindPlacementsResponse reply;
  if (!stub->FindPlacements(&context, TypicalRequest("vo.example.org"), &reply).ok()) {
    return std::nullopt;
  }
  return reply;
}

void Print(const char* name, Measured* measured) {
  std::printf("  %-6s %8.0f calls/s  median %6.0f us  p99 %6.0f us  %zu bytes\n", name,
              measured->Rate(), measured->Percentile(50), measured->Percentile(99),
              measured->reply_bytes);
}

bool Compare(bool one_vo, int clients, absl::Duration length) {
  const FixedClock clock;
  ServerOptions options;
  options.listen_address = "127.0.0.1:0";
  options.clock = &clock;
  const auto server = Server::Start(options);
  if (!server.ok()) return false;
  (*server)->Publish(Federation(one_vo));
  const grpc::ByteBuffer request = Request();
  Measured warm;
  Round((*server)->address(), request, 1, absl::Milliseconds(200), &warm);

  EchoService service;
  service.SetReply(std::string(warm.reply_bytes, 'x'));
  const LocalServer echo(&service);
  const std::optional<v1::FindPlacementsResponse> reply = ReplyOf((*server)->address());
  if (!reply) return false;
  CopyService copies(*reply);
  const LocalServer copy(&copies);
  for (const LocalServer* one : {&echo, &copy}) {
    Round(one->address(), request, 1, absl::Milliseconds(200), &warm);
  }

  Measured cis;
  Measured of_copies;
  Measured bare;
  for (int i = 0; i < kRounds; ++i) {
    Round((*server)->address(), request, clients, length / kRounds, &cis);
    Round(copy.address(), request, clients, length / kRounds, &of_copies);
    Round(echo.address(), request, clients, length / kRounds, &bare);
  }
  std::printf("%s, %d clients\n", one_vo ? "all 150 shares" : "every seventh share", clients);
  Print("cis", &cis);
  Print("copy", &of_copies);
  Print("echo", &bare);
  std::printf("  ratio  %8.2f  of copy %.2f\n", cis.Rate() / bare.Rate(),
              of_copies.Rate() / bare.Rate());
  return true;
}

}  // namespace
}  // namespace cis::server

int main(int argc, char** argv) {
  int clients = 2;
  int seconds = 5;
  if ((argc > 1 && (!absl::SimpleAtoi(argv[1], &clients) || clients < 1)) ||
      (argc > 2 && (!absl::SimpleAtoi(argv[2], &seconds) || seconds < 1))) {
    std::fprintf(stderr, "usage: echo_bench [CLIENTS [SECONDS]]\n");
    return 2;
  }
  for (const bool one_vo : {false, true}) {
    if (!cis::server::Compare(one_vo, clients, absl::Seconds(seconds))) return 1;
  }
  return 0;
}
