// SPDX-License-Identifier: Apache-2.0
#include "server/service/enum_words.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"

namespace cis::server {
namespace {

// What all names of values begin with: the zero value is PREFIX_UNSPECIFIED (buf lint holds it).
absl::string_view PrefixOf(const google::protobuf::EnumDescriptor& type) {
  return absl::StripSuffix(type.value(0)->name(), "UNSPECIFIED");
}

}  // namespace

EnumWords::EnumWords(const google::protobuf::EnumDescriptor& type) {
  for (int i = 1; i < type.value_count(); ++i) {
    const absl::string_view name = type.value(i)->name();
    numbers_[std::string(absl::StripPrefix(name, PrefixOf(type)))] = type.value(i)->number();
  }
}

int EnumWords::NumberOf(absl::string_view word) const {
  if (word.empty()) return 0;
  std::string key = absl::AsciiStrToUpper(word);
  std::replace(key.begin(), key.end(), '-', '_');
  const auto it = numbers_.find(key);
  return it == numbers_.end() ? 0 : it->second;
}

std::string WordOfNumber(const google::protobuf::EnumDescriptor& type, int number) {
  const google::protobuf::EnumValueDescriptor* value = type.FindValueByNumber(number);
  if (value == nullptr || number == 0) return "";
  std::string word =
      absl::AsciiStrToLower(absl::StripPrefix(absl::string_view(value->name()), PrefixOf(type)));
  std::replace(word.begin(), word.end(), '_', '-');
  return word;
}

}  // namespace cis::server
