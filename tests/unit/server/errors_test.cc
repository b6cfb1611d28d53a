// SPDX-License-Identifier: Apache-2.0
#include "server/service/errors.h"

#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"
#include "server/query/page_token.h"
#include "server/query/query_error.h"
#include "server/serving/grpc_services.h"

namespace cis::server {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::vector<absl::Status> AllErrors() {
  return {InvalidNameError("name", "x", "sites/{site}"),
          ResourceNotFoundError("sites", "sites/x", {"sites/xy"}),
          ResourceNotFoundError("flavors", "sites/x/flavors/y", {}),
          InvalidFilterError(QueryErrorAt(3, "why")),
          InvalidOrderByError(QueryErrorAt(0, "why")),
          NegativePageSizeError(-3),
          PageTokenError(NotAPageToken()),
          PageTokenError(absl::FailedPreconditionError("was issued for another request")),
          UnknownMaskPathError("vcpus", "Flavor", {"vcpu_count"}),
          RequestTooLargeError("vos", 30, 20, "VOs"),
          SnapshotNotReadyError(),
          InternalError("e000001")};
}

google::rpc::ErrorInfo InfoOf(const absl::Status& status) {
  google::rpc::ErrorInfo info;
  const google::rpc::Status proto = ErrorToProto(status);
  EXPECT_GT(proto.details_size(), 0);
  if (proto.details_size() > 0) {
    EXPECT_EQ(proto.details(0).type_url(), "type.googleapis.com/google.rpc.ErrorInfo");
    EXPECT_TRUE(info.ParseFromString(proto.details(0).value()));
  }
  return info;
}

template <typename Detail>
bool Has(const absl::Status& status, Detail* detail) {
  const google::rpc::Status proto = ErrorToProto(status);
  for (const auto& any : proto.details()) {
    if (any.UnpackTo(detail)) return true;
  }
  return false;
}

TEST(Errors, AllHaveReasonAndDomain) {
  for (const absl::Status& status : AllErrors()) {
    const google::rpc::ErrorInfo info = InfoOf(status);
    EXPECT_EQ(info.domain(), "cis.egi.eu") << status;
    EXPECT_FALSE(info.reason().empty()) << status;
    EXPECT_EQ(ErrorReason(status), info.reason());
    EXPECT_TRUE(IsUserError(status));
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("failed to")));
  }
}

TEST(Errors, VariablesOfTheSentenceAreInTheMetadata) {
  EXPECT_EQ(InfoOf(NegativePageSizeError(-3)).metadata().at("value"), "-3");
  EXPECT_EQ(InfoOf(InvalidFilterError(QueryErrorAt(3, "why"))).metadata().at("offset"), "3");
  EXPECT_EQ(InfoOf(InvalidNameError("parent", "x", "sites/{site}")).metadata().at("form"),
            "sites/{site}");
  EXPECT_EQ(InfoOf(RequestTooLargeError("vos", 30, 20, "VOs")).metadata().at("limit"), "20");
}

TEST(Errors, DetailsFitTheCode) {
  google::rpc::BadRequest bad_request;
  google::rpc::ResourceInfo resource;
  google::rpc::RetryInfo retry;
  for (const absl::Status& status : AllErrors()) {
    EXPECT_EQ(Has(status, &bad_request), status.code() == absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(Has(status, &resource), status.code() == absl::StatusCode::kNotFound);
    EXPECT_EQ(Has(status, &retry), status.code() == absl::StatusCode::kUnavailable);
  }
  EXPECT_TRUE(Has(NegativePageSizeError(-3), &bad_request));
  EXPECT_EQ(bad_request.field_violations(0).field(), "page_size");
  EXPECT_TRUE(Has(AllErrors()[1], &resource));
  EXPECT_EQ(resource.resource_type(), "cis.egi.eu/Site");
}

TEST(Errors, NotFoundSuggestsSimilarNames) {
  EXPECT_EQ(AllErrors()[1].message(), "there is no site \"sites/x\"; did you mean sites/xy?");
  EXPECT_EQ(AllErrors()[2].message(), "there is no flavor \"sites/x/flavors/y\"");
}

TEST(Errors, LongInputIsCutAtACharacter) {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += "\xC3\xBC";
  const absl::Status status = InvalidNameError("name", text, "sites/{site}");
  EXPECT_LT(status.message().size(), 300u);
  EXPECT_LT(ErrorToProto(status).ByteSizeLong(), 2000u);
  const std::string value = InfoOf(status).metadata().at("value");
  EXPECT_EQ(value.substr(value.size() - 5), "\xC3\xBC...");
}

TEST(Errors, PlainStatusesAreNotForUsers) {
  EXPECT_FALSE(IsUserError(absl::InternalError("SELECT x")));
  EXPECT_FALSE(IsUserError(absl::OkStatus()));
}

TEST(StatusToGrpc, CarriesTheDetails) {
  const grpc::Status status = StatusToGrpc(NegativePageSizeError(-3), "ListFlavors", CallSource());
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(), "page_size is -3; it must be 0 or more");
  google::rpc::Status proto;
  ASSERT_TRUE(proto.ParseFromString(status.error_details()));
  EXPECT_EQ(proto.code(), 3);
  EXPECT_EQ(proto.details_size(), 2);
  EXPECT_TRUE(StatusToGrpc(absl::OkStatus(), "x", CallSource()).ok());
}

TEST(StatusToGrpc, SaysNothingOfUnplannedErrorsButLogsThem) {
  CallSource source;
  source.request_id = "request-7";
  ::testing::internal::CaptureStderr();
  const grpc::Status status =
      StatusToGrpc(absl::DataLossError("table flavor: secret detail"), "ListFlavors", source);
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_THAT(status.error_message(), Not(HasSubstr("secret")));
  EXPECT_THAT(log, HasSubstr("secret detail"));
  EXPECT_THAT(log, HasSubstr("ListFlavors"));
  google::rpc::Status proto;
  ASSERT_TRUE(proto.ParseFromString(status.error_details()));
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(proto.details(0).UnpackTo(&info));
  EXPECT_EQ(info.reason(), "INTERNAL");
  EXPECT_EQ(info.metadata().at("event_id"), "request-7");
  EXPECT_THAT(log, HasSubstr("request_id=request-7"));
}

}  // namespace
}  // namespace cis::server
