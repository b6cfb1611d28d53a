// SPDX-License-Identifier: Apache-2.0
#include "absl/strings/match.h"
#include "tests/accuracy/labelled.h"

namespace cis::crawler {
namespace {

using nlohmann::json;

// The columns of the list, the keys of Nova's record and the fields of CIS's record.
struct Number {
  const char* column;
  const char* key;
  const char* field;
};
constexpr Number kNumbers[] = {{"vcpus", "vcpus", "vcpu_count"},
                               {"ram_mb", "ram", "ram_mib"},
                               {"disk_gb", "disk", "disk_gib"},
                               {"ephemeral_gb", "OS-FLV-EXT-DATA:ephemeral", "ephemeral_gib"},
                               {"swap", "swap", "swap_mib"}};

}  // namespace

void MeasureFlavors(const std::string& folder, Scoreboard* board) {
  for (LabelledRow& row : ReadLabelledRows(folder + "/flavors.tsv")) {
    json record = {{"id", "1"}, {"name", row["name"]}};
    const json specs = json::parse(row["extra_specs"], nullptr, false);
    if (specs.is_object()) {
      record["extra_specs"] = specs;
    }
    for (const Number& number : kNumbers) {
      if (!row[number.column].empty()) record[number.key] = row[number.column];
    }
    const json got = NormalizeOne(Kind::kFlavors, record);
    const auto count = [&](const std::string& field, const std::string& label) {
      Answer answer = MakeAnswer(got, field);
      answer.set = specs.is_object() ? "flavors.tsv (extra specs)" : "flavors.tsv (name only)";
      answer.field = field;
      answer.subject = row["name"];
      answer.label = label;
      // The operator chooses the name freely, unless it follows a standard.
      const bool by_name = !specs.is_object() && !absl::StartsWith(row["name"], "SCS-");
      if (by_name && absl::StartsWith(field, "gpu_")) answer.most = "guess";
      board->Count(answer);
    };
    const bool gpu = !row["gpu_vendor"].empty() || !row["gpu_model"].empty() ||
                     !row["gpu_count"].empty() || !row["gpu_kind"].empty();
    if (!gpu) {
      row["gpu_count"] = "0";
    }
    for (const char* field : {"gpu_count", "gpu_vendor", "gpu_model", "gpu_kind"}) {
      count(field, row[field]);
    }
    for (const Number& number : kNumbers) {
      count(number.field, row[number.column]);
    }
  }
}

}  // namespace cis::crawler
