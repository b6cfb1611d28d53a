// SPDX-License-Identifier: Apache-2.0
#include "schema/store/store.h"

namespace cis {

int64_t RecordCount(const RecordSet& records) {
  switch (records.kind) {
    case Kind::kFlavors:
      return static_cast<int64_t>(records.flavors.size());
    case Kind::kImages:
      return static_cast<int64_t>(records.images.size());
    case Kind::kNetworks:
      return static_cast<int64_t>(records.network_set.networks.size());
    case Kind::kQuotas:
      return static_cast<int64_t>(records.limit_set.quotas.size());
    case Kind::kAuth:
      break;
  }
  return 0;
}

}  // namespace cis
