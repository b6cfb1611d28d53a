// SPDX-License-Identifier: Apache-2.0
#include "client/format/yaml.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace cis::client {
namespace {

// Words that are not strings in YAML 1.1 or 1.2.
constexpr absl::string_view kReserved[] = {"y",    "n",     "yes",  "no",  "on", "off",
                                           "true", "false", "null", "nan", "inf"};

bool IsPlain(absl::string_view text) {
  if (text.empty() || !absl::ascii_isalpha(static_cast<unsigned char>(text[0]))) return false;
  for (const char c : text) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '_' && c != '-' && c != '.' &&
        c != '/')
      return false;
  }
  const std::string lower = absl::AsciiStrToLower(text);
  return std::find(std::begin(kReserved), std::end(kReserved), lower) == std::end(kReserved);
}

void EmitText(const std::string& text, YAML::Emitter& out) {
  if (!IsPlain(text)) out << YAML::DoubleQuoted;
  out << text;
}

void Emit(const nlohmann::ordered_json& json, YAML::Emitter& out) {
  if (json.is_object()) {
    out << (json.empty() ? YAML::Flow : YAML::Block) << YAML::BeginMap;
    for (const auto& [key, value] : json.items()) {
      out << YAML::Key;
      EmitText(key, out);
      out << YAML::Value;
      Emit(value, out);
    }
    out << YAML::EndMap;
  } else if (json.is_array()) {
    out << (json.empty() ? YAML::Flow : YAML::Block) << YAML::BeginSeq;
    for (const auto& item : json) Emit(item, out);
    out << YAML::EndSeq;
  } else if (json.is_string()) {
    EmitText(json.get<std::string>(), out);
  } else if (json.is_null()) {
    out << YAML::Null;
  } else if (json.is_boolean()) {
    out << json.get<bool>();
  } else {
    out << json.dump();
  }
}

}  // namespace

std::string FormatYaml(const nlohmann::ordered_json& json) {
  YAML::Emitter out;
  Emit(json, out);
  return absl::StrCat(out.c_str(), "\n");
}

}  // namespace cis::client
