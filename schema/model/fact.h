// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"
#include "schema/base/shared_list.h"
#include "schema/base/shared_text.h"

namespace cis {

// How sure an inferred fact is. Ordered: a larger value is surer.
enum class Confidence : uint8_t { kUnknown = 0, kGuess, kProbable, kStrong, kVerified };

// "unknown", "guess", "probable", "strong" or "verified".
absl::string_view FormatConfidence(Confidence confidence);
// Returns kUnknown for any other text.
Confidence ParseConfidence(absl::string_view text);

// A three-valued answer: unknown is not no.
enum class Tristate : uint8_t { kUnknown = 0, kNo, kYes };

// "unknown", "no" or "yes".
absl::string_view FormatTristate(Tristate value);
Tristate ParseTristate(absl::string_view text);

// The origin of one normalised fact.
struct Evidence {
  SharedText field;   // the record field, e.g. "os_distro"
  SharedText source;  // where it was found, e.g. "property:os_distro", "name", "floatingip_pools"
  SharedText value;   // what was found there, shortened to 200 bytes

  friend bool operator==(const Evidence&, const Evidence&) = default;
};

// How sure one field of a record is.
struct FieldConfidence {
  SharedText field;
  Confidence confidence = Confidence::kUnknown;

  friend bool operator==(const FieldConfidence&, const FieldConfidence&) = default;
};

// Everything that explains the inferred fields of one record.
struct Provenance {
  SharedList<Evidence> evidence;           // in the order the rules used it
  SharedList<FieldConfidence> confidence;  // one entry per field, ordered by field
  SharedList<SharedText> warnings;         // stable codes with text: "OS_CONFLICT: ..."

  // Returns kUnknown if the field has no entry.
  Confidence Of(absl::string_view field) const;
  // Sets the confidence of the field.
  void Set(absl::string_view field, Confidence value);

  friend bool operator==(const Provenance&, const Provenance&) = default;
};

}  // namespace cis
