// SPDX-License-Identifier: Apache-2.0
#include "server/service/errors.h"

#include <algorithm>
#include <array>
#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/any.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "schema/base/utf8.h"
#include "server/query/query_error.h"

namespace cis::server {
namespace {

// HTTP/2 peers refuse header blocks above 8 KiB by default; message and details travel in them.
constexpr size_t kMaxErrorBytes = 1024;
// The most of a request that an error repeats.
constexpr size_t kMaxQuotedBytes = 200;
constexpr int kRetrySeconds = 2;

constexpr char kTypePrefix[] = "type.googleapis.com/";

template <typename Message>
void Attach(const Message& detail, absl::Status* status) {
  status->SetPayload(absl::StrCat(kTypePrefix, Message::descriptor()->full_name()),
                     absl::Cord(detail.SerializeAsString()));
}

template <typename Message>
bool ReadDetail(const absl::Status& status, Message* detail) {
  const auto payload =
      status.GetPayload(absl::StrCat(kTypePrefix, Message::descriptor()->full_name()));
  return payload && detail->ParseFromString(std::string(*payload));
}

// Text from a request may not be UTF-8: a command line accepts any bytes.
std::string Cut(absl::string_view text, size_t max_bytes) {
  std::string valid = ValidUtf8(text);
  if (valid.size() <= max_bytes) return valid;
  return absl::StrCat(CutUtf8(valid, max_bytes), "...");
}

absl::Status MakeError(absl::StatusCode code, absl::string_view reason, absl::string_view message,
                       const ErrorMetadata& metadata) {
  absl::Status status(code, Cut(message, kMaxErrorBytes));
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(reason));
  info.set_domain(std::string(kErrorDomain));
  for (const auto& [key, value] : metadata) {
    (*info.mutable_metadata())[key] = Cut(value, kMaxQuotedBytes);
  }
  Attach(info, &status);
  return status;
}

struct Collection {
  absl::string_view plural;
  absl::string_view singular;
  absl::string_view type;  // google.rpc.ResourceInfo.resource_type
  absl::string_view reason;
};

constexpr std::array<Collection, 11> kCollections{{
    {"sites", "site", "cis.egi.eu/Site", "SITE_NOT_FOUND"},
    {"endpoints", "endpoint", "cis.egi.eu/Endpoint", "ENDPOINT_NOT_FOUND"},
    {"vos", "VO", "cis.egi.eu/Vo", "VO_NOT_FOUND"},
    {"shares", "share", "cis.egi.eu/Share", "SHARE_NOT_FOUND"},
    {"flavors", "flavor", "cis.egi.eu/Flavor", "FLAVOR_NOT_FOUND"},
    {"images", "image", "cis.egi.eu/Image", "IMAGE_NOT_FOUND"},
    {"networks", "network", "cis.egi.eu/Network", "NETWORK_NOT_FOUND"},
    {"crawls", "crawl", "cis.egi.eu/Crawl", "CRAWL_NOT_FOUND"},
    {"problems", "problem", "cis.egi.eu/SiteProblem", "PROBLEM_NOT_FOUND"},
    {"offers", "offer", "cis.egi.eu/Offer", "OFFER_NOT_FOUND"},
    {"changes", "change", "cis.egi.eu/Change", "CHANGE_NOT_FOUND"},
}};

// nullptr if there is no such collection.
const Collection* CollectionOf(absl::string_view plural) {
  for (const Collection& collection : kCollections) {
    if (collection.plural == plural) return &collection;
  }
  return nullptr;
}

std::string DidYouMean(absl::Span<const std::string> nearest) {
  if (nearest.empty()) return "";
  return absl::StrCat("; did you mean ", absl::StrJoin(nearest, " or "), "?");
}

absl::Status QueryError(absl::string_view reason, absl::string_view field,
                        const absl::Status& parse_error) {
  ErrorMetadata metadata = {{"why", std::string(parse_error.message())}};
  if (const auto offset = QueryErrorOffset(parse_error)) {
    metadata.emplace_back("offset", absl::StrCat(*offset));
  }
  return InvalidFieldError(reason, field, absl::StrCat(field, " ", parse_error.message()),
                           metadata);
}

}  // namespace

absl::Status UserError(absl::StatusCode code, absl::string_view reason, absl::string_view message,
                       const ErrorMetadata& metadata) {
  return MakeError(code, reason, message, metadata);
}

absl::Status RetryableError(absl::StatusCode code, absl::string_view reason,
                            absl::string_view message, const ErrorMetadata& metadata,
                            absl::Duration delay) {
  absl::Status status = MakeError(code, reason, message, metadata);
  google::rpc::RetryInfo retry;
  const int64_t seconds = absl::ToInt64Seconds(delay);
  retry.mutable_retry_delay()->set_seconds(seconds);
  retry.mutable_retry_delay()->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(delay - absl::Seconds(seconds))));
  Attach(retry, &status);
  return status;
}

absl::Status InvalidFieldError(absl::string_view reason, absl::string_view field,
                               absl::string_view message, const ErrorMetadata& metadata) {
  ErrorMetadata all = metadata;
  all.emplace_back("field", std::string(field));
  absl::Status status = MakeError(absl::StatusCode::kInvalidArgument, reason, message, all);
  google::rpc::BadRequest bad_request;
  auto& violation = *bad_request.add_field_violations();
  violation.set_field(Cut(field, kMaxQuotedBytes));
  violation.set_description(Cut(message, kMaxErrorBytes));
  Attach(bad_request, &status);
  return status;
}

absl::Status InvalidNameError(absl::string_view field, absl::string_view text,
                              absl::string_view form) {
  const std::string shown = Cut(text, kMaxQuotedBytes);
  return InvalidFieldError(
      "INVALID_RESOURCE_NAME", field,
      text.empty() ? absl::StrCat(field, " is empty; it must have the form ", form)
                   : absl::StrCat(field, " is \"", shown, "\"; it must have the form ", form),
      {{"value", shown}, {"form", std::string(form)}});
}

absl::Status ResourceNotFoundError(absl::string_view collection, absl::string_view name,
                                   absl::Span<const std::string> nearest) {
  const Collection* const known = CollectionOf(collection);
  if (known == nullptr) {
    return absl::InternalError(absl::StrCat("there is no collection \"", collection, "\""));
  }
  const std::string shown = Cut(name, kMaxQuotedBytes);
  absl::Status status = MakeError(
      absl::StatusCode::kNotFound, known->reason,
      absl::StrCat("there is no ", known->singular, " \"", shown, "\"", DidYouMean(nearest)),
      {{"name", shown}, {"nearest", absl::StrJoin(nearest, ",")}});
  google::rpc::ResourceInfo resource;
  resource.set_resource_type(std::string(known->type));
  resource.set_resource_name(shown);
  resource.set_description("does not exist in the snapshot that answered");
  Attach(resource, &status);
  return status;
}

absl::Status InvalidFilterError(const absl::Status& parse_error) {
  return QueryError("INVALID_FILTER", "filter", parse_error);
}

absl::Status InvalidOrderByError(const absl::Status& parse_error) {
  return QueryError("INVALID_ORDER_BY", "order_by", parse_error);
}

absl::Status NegativePageSizeError(int64_t page_size) {
  return InvalidFieldError("NEGATIVE_PAGE_SIZE", "page_size",
                           absl::StrCat("page_size is ", page_size, "; it must be 0 or more"),
                           {{"value", absl::StrCat(page_size)}});
}

absl::Status PageTokenError(const absl::Status& parse_error) {
  const bool mismatch = parse_error.code() == absl::StatusCode::kFailedPrecondition;
  return InvalidFieldError(mismatch ? "PAGE_TOKEN_MISMATCH" : "INVALID_PAGE_TOKEN", "page_token",
                           absl::StrCat("page_token ", parse_error.message()), {});
}

absl::Status UnknownMaskPathError(absl::string_view path, absl::string_view message_type,
                                  absl::Span<const std::string> nearest) {
  const std::string shown = Cut(path, kMaxQuotedBytes);
  return InvalidFieldError("UNKNOWN_MASK_PATH", "read_mask",
                           absl::StrCat("read_mask has the path \"", shown, "\", which ",
                                        message_type, " does not have", DidYouMean(nearest)),
                           {{"path", shown},
                            {"message", std::string(message_type)},
                            {"nearest", absl::StrJoin(nearest, ",")}});
}

absl::Status RequestTooLargeError(absl::string_view field, int64_t value, int64_t limit,
                                  absl::string_view unit) {
  return InvalidFieldError(
      "REQUEST_TOO_LARGE", field,
      absl::StrCat(field, " has ", value, " ", unit, "; at most ", limit, " are allowed"),
      {{"value", absl::StrCat(value)},
       {"limit", absl::StrCat(limit)},
       {"unit", std::string(unit)}});
}

absl::Status SnapshotNotReadyError() {
  return RetryableError(absl::StatusCode::kUnavailable, "SNAPSHOT_NOT_READY",
                        absl::StrCat("no data is loaded yet; try again in ", kRetrySeconds, " s"),
                        {{"retry_seconds", absl::StrCat(kRetrySeconds)}});
}

absl::Status InternalError(absl::string_view event_id) {
  return MakeError(
      absl::StatusCode::kInternal, "INTERNAL",
      absl::StrCat("the server could not answer; its log has the cause under event id ", event_id),
      {{"event_id", std::string(event_id)}});
}

bool IsUserError(const absl::Status& status) { return !ErrorReason(status).empty(); }

std::string ErrorReason(const absl::Status& status) {
  google::rpc::ErrorInfo info;
  return ReadDetail(status, &info) ? info.reason() : "";
}

google::rpc::Status ErrorToProto(const absl::Status& status) {
  google::rpc::Status proto;
  proto.set_code(static_cast<int>(status.code()));
  proto.set_message(Cut(status.message(), kMaxErrorBytes));
  std::vector<std::pair<std::string, std::string>> details;
  status.ForEachPayload([&details](absl::string_view type_url, const absl::Cord& value) {
    if (type_url.substr(0, sizeof(kTypePrefix) - 1) != kTypePrefix) return;
    details.emplace_back(std::string(type_url), std::string(value));
  });
  // Abseil leaves the order open; ErrorInfo comes first.
  std::sort(details.begin(), details.end(), [](const auto& a, const auto& b) {
    const auto key = [](const std::string& url) {
      return std::make_pair(url.find("ErrorInfo") == std::string::npos, url);
    };
    return key(a.first) < key(b.first);
  });
  for (auto& [type_url, value] : details) {
    google::protobuf::Any& any = *proto.add_details();
    any.set_type_url(type_url);
    any.set_value(value);
  }
  return proto;
}

}  // namespace cis::server
