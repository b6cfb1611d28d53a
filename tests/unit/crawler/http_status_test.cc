// SPDX-License-Identifier: Apache-2.0
#include "net/http/http_status.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "net/http/http_error.h"
#include "net/http/transport.h"

namespace cis::crawler {
namespace {

TEST(HttpStatus, MapsEveryStatusToACodeAndAClass) {
  const auto told = [](int http_status) {
    const absl::Status status = HttpStatusToStatus(http_status, "GET x");
    return absl::StrCat(absl::StatusCodeToString(status.code()), " ",
                        FormatErrorClass(GetErrorClass(status)));
  };
  for (const int ok : {200, 201, 204, 299}) EXPECT_EQ(told(ok), "OK none") << ok;
  EXPECT_EQ(told(300), "FAILED_PRECONDITION config");
  EXPECT_EQ(told(302), "FAILED_PRECONDITION policy");
  EXPECT_EQ(told(304), "FAILED_PRECONDITION parse");
  EXPECT_EQ(told(400), "FAILED_PRECONDITION config");
  EXPECT_EQ(told(401), "UNAUTHENTICATED auth");
  EXPECT_EQ(told(403), "PERMISSION_DENIED forbidden");
  EXPECT_EQ(told(404), "NOT_FOUND not-found");
  EXPECT_EQ(told(408), "DEADLINE_EXCEEDED timeout");
  EXPECT_EQ(told(413), "RESOURCE_EXHAUSTED limit");
  EXPECT_EQ(told(418), "FAILED_PRECONDITION config");
  EXPECT_EQ(told(429), "UNAVAILABLE rate-limit");
  EXPECT_EQ(told(500), "INTERNAL server");
  EXPECT_EQ(told(501), "UNIMPLEMENTED server");
  for (const int down : {502, 503, 504}) EXPECT_EQ(told(down), "UNAVAILABLE server") << down;
  EXPECT_EQ(told(599), "INTERNAL server");
  for (const int odd : {0, -1, 99, 600, 999}) EXPECT_EQ(told(odd), "INTERNAL parse") << odd;
}

TEST(HttpStatus, ClassAndStatusAgree) {
  for (int status = 100; status < 600; ++status) {
    EXPECT_EQ(GetErrorClass(HttpStatusToStatus(status, "")), HttpErrorClass(status)) << status;
    EXPECT_EQ(IsRetryableHttpStatus(status),
              HttpStatusToStatus(status, "").code() == absl::StatusCode::kUnavailable)
        << status;
  }
}

TEST(HttpStatus, NamesTheRequestAndItsAnswer) {
  EXPECT_EQ(HttpStatusToStatus(403, "GET https://s.example/x").message(),
            "GET https://s.example/x: HTTP 403 Forbidden");
  EXPECT_EQ(HttpStatusToStatus(599, "GET x").message(), "GET x: HTTP 599");
}

TEST(HttpError, TheClassTravelsWithTheStatusNotInItsMessage) {
  const absl::Status copy = WithErrorClass(absl::UnavailableError("no route"), ErrorClass::kDns);
  EXPECT_EQ(GetErrorClass(copy), ErrorClass::kDns);
  EXPECT_EQ(copy.message(), "no route");
}

TEST(HttpError, WithoutAClassTheCodeSuggestsOne) {
  EXPECT_EQ(GetErrorClass(absl::OkStatus()), ErrorClass::kNone);
  EXPECT_EQ(GetErrorClass(absl::UnauthenticatedError("")), ErrorClass::kAuth);
  EXPECT_EQ(GetErrorClass(absl::DeadlineExceededError("")), ErrorClass::kTimeout);
  EXPECT_EQ(GetErrorClass(absl::ResourceExhaustedError("")), ErrorClass::kLimit);
  EXPECT_EQ(GetErrorClass(absl::DataLossError("")), ErrorClass::kParse);
  EXPECT_EQ(GetErrorClass(absl::AbortedError("")), ErrorClass::kInternal);
}

TEST(HttpError, AnOkStatusTakesNoClass) {
  const absl::Status status = WithErrorClass(absl::OkStatus(), ErrorClass::kServer);
  EXPECT_TRUE(status.ok());
  EXPECT_EQ(GetErrorClass(status), ErrorClass::kNone);
}

TEST(HttpResponse, FindsTheFirstHeaderInAnyCase) {
  HttpResponse response;
  response.headers = {{"Link", "a"}, {"link", "b"}, {"X-Subject-Token", "t"}};
  EXPECT_EQ(response.Header("LINK"), "a");
  EXPECT_EQ(response.Header("x-subject-token"), "t");
  EXPECT_EQ(response.Header("X-Subject"), "");
}

}  // namespace
}  // namespace cis::crawler
