// SPDX-License-Identifier: Apache-2.0

// What the transport does when sites behave.

#include <algorithm>
#include <condition_variable>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "schema/base/mutex.h"
#include "tests/component/http_fixture.h"

namespace cis::crawler {
namespace {

using Then = LoopbackReply::Then;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST_F(HttpTest, HandsOverStatusHeadersAndBody) {
  LoopbackServer server([](const LoopbackRequest&) {
    return LoopbackReply{HttpAnswer(404, "no such thing", "X-Subject-Token:  abc \r\nEmpty:\r\n")};
  });
  const auto answer = Get(server.Url("/v3?x=1"));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->status, 404);
  EXPECT_EQ(answer->body, "no such thing");
  EXPECT_EQ(answer->Header("x-subject-token"), "abc");
  EXPECT_EQ(answer->Header("absent"), "");
  EXPECT_EQ(answer->try_count, 1);
  ASSERT_EQ(server.requests().size(), 1u);
  EXPECT_EQ(server.requests()[0].target, "/v3?x=1");
}

TEST_F(HttpTest, SendsMethodHeadersAndBody) {
  LoopbackServer server([](const LoopbackRequest&) { return LoopbackReply{HttpAnswer(201, "")}; });
  HttpRequest request;
  request.method = "POST";
  request.url = server.Url("/v3/auth/tokens");
  request.headers = {{"Content-Type", "application/json"}, {"X-Empty", ""}};
  request.body = std::string("{\"a\":\0}", 7);
  ASSERT_TRUE(Fetch(std::move(request)).ok());
  const LoopbackRequest seen = server.requests().at(0);
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.body, std::string("{\"a\":\0}", 7));
  EXPECT_EQ(seen.Header("content-type"), "application/json");
  EXPECT_THAT(seen.head, HasSubstr("X-Empty:"));
  EXPECT_EQ(seen.Header("Expect"), "");
  EXPECT_THAT(seen.Header("User-Agent"), HasSubstr("cis-crawler/"));
}

TEST_F(HttpTest, ReusesConnections) {
  LoopbackServer server([](const LoopbackRequest&) { return LoopbackReply{HttpAnswer(200, "")}; });
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(Get(server.Url("/")).ok());
  EXPECT_EQ(server.connection_count(), 1);
  EXPECT_EQ(transport().stats().connection_count, 1);
}

TEST_F(HttpTest, SendsWhatMustNotBeRepeatedOnAFreshConnection) {
  LoopbackServer server([](const LoopbackRequest&) { return LoopbackReply{HttpAnswer(200, "")}; });
  ASSERT_TRUE(Get(server.Url("/")).ok());
  HttpRequest request;
  request.method = "POST";
  request.url = server.Url("/once");
  request.idempotent = false;
  ASSERT_TRUE(Fetch(std::move(request)).ok());
  EXPECT_EQ(server.requests().at(1).connection, 1);
}

TEST_F(HttpTest, CallbacksMaySendMoreRequests) {
  LoopbackServer server([](const LoopbackRequest& request) {
    return LoopbackReply{HttpAnswer(200, request.target)};
  });
  std::vector<std::string> bodies;
  const auto send = [&](auto& self, int left) -> void {
    HttpRequest request;
    request.url = server.Url(absl::StrCat("/page", left));
    transport().Send(std::move(request), [&, left](absl::StatusOr<HttpResponse> answer) {
      ASSERT_TRUE(answer.ok()) << answer.status();
      bodies.push_back(answer->body);
      if (left > 0) self(self, left - 1);
    });
  };
  send(send, 2);
  EXPECT_TRUE(Run().ok());
  EXPECT_THAT(bodies, ElementsAre("/page2", "/page1", "/page0"));
}

// Counts requests that are in the handler at once. They leave it in rounds of `expected`: each
// waits there for the others of its round, so that neither count nor order depend on the speed of
// threads.
class Crowd {
 public:
  Crowd(int expected, int total) : expected_(expected), total_(total) {}
  void Visit() ABSL_NO_THREAD_SAFETY_ANALYSIS {
    mu_.Lock();
    const int round = std::min(total_, (came_ / expected_ + 1) * expected_);
    ++came_;
    most_ = std::max(most_, ++now_);
    full_.notify_all();
    // After a round that was never full, no request waits any more, so that the test fails soon.
    const auto may_pass = [&] { return came_ >= round || broken_; };
    broken_ = !full_.wait_for(mu_, std::chrono::seconds(10), may_pass) || broken_;
    --now_;
    mu_.Unlock();
  }
  int most() {
    MutexLock lock(&mu_);
    return most_;
  }

 private:
  const int expected_;
  const int total_;
  Mutex mu_;
  std::condition_variable_any full_;
  int came_ ABSL_GUARDED_BY(mu_) = 0;
  int now_ ABSL_GUARDED_BY(mu_) = 0;
  int most_ ABSL_GUARDED_BY(mu_) = 0;
  bool broken_ ABSL_GUARDED_BY(mu_) = false;
};

TEST_F(HttpTest, KeepsTheLimitInFlightPerKey) {
  Crowd crowd(3, 20);
  LoopbackServer server([&](const LoopbackRequest&) {
    crowd.Visit();
    return LoopbackReply{HttpAnswer(200, "")};
  });
  TransportOptions options = QuickOptions();
  options.max_in_flight_per_key = 3;
  transport(options);
  int answered = 0;
  for (int i = 0; i < 20; ++i) {
    HttpRequest request;
    request.url = server.Url("/");
    transport().Send(std::move(request), [&](auto answer) { answered += answer.ok() ? 1 : 0; });
  }
  EXPECT_TRUE(Run().ok());
  EXPECT_EQ(answered, 20);
  EXPECT_EQ(crowd.most(), 3);
  EXPECT_EQ(transport().stats().max_in_flight, 3);
  EXPECT_LE(server.connection_count(), 3);
}

TEST_F(HttpTest, KeepsTheLimitInFlightInAllAndTakesKeysInTurn) {
  Crowd crowd(2, 12);
  LoopbackServer server([&](const LoopbackRequest&) {
    crowd.Visit();
    return LoopbackReply{HttpAnswer(200, "")};
  });
  TransportOptions options = QuickOptions();
  options.max_in_flight = 2;
  transport(options);
  for (int i = 0; i < 12; ++i) {
    HttpRequest request;
    request.url = server.Url(i < 10 ? "/a" : "/b");
    request.limit_key = i < 10 ? "a" : "b";
    transport().Send(std::move(request), [](auto answer) { EXPECT_TRUE(answer.ok()); });
  }
  EXPECT_TRUE(Run().ok());
  EXPECT_EQ(crowd.most(), 2);
  // The two of "b" were sent last and did not wait for the ten of "a".
  const std::vector<LoopbackRequest> seen = server.requests();
  const auto last_b = std::find_if(seen.rbegin(), seen.rend(),
                                   [](const auto& request) { return request.target == "/b"; });
  EXPECT_GE(last_b - seen.rbegin(), 6);
}

TEST_F(HttpTest, FillsFreePlacesWhileAnswersWaitToBeHandedOver) {
  constexpr int kPlaces = 12;
  Crowd crowd(kPlaces, kPlaces);
  LoopbackServer server([&](const LoopbackRequest& request) {
    if (request.target == "/crowd") crowd.Visit();  // all answers leave together
    return LoopbackReply{HttpAnswer(200, "")};
  });
  TransportOptions options = QuickOptions();
  options.max_in_flight_per_key = kPlaces;
  transport(options);
  int answered = 0;
  int64_t started_before_last = 0;
  for (int i = 0; i < kPlaces; ++i) {
    HttpRequest request;
    request.url = server.Url("/crowd");
    transport().Send(std::move(request), [&](auto answer) {
      EXPECT_TRUE(answer.ok());
      if (++answered == kPlaces) started_before_last = transport().stats().try_count;
    });
  }
  HttpRequest next;
  next.url = server.Url("/next");
  transport().Send(std::move(next), [](auto answer) { EXPECT_TRUE(answer.ok()); });
  EXPECT_TRUE(Run().ok());
  EXPECT_EQ(started_before_last, kPlaces + 1);
}

TEST_F(HttpTest, StartsRequestsFirstThatOthersWaitFor) {
  LoopbackServer server([](const LoopbackRequest&) { return LoopbackReply{HttpAnswer(200, "")}; });
  TransportOptions options = QuickOptions();
  options.max_in_flight = 1;
  transport(options);
  for (const char* target : {"/a", "/b", "/leads"}) {
    HttpRequest request;
    request.url = server.Url(target);
    request.leads_on = request.url == server.Url("/leads");
    transport().Send(std::move(request), [](auto answer) { EXPECT_TRUE(answer.ok()); });
  }
  EXPECT_TRUE(Run().ok());
  std::vector<std::string> order;
  for (const LoopbackRequest& request : server.requests()) order.push_back(request.target);
  EXPECT_THAT(order, testing::ElementsAre("/leads", "/a", "/b"));
}

// A dead service costs an endpoint a few attempts, not one per share.
TEST_F(HttpTest, AnOptionalPartWithoutAnswersIsNotAskedAnyMore) {
  LoopbackServer server(
      [](const LoopbackRequest&) { return LoopbackReply{HttpAnswer(200, "good")}; });
  // A port where nothing listens any more.
  std::string dead;
  {
    LoopbackServer gone([](const LoopbackRequest&) { return LoopbackReply{HttpAnswer(200, "")}; });
    dead = gone.Url("/volume");
  }
  std::vector<std::string> ends;
  const auto send = [&](const std::string& url, const std::string& part) {
    HttpRequest request;
    request.url = url;
    request.limit_key = "endpoint";
    request.optional_part = part;
    request.max_tries = 1;
    transport().Send(std::move(request), [&](absl::StatusOr<HttpResponse> answer) {
      const std::optional<Limit> limit = GetLimit(answer.status());
      ends.push_back(answer.ok()                   ? answer->body
                     : limit == Limit::kSilentPart ? "not asked"
                                                   : "no answer");
    });
  };
  for (int i = 0; i < kMaxSilent + 4; ++i) send(dead, "volume");
  for (int i = 0; i < 3; ++i) send(server.Url("/zones"), "zones");
  send(server.Url("/"), "");
  EXPECT_TRUE(Run().ok());
  EXPECT_EQ(std::count(ends.begin(), ends.end(), "no answer"), kMaxSilent);
  EXPECT_EQ(std::count(ends.begin(), ends.end(), "not asked"), 4);
  EXPECT_EQ(std::count(ends.begin(), ends.end(), "good"), 4);
  EXPECT_EQ(transport().limit_hits().at("silent-part"), 4);
}

TEST_F(HttpTest, FollowsRedirectsToTheSameOriginWithHeaders) {
  LoopbackServer server([](const LoopbackRequest& request) {
    if (request.target == "/v3/x") return LoopbackReply{HttpAnswer(302, "", "Location: ../y\r\n")};
    return LoopbackReply{HttpAnswer(200, request.target)};
  });
  HttpRequest request;
  request.url = server.Url("/v3/x");
  request.headers = {{"X-Auth-Token", "secret-token"}};
  const auto answer = Fetch(std::move(request));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->body, "/y");
  EXPECT_EQ(server.requests().at(1).Header("X-Auth-Token"), "secret-token");
  EXPECT_EQ(transport().stats().redirect_count, 1);
}

TEST_F(HttpTest, RefusesRedirectsToAnotherOriginAndSendsItNothing) {
  LoopbackServer other([](const LoopbackRequest&) { return LoopbackReply{HttpAnswer(200, "")}; });
  for (const std::string& target :
       {other.Url("/steal?token=abc"), absl::StrCat("//127.0.0.1:", other.port(), "/"),
        std::string("https://127.0.0.1/"), std::string("file:///etc/passwd")}) {
    SCOPED_TRACE(target);
    LoopbackServer server([&](const LoopbackRequest&) {
      return LoopbackReply{HttpAnswer(307, "", absl::StrCat("Location: ", target, "\r\n"))};
    });
    HttpRequest request;
    request.url = server.Url("/");
    request.headers = {{"X-Auth-Token", "secret-token"}};
    const auto answer = Fetch(std::move(request));
    EXPECT_EQ(CodeAndClass(answer), "FAILED_PRECONDITION policy");
    EXPECT_THAT(answer.status().message(), HasSubstr("redirect"));
    EXPECT_THAT(answer.status().message(), Not(HasSubstr("secret-token")));
    EXPECT_THAT(answer.status().message(), Not(HasSubstr("abc")));
    EXPECT_EQ(server.requests().size(), 1u);
  }
  EXPECT_EQ(other.connection_count(), 0);
}

TEST_F(HttpTest, FollowsAtMostThreeRedirects) {
  LoopbackServer server([](const LoopbackRequest&) {
    return LoopbackReply{HttpAnswer(301, "", "Location: /again\r\n")};
  });
  const auto answer = Get(server.Url("/"));
  EXPECT_EQ(CodeAndClass(answer), "FAILED_PRECONDITION policy");
  EXPECT_EQ(server.requests().size(), 4u);
  EXPECT_EQ(transport().stats().limit_hits.at("redirects"), 1);
}

TEST_F(HttpTest, DoesNotTurnAPostIntoAGet) {
  LoopbackServer server([](const LoopbackRequest&) {
    return LoopbackReply{HttpAnswer(302, "", "Location: /elsewhere\r\n")};
  });
  HttpRequest request;
  request.method = "POST";
  request.url = server.Url("/v3/auth/tokens");
  const auto answer = Fetch(std::move(request));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->status, 302);
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST_F(HttpTest, HandsOverAVersionListWithALocation) {
  LoopbackServer server([](const LoopbackRequest&) {
    return LoopbackReply{HttpAnswer(300, "{}", "Location: http://inner.example:5000/v3/\r\n")};
  });
  const auto answer = Get(server.Url("/"));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->status, 300);
}

TEST_F(HttpTest, RefusesLoopbackAddressesIfConfigured) {
  LoopbackServer server([](const LoopbackRequest&) { return LoopbackReply{HttpAnswer(200, "")}; });
  HttpRequest request;
  request.url = absl::StrCat("http://localhost:", server.port(), "/");
  request.allow_loopback = false;
  const auto answer = Fetch(std::move(request));
  EXPECT_EQ(CodeAndClass(answer), "FAILED_PRECONDITION policy");
  EXPECT_THAT(answer.status().message(), HasSubstr("allow_loopback"));
  EXPECT_EQ(server.requests().size(), 0u);
}

TEST_F(HttpTest, CancelEndsWhatIsUnderWayAndWhatComesLater) {
  LoopbackServer server([&](const LoopbackRequest&) {
    transport_->Cancel();
    return LoopbackReply{"", Then::kHang};
  });
  transport();
  std::vector<absl::StatusCode> codes;
  HttpRequest request;
  request.url = server.Url("/");
  transport().Send(request, [&](auto first) {
    codes.push_back(first.status().code());
    transport().Send(request, [&](auto second) { codes.push_back(second.status().code()); });
  });
  EXPECT_EQ(Run().code(), absl::StatusCode::kCancelled);
  EXPECT_THAT(codes, ElementsAre(absl::StatusCode::kCancelled, absl::StatusCode::kCancelled));
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST_F(HttpTest, DeadlineOfTheRunEndsTheRest) {
  LoopbackServer server([](const LoopbackRequest&) { return LoopbackReply{"", Then::kHang}; });
  std::vector<std::string> ends;
  for (int i = 0; i < 2; ++i) {
    HttpRequest request;
    request.url = server.Url("/");
    transport().Send(std::move(request), [&](auto end) { ends.push_back(CodeAndClass(end)); });
  }
  const absl::Status run = transport().Run(clock_.Steady() + absl::Milliseconds(50));
  EXPECT_EQ(run.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(ends, ElementsAre("DEADLINE_EXCEEDED timeout", "DEADLINE_EXCEEDED timeout"));
}

TEST_F(HttpTest, AnInvalidUrlFailsOnlyItsOwnRequest) {
  LoopbackServer server([](const LoopbackRequest&) { return LoopbackReply{HttpAnswer(200, "")}; });
  absl::Status wrong;
  HttpRequest request;
  request.url = "ftp://example.org/";
  transport().Send(std::move(request), [&](auto end) { wrong = end.status(); });
  EXPECT_TRUE(wrong.ok()) << "the callback ran inside Send()";
  EXPECT_TRUE(Get(server.Url("/")).ok());
  EXPECT_EQ(wrong.code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(HttpTest, RefusesHeadersWithLineBreaksWithoutShowingThem) {
  HttpRequest request;
  request.url = "http://127.0.0.1:9/";
  request.headers = {{"X-Auth-Token", "tok\r\nX-Admin: 1"}};
  const auto answer = Fetch(std::move(request));
  EXPECT_EQ(CodeAndClass(answer), "INVALID_ARGUMENT config");
  EXPECT_THAT(answer.status().message(), Not(HasSubstr("tok")));
}

TEST_F(HttpTest, AProxyIsUsedOnlyIfGiven) {
  LoopbackServer proxy([](const LoopbackRequest& request) {
    return LoopbackReply{HttpAnswer(200, request.target)};
  });
  setenv("http_proxy", proxy.Url("").c_str(), 1);
  LoopbackServer server([](const LoopbackRequest&) { return LoopbackReply{HttpAnswer(200, "x")}; });
  EXPECT_EQ(Get(server.Url("/"))->body, "x");
  EXPECT_EQ(proxy.connection_count(), 0);
  unsetenv("http_proxy");

  transport_.reset();
  TransportOptions options = QuickOptions();
  options.tries.http_proxy = proxy.Url("");
  transport(options);
  EXPECT_EQ(Get("http://nowhere.invalid/x")->body, "http://nowhere.invalid/x");
}

}  // namespace
}  // namespace cis::crawler
