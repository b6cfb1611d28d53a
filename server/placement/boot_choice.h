// SPDX-License-Identifier: Apache-2.0
#pragma once

// The choice of the availability zones of a machine and its boot volume, and of the volume's type.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "schema/model/catalog.h"
#include "schema/model/fact.h"
#include "server/placement/quota_book.h"
#include "server/placement/reason.h"

namespace cis::server {

// The zones of one service: Nova ("compute") or Cinder ("volume").
struct ServiceZones {
  std::vector<std::string> available;  // sorted
  std::vector<std::string> all;        // available or not, sorted; empty = not known

  // Whether zones are known and every one of them is unavailable.
  bool AreAllDown() const { return !all.empty() && available.empty(); }
};

// The choices that a share's site offers, computed once.
struct BootOptions {
  ServiceZones compute;
  ServiceZones volume;
  std::vector<const VolumeType*> volume_types;  // the default one first, the others by name

  static BootOptions Of(const ShareCatalog& share);
};

// What a machine needs from Cinder.
struct VolumeNeeds {
  int64_t count = 0;        // volumes; 0 = none
  int64_t gib = 0;          // of all of them together
  int64_t gib_of_each = 0;  // 0 = not known
};

struct BootChoice {
  std::string zone;                         // of Nova; empty = none needs to be named
  std::string volume_zone;                  // of Cinder; likewise
  std::string volume_type;                  // name; empty = the site's default
  std::vector<std::string> fallback_zones;  // other suitable zones, for machine and volume alike
  bool zones_differ = false;  // machine and volume cannot be put into a zone of the same name
  // How sure it is that machine and volume can be combined and that the volume type works.
  Confidence confidence = Confidence::kVerified;
};

// Chooses the type for volumes so that the project may create as many as are needed; `type` stays
// empty for the default. Returns why there is none. `unknown` is set if a quota could not be
// checked.
std::optional<Reason> ChooseVolumeType(const BootOptions& options, const QuotaBook& quotas,
                                       const VolumeNeeds& needs, const VolumeType** type,
                                       bool* unknown);

// Returns the types that allow volumes of this size, ignoring the quotas of single types, the
// default type first; empty if there is none to choose from. `unknown` is as above; `refused` is
// set to why there is no such type.
std::vector<const VolumeType*> VolumeTypesFor(const BootOptions& options, const QuotaBook& quotas,
                                              const VolumeNeeds& needs,
                                              std::optional<Reason>* refused, bool* unknown);

// Returns what the quota of a volume type leaves, of volumes or of their GiB; -1 = unlimited;
// absent = not known.
std::optional<int64_t> FreeOfType(const QuotaBook& quotas, QuotaResource resource,
                                  const VolumeType& type);

// Returns why no machine can be started in the requested zone (empty = any).
std::optional<Reason> CheckZone(const ServiceZones& zones, const std::string& wanted);

// Chooses the zones. `wanted` is the zone that is requested or that the network plan depends on
// (empty = any); `type` is the result of ChooseVolumeType (nullptr = there is nothing to choose). A
// zone that is not available is never chosen. Users cannot see whether a volume must be in the
// machine's zone (`cross_az_attach` of Nova), so both get the same zone if the two services have
// one in common.
BootChoice ChooseZones(const BootOptions& options, const Flavor& flavor, const std::string& wanted,
                       bool has_volume, const VolumeType* type);

}  // namespace cis::server
