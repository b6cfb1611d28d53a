// SPDX-License-Identifier: Apache-2.0

// Any text as a JWK set: refused, or keys that are found and refuse a signature that is wrong.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>

#include "server/token/key_set.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // {"alg":"RS256"}.{}.A and the same for ES256
  static constexpr const char* kTokens[][2] = {{"RS256", "eyJhbGciOiJSUzI1NiJ9.e30.AAAA"},
                                               {"ES256", "eyJhbGciOiJFUzI1NiJ9.e30.AAAA"}};
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const std::optional<cis::server::KeySet> keys = cis::server::KeySet::Parse(text);
  if (!keys.has_value()) return 0;
  if (keys->size() > 64) std::abort();
  for (const auto& [algorithm, token] : kTokens) {
    const cis::server::PublicKey* key = keys->Find("", algorithm);
    if (key != nullptr && key->Verify(token).has_value()) std::abort();
  }
  return 0;
}
