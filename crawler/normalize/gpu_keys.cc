// SPDX-License-Identifier: Apache-2.0
#include "crawler/normalize/gpu_keys.h"

#include <array>
#include <cmath>
#include <cstddef>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"
#include "crawler/normalize/basics.h"

namespace cis::crawler {
namespace {

constexpr double kMaxGib = 1024;
constexpr double kMaxMib = kMaxGib * static_cast<double>(kMibPerGib);

using Role = GpuKey::Role;
using Subject = GpuKey::Subject;

constexpr std::array<std::pair<absl::string_view, Subject>, 3> kSubjects = {{
    {"accelerator", Subject::kAccelerator},
    {"gpu", Subject::kGpu},
    {"vgpu", Subject::kVgpu},
}};
constexpr std::array<std::pair<absl::string_view, Role>, 8> kRoles = {{
    {"count", Role::kCount},
    {"model", Role::kModel},
    {"vendor", Role::kVendor},
    {"memory", Role::kMemory},
    {"type", Role::kType},
    {"kind", Role::kKind},
    {"other", Role::kOther},
    {"hint", Role::kHint},
}};

// Returns the entry of `words` for `word`; absent if there is none.
template <typename Value, std::size_t kSize>
std::optional<Value> ValueOf(const std::array<std::pair<absl::string_view, Value>, kSize>& words,
                             absl::string_view word) {
  for (const auto& [known, value] : words) {
    if (known == word) return value;
  }
  return std::nullopt;
}

// Adds one word of a key to `key`; returns false if it does not fit the words before it.
bool TakeWord(const std::string& word, const std::string& meaning, GpuKey* key) {
  if (meaning == "space") {
    key->scheduler |= word != "hw";
    return true;
  }
  if (meaning == "gib" || meaning == "mib") {
    key->memory_unit_mib = meaning == "gib" ? kMibPerGib : 1;
    return true;
  }
  if (const std::optional<Subject> subject = ValueOf(kSubjects, meaning)) {
    const bool refines = key->subject == Subject::kAccelerator;  // "accelerator:gpu_model"
    if (key->subject != Subject::kNone && !refines) {
      return false;
    }
    key->subject = *subject;
    return true;
  }
  const std::optional<Role> role = ValueOf(kRoles, meaning);
  if (!role.has_value() || (key->role != Role::kWhole && key->role != *role)) {
    return false;
  }
  key->role = *role;
  return true;
}

}  // namespace

GpuKeyRules::GpuKeyRules(const Tables& tables) {
  for (const auto& row : tables.Rows("gpu_keys")) meanings_.emplace(row[0], row[1]);
}

std::optional<GpuKey> GpuKeyRules::Read(absl::string_view key) const {
  GpuKey read;
  std::string word;
  const std::string lower = absl::AsciiStrToLower(key.substr(0, 256)) + " ";
  for (const char c : lower) {
    if (IsAlnum(c)) {
      word += c;
      continue;
    }
    if (word.empty()) {
      continue;
    }
    const auto meaning = meanings_.find(word);
    if (meaning == meanings_.end() || !TakeWord(word, meaning->second, &read)) {
      return std::nullopt;
    }
    word.clear();
  }
  if (read.subject == Subject::kNone) {
    // "type" and ":category" alone classify the flavor.
    if (read.role != Role::kHint && read.role != Role::kType) {
      return std::nullopt;
    }
    read.role = Role::kHint;
  } else if (read.role == Role::kWhole && read.memory_unit_mib > 0) {
    read.role = Role::kMemory;  // "gpu_gb"
  }
  return read;
}

SpecValue ReadSpecValue(absl::string_view value) {
  constexpr std::array<absl::string_view, 8> kSame = {"s==", "==",       "=",    "<in>",
                                                      ">=",  "<all-in>", "<is>", "s>="};
  constexpr std::array<absl::string_view, 4> kOther = {"s!=", "!=", "<not>", "!"};
  value = absl::StripAsciiWhitespace(value);
  SpecValue read;
  for (const absl::string_view op : kSame) {
    if (absl::ConsumePrefix(&value, op)) {
      read.text = std::string(absl::StripAsciiWhitespace(value));
      return read;
    }
  }
  for (const absl::string_view op : kOther) {
    if (absl::ConsumePrefix(&value, op)) {
      read.negated = true;
      break;
    }
  }
  read.text = std::string(absl::StripAsciiWhitespace(value));
  return read;
}

std::optional<int64_t> ParseGpuMemoryMib(absl::string_view value, int64_t unit_mib) {
  std::string text = absl::AsciiStrToLower(absl::StripAsciiWhitespace(value));
  std::size_t end = 0;
  while (end < text.size() &&
         (absl::ascii_isdigit(static_cast<unsigned char>(text[end])) || text[end] == '.')) {
    ++end;
  }
  const std::string unit(absl::StripAsciiWhitespace(absl::string_view(text).substr(end)));
  double number = 0;
  if (!absl::SimpleAtod(absl::string_view(text).substr(0, end), &number) || !(number > 0) ||
      number > kMaxMib) {
    return std::nullopt;
  }
  if (unit == "g" || unit == "gb" || unit == "gib") {
    unit_mib = kMibPerGib;
  } else if (unit == "m" || unit == "mb" || unit == "mib") {
    unit_mib = 1;
  } else if (!unit.empty()) {
    return std::nullopt;
  }
  if (unit_mib == 0) {
    unit_mib = number >= kMaxGib ? 1 : kMibPerGib;
  }
  const double mib = number * static_cast<double>(unit_mib);
  return mib <= kMaxMib ? std::optional<int64_t>(std::llround(mib)) : std::nullopt;
}

}  // namespace cis::crawler
