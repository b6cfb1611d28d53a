// SPDX-License-Identifier: Apache-2.0
#include "schema/model/fact.h"

#include <algorithm>

namespace cis {

absl::string_view FormatConfidence(Confidence confidence) {
  switch (confidence) {
    case Confidence::kUnknown:
      return "unknown";
    case Confidence::kGuess:
      return "guess";
    case Confidence::kProbable:
      return "probable";
    case Confidence::kStrong:
      return "strong";
    case Confidence::kVerified:
      return "verified";
  }
  return "unknown";
}

Confidence ParseConfidence(absl::string_view text) {
  for (const Confidence c :
       {Confidence::kGuess, Confidence::kProbable, Confidence::kStrong, Confidence::kVerified}) {
    if (text == FormatConfidence(c)) return c;
  }
  return Confidence::kUnknown;
}

absl::string_view FormatTristate(Tristate value) {
  switch (value) {
    case Tristate::kUnknown:
      return "unknown";
    case Tristate::kNo:
      return "no";
    case Tristate::kYes:
      return "yes";
  }
  return "unknown";
}

Tristate ParseTristate(absl::string_view text) {
  if (text == "yes") return Tristate::kYes;
  if (text == "no") return Tristate::kNo;
  return Tristate::kUnknown;
}

Confidence Provenance::Of(absl::string_view field) const {
  for (const FieldConfidence& fc : confidence) {
    if (fc.field == field) return fc.confidence;
  }
  return Confidence::kUnknown;
}

void Provenance::Set(absl::string_view field, Confidence value) {
  const auto* const place = std::lower_bound(
      confidence.begin(), confidence.end(), field,
      [](const FieldConfidence& entry, absl::string_view name) { return entry.field < name; });
  const auto position = static_cast<size_t>(place - confidence.begin());
  if (place != confidence.end() && place->field == field) {
    confidence.Mutable()[position].confidence = value;
  } else {
    confidence.insert(position, {field, value});
  }
}

}  // namespace cis
