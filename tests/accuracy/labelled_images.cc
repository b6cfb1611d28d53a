// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <set>

#include "absl/strings/str_cat.h"
#include "tests/accuracy/labelled.h"

namespace cis::crawler {
namespace {

using nlohmann::json;

// A label and the field of the normalised record that answers it.
constexpr std::pair<const char*, const char*> kImageFields[] = {
    {"distro", "os_distro"}, {"version", "os_version"}, {"arch", "arch"},
    {"login", "login_user"}, {"purpose", "purpose"},    {"build_date", "build_date"}};

void CountImage(const std::string& set, const json& record, LabelledRow labels, Scoreboard* board) {
  const json got = NormalizeOne(Kind::kImages, record);
  for (const auto& [label, field] : kImageFields) {
    Answer answer = MakeAnswer(got, field);
    answer.set = set;
    answer.field = label;
    answer.subject = record.value("name", "");
    answer.label = labels[label];
    board->Count(answer);
  }
}

// Glance lists the properties next to the other fields of an image.
json ImageWith(const std::string& name, const json& properties) {
  json record = {{"id", "1"}, {"name", name}, {"status", "active"}};
  if (properties.is_object()) {
    for (const auto& [key, value] : properties.items()) {
      if (!record.contains(key)) {
        record[key] = value;
      }
    }
  }
  return record;
}

void MeasureNames(const std::string& folder, Scoreboard* board) {
  for (LabelledRow& row : ReadLabelledRows(folder + "/images.tsv")) {
    const json properties = json::parse(row["properties"], nullptr, false);
    const std::string basis = properties.is_object()                           ? "properties"
                              : row["basis"].empty() || row["basis"] == "name" ? "name"
                                                                               : "other";
    CountImage(absl::StrCat("images.tsv (", basis, ")"), ImageWith(row["name"], properties), row,
               board);
  }
}

void MeasureProperties(const std::string& folder, Scoreboard* board) {
  std::ifstream file(folder + "/image_properties.jsonl");
  for (std::string line; std::getline(file, line);) {
    const json row = json::parse(line, nullptr, false);
    if (!row.is_object() || !row.contains("truth")) {
      continue;
    }
    json record = ImageWith(row.value("name", ""), row.value("properties", json::object()));
    for (const char* key : {"tags", "visibility", "min_disk", "min_ram", "disk_format"}) {
      if (row.contains(key)) {
        record[key] = row[key];
      }
    }
    LabelledRow labels;
    for (const auto& [key, value] : row["truth"].items()) {
      labels[key] = value.is_string() ? value.get<std::string>() : value.dump();
    }
    CountImage("image_properties.jsonl", record, labels, board);
  }
}

void MeasureOsStrings(const std::string& folder, Scoreboard* board) {
  for (LabelledRow& row : ReadLabelledRows(folder + "/os_strings.tsv")) {
    json record = {{"id", "1"}, {"operating_system", row["text"]}};
    const json got = NormalizeOne(Kind::kImages, record);
    for (const auto& [label, field] : {kImageFields[0], kImageFields[1]}) {
      Answer answer = MakeAnswer(got, field);
      answer.set = "os_strings.tsv";
      answer.field = label;
      answer.subject = row["text"];
      answer.label = row[label];
      board->Count(answer);
    }
  }
}

}  // namespace

void MeasureImages(const std::string& folder, Scoreboard* board) {
  MeasureNames(folder, board);
  MeasureProperties(folder, board);
  MeasureOsStrings(folder, board);
}

void MeasureEgiImages(const std::string& folder, Scoreboard* board) {
  std::ifstream file(folder + "/egi_images/cesnet-metacloud-2017.json");
  const json pool = json::parse(file, nullptr, false);
  if (!pool.is_object()) {
    return;
  }
  // A name with two different labels is not used.
  std::map<std::string, LabelledRow> labels;
  std::set<std::string> ambiguous;
  for (LabelledRow& row : ReadLabelledRows(folder + "/images.tsv")) {
    const auto [known, added] = labels.emplace(row["name"], row);
    if (!added &&
        (known->second["distro"] != row["distro"] || known->second["version"] != row["version"] ||
         known->second["arch"] != row["arch"] || known->second["login"] != row["login"])) {
      ambiguous.insert(row["name"]);
    }
  }
  for (const auto& [kind, list] : pool.items()) {
    for (const json& one : list) {
      const auto label = labels.find(one.value("name", ""));
      if (label == labels.end() || ambiguous.contains(label->first)) {
        continue;
      }
      json record = ImageWith(label->first, one.value("properties", json::object()));
      if (one.contains("attributes") && one["attributes"].is_object()) {
        record["CLOUDKEEPER_APPLIANCE_ATTRIBUTES"] = one["attributes"].dump();
      }
      CountImage("cesnet-metacloud-2017.json", record, label->second, board);
    }
  }
}

}  // namespace cis::crawler
