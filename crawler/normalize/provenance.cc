// SPDX-License-Identifier: Apache-2.0
#include "crawler/normalize/provenance.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "crawler/normalize/json_reader.h"

namespace cis::crawler {
namespace {

constexpr std::size_t kMaxEvidenceBytes = 200;

}  // namespace

void AddEvidence(Provenance* provenance, absl::string_view field, absl::string_view source,
                 absl::string_view value) {
  provenance->evidence.push_back({field, source, CutUtf8(value, kMaxEvidenceBytes)});
}

void SetConfidence(Provenance* provenance, absl::string_view field, Confidence confidence) {
  provenance->Set(field, confidence);
}

void AddWarning(Provenance* provenance, absl::string_view code, absl::string_view text) {
  SharedText warning = absl::StrCat(code, ": ", text);
  auto& warnings = provenance->warnings;
  if (std::find(warnings.begin(), warnings.end(), warning) == warnings.end()) {
    warnings.push_back(std::move(warning));
  }
}

}  // namespace cis::crawler
