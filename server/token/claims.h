// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/token/identity.h"

namespace cis::server {

// Longer tokens are refused unread.
inline constexpr size_t kMaxTokenBytes = size_t{16} << 10;
// How far the clocks of an issuer and of this machine may differ.
inline constexpr absl::Duration kClockSkew = absl::Seconds(60);

// What a token says, before its signature is verified.
struct Claims {
  std::string algorithm;
  std::string kid;      // empty = none
  std::string payload;  // the bytes that are signed
  std::string issuer_url;
  std::string subject;  // empty = none
  std::vector<std::string> audiences;
  std::vector<std::string> groups;
  std::vector<std::string> scopes;
  absl::Time expire_time = absl::InfinitePast();  // InfinitePast = none
  absl::Time not_before = absl::InfinitePast();
  absl::Time issue_time = absl::InfinitePast();
};

// Reads a token: three parts of base64url, a small header without `crit`, a payload without
// repeated members. Returns kTokenMalformed, or kAlgorithmRefused for `none`, HMAC and `crit`. Keys
// and links to keys in the header are ignored.
absl::StatusOr<Claims> ReadClaims(absl::string_view token);

// Returns kTokenExpired, kTokenNotYetValid, kAudienceWrong or kTokenMalformed if claims whose
// signature is right do not make a token that `issuer` meant for us at this time.
absl::Status CheckClaims(const Claims& claims, const IssuerOptions& issuer, absl::Time now);

// The groups that a UserInfo response states. Returns kTokenMalformed if it is none, or about
// another person than `subject`.
absl::StatusOr<std::vector<std::string>> ReadUserinfo(absl::string_view body,
                                                      absl::string_view subject);

}  // namespace cis::server
