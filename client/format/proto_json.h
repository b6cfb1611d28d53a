// SPDX-License-Identifier: Apache-2.0
#pragma once

// Messages as JSON: proto3's JSON mapping, with choices that suit people and scripts: names in
// snake_case; every field present, `null` if a value is not known (unset `optional` and messages);
// 64-bit integers as JSON numbers up to 2^53 (beyond: strings); whole doubles without a decimal
// point. Any proto3 JSON parser can read the result.

#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/generated_enum_reflection.h>
#include <google/protobuf/message.h>

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace cis::client {

// Returns the message as an object, its fields in the order of their numbers.
nlohmann::ordered_json MessageToJson(const google::protobuf::Message& message);

// Likewise, with only the fields that `mask` names (all if it is empty or `*`).
nlohmann::ordered_json MessageToJson(const google::protobuf::Message& message,
                                     const google::protobuf::FieldMask& mask);

// Returns the message with only the fields that are set: what a person would write.
nlohmann::ordered_json MessageToSparseJson(const google::protobuf::Message& message);

// Returns the value of one field of `message`; `null` if it is not set.
nlohmann::ordered_json FieldToJson(const google::protobuf::Message& message,
                                   const google::protobuf::FieldDescriptor& field);

// Returns the JSON text of `json`; bytes that are not UTF-8 are replaced by U+FFFD. `indent` < 0:
// one line.
std::string DumpJson(const nlohmann::ordered_json& json, int indent);

// Returns an enum value as a word: `fresh` for `DATA_STATE_FRESH`, `floating-needs-router` for
// `FLOATING_NEEDS_ROUTER`; empty for the value that means "not reported".
std::string EnumWord(const google::protobuf::EnumDescriptor& type, int number);

// Returns the value in the form of codes: `URL_DIFFERS` for `SITE_PROBLEM_CODE_URL_DIFFERS`; empty
// for the value that means "not reported".
std::string EnumCode(const google::protobuf::EnumDescriptor& type, int number);

// The same for a generated enum, e.g. EnumWord(site.state()).
template <typename Enum>
std::string EnumWord(Enum value) {
  return EnumWord(*google::protobuf::GetEnumDescriptor<Enum>(), static_cast<int>(value));
}
template <typename Enum>
std::string EnumCode(Enum value) {
  return EnumCode(*google::protobuf::GetEnumDescriptor<Enum>(), static_cast<int>(value));
}

}  // namespace cis::client
