#include "server/service/enum_words.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"

namespace cis {

EnumWords::EnumWords(const google::protobuf::EnumDescriptor& type) {
  // The zero value is PREFIX_UNSPECIFIED (buf lint holds it).
  const std::string zero(type.value(0)->name());
  const absl::string_view prefix = absl::StripSuffix(zero, "UNSPECIFIED");
  for (int i = 1; i < type.value_count(); ++i) {
    const std::string name(type.value(i)->name());
    numbers_[std::string(absl::StripPrefix(name, prefix))] = type.value(i)->number();
  }
}

int EnumWords::NumberOf(absl::string_view word) const {
  if (word.empty()) return 0;
  std::string key = absl::AsciiStrToUpper(word);
  std::replace(key.begin(), key.end(), '-', '_');
  const auto it = numbers_.find(key);
  return it == numbers_.end() ? 0 : it->second;
}

}  // namespace cis
