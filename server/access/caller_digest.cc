// SPDX-License-Identifier: Apache-2.0
#include "server/access/caller_digest.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "server/token/jose.h"

namespace cis::server {
namespace {

constexpr size_t kKeyBytes = 32;
constexpr size_t kShownBytes = 8;

}  // namespace

CallerDigest::CallerDigest(std::string key)
    : key_(key.empty() ? RandomBytes(kKeyBytes) : std::move(key)) {}

std::string CallerDigest::Of(absl::string_view issuer_url, absl::string_view subject) const {
  // The length keeps apart what is of the issuer and what of the subject.
  const Sha256 digest =
      KeyedDigestOf(key_, absl::StrCat(issuer_url.size(), ":", issuer_url, subject));
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest.data()), kShownBytes));
}

}  // namespace cis::server
