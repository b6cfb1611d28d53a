#pragma once

// In which availability zones a machine and its boot volume are put, and of which type the volume
// is.

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

  // Every zone that there is, is out of service.
  bool AreAllDown() const { return !all.empty() && available.empty(); }
};

// What of a share's site decides, worked out once.
struct BootOptions {
  ServiceZones compute;
  ServiceZones volume;
  std::vector<const VolumeType*> volume_types;  // the default one first, the others by name

  static BootOptions Of(const ShareCatalog& share);
};

// What a machine needs of Cinder.
struct VolumeNeeds {
  int64_t count = 0;        // volumes; 0 = none
  int64_t gib = 0;          // of all of them together
  int64_t gib_of_each = 0;  // 0 = not known
};

struct BootChoice {
  std::string zone;                         // of Nova; empty = none need be named
  std::string volume_zone;                  // of Cinder; likewise
  std::string volume_type;                  // name; empty = the site's default
  std::vector<std::string> fallback_zones;  // others that would do, for machine and volume alike
  bool zones_differ = false;  // machine and volume cannot be put into a zone of the same name
  // How sure it is that machine and volume come together and that the type does.
  Confidence confidence = Confidence::kVerified;
};

// The type for volumes that the project may make so many of; `type` stays empty for the default.
// Returns why there is none. `unknown` is set if a quota could not be checked.
std::optional<Reason> ChooseVolumeType(const BootOptions& options, const QuotaBook& quotas,
                                       const VolumeNeeds& needs, const VolumeType** type,
                                       bool* unknown);

// The types that volumes of such a size may have whatever quotas say of single types, the default
// one first; empty if there is none to choose from. `unknown` is as above, `refused` says why there
// is no such type.
std::vector<const VolumeType*> VolumeTypesFor(const BootOptions& options, const QuotaBook& quotas,
                                              const VolumeNeeds& needs,
                                              std::optional<Reason>* refused, bool* unknown);

// What the quota of a volume type allows of volumes, or of their GiB; -1 = unlimited; absent = not
// known.
std::optional<int64_t> FreeOfType(const QuotaBook& quotas, QuotaResource resource,
                                  const VolumeType& type);

// Returns why no machine can be started in the zone that is asked for (empty = any).
std::optional<Reason> CheckZone(const ServiceZones& zones, const std::string& wanted);

// The zones. `wanted` is the one that is asked for or that the network plan depends on (empty =
// any), `type` what ChooseVolumeType chose (nullptr = there is nothing to choose). A zone that is
// not available is never chosen. Whether a volume must be in the machine's zone is shown to no user
// (`cross_az_attach` of Nova), so both get the same one if there is one that both services have.
BootChoice ChooseZones(const BootOptions& options, const Flavor& flavor, const std::string& wanted,
                       bool has_volume, const VolumeType* type);

}  // namespace cis::server
