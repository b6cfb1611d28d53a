// SPDX-License-Identifier: Apache-2.0
#pragma once

// The one question that the benchmarks of the server ask, so that their figures can be compared.

#include <string>

#include "cis/v1/placement.pb.h"

namespace cis {

// Placements of `vo` with two vCPUs, 4 GiB, Ubuntu from 20.04 and a public IPv4 address, a page of
// the default size.
inline v1::FindPlacementsRequest TypicalRequest(const std::string& vo) {
  v1::FindPlacementsRequest request;
  v1::PlacementQuery& query = *request.mutable_query();
  query.add_vos(vo);
  query.mutable_machine()->mutable_vcpu_count()->set_min(2);
  query.mutable_machine()->mutable_ram_mib()->set_min(4096);
  v1::OsRequirement& os = *query.mutable_image()->add_os();
  os.set_distro("ubuntu");
  os.set_relation(v1::VERSION_RELATION_AT_LEAST);
  os.set_version("20.04");
  query.mutable_network()->set_public_v4(v1::ADDRESS_REQUIREMENT_REQUIRED);
  return request;
}

}  // namespace cis
