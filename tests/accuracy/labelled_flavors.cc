#include "tests/accuracy/labelled.h"

namespace cis {

using nlohmann::json;

void MeasureFlavors(const std::string& folder, Scoreboard* board) {
  for (LabelledRow& row : ReadLabelledRows(folder + "/flavors.tsv")) {
    json record = {{"id", "1"}, {"name", row["name"]}};
    const json specs = json::parse(row["extra_specs"], nullptr, false);
    if (specs.is_object()) {
      record["extra_specs"] = specs;
    }
    const json got = NormalizeOne(Kind::kFlavors, record);
    const bool gpu = !row["gpu_vendor"].empty() || !row["gpu_model"].empty() ||
                     !row["gpu_count"].empty() || !row["gpu_kind"].empty();
    if (!gpu) {
      row["gpu_count"] = "0";
    }
    for (const char* field : {"gpu_count", "gpu_vendor", "gpu_model", "gpu_kind"}) {
      Answer answer = MakeAnswer(got, field);
      answer.set = specs.is_object() ? "flavors.tsv (extra specs)" : "flavors.tsv (name only)";
      answer.field = field;
      answer.subject = row["name"];
      answer.label = row[field];
      board->Count(answer);
    }
  }
}

}  // namespace cis
