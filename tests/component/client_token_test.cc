// SPDX-License-Identifier: Apache-2.0

// The token of the user, from where it comes to the server.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "client/token/bearer_token.h"
#include "schema/base/mutex.h"
#include "schema/base/read_file.h"
#include "tests/component/client_fixture.h"
#include "tests/support/temp_dir.h"

namespace cis::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const BearerToken kToken = {"abc.def.ghi", "the token of OIDC_ACCESS_TOKEN"};

// An oidc-agent that answers one request, in the given parts, and then keeps the connection open.
class FakeAgent {
 public:
  FakeAgent(const std::string& path, std::vector<std::string> parts)
      : listener_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
    EXPECT_EQ(bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_EQ(listen(listener_, 1), 0);
    thread_ = std::thread([this, parts = std::move(parts)] { Serve(parts); });
  }
  ~FakeAgent() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }
  FakeAgent(const FakeAgent&) = delete;
  FakeAgent& operator=(const FakeAgent&) = delete;

  // Valid once an answer has arrived.
  std::string request() {
    const MutexLock lock(&mu_);
    return request_;
  }

 private:
  void Serve(const std::vector<std::string>& parts) {
    const int connection = accept(listener_, nullptr, nullptr);
    if (connection < 0) return;
    std::array<char, 4096> buffer;
    const ssize_t size = recv(connection, buffer.data(), buffer.size(), 0);
    {
      const MutexLock lock(&mu_);
      request_.assign(buffer.data(), size > 0 ? static_cast<size_t>(size) : 0);
    }
    for (const std::string& part : parts) {
      if (send(connection, part.data(), part.size(), MSG_NOSIGNAL) < 0) break;
    }
    // Until the client has closed its end.
    while (recv(connection, buffer.data(), buffer.size(), 0) > 0) {
    }
    close(connection);
  }

  const int listener_;
  Mutex mu_;
  std::string request_ ABSL_GUARDED_BY(mu_);
  std::thread thread_;
};

class AgentTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::optional<BearerToken>> Ask(absl::Duration timeout = absl::Seconds(20)) {
    return ReadToken({"", "", "egi", path_}, timeout);
  }

  const TempDir dir_;
  const std::string path_ = dir_.File("agent.sock");
};

TEST_F(AgentTest, GivesATokenOfTheAccount) {
  FakeAgent agent(path_, {R"({"status":"success","acc)", R"(ess_token":"abc.def.ghi"})"});
  const auto token = Ask();
  ASSERT_TRUE(token.ok()) << token.status();
  EXPECT_EQ((*token)->value, "abc.def.ghi");
  EXPECT_EQ((*token)->source, "the token of oidc-agent's account egi");
  EXPECT_EQ(nlohmann::json::parse(agent.request()),
            nlohmann::json::parse(R"({"request": "access_token", "account": "egi",
                                      "min_valid_period": 60, "application_hint": "cisquery"})"));
}

TEST_F(AgentTest, ReportsWhyThereIsNone) {
  FakeAgent agent(path_, {R"({"status":"failure","error":"Account not loaded"})"});
  const absl::Status status = Ask().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("Account not loaded"));
}

TEST_F(AgentTest, IsNotReadWithoutEnd) {
  FakeAgent agent(path_, {"\"" + std::string(200'000, 'x')});
  const absl::Status status = Ask().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(status.message()), HasSubstr("longer than 64 KiB"));
}

TEST_F(AgentTest, IsNotWaitedForWithoutEnd) {
  FakeAgent agent(path_, {"{"});
  const absl::Status status = Ask(absl::Milliseconds(50)).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(std::string(status.message()), HasSubstr("account egi within 50ms"));
}

TEST_F(AgentTest, MayBeMissing) {
  const absl::Status status = Ask().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr(path_));
  const absl::Status unset = ReadToken({"", "", "egi", ""}, absl::Seconds(20)).status();
  EXPECT_EQ(unset.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(unset.message()), HasSubstr("OIDC_SOCK is not set"));
}

TEST_F(AgentTest, MayGiveATokenThatIsNone) {
  FakeAgent agent(path_, {R"({"status":"success","access_token":"sec ret"})"});
  const absl::Status status = Ask().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("sec")));
}

// To that server, with that token, in plain text.
ChannelOptions PlainTo(std::string target, std::optional<BearerToken> token) {
  ChannelOptions options;
  options.server = std::move(target);
  options.token = std::move(token);
  return options;
}

// A server that keeps the values of `authorization` of each call.
class RecordingServer {
 public:
  explicit RecordingServer(const std::string& address,
                           const std::shared_ptr<grpc::ServerCredentials>& credentials =
                               grpc::InsecureServerCredentials())
      : server(address, credentials) {
    server.control.before = [this](const std::string&, grpc::ServerContext* context) {
      const auto [begin, end] = context->client_metadata().equal_range("authorization");
      for (auto it = begin; it != end; ++it) {
        values.emplace_back(it->second.data(), it->second.size());
      }
      return answer;
    };
  }

  // Lists flavors unless `arguments` say something else.
  CommandResult Run(const ChannelOptions& options,
                    std::vector<std::string> arguments = {"flavors"}) {
    auto channel = MakeChannel(options);
    EXPECT_TRUE(channel.ok()) << channel.status();
    const auto sleep = [](absl::Duration) { return true; };
    return RunCommandLine(*channel, std::move(arguments), StillClock(), sleep,
                          options.token.has_value() ? options.token->source : "");
  }

  std::vector<std::string> values;
  grpc::Status answer;
  FakeServer server;
};

TEST(Token, ArrivesOverLoopback) {
  RecordingServer recorder("127.0.0.1:0");
  for (const char* host : {"127.0.0.1", "localhost", "ipv4:127.0.0.1", "dns:///localhost"}) {
    recorder.values.clear();
    const CommandResult result =
        recorder.Run(PlainTo(absl::StrCat(host, ":", recorder.server.port()), kToken));
    EXPECT_EQ(result.exit_code, 2) << result.err;
    EXPECT_THAT(recorder.values, ElementsAre("Bearer abc.def.ghi")) << host;
  }
}

TEST(Token, ArrivesOverAUnixSocket) {
  const TempDir dir;
  const std::string target = absl::StrCat("unix:", dir.File("cis.sock"));
  RecordingServer recorder(target);
  EXPECT_EQ(recorder.Run(PlainTo(target, kToken)).exit_code, 2);
  EXPECT_THAT(recorder.values, ElementsAre("Bearer abc.def.ghi"));
}

TEST(Token, ArrivesOverTls) {
  const TempDir dir;
  const std::string command = absl::StrCat(
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 ",
      "-subj /CN=server -addext subjectAltName=IP:127.0.0.1 -keyout ", dir.File("key"), " -out ",
      dir.File("pem"), " 2>/dev/null");
  ASSERT_EQ(std::system(command.c_str()), 0) << command;
  grpc::SslServerCredentialsOptions tls;
  tls.pem_key_cert_pairs.push_back({ReadTextFile(dir.File("key"), 1 << 20).value_or(""),
                                    ReadTextFile(dir.File("pem"), 1 << 20).value_or("")});
  RecordingServer recorder("127.0.0.1:0", grpc::SslServerCredentials(tls));
  ChannelOptions options = PlainTo(absl::StrCat("127.0.0.1:", recorder.server.port()), kToken);
  options.tls_ca = dir.File("pem");
  const CommandResult result = recorder.Run(options);
  EXPECT_EQ(result.exit_code, 2) << result.err;
  EXPECT_THAT(recorder.values, ElementsAre("Bearer abc.def.ghi"));
}

TEST(Token, IsSentWithEachPage) {
  RecordingServer recorder("127.0.0.1:0");
  for (const char* name : {"a", "b", "c"}) {
    recorder.server.inventory.flavors.add_flavors()->set_name(
        absl::StrCat("sites/s/flavors/", name));
  }
  recorder.server.control.max_page_size = 1;
  const CommandResult result = recorder.Run(
      PlainTo(absl::StrCat("127.0.0.1:", recorder.server.port()), kToken), {"flavors"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(recorder.values,
              ElementsAre("Bearer abc.def.ghi", "Bearer abc.def.ghi", "Bearer abc.def.ghi"));
}

TEST(Token, IsSentWithAStream) {
  RecordingServer recorder("127.0.0.1:0");
  recorder.server.changes.streams = {
      {{}, StatusWithReason(grpc::StatusCode::OUT_OF_RANGE, "not kept", "RESUME_TOKEN_EXPIRED")}};
  recorder.Run(PlainTo(absl::StrCat("127.0.0.1:", recorder.server.port()), kToken),
               {"watch", "--resume", "old"});
  EXPECT_THAT(recorder.values, ElementsAre("Bearer abc.def.ghi"));
}

TEST(Token, IsNotSentIfThereIsNone) {
  RecordingServer recorder("127.0.0.1:0");
  const std::string target = absl::StrCat("127.0.0.1:", recorder.server.port());
  EXPECT_EQ(recorder.Run(PlainTo(target, std::nullopt)).exit_code, 2);
  EXPECT_THAT(recorder.values, IsEmpty());
  EXPECT_THAT(recorder.server.control.calls, ElementsAre("ListFlavors"));
}

TEST(Token, IsNotSentToAnotherMachineInPlainText) {
  for (const char* target : {"cis.example.org:50051", "192.0.2.1:50051", "[2001:db8::1]:50051"}) {
    const absl::Status status = MakeChannel(PlainTo(target, kToken)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << target;
    const std::string message(status.message());
    EXPECT_THAT(message, HasSubstr(absl::StrCat("the token of OIDC_ACCESS_TOKEN is not sent to ",
                                                target, " in plain text")));
    EXPECT_THAT(message, HasSubstr("--tls-ca PEM"));
    EXPECT_THAT(message, Not(HasSubstr("abc")));
    EXPECT_TRUE(MakeChannel(PlainTo(target, std::nullopt)).ok()) << target;
    ChannelOptions tls = PlainTo(target, kToken);
    tls.tls = true;
    EXPECT_TRUE(MakeChannel(tls).ok()) << target;
  }
}

TEST(Token, IsNamedByItsSourceWhenTheServerRefusesIt) {
  RecordingServer recorder("127.0.0.1:0");
  recorder.answer =
      StatusWithReason(grpc::StatusCode::UNAUTHENTICATED, "the token is refused: it has expired",
                       "TOKEN_REFUSED", {{"code", "TOKEN_EXPIRED"}});
  const CommandResult result =
      recorder.Run(PlainTo(absl::StrCat("127.0.0.1:", recorder.server.port()), kToken));
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err,
            "cisquery: the token is refused: it has expired (TOKEN_REFUSED). This call carried the "
            "token of OIDC_ACCESS_TOKEN; TOKEN_EXPIRED: get a new one from its issuer\n");
}

TEST(Token, IsAskedForWhenTheServerAnswersOnlyItsMachine) {
  FakeServer server;
  server.control.before = [](const std::string&, grpc::ServerContext*) {
    return StatusWithReason(grpc::StatusCode::PERMISSION_DENIED, "only its own machine",
                            "ACCESS_DENIED");
  };
  const CommandResult result = RunCommandLine(server, {"flavors"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.err,
            "cisquery: only its own machine (ACCESS_DENIED). This call carried no token; if the "
            "server accepts tokens, send yours with --token-file FILE, OIDC_ACCESS_TOKEN or "
            "--oidc-agent ACCOUNT\n");
}

}  // namespace
}  // namespace cis::client
