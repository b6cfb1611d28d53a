#pragma once

// Which addresses can be reached from the Internet, by IANA's special-purpose registries
// (data/iana.tsv). "Global" is a property of the address, not a promise that packets arrive.

#include <string>

#include "absl/strings/string_view.h"

namespace cis::crawler {

struct AddressClass {
  int ip_version = 0;  // 4 or 6; 0 = not an address
  std::string name;    // "global", "private", "shared-cgn", "documentation", "ula", "mixed" ...;
                       // empty if it is not an address
  bool global = false;

  friend bool operator==(const AddressClass&, const AddressClass&) = default;
};

// Classifies an address or a CIDR range. A range is global only if all of it is; one with global
// and other addresses is "mixed".
AddressClass ClassifyAddresses(absl::string_view address_or_cidr);

}  // namespace cis::crawler
