// SPDX-License-Identifier: Apache-2.0
#pragma once

// Messages, made from the descriptions in schema/model/fields.h.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "schema/model/fields.h"
#include "schema/model/known.h"
#include "schema/model/vo_support.h"
#include "server/service/enum_words.h"
#include "server/service/proto_values.h"

namespace cis::server {

// Returns the word of a value of an enumeration of records; empty for a value that means "not
// reported".
inline absl::string_view WordOf(NetworkUse use) { return FormatNetworkUse(use); }
inline absl::string_view WordOf(Kind kind) { return FormatKind(kind); }
inline absl::string_view WordOf(VoSupport support) { return FormatVoSupport(support); }
inline absl::string_view WordOf(ErrorClass error) {
  return error == ErrorClass::kNone ? "" : FormatErrorClass(error);
}

// Writes one known member into the field that CIS_MESSAGE_FIELD finds in a message. Leaves the
// field unset if the member's own type says that it is not known.
template <typename Member>
class FieldWriter {
 public:
  explicit FieldWriter(const Member& member) : member_(member) {}

  // `Target` is the type of the field.
  template <typename Target, typename Setter>
  void Set(const Target&, Setter set) const {
    SetValue<Target>(member_, set);
  }
  template <typename Mutable>
  void Fill(Mutable field) const {
    FillParts(member_, field);
  }

 private:
  template <typename Target, typename Value, typename Setter>
  void SetValue(const Value& value, Setter set) const {
    if constexpr (std::is_convertible_v<Value, absl::string_view>) {
      SetWord<Target>(value, set);
    } else if constexpr (std::is_same_v<Value, Tristate>) {
      if (IsKnown(value)) set(value == Tristate::kYes);
    } else if constexpr (std::is_enum_v<Value>) {
      SetWord<Target>(WordOf(value), set);
    } else {
      static_assert(std::is_arithmetic_v<Value> && std::is_arithmetic_v<Target>);
      set(static_cast<Target>(value));
    }
  }
  template <typename Target, typename Value, typename Setter>
  void SetValue(const std::optional<Value>& value, Setter set) const {
    if (value.has_value()) SetValue<Target>(*value, set);
  }

  // A text, or the enum's value for it.
  template <typename Target, typename Setter>
  void SetWord(absl::string_view text, Setter set) const {
    if (text.empty()) return;
    if constexpr (std::is_enum_v<Target>) {
      set(EnumOfWord<Target>(text));
    } else {
      set(std::string(text));
    }
  }

  template <typename Mutable>
  static void FillParts(absl::Time time, Mutable field) {
    if (IsKnown(time)) *field() = TimeToProto(time);
  }
  template <typename Mutable>
  static void FillParts(const std::vector<std::string>& texts, Mutable field) {
    for (const std::string& text : texts) *field()->Add() = text;
  }
  template <typename Mutable>
  static void FillParts(const SharedList<SharedText>& texts, Mutable field) {
    for (const SharedText& text : texts) *field()->Add() = std::string(text);
  }
  template <typename Mutable>
  static void FillParts(const TextMap& entries, Mutable field) {
    for (const auto& [key, value] : entries) (*field())[std::string(key)] = std::string(value);
  }
  template <typename Value, typename Mutable>
  static void FillParts(const std::map<std::string, Value>& entries, Mutable field) {
    for (const auto& [key, value] : entries) (*field())[key] = value;
  }
  template <typename Value, typename Mutable>
  static void FillParts(const std::optional<Value>& value, Mutable field) {
    if (value.has_value()) FillParts(*value, field);
  }

  const Member& member_;
};

// Sets every field of `message` that fields.h describes under its name: numbers, flags, texts,
// words of enums, times, lists and maps. What is not known stays unset. The caller sets the fields
// that the API computes (resource names, states, counts).
template <typename Record, typename Message>
void FieldsToProto(const Record& record, Message* message) {
  DescribeFields(OfRecord<Record>(), [&](const auto& field) {
    if (!field.info.IsKnown(record)) return;
    field.access(*message, FieldWriter(record.*field.member));
  });
}

}  // namespace cis::server
