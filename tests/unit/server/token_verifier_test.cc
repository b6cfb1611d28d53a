// SPDX-License-Identifier: Apache-2.0
#include "server/token/token_verifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "server/token/token_error.h"
#include "tests/unit/server/token_fixture.h"

namespace cis::server {
namespace {

using ::testing::ElementsAre;

constexpr char kHeader[] = R"({"alg":"RS256","kid":"k1"})";
constexpr char kDiscovery[] = "/.well-known/openid-configuration";

class TokenVerifierTest : public ::testing::Test {
 protected:
  TokenVerifierOptions Options() const {
    TokenVerifierOptions options;
    options.issuers = {{kIssuerUrl, {"cis"}, {"RS256", "ES256"}, IssuerOptions::Groups::kToken}};
    return options;
  }
  TokenVerifier& Verifier() {
    if (verifier_ == nullptr) {
      verifier_ = std::make_unique<TokenVerifier>(options_, issuer_.MakeFetch(), &clock_);
    }
    return *verifier_;
  }
  TestJson Payload() const {
    return {
        {"iss", kIssuerUrl}, {"sub", "alice"}, {"aud", "cis"}, {"exp", clock_.seconds() + 3600}};
  }
  std::string Token() const { return MakeToken(RsaKey(), kHeader, Payload().dump()); }
  std::string With(const char* claim, const TestJson& value) const {
    TestJson payload = Payload();
    payload[claim] = value;
    return MakeToken(RsaKey(), kHeader, payload.dump());
  }
  std::string Without(const char* claim) const {
    TestJson payload = Payload();
    payload.erase(claim);
    return MakeToken(RsaKey(), kHeader, payload.dump());
  }
  // "OK", or the name of the error.
  std::string Outcome(const std::string& token) {
    const auto identity = Verifier().Verify(token);
    if (identity.ok()) return "OK";
    const std::string message(identity.status().message());
    EXPECT_TRUE(token.empty() || message.find(token) == std::string::npos) << message;
    const auto error = GetTokenError(identity.status());
    return error.has_value() ? std::string(TokenErrorName(*error)) : identity.status().ToString();
  }

  TestClock clock_;
  TestIssuer issuer_;
  TokenVerifierOptions options_ = Options();
  std::unique_ptr<TokenVerifier> verifier_;
};

TEST_F(TokenVerifierTest, ReturnsWhatTheTokenSays) {
  TestJson payload = Payload();
  payload["aud"] = {"other", "cis"};
  payload["scope"] = "openid profile";
  payload["wlcg.groups"] = {"/ska", "/ska/ops"};
  payload["eduperson_entitlement"] = "urn:mace:egi.eu:group:vo:role=member#aai.egi.eu";
  const auto identity = Verifier().Verify(MakeToken(RsaKey(), kHeader, payload.dump()));
  ASSERT_TRUE(identity.ok()) << identity.status();
  EXPECT_EQ(identity->issuer_url, kIssuerUrl);
  EXPECT_EQ(identity->subject, "alice");
  EXPECT_THAT(identity->groups,
              ElementsAre("/ska", "/ska/ops", "urn:mace:egi.eu:group:vo:role=member#aai.egi.eu"));
  EXPECT_THAT(identity->scopes, ElementsAre("openid", "profile"));
  EXPECT_EQ(identity->expire_time, clock_.Now() + absl::Hours(1));
}

TEST_F(TokenVerifierTest, AcceptsAnEllipticCurve) {
  EXPECT_EQ(Outcome(MakeToken(EcKey(), R"({"alg":"ES256","kid":"k2"})", Payload().dump())), "OK");
}

TEST_F(TokenVerifierTest, RefusesWrongAlgorithms) {
  const std::string payload = Payload().dump();
  EXPECT_EQ(Outcome(MakeToken(RsaKey(), R"({"alg":"none"})", payload)), "ALGORITHM_REFUSED");
  EXPECT_EQ(Outcome(MakeToken(RsaKey(), R"({"alg":"RS512","kid":"k1"})", payload)),
            "ALGORITHM_REFUSED");
  EXPECT_EQ(Outcome(MakeToken(RsaKey(), R"({"alg":"RS256","kid":"k1","crit":["b64"]})", payload)),
            "ALGORITHM_REFUSED");
  EXPECT_EQ(Outcome(MakeToken(RsaKey(), R"({"alg":"ES256","kid":"k1"})", payload)), "KEY_UNKNOWN");
}

TEST_F(TokenVerifierTest, RefusesHmacKeyedWithThePublicKey) {
  const std::string text =
      absl::StrCat(Base64Url(R"({"alg":"HS256","kid":"k1"})"), ".", Base64Url(Payload().dump()));
  const std::string key = RsaKey().Jwk("k1").dump();
  std::string mac(32, '\0');
  unsigned int size = 32;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(),
       reinterpret_cast<unsigned char*>(mac.data()), &size);
  EXPECT_EQ(Outcome(absl::StrCat(text, ".", Base64Url(mac))), "ALGORITHM_REFUSED");
}

TEST_F(TokenVerifierTest, RefusesForeignAndUnknownKeys) {
  const std::string payload = Payload().dump();
  EXPECT_EQ(Outcome(MakeToken(OtherRsaKey(), kHeader, payload)), "SIGNATURE_INVALID");
  EXPECT_EQ(Outcome(MakeToken(RsaKey(), R"({"alg":"RS256","kid":"k9"})", payload)), "KEY_UNKNOWN");
  TestJson header = {{"alg", "RS256"}, {"kid", "k1"}, {"jwk", OtherRsaKey().Jwk("k1")}};
  EXPECT_EQ(Outcome(MakeToken(OtherRsaKey(), header.dump(), payload)), "SIGNATURE_INVALID");
}

TEST_F(TokenVerifierTest, TakesATokenWithoutKidOnlyIfOneKeyFits) {
  const std::string token = MakeToken(RsaKey(), R"({"alg":"RS256"})", Payload().dump());
  EXPECT_EQ(Outcome(token), "OK");
  verifier_.reset();
  issuer_.PutKeys({RsaKey().Jwk("k1"), OtherRsaKey().Jwk("k3")});
  EXPECT_EQ(Outcome(token), "KEY_UNKNOWN");
}

TEST_F(TokenVerifierTest, AllowsClocksToDifferByAMinute) {
  const int64_t now = clock_.seconds();
  EXPECT_EQ(Outcome(With("exp", now - 59)), "OK");
  EXPECT_EQ(Outcome(With("exp", now - 60)), "TOKEN_EXPIRED");
  EXPECT_EQ(Outcome(With("nbf", now + 60)), "OK");
  EXPECT_EQ(Outcome(With("nbf", now + 61)), "TOKEN_NOT_YET_VALID");
  EXPECT_EQ(Outcome(With("iat", now + 60)), "OK");
  EXPECT_EQ(Outcome(With("iat", now + 61)), "TOKEN_NOT_YET_VALID");
}

TEST_F(TokenVerifierTest, RefusesWrongClaims) {
  EXPECT_EQ(Outcome(Without("exp")), "TOKEN_MALFORMED");
  EXPECT_EQ(Outcome(With("exp", "soon")), "TOKEN_MALFORMED");
  EXPECT_EQ(Outcome(Without("sub")), "TOKEN_MALFORMED");
  EXPECT_EQ(Outcome(Without("aud")), "AUDIENCE_WRONG");
  EXPECT_EQ(Outcome(With("aud", "cis2")), "AUDIENCE_WRONG");
  EXPECT_EQ(Outcome(With("aud", {"a", "b"})), "AUDIENCE_WRONG");
  std::string twice = Payload().dump();
  twice.insert(1, R"("exp":99999999999,)");
  EXPECT_EQ(Outcome(MakeToken(RsaKey(), kHeader, twice)), "TOKEN_MALFORMED");
}

TEST_F(TokenVerifierTest, RefusesForeignIssuersWithoutAFetch) {
  std::vector<std::string> urls;
  Mutex mu;
  verifier_ = std::make_unique<TokenVerifier>(
      options_,
      [&, fetch = issuer_.MakeFetch()](const FetchRequest& request) {
        MutexLock lock(&mu);
        urls.push_back(request.url);
        return fetch(request);
      },
      &clock_);
  EXPECT_EQ(Outcome(With("iss", absl::StrCat(kIssuerUrl, "/"))), "ISSUER_UNKNOWN");
  EXPECT_EQ(Outcome(With("iss", "https://evil.example.org")), "ISSUER_UNKNOWN");
  EXPECT_EQ(Outcome(Without("iss")), "ISSUER_UNKNOWN");
  verifier_.reset();
  for (const std::string& url : urls) EXPECT_EQ(url.rfind(kIssuerUrl, 0), 0U) << url;
}

TEST_F(TokenVerifierTest, TriesWhatNeedsNoNetwork) {
  const std::string token = MakeToken(RsaKey(), kHeader, Payload().dump());
  // The keys may not be there yet, then it says so; Verify waits for them.
  ASSERT_TRUE(Verifier().Verify(token).ok());
  const int fetched = issuer_.Count("/keys");
  const std::string another = MakeToken(EcKey(), R"({"alg":"ES256","kid":"k2"})", Payload().dump());
  const auto accepted = Verifier().TryVerify(another);
  ASSERT_TRUE(accepted.has_value());
  EXPECT_TRUE(accepted->ok()) << accepted->status();
  const auto forged = Verifier().TryVerify(MakeToken(OtherRsaKey(), kHeader, Payload().dump()));
  ASSERT_TRUE(forged.has_value());
  EXPECT_EQ(GetTokenError(forged->status()), TokenError::kSignatureInvalid);
  EXPECT_EQ(issuer_.Count("/keys"), fetched);
  clock_.Advance(31);
  EXPECT_FALSE(
      Verifier()
          .TryVerify(MakeToken(RsaKey(), R"({"alg":"RS256","kid":"new"})", Payload().dump()))
          .has_value());
}

TEST_F(TokenVerifierTest, RefusesJunk) {
  const std::string token = Token();
  EXPECT_EQ(Outcome(""), "TOKEN_MALFORMED");
  EXPECT_EQ(Outcome("a.b"), "TOKEN_MALFORMED");
  EXPECT_EQ(Outcome(token + "."), "TOKEN_MALFORMED");
  EXPECT_EQ(Outcome(token + "="), "TOKEN_MALFORMED");
  EXPECT_EQ(Outcome(token + "\n"), "TOKEN_MALFORMED");
  EXPECT_EQ(Outcome("!" + token), "TOKEN_MALFORMED");
  EXPECT_EQ(Outcome(token.substr(0, token.rfind('.') + 1)), "TOKEN_MALFORMED");
  EXPECT_EQ(Outcome(token.substr(0, token.size() - 8)), "SIGNATURE_INVALID");
  EXPECT_EQ(Outcome(std::string(kMaxTokenBytes + 1, 'a')), "TOKEN_MALFORMED");
  EXPECT_EQ(Outcome(MakeToken(RsaKey(), kHeader, "[1]")), "TOKEN_MALFORMED");
}

TEST_F(TokenVerifierTest, FollowsARotationAtMostEvery30Seconds) {
  EXPECT_EQ(Outcome(Token()), "OK");
  issuer_.PutKeys({OtherRsaKey().Jwk("k9")});
  const std::string token =
      MakeToken(OtherRsaKey(), R"({"alg":"RS256","kid":"k9"})", Payload().dump());
  EXPECT_EQ(Outcome(token), "KEY_UNKNOWN");
  EXPECT_EQ(issuer_.Count("/keys"), 1);
  clock_.Advance(31);
  EXPECT_EQ(Outcome(token), "OK");
  EXPECT_EQ(issuer_.Count("/keys"), 2);
}

TEST_F(TokenVerifierTest, KeepsGoodKeysWhileTheIssuerIsDown) {
  EXPECT_EQ(Outcome(Token()), "OK");
  issuer_.SetDown(true);
  clock_.Advance(601);
  EXPECT_EQ(Outcome(MakeToken(RsaKey(), R"({"alg":"RS256","kid":"k9"})", Payload().dump())),
            "ISSUER_UNAVAILABLE");
  EXPECT_EQ(Outcome(Token()), "OK");
}

TEST_F(TokenVerifierTest, RecoversFromAnIssuerThatIsDownAtTheStart) {
  issuer_.SetDown(true);
  EXPECT_EQ(Outcome(Token()), "ISSUER_UNAVAILABLE");
  issuer_.SetDown(false);
  clock_.Advance(31);
  EXPECT_EQ(Outcome(Token()), "OK");
}

TEST_F(TokenVerifierTest, RefusesADiscoveryDocumentOfAnotherIssuer) {
  issuer_.Put(kDiscovery, TestJson{{"issuer", "https://evil.example.org"},
                                   {"jwks_uri", absl::StrCat(kIssuerUrl, "/keys")}}
                              .dump());
  EXPECT_EQ(Outcome(Token()), "ISSUER_UNAVAILABLE");
  EXPECT_EQ(issuer_.Count("/keys"), 0);
}

TEST_F(TokenVerifierTest, FetchesNoKeysOverPlainHttp) {
  issuer_.Put(kDiscovery,
              TestJson{{"issuer", kIssuerUrl}, {"jwks_uri", "http://127.0.0.1/keys"}}.dump());
  EXPECT_EQ(Outcome(Token()), "ISSUER_UNAVAILABLE");
}

TEST_F(TokenVerifierTest, AsksUserinfoOncePerToken) {
  options_.issuers[0].groups_from = IssuerOptions::Groups::kUserinfo;
  issuer_.Put("/userinfo", TestJson{{"sub", "alice"}, {"entitlements", {"urn:x"}}}.dump());
  const std::string token = Token();
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      const auto identity = Verifier().Verify(token);
      ASSERT_TRUE(identity.ok()) << identity.status();
      EXPECT_THAT(identity->groups, ElementsAre("urn:x"));
    });
    if (i == 0) threads[0].join();  // it makes the verifier
  }
  for (std::thread& thread : threads) {
    if (thread.joinable()) thread.join();
  }
  EXPECT_EQ(issuer_.Count("/userinfo"), 1);
  clock_.Advance(600);
  EXPECT_EQ(Outcome(token), "OK");
  EXPECT_EQ(issuer_.Count("/userinfo"), 2);
}

TEST_F(TokenVerifierTest, TellsAnswersOfUserinfoApart) {
  options_.issuers[0].groups_from = IssuerOptions::Groups::kUserinfo;
  issuer_.Put("/userinfo", absl::PermissionDeniedError("scope"));
  const auto identity = Verifier().Verify(With("groups", {"from-token"}));
  ASSERT_TRUE(identity.ok()) << identity.status();
  EXPECT_THAT(identity->groups, ElementsAre());
  issuer_.Put("/userinfo", absl::UnauthenticatedError("revoked"));
  EXPECT_EQ(Outcome(With("jti", 1)), "TOKEN_EXPIRED");
  issuer_.Put("/userinfo", absl::UnavailableError("down"));
  EXPECT_EQ(Outcome(With("jti", 2)), "ISSUER_UNAVAILABLE");
  issuer_.Put("/userinfo", TestJson{{"sub", "bob"}, {"groups", {"admins"}}}.dump());
  EXPECT_EQ(Outcome(With("jti", 3)), "TOKEN_MALFORMED");
}

TEST_F(TokenVerifierTest, ForgetsATokenWhenItExpires) {
  const std::string token = With("exp", clock_.seconds() + 10);
  EXPECT_EQ(Outcome(token), "OK");
  clock_.Advance(70);
  EXPECT_EQ(Outcome(token), "TOKEN_EXPIRED");
}

TEST_F(TokenVerifierTest, FetchesOnceForManyThreads) {
  Verifier();
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([this, token = With("jti", i)] { EXPECT_EQ(Outcome(token), "OK"); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(issuer_.Count("/keys"), 1);
}

}  // namespace
}  // namespace cis::server
