// SPDX-License-Identifier: Apache-2.0
#pragma once

// Fields of lists, made from the descriptions in schema/model/fields.h.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "schema/model/fields.h"
#include "schema/model/known.h"
#include "schema/model/vo_support.h"
#include "server/query/field.h"

namespace cis::server {

// A member as a value of a row. The view of a text is valid as long as the member.
inline FieldValue ListedValue(absl::string_view text) { return text; }
inline FieldValue ListedValue(bool flag) { return flag; }
inline FieldValue ListedValue(int number) { return int64_t{number}; }
inline FieldValue ListedValue(int64_t number) { return number; }
inline FieldValue ListedValue(absl::Time time) { return time; }
inline FieldValue ListedValue(NetworkUse use) { return FormatNetworkUse(use); }
inline FieldValue ListedValue(Tristate answer) {
  if (!IsKnown(answer)) return std::monostate();
  return answer == Tristate::kYes;
}
template <typename Value>
requires std::is_arithmetic_v<Value> FieldValue ListedValue(const std::optional<Value>& value) {
  return OptionalValue(value);
}

template <typename Member>
inline constexpr bool kIsText = std::is_convertible_v<const Member&, absl::string_view>;
template <typename Member>
inline constexpr bool kIsTextList = std::is_same_v<Member, std::vector<std::string>> ||
                                    std::is_same_v<Member, SharedList<SharedText>>;

// The type of a field whose members are of type `Member`.
template <typename Record, typename Member>
FieldType ListedType(const FieldInfo<Record>& info) {
  if (info.version_of != nullptr) return FieldType::kVersion;
  if (info.words != nullptr && info.words->is_closed()) return FieldType::kWord;
  if constexpr (kIsText<Member>) return FieldType::kText;
  if constexpr (std::is_same_v<Member, absl::Time>) return FieldType::kTime;
  if constexpr (kIsTextList<Member>) return FieldType::kTextList;
  constexpr bool kIsFlag = std::is_same_v<Member, bool> || std::is_same_v<Member, Tristate> ||
                           std::is_same_v<Member, std::optional<bool>>;
  return kIsFlag ? FieldType::kBool : FieldType::kNumber;
}

// Makes the function that reads the member of `record_of(row)`.
template <typename Row, typename RecordOf, typename Record, typename Member>
FieldReader<Row> ListedReader(RecordOf record_of, const FieldInfo<Record>& info,
                              Member Record::*member) {
  FieldReader<Row> reader;
  if constexpr (kIsTextList<Member>) {
    reader.any_of = [record_of, member](const Row& row, TextTest test) {
      return absl::c_any_of(record_of(row).*member, test);
    };
  } else {
    reader.value = [record_of, member](const Row& row) {
      return ListedValue(record_of(row).*member);
    };
    if (info.known != nullptr) {
      reader.value = [record_of, known = info.known,
                      value = std::move(reader.value)](const Row& row) -> FieldValue {
        if (!known(record_of(row))) return std::monostate();
        return value(row);
      };
    }
    if (info.version_of != nullptr) {
      reader.distro = [record_of, distro = info.version_of](const Row& row) {
        return absl::string_view(record_of(row).*distro);
      };
    }
  }
  return reader;
}

// Adds all fields of a record that are kListed. `record_of` returns a row's record by reference.
template <typename Row, typename RecordOf>
void AddDescribedFields(FieldTable<Row>& table, RecordOf record_of) {
  using Record = std::remove_cvref_t<decltype(record_of(std::declval<const Row&>()))>;
  DescribeFields(OfRecord<Record>(), [&](const auto& field) {
    using Member = std::remove_cvref_t<decltype(std::declval<Record>().*field.member)>;
    // Lists of key-value pairs cannot be filtered.
    if constexpr (requires(const Member& member) { ListedValue(member); } || kIsTextList<Member>) {
      if (!field.info.Has(kListed)) return;
      table.Add(
          {std::string(field.info.name), ListedType<Record, Member>(field.info), field.info.words},
          ListedReader<Row>(record_of, field.info, field.member));
    }
  });
}

}  // namespace cis::server
