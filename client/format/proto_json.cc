// SPDX-License-Identifier: Apache-2.0
#include "client/format/proto_json.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/reflection.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/util/field_mask_util.h>
#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"

namespace cis::client {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using Json = nlohmann::ordered_json;

// The largest integer up to which JSON numbers are exact in every reader.
constexpr int64_t kMaxExact = int64_t{1} << 53;

Json IntegerJson(int64_t value) {
  if (value > kMaxExact || value < -kMaxExact) return absl::StrCat(value);
  return value;
}

Json IntegerJson(uint64_t value) {
  if (value > static_cast<uint64_t>(kMaxExact)) return absl::StrCat(value);
  return value;
}

Json DoubleJson(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  if (std::floor(value) == value && std::abs(value) < static_cast<double>(kMaxExact)) {
    return static_cast<int64_t>(value);
  }
  return value;
}

Json SubMessageJson(const Message& message) {
  if (const auto* time =
          google::protobuf::DynamicCastToGenerated<google::protobuf::Timestamp>(&message)) {
    return google::protobuf::util::TimeUtil::ToString(*time);
  }
  if (const auto* span =
          google::protobuf::DynamicCastToGenerated<google::protobuf::Duration>(&message)) {
    return google::protobuf::util::TimeUtil::ToString(*span);
  }
  if (const auto* mask =
          google::protobuf::DynamicCastToGenerated<google::protobuf::FieldMask>(&message)) {
    std::string text;  // stays empty for paths that are not fields
    google::protobuf::util::FieldMaskUtil::ToJsonString(*mask, &text);
    return text;
  }
  return MessageToJson(message);
}

// One value of `field`: element `index`, or the field itself if `index` is negative.
Json ValueJson(const Message& message, const FieldDescriptor& field, int index) {
  const Reflection& r = *message.GetReflection();
  const bool item = index >= 0;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return item ? r.GetRepeatedInt32(message, &field, index) : r.GetInt32(message, &field);
    case FieldDescriptor::CPPTYPE_INT64:
      return IntegerJson(item ? r.GetRepeatedInt64(message, &field, index)
                              : r.GetInt64(message, &field));
    case FieldDescriptor::CPPTYPE_UINT32:
      return item ? r.GetRepeatedUInt32(message, &field, index) : r.GetUInt32(message, &field);
    case FieldDescriptor::CPPTYPE_UINT64:
      return IntegerJson(item ? r.GetRepeatedUInt64(message, &field, index)
                              : r.GetUInt64(message, &field));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return DoubleJson(item ? r.GetRepeatedDouble(message, &field, index)
                             : r.GetDouble(message, &field));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return DoubleJson(item ? r.GetRepeatedFloat(message, &field, index)
                             : r.GetFloat(message, &field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return item ? r.GetRepeatedBool(message, &field, index) : r.GetBool(message, &field);
    case FieldDescriptor::CPPTYPE_STRING:
      return item ? r.GetRepeatedString(message, &field, index) : r.GetString(message, &field);
    case FieldDescriptor::CPPTYPE_ENUM: {
      const int number =
          item ? r.GetRepeatedEnumValue(message, &field, index) : r.GetEnumValue(message, &field);
      const auto* value = field.enum_type()->FindValueByNumber(number);
      if (value == nullptr) return number;  // from a newer server
      return value->name();
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return SubMessageJson(item ? r.GetRepeatedMessage(message, &field, index)
                                 : r.GetMessage(message, &field));
  }
  return nullptr;
}

Json MapJson(const Message& message, const FieldDescriptor& field) {
  const Reflection& r = *message.GetReflection();
  std::vector<std::pair<std::string, Json>> entries;
  for (int i = 0; i < r.FieldSize(message, &field); ++i) {
    const Message& entry = r.GetRepeatedMessage(message, &field, i);
    const auto& type = *entry.GetDescriptor();
    const Json key = ValueJson(entry, *type.map_key(), -1);
    entries.emplace_back(key.is_string() ? key.get<std::string>() : key.dump(),
                         ValueJson(entry, *type.map_value(), -1));
  }
  // Maps have no order of their own; equal answers must give equal text.
  std::sort(entries.begin(), entries.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  Json object = Json::object();
  for (auto& [key, value] : entries) object[key] = std::move(value);
  return object;
}

// Copies the part of `from` at `path` to the same place in `to`.
void CopyPath(const Json& from, absl::Span<const std::string> path, Json* to) {
  const auto found = from.is_object() ? from.find(path[0]) : from.end();
  if (!from.is_object() || found == from.end()) return;
  if (path.size() == 1 || !found->is_object()) {
    (*to)[path[0]] = *found;
    return;
  }
  Json& below = (*to)[path[0]];
  if (!below.is_object()) below = Json::object();
  CopyPath(*found, path.subspan(1), &below);
}

}  // namespace

Json FieldToJson(const Message& message, const FieldDescriptor& field) {
  const Reflection& r = *message.GetReflection();
  if (field.is_map()) return MapJson(message, field);
  if (field.is_repeated()) {
    Json array = Json::array();
    for (int i = 0; i < r.FieldSize(message, &field); ++i) {
      array.push_back(ValueJson(message, field, i));
    }
    return array;
  }
  if (field.has_presence() && !r.HasField(message, &field)) return nullptr;
  return ValueJson(message, field, -1);
}

Json MessageToJson(const Message& message) {
  Json object = Json::object();
  const auto& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    object[type.field(i)->name()] = FieldToJson(message, *type.field(i));
  }
  return object;
}

Json MessageToJson(const Message& message, const google::protobuf::FieldMask& mask) {
  Json all = MessageToJson(message);
  if (mask.paths().empty()) return all;
  Json some = Json::object();
  for (const std::string& path : mask.paths()) {
    if (path == "*") return all;
    const std::vector<std::string> parts = absl::StrSplit(path, '.');
    CopyPath(all, parts, &some);
  }
  return some;
}

Json MessageToSparseJson(const Message& message) {
  const Reflection& r = *message.GetReflection();
  std::vector<const FieldDescriptor*> set;
  r.ListFields(message, &set);
  Json object = Json::object();
  for (const FieldDescriptor* field : set) {
    const bool is_own = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !field->is_map() &&
                        !absl::StartsWith(field->message_type()->full_name(), "google.");
    Json& value = object[field->name()];
    if (!is_own) {
      value = FieldToJson(message, *field);
    } else if (!field->is_repeated()) {
      value = MessageToSparseJson(r.GetMessage(message, field));
    } else {
      value = Json::array();
      for (int i = 0; i < r.FieldSize(message, field); ++i) {
        value.push_back(MessageToSparseJson(r.GetRepeatedMessage(message, field, i)));
      }
    }
  }
  return object;
}

std::string DumpJson(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

std::string EnumCode(const google::protobuf::EnumDescriptor& type, int number) {
  const auto* value = type.FindValueByNumber(number);
  if (value == nullptr) return absl::StrCat(number);
  if (number == 0) return "";
  // The prefix that all values share is the part before UNSPECIFIED in the name of the value 0.
  absl::string_view prefix = type.FindValueByNumber(0)->name();
  if (!absl::ConsumeSuffix(&prefix, "UNSPECIFIED")) prefix = "";
  absl::string_view name = value->name();
  absl::ConsumePrefix(&name, prefix);
  return std::string(name);
}

std::string EnumWord(const google::protobuf::EnumDescriptor& type, int number) {
  return absl::StrReplaceAll(absl::AsciiStrToLower(EnumCode(type, number)), {{"_", "-"}});
}

}  // namespace cis::client
