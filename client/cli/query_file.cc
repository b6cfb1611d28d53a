// SPDX-License-Identifier: Apache-2.0
#include "client/cli/query_file.h"

#include <google/protobuf/util/json_util.h>
#include <yaml-cpp/yaml.h>

#include <nlohmann/json.hpp>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "client/format/proto_json.h"
#include "client/format/yaml.h"
#include "schema/base/read_file.h"

namespace cis::client {
namespace {

using Json = nlohmann::ordered_json;

// A larger file is not a query: keeps a wrong file from being read in full.
constexpr size_t kMaxFileBytes = size_t{4} << 20;
constexpr int kMaxDepth = 20;

// Numbers stay text, which proto3's mapping reads as numbers where the field is one: so a version
// 22.10 does not become 22.1.
Json ScalarToJson(const YAML::Node& node) {
  const std::string& text = node.Scalar();
  const bool is_plain = node.Tag() == "?";
  if (is_plain && (text == "true" || text == "false")) return text == "true";
  return text;
}

absl::StatusOr<Json> YamlToJson(const YAML::Node& node, int depth) {
  if (depth > kMaxDepth) return absl::InvalidArgumentError("is nested too deeply");
  switch (node.Type()) {
    case YAML::NodeType::Map: {
      Json object = Json::object();
      for (const auto& entry : node) {
        absl::StatusOr<Json> value = YamlToJson(entry.second, depth + 1);
        if (!value.ok()) return value;
        object[entry.first.Scalar()] = *std::move(value);
      }
      return object;
    }
    case YAML::NodeType::Sequence: {
      Json array = Json::array();
      for (const YAML::Node& item : node) {
        absl::StatusOr<Json> value = YamlToJson(item, depth + 1);
        if (!value.ok()) return value;
        array.push_back(*std::move(value));
      }
      return array;
    }
    case YAML::NodeType::Scalar:
      return ScalarToJson(node);
    default:
      return Json(nullptr);
  }
}

}  // namespace

absl::StatusOr<v1::PlacementQuery> ParseQuery(absl::string_view text) {
  YAML::Node node;
  try {
    node = YAML::Load(std::string(text));
  } catch (const YAML::Exception& error) {
    return absl::InvalidArgumentError(absl::StrCat("is not valid YAML: ", error.what()));
  }
  if (!node.IsMap()) {
    return absl::InvalidArgumentError(
        "is not a query; write it in the form that `cisquery place ... -o query` prints");
  }
  const absl::StatusOr<Json> json = YamlToJson(node, 0);
  if (!json.ok()) return json.status();
  v1::PlacementQuery query;
  const auto status = google::protobuf::util::JsonStringToMessage(DumpJson(*json, -1), &query);
  if (!status.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "is not a query (",
        std::string(status.message().data(), static_cast<size_t>(status.message().size())),
        "); proto/cis/v1/query.proto lists the fields"));
  }
  return query;
}

absl::StatusOr<v1::PlacementQuery> ReadQueryFile(const std::string& path) {
  const absl::StatusOr<std::string> text =
      ReadTextFile(path, kMaxFileBytes, FileKind::kRegularOrPipe);
  if (!text.ok()) {
    return absl::Status(text.status().code(), absl::StrCat("--file: ", text.status().message()));
  }
  absl::StatusOr<v1::PlacementQuery> query = ParseQuery(*text);
  if (query.ok()) return query;
  return absl::InvalidArgumentError(
      absl::StrCat("--file: \"", path, "\" ", query.status().message()));
}

std::string FormatQuery(const v1::PlacementQuery& query) {
  return FormatYaml(MessageToSparseJson(query));
}

}  // namespace cis::client
