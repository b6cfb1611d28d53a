// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fstream>

#include "tests/accuracy/labelled.h"

namespace cis::crawler {
namespace {

using nlohmann::json;

// Returns CIS's word for a labelled role; empty if there is none ("alias", "special-data").
std::string RoleWord(const std::string& role) {
  static const auto* const kRoles =
      new std::map<std::string, std::string>{{"external-public", "floating-pool"},
                                             {"external-nonpublic", "floating-pool"},
                                             {"tenant", "tenant"},
                                             {"shared-internal", "tenant"},
                                             {"provider-direct", "direct"},
                                             {"infra", "none"}};
  const auto found = kRoles->find(role);
  return found == kRoles->end() ? "" : found->second;
}

void CountRole(const std::string& set, const json& record, const std::string& role,
               Scoreboard* board) {
  const json got = NormalizeOne(Kind::kNetworks, record);
  Answer answer = MakeAnswer(got, "usable_as");
  answer.set = set;
  answer.field = "usable_as";
  answer.subject = record["name"];
  answer.label = RoleWord(role);
  answer.most = record.contains("router:external") ? "" : "guess";
  board->Count(answer);
  // No record of these lists shows an address, so nothing is known of them.
  answer = MakeAnswer(got, "public_v4");
  answer.set = set;
  answer.field = "public_v4";
  answer.subject = record["name"];
  answer.label = role == "external-public" ? "yes" : role == "external-nonpublic" ? "no" : "";
  if (answer.got == "unknown") answer.got.clear();
  answer.most = "guess";
  board->Count(answer);
}

// The lists of whole projects, each with the names of its external networks.
void MeasureSets(const std::string& path, Scoreboard* board) {
  std::ifstream file(path);
  const json sets = json::parse(file, nullptr, false);
  if (!sets.is_array()) {
    return;
  }
  for (const json& set : sets) {
    const auto names = [&](const char* key) { return set.value(key, json::array()); };
    const json external = names("external");
    const json tenant = names("tenant");
    for (const json& network : set.value("networks", json::array())) {
      const std::string name = network.value("name", "");
      const auto in = [&](const json& list) {
        return std::find(list.begin(), list.end(), name) != list.end();
      };
      const std::string role = in(external) ? "external" : in(tenant) ? "tenant" : "other";
      const std::string label = role == "external" ? "external-public" : role;
      const json bare = {{"id", "1"}, {"name", name}};
      json shown = bare;
      shown["router:external"] = role == "external";
      CountRole("network_sets.json (name only)", bare, label, board);
      CountRole("network_sets.json (router:ext.)", shown, label, board);
    }
  }
}

}  // namespace

void MeasureNetworks(const std::string& folder, Scoreboard* board) {
  for (LabelledRow& row : ReadLabelledRows(folder + "/networks.tsv")) {
    const std::string role = row["role"];
    json record = {{"id", "1"}, {"name", row["name"]}};
    CountRole("networks.tsv (name only)", record, role, board);
    if (row["router_external"].empty()) {
      continue;
    }
    record["router:external"] = row["router_external"];
    CountRole("networks.tsv (router:external)", record, role, board);
    // What Neutron shows of a network with this role, besides its addresses.
    record["shared"] = role == "provider-direct" || role == "shared-internal";
    CountRole("networks.tsv (and shared)", record, role, board);
  }
  MeasureSets(folder + "/network_sets.json", board);
}

}  // namespace cis::crawler
