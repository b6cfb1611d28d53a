// SPDX-License-Identifier: Apache-2.0
#include "client/cli/access_advice.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"

namespace cis::client {
namespace {

constexpr struct {
  absl::string_view code;
  absl::string_view advice;
} kTokenAdvice[] = {
    {"TOKEN_MALFORMED", "send an access token, not a refresh token or a mytoken"},
    {"TOKEN_EXPIRED", "get a new one from its issuer"},
    {"TOKEN_NOT_YET_VALID", "compare the clocks of the issuer and the server"},
    {"ISSUER_UNKNOWN",
     "send a token of an issuer that this server trusts; its operator knows them"},
    {"ISSUER_UNAVAILABLE", "try again when its issuer answers the server"},
    {"ALGORITHM_REFUSED", "ask the operator of the server which algorithms its issuer may use"},
    {"KEY_UNKNOWN", "get a new one from its issuer, which may have replaced its keys"},
    {"SIGNATURE_INVALID", "get a new one from its issuer; this one may be cut or changed"},
    {"AUDIENCE_WRONG", "request one from its issuer with this server as its audience"},
};

// Without a code, the server's own words are all there is to say.
std::string TokenAdvice(absl::string_view code) {
  if (code.empty()) return "";
  const auto* const row = std::find_if(std::begin(kTokenAdvice), std::end(kTokenAdvice),
                                       [code](const auto& known) { return known.code == code; });
  return absl::StrCat(
      "; ", code, ": ",
      row == std::end(kTokenAdvice) ? "get a new one from its issuer" : row->advice);
}

}  // namespace

std::string AccessAdvice(const Refusal& refusal) {
  const bool is_denied = refusal.reason == "ACCESS_DENIED";
  const bool is_about_token =
      refusal.reason == "TOKEN_REFUSED" || refusal.reason == "TOKEN_NOT_VERIFIED";
  if (!is_denied && !is_about_token) return "";
  if (refusal.token_source.empty()) {
    return absl::StrCat(
        "This call carried no token; ",
        is_denied ? "if the server accepts tokens, " : "a proxy may have added one; ",
        "send yours with --token-file FILE, OIDC_ACCESS_TOKEN or --oidc-agent ACCOUNT");
  }
  if (is_denied) {
    return absl::StrCat("This call carried ", refusal.token_source,
                        ", which does not help here; ask the operator of the server for access");
  }
  return absl::StrCat("This call carried ", refusal.token_source, TokenAdvice(refusal.code));
}

}  // namespace cis::client
