// SPDX-License-Identifier: Apache-2.0

// The body of `cis-crawler normalize`: records as JSON lines in a fixed order of fields.

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "crawler/normalize/json_reader.h"
#include "crawler/normalize/normalizer.h"
#include "schema/base/status_macros.h"
#include "schema/base/time_text.h"
#include "schema/model/fields.h"
#include "schema/model/known.h"

namespace cis::crawler {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

// A member of a record: null where it is not known.
ordered_json ToJson(const SharedText& text) {
  return text.empty() ? ordered_json(nullptr) : ordered_json(std::string(text));
}
ordered_json ToJson(bool flag) { return flag; }
ordered_json ToJson(Tristate answer) { return std::string(FormatTristate(answer)); }
ordered_json ToJson(NetworkUse use) { return std::string(FormatNetworkUse(use)); }
ordered_json ToJson(absl::Time time) {
  return IsKnown(time) ? ordered_json(FormatSecond(time)) : ordered_json(nullptr);
}
ordered_json ToJson(const SharedList<SharedText>& texts) {
  return std::vector<std::string>(texts.begin(), texts.end());
}
template <typename T>
ordered_json ToJson(const std::optional<T>& value) {
  return value.has_value() ? ordered_json(*value) : ordered_json(nullptr);
}
// Writes a count as 2, not 2.0, unless it is a fraction.
ordered_json ToJson(const std::optional<double>& value) {
  if (!value.has_value()) return nullptr;
  if (*value == std::floor(*value) && std::fabs(*value) < 1e15) return static_cast<int64_t>(*value);
  return *value;
}

void AddProvenance(const Provenance& provenance, ordered_json* line) {
  ordered_json evidence = ordered_json::array();
  for (const Evidence& one : provenance.evidence) {
    evidence.push_back({{"field", std::string(one.field)},
                        {"source", std::string(one.source)},
                        {"value", std::string(one.value)}});
  }
  ordered_json confidence = ordered_json::object();
  for (const FieldConfidence& one : provenance.confidence) {
    confidence[std::string(one.field)] = std::string(FormatConfidence(one.confidence));
  }
  (*line)["evidence"] = std::move(evidence);
  (*line)["confidence"] = std::move(confidence);
  (*line)["warnings"] = ToJson(provenance.warnings);
}

template <typename Record>
ordered_json ToLine(const Record& record) {
  ordered_json line;
  DescribeFields(OfRecord<Record>(), [&](const auto& field) {
    if (!field.info.Has(kInLines)) return;
    line[std::string(field.info.member)] =
        field.info.IsKnown(record) ? ToJson(record.*field.member) : ordered_json(nullptr);
  });
  AddProvenance(record.provenance, &line);
  return line;
}

template <typename Record>
void AddLines(const std::vector<Record>& records, std::string* text) {
  for (const Record& record : records) {
    absl::StrAppend(
        text, ToLine(record).dump(-1, ' ', false, ordered_json::error_handler_t::replace), "\n");
  }
}

json FromValue(const JsonValue& value) {
  switch (value.type()) {
    case JsonValue::Type::kNull:
      break;
    case JsonValue::Type::kBool:
      return value.as_bool();
    case JsonValue::Type::kInt:
      return value.as_int();
    case JsonValue::Type::kUint:
      return value.as_uint();
    case JsonValue::Type::kDouble:
      return value.as_double();
    case JsonValue::Type::kString:
      return std::string(value.as_string());
    case JsonValue::Type::kArray: {
      json array = json::array();
      for (const JsonValue& element : value.elements()) array.push_back(FromValue(element));
      return array;
    }
    case JsonValue::Type::kObject: {
      json object = json::object();
      for (const JsonMember& member : value.members()) {
        object.emplace(std::string(member.key), FromValue(member.value));
      }
      return object;
    }
  }
  return nullptr;
}

// The listing of `plural` in `body`: {"images": [...]}, {"image": {...}}, [...] or one bare record.
absl::StatusOr<json> FindListing(const JsonValue& body, absl::string_view singular,
                                 absl::string_view plural) {
  if (body.is_array()) {
    return FromValue(body);
  }
  if (!body.is_object()) {
    return absl::InvalidArgumentError(absl::StrCat("/ is of type ", body.type_name(),
                                                   "; it must be an object with an array \"",
                                                   plural, "\""));
  }
  if (const JsonValue* found = body.Find(plural)) {
    if (!found->is_array()) {
      return absl::InvalidArgumentError(
          absl::StrCat("/", plural, " is of type ", found->type_name(), "; it must be an array"));
    }
    return FromValue(*found);
  }
  if (const JsonValue* found = body.Find(singular); found != nullptr && found->is_object()) {
    return json::array({FromValue(*found)});
  }
  if (body.Find("id") != nullptr || body.Find("name") != nullptr) {
    return json::array({FromValue(body)});
  }
  return absl::InvalidArgumentError(absl::StrCat("/", plural, " is missing; it must be an array"));
}

Document MakeDocument(const std::string& name, const std::string& key, json listing) {
  Document document;
  document.name = name;
  document.status = 200;
  json body = json::object();
  body[key] = std::move(listing);
  document.body = body.dump(-1, ' ', false, json::error_handler_t::replace);
  return document;
}

}  // namespace

absl::StatusOr<std::string> NormalizeToJsonLines(const Rules& rules, Kind kind,
                                                 absl::string_view body,
                                                 std::vector<std::string>* skipped,
                                                 const std::function<void(RecordSet*)>& correct) {
  if (kind != Kind::kImages && kind != Kind::kFlavors && kind != Kind::kNetworks) {
    return absl::InvalidArgumentError(
        absl::StrCat("kind is \"", FormatKind(kind), "\"; it must be images, flavors or networks"));
  }
  const std::string plural(FormatKind(kind));
  const std::string singular = plural.substr(0, plural.size() - 1);
  const absl::StatusOr<JsonDocument> parsed = ParseJson(body);
  if (!parsed.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(plural, ": ", parsed.status().message()));
  }
  const JsonValue& root = parsed->root();
  absl::StatusOr<json> listing = FindListing(root, singular, plural);
  if (!listing.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(plural, ": ", listing.status().message()));
  }
  Observation observation;
  observation.kind = kind;
  observation.documents.push_back(MakeDocument(plural, plural, *std::move(listing)));
  if (kind == Kind::kNetworks && root.Find("networks") != nullptr) {
    for (const auto& [key, name] : {std::pair<const char*, const char*>{"subnets", "subnets"},
                                    {"routers", "routers"},
                                    {"ports", "router_ports"},
                                    {"router_ports", "router_ports"},
                                    {"floatingips", "floatingips"},
                                    {"floatingip_pools", "floatingip_pools"}}) {
      const JsonValue* found = root.Find(key);
      if (found != nullptr && found->is_array()) {
        const std::string inner = name == std::string("router_ports") ? "ports" : name;
        observation.documents.push_back(MakeDocument(name, inner, FromValue(*found)));
      }
    }
    const JsonReader reader(root, plural, nullptr);
    observation.share.project_id = reader.String("project_id");
  }
  if (kind == Kind::kImages && root.is_object()) {
    const JsonReader reader(root, plural, nullptr);
    observation.share.endpoint.site_name = reader.String("site_name");
    observation.share.endpoint.keystone_url = reader.String("keystone_url");
  }
  CIS_ASSIGN_OR_RETURN(RecordSet records, Normalize(rules, observation, MissingIds::kKeep));
  if (skipped != nullptr) {
    *skipped = records.skipped_reasons;
    const int64_t unnamed = records.skipped_count - static_cast<int64_t>(skipped->size());
    if (unnamed > 0) {
      skipped->push_back(absl::StrCat("and ", unnamed, " more"));
    }
  }
  if (correct) {
    correct(&records);
  }
  std::string text;
  AddLines(records.images, &text);
  AddLines(records.flavors, &text);
  AddLines(records.network_set.networks, &text);
  return text;
}

}  // namespace cis::crawler
