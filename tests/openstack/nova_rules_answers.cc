// SPDX-License-Identifier: Apache-2.0

// Prints CIS's verdict on pairs of a flavor and an image, for nova_rules_test.py: it reads one line
// of JSON per pair ({"vcpus", "ram", "specs", "properties"}) and prints one line: "taken", or what
// is refused and why.

#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "server/placement/nova_rules.h"

int main() {
  std::string line;
  while (std::getline(std::cin, line)) {
    const nlohmann::json pair = nlohmann::json::parse(line);
    cis::Flavor flavor;
    flavor.vcpu_count = pair["vcpus"].get<int64_t>();
    flavor.ram_mib = pair["ram"].get<int64_t>();
    flavor.extra_specs = pair["specs"].get<std::map<std::string, std::string>>();
    cis::Image image;
    image.boot_properties = pair["properties"].get<std::map<std::string, std::string>>();
    auto refusal = cis::server::RefusalOfImage(image);
    if (!refusal) refusal = cis::server::TraitConflict(flavor, image);
    if (!refusal) refusal = cis::server::PropertyConflict(flavor, image);
    if (refusal) {
      std::cout << "refused " << refusal->image_key << " " << refusal->flavor_key << ": "
                << refusal->why << "\n";
    } else {
      std::cout << "taken\n";
    }
  }
  return 0;
}
