// SPDX-License-Identifier: Apache-2.0

// Access tokens over real sockets: an issuer, a mytoken server and an oidc-agent on loopback.

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <functional>
#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "crawler/tokens/access_tokens.h"
#include "crawler/tokens/agent_socket.h"
#include "tests/component/http_fixture.h"
#include "tests/support/temp_dir.h"

namespace cis::crawler {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kAgentAnswer[] =
    R"({"status":"success","access_token":"of-agent","issuer":"x","expires_at":4102444800})";

class TokensTest : public HttpTest {
 protected:
  absl::StatusOr<AccessToken> GetToken(const TokenGrant& grant) {
    AccessTokensOptions options;
    options.timeout = absl::Seconds(5);
    options.ask_agent = [](const std::string& socket, absl::string_view request) {
      return AskAgent(socket, request, absl::Seconds(5));
    };
    AccessTokens tokens(&transport(), &clock_, std::move(options));
    absl::StatusOr<AccessToken> result = absl::UnknownError("done did not run");
    tokens.Get(grant, [&](const absl::StatusOr<AccessToken>& token) { result = token; });
    EXPECT_TRUE(Run().ok());
    return result;
  }
};

TEST_F(TokensTest, UsesARefreshTokenAtTheEndpointThatTheIssuerNames) {
  std::string base;
  LoopbackServer server([&](const LoopbackRequest& request) -> LoopbackReply {
    if (request.target == "/realm/.well-known/openid-configuration") {
      return {HttpAnswer(200, absl::StrCat(R"({"issuer":")", base, R"(/realm","token_endpoint":")",
                                           base, R"(/realm/protocol/token"})"))};
    }
    EXPECT_EQ(request.target, "/realm/protocol/token");
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.Header("Content-Type"), "application/x-www-form-urlencoded");
    EXPECT_EQ(request.body, "grant_type=refresh_token&refresh_token=r%2F1&client_id=cis");
    return {HttpAnswer(200, R"({"access_token":"fresh","token_type":"Bearer","expires_in":600})")};
  });
  base = server.Url("");
  TokenGrant grant;
  grant.type = TokenGrant::Type::kRefreshToken;
  grant.issuer = server.Url("/realm");
  grant.client_id = "cis";
  grant.refresh_token = "r/1";
  EXPECT_THAT(std::string(GetToken(grant).status().message()), HasSubstr("allow_loopback"));
  EXPECT_TRUE(server.requests().empty());
  grant.allow_loopback = true;
  const auto token = GetToken(grant);
  ASSERT_TRUE(token.ok()) << token.status();
  EXPECT_EQ(token->value, "fresh");
  EXPECT_GT(token->expire_time, absl::Now() + absl::Minutes(9));
}

TEST_F(TokensTest, DoesNotRepeatARefreshWhoseAnswerWasLost) {
  std::string base;
  LoopbackServer server([&](const LoopbackRequest& request) -> LoopbackReply {
    if (absl::EndsWith(request.target, "openid-configuration")) {
      return {HttpAnswer(200, absl::StrCat(R"({"issuer":")", base, R"(","token_endpoint":")", base,
                                           R"(/token"})"))};
    }
    return {"", LoopbackReply::Then::kClose};
  });
  base = server.Url("");
  TokenGrant grant;
  grant.type = TokenGrant::Type::kRefreshToken;
  grant.issuer = base;
  grant.client_id = "cis";
  grant.refresh_token = "for-one-use";
  grant.allow_loopback = true;
  const absl::Status lost = GetToken(grant).status();
  EXPECT_FALSE(lost.ok());
  EXPECT_THAT(std::string(lost.message()), Not(HasSubstr("for-one-use")));
  int posts = 0;
  for (const LoopbackRequest& request : server.requests())
    posts += request.method == "POST" ? 1 : 0;
  EXPECT_EQ(posts, 1);
}

TEST_F(TokensTest, GetsAnAccessTokenFromAMytokenServer) {
  std::string base;
  LoopbackServer server([&](const LoopbackRequest& request) -> LoopbackReply {
    if (request.target == "/.well-known/mytoken-configuration") {
      return {HttpAnswer(200, absl::StrCat(R"({"issuer":")", base, R"(","access_token_endpoint":")",
                                           base, R"(/api/v0/token/access"})"))};
    }
    EXPECT_EQ(request.target, "/api/v0/token/access");
    EXPECT_EQ(request.Header("Content-Type"), "application/json");
    EXPECT_EQ(request.body, R"({"grant_type":"mytoken","mytoken":"m1"})");
    return {HttpAnswer(200, R"({"access_token":"fresh","expires_in":600})")};
  });
  base = server.Url("");
  TokenGrant grant;
  grant.type = TokenGrant::Type::kMytoken;
  grant.server = base;
  grant.mytoken = "m1";
  grant.allow_loopback = true;
  const auto token = GetToken(grant);
  ASSERT_TRUE(token.ok()) << token.status();
  EXPECT_EQ(token->value, "fresh");
}

// Listens at a unix socket and handles one connection.
class AgentServer {
 public:
  explicit AgentServer(std::function<void(int fd)> handle) : path_(dir_.File("agent")) {
    listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path_.c_str(), sizeof(address.sun_path) - 1);
    EXPECT_EQ(bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_EQ(listen(listener_, 1), 0);
    thread_ = std::thread([this, handle = std::move(handle)] {
      const int fd = accept(listener_, nullptr, nullptr);
      handle(fd);
      close(fd);
    });
  }
  ~AgentServer() {
    thread_.join();
    close(listener_);
  }
  AgentServer(const AgentServer&) = delete;
  AgentServer& operator=(const AgentServer&) = delete;
  const std::string& path() const { return path_; }

 private:
  TempDir dir_;
  std::string path_;
  int listener_ = -1;
  std::thread thread_;
};

std::string ReadSome(int fd) {
  char buffer[4096];
  const ssize_t got = read(fd, buffer, sizeof(buffer));
  return got > 0 ? std::string(buffer, static_cast<size_t>(got)) : "";
}

void WriteAll(int fd, absl::string_view text) {
  EXPECT_EQ(write(fd, text.data(), text.size()), static_cast<ssize_t>(text.size()));
}

// Blocks until the other side closes the connection.
void WaitForEnd(int fd) {
  while (!ReadSome(fd).empty()) {
  }
}

TEST_F(TokensTest, ReadsAnAgentThatAnswersInPiecesAndStaysConnected) {
  std::string request;
  AgentServer agent([&](int fd) {
    request = ReadSome(fd);
    WriteAll(fd, absl::string_view(kAgentAnswer).substr(0, 30));
    WriteAll(fd, absl::string_view(kAgentAnswer).substr(30));
    WaitForEnd(fd);
  });
  TokenGrant grant;
  grant.type = TokenGrant::Type::kOidcAgent;
  grant.account = "egi";
  grant.socket = agent.path();
  const auto token = GetToken(grant);
  ASSERT_TRUE(token.ok()) << token.status();
  EXPECT_EQ(token->value, "of-agent");
  EXPECT_THAT(request, HasSubstr(R"("account":"egi")"));
  EXPECT_THAT(request, HasSubstr(R"("request":"access_token")"));
}

ErrorClass AskFor(const AgentServer& agent, absl::Duration timeout) {
  const auto answer = AskAgent(agent.path(), "{}", timeout);
  return GetErrorClass(answer.status());
}

TEST(AgentSocket, SilentAgentIsATimeout) {
  AgentServer agent(WaitForEnd);
  EXPECT_EQ(AskFor(agent, absl::Milliseconds(50)), ErrorClass::kTimeout);
}

TEST(AgentSocket, AgentThatHangsUpIsAnError) {
  AgentServer agent([](int fd) { ReadSome(fd); });
  EXPECT_EQ(AskFor(agent, absl::Seconds(5)), ErrorClass::kParse);
}

TEST(AgentSocket, EndlessAnswerIsBounded) {
  AgentServer agent([](int fd) {
    const std::string chunk(4096, 'x');
    while (send(fd, chunk.data(), chunk.size(), MSG_NOSIGNAL) > 0) {
    }
  });
  EXPECT_EQ(AskFor(agent, absl::Seconds(20)), ErrorClass::kLimit);
}

TEST(AgentSocket, ASocketWithoutAListenerIsUnavailable) {
  const TempDir dir;
  const auto answer = AskAgent(dir.File("nobody"), "{}", absl::Seconds(5));
  EXPECT_EQ(GetErrorClass(answer.status()), ErrorClass::kConnect);
  EXPECT_THAT(std::string(answer.status().message()), HasSubstr("OIDC_SOCK"));
  EXPECT_EQ(GetErrorClass(AskAgent(std::string(200, 'x'), "{}", absl::Seconds(5)).status()),
            ErrorClass::kConfig);
}

}  // namespace
}  // namespace cis::crawler
