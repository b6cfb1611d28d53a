// SPDX-License-Identifier: Apache-2.0

// Any text as a file of overrides: refused with its place, or entries that can be applied.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "crawler/overrides/corrector.h"
#include "crawler/overrides/overrides.h"
#include "tests/support/builders.h"
#include "tests/support/compiled_rules.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  auto overrides = cis::crawler::ParseOverrides("FILE", text);
  if (!overrides.ok()) {
    if (!absl::StartsWith(overrides.status().message(), "FILE:")) std::abort();
    return 0;
  }
  cis::crawler::Corrector corrector(*std::move(overrides), cis::crawler::CompiledRules());
  cis::RecordSet records;
  records.share = cis::MakeShare("CESGA", "ops");
  records.kind = cis::Kind::kImages;
  records.images = {cis::MakeImage("x"), cis::MakeImage("y")};
  corrector.Apply(&records);
  records.kind = cis::Kind::kFlavors;
  records.flavors = {cis::MakeFlavor("x")};
  corrector.Apply(&records);
  records.kind = cis::Kind::kNetworks;
  records.network_set.networks = {cis::MakeNetwork("x", cis::NetworkUse::kFloatingPool)};
  corrector.Apply(&records);
  if (corrector.Problems({}).size() > cis::crawler::Corrector::kMaxProblems) std::abort();
  return 0;
}
