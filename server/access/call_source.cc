// SPDX-License-Identifier: Apache-2.0
#include "server/access/call_source.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace cis::server {
namespace {

constexpr size_t kMaxAddressBytes = 64;
constexpr size_t kMaxRequestIdBytes = 64;

bool IsHex(absl::string_view text, size_t size) {
  return text.size() == size &&
         text.find_first_not_of("0123456789abcdef") == absl::string_view::npos;
}

}  // namespace

bool IsRequestId(absl::string_view text) {
  return !text.empty() && text.size() <= kMaxRequestIdBytes &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' ||
                  c == '.';
         });
}

std::string MakeRequestId() {
  // Two processes that write to one log differ by when they were started.
  static const std::string process =
      absl::StrCat(absl::Hex(absl::ToUnixMicros(absl::Now()), absl::kZeroPad14));
  static std::atomic<uint64_t> count{0};
  return absl::StrCat(process, "-", absl::Hex(count.fetch_add(1) + 1, absl::kZeroPad6));
}

std::string TraceIdOf(absl::string_view traceparent) {
  // VERSION "-" TRACE-ID "-" PARENT-ID "-" FLAGS, all lower-case hexadecimal; later versions may
  // append more.
  const std::vector<absl::string_view> parts = absl::StrSplit(traceparent, '-');
  if (parts.size() < 4 || (parts.size() > 4 && parts[0] == "00")) return "";
  const bool is_form = IsHex(parts[0], 2) && parts[0] != "ff" && IsHex(parts[1], 32) &&
                       IsHex(parts[2], 16) && IsHex(parts[3], 2);
  const bool is_null = parts[1].find_first_not_of('0') == absl::string_view::npos ||
                       parts[2].find_first_not_of('0') == absl::string_view::npos;
  return is_form && !is_null ? std::string(parts[1]) : "";
}

std::optional<std::string> ForwardedAddress(absl::string_view forwarded,
                                            absl::string_view x_forwarded_for) {
  // A proxy adds what it knows at the end; what is before may come from the caller.
  absl::string_view value;
  if (!forwarded.empty()) {
    const absl::string_view last = forwarded.substr(forwarded.rfind(',') + 1);
    for (absl::string_view pair : absl::StrSplit(last, ';')) {
      pair = absl::StripAsciiWhitespace(pair);
      if (absl::StartsWithIgnoreCase(pair, "for=")) value = pair.substr(4);
    }
  } else {
    value = x_forwarded_for.substr(x_forwarded_for.rfind(',') + 1);
  }
  value = absl::StripAsciiWhitespace(value);
  if (absl::ConsumePrefix(&value, "\"")) absl::ConsumeSuffix(&value, "\"");
  if (absl::ConsumePrefix(&value, "[")) {
    value = value.substr(0, value.find(']'));  // IPv6, with a port or not
  } else if (std::count(value.begin(), value.end(), ':') == 1) {
    value = value.substr(0, value.find(':'));  // IPv4 with a port
  }
  const bool is_address =
      !value.empty() && value.size() <= kMaxAddressBytes &&
      value.find_first_not_of("0123456789abcdefABCDEF.:%") == absl::string_view::npos;
  if (!is_address) return std::nullopt;
  return std::string(value);
}

std::string BearerToken(absl::string_view authorization) {
  // The scheme has any case (RFC 7235 section 2.1).
  if (!absl::StartsWithIgnoreCase(authorization, "bearer ")) return "";
  return std::string(absl::StripAsciiWhitespace(authorization.substr(7)));
}

}  // namespace cis::server
