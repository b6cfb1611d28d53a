// SPDX-License-Identifier: Apache-2.0
#include "crawler/overrides/override_fields.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/civil_time.h"
#include "schema/base/spelling.h"
#include "schema/model/fields.h"
#include "schema/model/known.h"

namespace cis::crawler {
namespace {

constexpr size_t kMaxFieldBytes = 255;

// How values of one type of member are written. `info` is what fields.h says of the member.

// "a date such as 2026-11-22": what a value must be, for messages.
template <typename Record>
std::string FormOf(const FieldInfo<Record>& info, const SharedText&) {
  if (info.words != nullptr) {
    return absl::StrCat("one of ", absl::StrJoin(info.words->words, ", "));
  }
  switch (info.form) {
    case TextForm::kAny:
      return "a string of at most 255 bytes without control characters";
    case TextForm::kId:
      return "a lower-case id such as almalinux or centos-stream";
    case TextForm::kDay:
      return "a date such as 2026-11-22";
  }
  return "";
}
template <typename Record>
std::string FormOf(const FieldInfo<Record>&, const std::optional<int64_t>&) {
  return "a whole number, 0 or more";
}
template <typename Record>
std::string FormOf(const FieldInfo<Record>&, const std::optional<double>&) {
  return "a number, 0 or more (a quarter of one is 0.25)";
}
template <typename Record>
std::string FormOf(const FieldInfo<Record>&, bool) {
  return "true or false";
}
template <typename Record>
std::string FormOf(const FieldInfo<Record>&, std::optional<bool>) {
  return "true or false";
}
template <typename Record>
std::string FormOf(const FieldInfo<Record>&, Tristate) {
  return "yes or no";
}
template <typename Record>
std::string FormOf(const FieldInfo<Record>& info, NetworkUse) {
  return FormOf(info, SharedText());
}

// Sets the member to a value. Returns false if the value does not have the right form. Empty means
// unknown.
template <typename Record>
bool Read(const FieldInfo<Record>& info, absl::string_view value, SharedText* member) {
  *member = value;
  if (value.empty()) return true;
  if (info.words != nullptr) {
    const auto& words = info.words->words;
    return std::find(words.begin(), words.end(), value) != words.end();
  }
  if (value.size() > kMaxFieldBytes) return false;
  absl::CivilDay day;
  switch (info.form) {
    case TextForm::kAny:
      return std::none_of(value.begin(), value.end(),
                          [](unsigned char c) { return absl::ascii_iscntrl(c); });
    case TextForm::kId:
      return std::all_of(value.begin(), value.end(), [](unsigned char c) {
        return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-';
      });
    case TextForm::kDay:
      return value.size() == 10 && absl::ParseCivilTime(value, &day);
  }
  return false;
}
template <typename Record>
bool Read(const FieldInfo<Record>&, absl::string_view value, std::optional<int64_t>* member) {
  member->reset();
  int64_t number = 0;
  if (value.empty()) return true;
  if (!absl::SimpleAtoi(value, &number) || number < 0) return false;
  *member = number;
  return true;
}
template <typename Record>
bool Read(const FieldInfo<Record>&, absl::string_view value, std::optional<double>* member) {
  member->reset();
  double number = 0;
  if (value.empty()) return true;
  if (!absl::SimpleAtod(value, &number) || !std::isfinite(number) || number < 0) return false;
  *member = number;
  return true;
}

std::optional<bool> ParseFlag(absl::string_view value) {
  if (value == "true" || value == "yes") return true;
  if (value == "false" || value == "no") return false;
  return std::nullopt;
}

// A flag that is never unknown.
template <typename Record>
bool Read(const FieldInfo<Record>&, absl::string_view value, bool* member) {
  const std::optional<bool> flag = ParseFlag(value);
  *member = flag.value_or(false);
  return flag.has_value();
}
template <typename Record>
bool Read(const FieldInfo<Record>&, absl::string_view value, std::optional<bool>* member) {
  *member = ParseFlag(value);
  return value.empty() || member->has_value();
}
template <typename Record>
bool Read(const FieldInfo<Record>&, absl::string_view value, Tristate* member) {
  const std::optional<bool> flag = ParseFlag(value);
  *member = flag.has_value() ? (*flag ? Tristate::kYes : Tristate::kNo) : Tristate::kUnknown;
  return value.empty() || flag.has_value();
}
template <typename Record>
bool Read(const FieldInfo<Record>&, absl::string_view value, NetworkUse* member) {
  *member = ParseNetworkUse(value);
  return FormatNetworkUse(*member) == value;
}

// The member as an override would write it; empty if it is not known.
std::string Write(const SharedText& member) { return std::string(member); }
std::string Write(bool member) { return member ? "true" : "false"; }
std::string Write(std::optional<bool> member) { return member.has_value() ? Write(*member) : ""; }
template <typename Number>
std::string Write(const std::optional<Number>& member) {
  return member.has_value() ? absl::StrCat(*member) : "";
}
std::string Write(Tristate member) {
  return IsKnown(member) ? std::string(FormatTristate(member)) : "";
}
std::string Write(NetworkUse member) { return std::string(FormatNetworkUse(member)); }

// Sets the members that are derived from the member `set`.
void Follow(absl::string_view set, Flavor* flavor) {
  if (set == "disk_gib") flavor->boot_from_volume = flavor->disk_gib == 0;
}
void Follow(absl::string_view set, Network* network) {
  if (set != "usable_as") return;
  network->also_floating_pool = false;
  if (network->usable_as == NetworkUse::kDirect || network->usable_as == NetworkUse::kTenant) {
    network->attachable = Tristate::kYes;
  }
}
void Follow(absl::string_view /*set*/, Image* /*image*/) {}

template <typename Record>
struct Field {
  std::string name;
  std::string form;  // of the value, for messages
  // Sets the value, or returns false if it is not of the form. Empty means unknown.
  std::function<bool(absl::string_view value, Record*)> set;
  std::function<std::string(const Record&)> get;
};

template <typename Record>
using Fields = std::vector<Field<Record>>;

// The fields of `Record` that fields.h has as kSettable.
template <typename Record>
const Fields<Record>& SettableFields() {
  static const auto& fields = *[] {
    auto* made = new Fields<Record>();
    DescribeFields(OfRecord<Record>(), [made](const auto& described) {
      const FieldInfo<Record>& info = described.info;
      const auto member = described.member;
      // Only types with a written form.
      if constexpr (requires(Record * record) { Read(info, "", &(record->*member)); }) {
        if (!info.Has(kSettable)) return;
        made->push_back({std::string(info.member), FormOf(info, Record().*member),
                         [info, member](absl::string_view value, Record* record) {
                           const bool is_good = Read(info, value, &(record->*member));
                           Follow(info.member, record);
                           return is_good;
                         },
                         [member](const Record& record) { return Write(record.*member); }});
      }
    });
    return made;
  }();
  return fields;
}

template <typename Record>
const Field<Record>* FindField(const Fields<Record>& fields, absl::string_view name) {
  for (const Field<Record>& field : fields) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

// Returns the value inside a record that `unknown` means.
absl::string_view ValueOf(absl::string_view value) {
  return value == kUnknownValue ? absl::string_view() : value;
}

template <typename Record>
std::vector<std::string> NamesOf(const Fields<Record>& fields) {
  std::vector<std::string> names;
  for (const Field<Record>& field : fields) names.push_back(field.name);
  return names;
}

template <typename Record>
absl::Status Check(const Fields<Record>& fields, absl::string_view singular, absl::string_view name,
                   absl::string_view value) {
  const Field<Record>* field = FindField(fields, name);
  if (field == nullptr) {
    const std::vector<std::string> names = NamesOf(fields);
    const std::vector<std::string> near = NearestNames(name, names, 1);
    return absl::InvalidArgumentError(
        absl::StrCat("\"", name, "\" is not a field of ", singular, " that can be set; ",
                     near.empty() ? absl::StrCat("it must be one of ", absl::StrJoin(names, ", "))
                                  : absl::StrCat("did you mean ", near.front(), "?")));
  }
  Record scratch;
  if (value.empty() || !field->set(ValueOf(value), &scratch)) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, " is \"", value, "\"; it must be ", field->form, ", or unknown"));
  }
  return absl::OkStatus();
}

template <typename Record>
void Set(const Fields<Record>& fields, absl::string_view name, absl::string_view value,
         Record* record) {
  if (const Field<Record>* field = FindField(fields, name)) field->set(ValueOf(value), record);
}

template <typename Record>
std::string Get(const Fields<Record>& fields, absl::string_view name, const Record& record) {
  const Field<Record>* field = FindField(fields, name);
  return field == nullptr ? "" : field->get(record);
}

}  // namespace

std::vector<std::string> OverridableFields(Kind kind) {
  switch (kind) {
    case Kind::kImages:
      return NamesOf(SettableFields<Image>());
    case Kind::kFlavors:
      return NamesOf(SettableFields<Flavor>());
    case Kind::kNetworks:
      return NamesOf(SettableFields<Network>());
    case Kind::kAuth:
    case Kind::kQuotas:
      break;
  }
  return {};
}

absl::Status CheckOverrideValue(Kind kind, absl::string_view field, absl::string_view value) {
  switch (kind) {
    case Kind::kImages:
      return Check(SettableFields<Image>(), "an image", field, value);
    case Kind::kFlavors:
      return Check(SettableFields<Flavor>(), "a flavor", field, value);
    case Kind::kNetworks:
      return Check(SettableFields<Network>(), "a network", field, value);
    case Kind::kAuth:
    case Kind::kQuotas:
      break;
  }
  return absl::InvalidArgumentError(
      absl::StrCat(FormatKind(kind), " cannot be overridden; images, flavors and networks can"));
}

void SetField(absl::string_view field, absl::string_view value, Image* image) {
  Set(SettableFields<Image>(), field, value, image);
}
void SetField(absl::string_view field, absl::string_view value, Flavor* flavor) {
  Set(SettableFields<Flavor>(), field, value, flavor);
}
void SetField(absl::string_view field, absl::string_view value, Network* network) {
  Set(SettableFields<Network>(), field, value, network);
}

std::string GetField(absl::string_view field, const Image& image) {
  return Get(SettableFields<Image>(), field, image);
}
std::string GetField(absl::string_view field, const Flavor& flavor) {
  return Get(SettableFields<Flavor>(), field, flavor);
}
std::string GetField(absl::string_view field, const Network& network) {
  return Get(SettableFields<Network>(), field, network);
}

}  // namespace cis::crawler
