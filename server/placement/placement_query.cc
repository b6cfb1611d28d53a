// SPDX-License-Identifier: Apache-2.0
#include "server/placement/placement_query.h"

#include "absl/strings/ascii.h"

namespace cis::server {

PlacementQuery QueryOfPart(const PlacementQuery& query, const MachineRequest& part) {
  PlacementQuery out = query;
  out.alternatives.clear();
  out.groups.clear();
  static_cast<MachineRequest&>(out) = part;
  return out;
}

std::vector<PlacementQuery> QueriesOfParts(const PlacementQuery& query) {
  if (query.parts().empty()) return {query};
  std::vector<PlacementQuery> out;
  for (const MachineRequest& part : query.parts()) out.push_back(QueryOfPart(query, part));
  return out;
}

std::string CanonicalArch(absl::string_view text) {
  std::string arch = absl::AsciiStrToLower(absl::StripAsciiWhitespace(text));
  if (arch == "amd64" || arch == "x64" || arch == "x86-64") return "x86_64";
  if (arch == "arm64" || arch == "armv8") return "aarch64";
  if (arch == "i386" || arch == "i486" || arch == "i586" || arch == "x86") return "i686";
  if (arch == "ppc64el") return "ppc64le";
  return arch;
}

}  // namespace cis::server
