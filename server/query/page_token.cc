// SPDX-License-Identifier: Apache-2.0
#include "server/query/page_token.h"

#include <memory>
#include <utility>

#include "absl/strings/escaping.h"
#include "cis/internal/page_token.pb.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "schema/base/fnv1a.h"

namespace cis::server {
namespace {

// Returns false if `text` was not made by FormatPageToken.
bool Decode(absl::string_view text, internal::PageToken* token) {
  std::string bytes;
  return text.size() <= kMaxPageTokenBytes && absl::WebSafeBase64Unescape(text, &bytes) &&
         token->ParseFromString(bytes) && !token->last_key().empty();
}

}  // namespace

uint64_t FingerprintRequest(const google::protobuf::Message& request) {
  const google::protobuf::Descriptor& type = *request.GetDescriptor();
  std::unique_ptr<google::protobuf::Message> rest(request.New());
  rest->CopyFrom(request);
  for (const char* paging : {"page_size", "page_token"}) {
    if (const auto* field = type.FindFieldByName(paging)) {
      rest->GetReflection()->ClearField(rest.get(), field);
    }
  }
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    rest->SerializeToCodedStream(&coded);
  }
  // The same on every server, so that a token may be used with another replica.
  return Fnv1a(bytes, Fnv1a(type.full_name()));
}

std::string FormatPageToken(uint64_t fingerprint, const PageCursor& cursor) {
  internal::PageToken token;
  token.set_request_fingerprint(fingerprint);
  for (const std::string& key : cursor.last_key) token.add_last_key(key);
  token.set_generation(cursor.version.generation);
  token.set_database_id(cursor.version.database_id);
  token.set_time_ns(absl::ToUnixNanos(cursor.time));
  return absl::WebSafeBase64Escape(token.SerializeAsString());
}

absl::Status NotAPageToken() {
  return absl::InvalidArgumentError(
      "was not issued by this service; send next_page_token of the previous page unchanged, or no "
      "token for the first page");
}

absl::StatusOr<PageCursor> ParsePageToken(absl::string_view text, uint64_t fingerprint,
                                          int64_t database_id) {
  internal::PageToken token;
  if (!Decode(text, &token)) return NotAPageToken();
  if (token.time_ns() == 0) {
    return absl::InvalidArgumentError(
        "was issued by an earlier version of this service and does not record when the first page "
        "was answered; start again without a token");
  }
  if (token.request_fingerprint() != fingerprint) {
    return absl::FailedPreconditionError(
        "was issued for another request; leave all fields but page_size unchanged, or start again "
        "without a token");
  }
  if (token.database_id() != 0 && token.database_id() != database_id) {
    return absl::FailedPreconditionError(
        "was issued before the database was replaced; start again without a token");
  }
  PageCursor cursor;
  cursor.last_key.assign(token.last_key().begin(), token.last_key().end());
  cursor.version = {token.database_id(), token.generation(), 0};
  cursor.time = absl::FromUnixNanos(token.time_ns());
  return cursor;
}

absl::Time TimeOfFirstPage(absl::string_view text, absl::Time now) {
  internal::PageToken token;
  if (text.empty() || !Decode(text, &token) || token.time_ns() == 0) return now;
  return absl::FromUnixNanos(token.time_ns());
}

}  // namespace cis::server
