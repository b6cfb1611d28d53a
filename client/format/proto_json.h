#pragma once

// Messages as JSON: proto3's JSON mapping, with the choices that a reader of our answers needs:
// names in snake_case; every field present, `null` where a value is not known (unset `optional` and
// messages); 64-bit integers as JSON numbers up to 2^53 (beyond: strings); whole doubles without a
// point. Any proto3 JSON parser reads it back.

#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/generated_enum_reflection.h>
#include <google/protobuf/message.h>

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace cis::client {

// The message as an object, its fields in the order of their numbers.
nlohmann::ordered_json MessageToJson(const google::protobuf::Message& message);

// Likewise, only the fields that `mask` names (all if it is empty or `*`).
nlohmann::ordered_json MessageToJson(const google::protobuf::Message& message,
                                     const google::protobuf::FieldMask& mask);

// The message with only the fields that are set: what a person would write.
nlohmann::ordered_json MessageToSparseJson(const google::protobuf::Message& message);

// The value of one field of `message`; `null` if it is not set.
nlohmann::ordered_json FieldToJson(const google::protobuf::Message& message,
                                   const google::protobuf::FieldDescriptor& field);

// JSON text of `json`; bytes that are not UTF-8 are replaced by U+FFFD. `indent` < 0: one line.
std::string DumpJson(const nlohmann::ordered_json& json, int indent);

// An enum value as a word: `DATA_STATE_FRESH` is `fresh`, `FLOATING_NEEDS_ROUTER` is
// `floating-needs-router`; empty for the value that means "not reported".
std::string EnumWord(const google::protobuf::EnumDescriptor& type, int number);

// The value as codes are written: `SITE_PROBLEM_CODE_URL_DIFFERS` is `URL_DIFFERS`; empty for the
// value that means "not reported".
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
