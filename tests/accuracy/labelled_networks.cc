#include "tests/accuracy/labelled.h"

namespace cis {

using nlohmann::json;

void MeasureNetworks(const std::string& folder, Scoreboard* board) {
  const std::map<std::string, std::string> roles = {{"external-public", "floating-pool"},
                                                    {"external-nonpublic", "floating-pool"},
                                                    {"tenant", "tenant"},
                                                    {"provider-direct", "direct"}};
  for (LabelledRow& row : ReadLabelledRows(folder + "/networks.tsv")) {
    json record = {{"id", "1"}, {"name", row["name"]}};
    if (!row["router_external"].empty()) {
      record["router:external"] = row["router_external"];
      record["shared"] = row["role"] == "provider-direct";
    }
    const auto role = roles.find(row["role"]);
    if (role == roles.end()) {
      continue;
    }
    Answer answer = MakeAnswer(NormalizeOne(Kind::kNetworks, record), "usable_as");
    answer.set = row["router_external"].empty() ? "networks.tsv (name only)"
                                                : "networks.tsv (router:external)";
    answer.field = "usable_as";
    answer.subject = row["name"];
    answer.label = role->second;
    board->Count(answer);
  }
}

}  // namespace cis
