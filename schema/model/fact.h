#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace cis {

// How sure an inferred fact is. Ordered: a larger value is surer.
enum class Confidence { kUnknown = 0, kGuess, kProbable, kStrong, kVerified };

// "unknown", "guess", "probable", "strong" or "verified".
absl::string_view FormatConfidence(Confidence confidence);
// Returns kUnknown for any other text.
Confidence ParseConfidence(absl::string_view text);

// A three-valued answer: unknown is not no.
enum class Tristate { kUnknown = 0, kNo, kYes };

// "unknown", "no" or "yes".
absl::string_view FormatTristate(Tristate value);
Tristate ParseTristate(absl::string_view text);

// The origin of one normalised fact.
struct Evidence {
  std::string field;   // the record field, e.g. "os_distro"
  std::string source;  // where it was found, e.g. "property:os_distro", "name", "floatingip_pools"
  std::string value;   // what was found there, shortened to 200 bytes

  friend bool operator==(const Evidence&, const Evidence&) = default;
};

// How sure one field of a record is.
struct FieldConfidence {
  std::string field;
  Confidence confidence = Confidence::kUnknown;

  friend bool operator==(const FieldConfidence&, const FieldConfidence&) = default;
};

// Everything that explains the inferred fields of one record.
struct Provenance {
  std::vector<Evidence> evidence;           // in the order the rules used it
  std::vector<FieldConfidence> confidence;  // one entry per field, ordered by field
  std::vector<std::string> warnings;        // stable codes with text: "OS_CONFLICT: ..."

  // Returns kUnknown if the field has no entry.
  Confidence Of(absl::string_view field) const;

  friend bool operator==(const Provenance&, const Provenance&) = default;
};

}  // namespace cis
