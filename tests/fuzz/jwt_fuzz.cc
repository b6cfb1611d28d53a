// SPDX-License-Identifier: Apache-2.0

// Any text as a token: refused, or claims with an algorithm that is asymmetric. No text is signed
// by keys whose private halves nobody has.

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "server/token/claims.h"
#include "server/token/key_set.h"
#include "server/token/token_error.h"

namespace {

// The keys of RFC 7517, A.1.
constexpr char kKeys[] = R"({"keys":[
{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
"y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","use":"sig","kid":"1"},
{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
"e":"AQAB","alg":"RS256","kid":"2"}]})";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto keys = cis::server::KeySet::Parse(kKeys);
  if (!keys.has_value() || keys->size() != 2) std::abort();
  const absl::string_view token(reinterpret_cast<const char*>(data), size);
  const auto claims = cis::server::ReadClaims(token);
  if (!claims.ok()) {
    if (!cis::server::GetTokenError(claims.status()).has_value()) std::abort();
  } else {
    if (cis::server::KeyFamilyOf(claims->algorithm).empty()) std::abort();
    const cis::server::IssuerOptions issuer{claims->issuer_url, {"cis"}, {claims->algorithm}};
    cis::server::CheckClaims(*claims, issuer, absl::FromUnixSeconds(1800000000)).IgnoreError();
  }
  // cjose sees the text even where the checks before it refuse it.
  for (const char* algorithm : {"RS256", "ES256"}) {
    if (keys->Find("", algorithm)->Verify(token).has_value()) std::abort();
  }
  return 0;
}
