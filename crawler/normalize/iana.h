// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which addresses can be reached from the Internet, by IANA's special-purpose registries
// (data/iana.tsv). "Global" is a property of the address, not a promise that packets arrive.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "crawler/normalize/table.h"

namespace cis::crawler {

// An address with the length 32 or 128, or a range: its first address, and the number of leading
// bits that all its addresses share.
struct AddressPrefix {
  int ip_version = 0;
  std::array<uint8_t, 16> bytes{};
  int length = 0;  // bits
};

struct AddressClass {
  int ip_version = 0;  // 4 or 6; 0 = not an address
  std::string name;    // "global", "private", "shared-cgn", "documentation", "ula", "mixed" ...;
                       // empty if it is not an address
  bool global = false;

  friend bool operator==(const AddressClass&, const AddressClass&) = default;
};

// Returns whether `text` is an address or a CIDR range.
bool IsAddressOrRange(absl::string_view text);

// The table data/iana.tsv.
class AddressRules {
 public:
  explicit AddressRules(const Tables& tables);

  // Classifies an address or a CIDR range. A range is global only if all of it is; one with global
  // and other addresses is "mixed".
  AddressClass Classify(absl::string_view address_or_cidr) const;

 private:
  struct Range {
    AddressPrefix prefix;
    std::string name;
    bool global = false;
  };
  std::vector<Range> ranges_;
};

}  // namespace cis::crawler
