// SPDX-License-Identifier: Apache-2.0
#pragma once

// Enums of the API and the words for them in records and on the command line: `GPU_KIND_MIG` is
// "mig", `ERROR_CLASS_NOT_FOUND` is "not-found". A word is the name of the value without the prefix
// that all values of its enum have, in any case, with `-` or `_`.

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/generated_enum_reflection.h"

namespace cis::server {

// The values of one enum by their words. Immutable.
class EnumWords {
 public:
  explicit EnumWords(const google::protobuf::EnumDescriptor& type);

  // Returns the number of the value for `word`; 0, which means not reported, if there is none.
  int NumberOf(absl::string_view word) const;

 private:
  absl::flat_hash_map<std::string, int> numbers_;  // by name without prefix, as in the proto
};

// Returns the word of a value in lower case, with `-`; "" for the zero value and for an unknown
// one.
std::string WordOfNumber(const google::protobuf::EnumDescriptor& type, int number);
template <typename Enum>
std::string WordOfEnum(Enum value) {
  return WordOfNumber(*google::protobuf::GetEnumDescriptor<Enum>(), static_cast<int>(value));
}

// Returns the value of `Enum` for `word`; the zero value if there is none, as for "".
template <typename Enum>
Enum EnumOfWord(absl::string_view word) {
  static const EnumWords& words = *new EnumWords(*google::protobuf::GetEnumDescriptor<Enum>());
  return static_cast<Enum>(words.NumberOf(word));
}

}  // namespace cis::server
