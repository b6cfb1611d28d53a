#pragma once

// Which addresses can be reached from the Internet, by IANA's special-purpose registries
// (data/iana.tsv). "Global" is a property of the address, not a promise that packets arrive.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "crawler/normalize/table.h"

namespace cis {

// An address, or the first of a range, and how many of its bits the range has in common.
struct AddressPrefix {
  int ip_version = 0;
  std::array<uint8_t, 16> bytes{};
  int length = 0;  // bits
};

struct AddressClass {
  int ip_version = 0;  // 4 or 6; 0 = not an address
  std::string name;    // "global", "private", "shared-cgn", "documentation", "ula", "mixed" ...;
                       // empty if it is no address
  bool global = false;

  friend bool operator==(const AddressClass&, const AddressClass&) = default;
};

// Whether `text` is an address or a CIDR range.
bool IsAddressOrRange(absl::string_view text);

// The table data/iana.tsv.
class AddressRules {
 public:
  explicit AddressRules(const Tables& tables);

  // Classifies an address or a CIDR range. A range is global only as a whole; one that straddles
  // global and other ranges is "mixed".
  AddressClass Classify(absl::string_view address_or_cidr) const;

 private:
  struct Range {
    AddressPrefix prefix;
    std::string name;
    bool global = false;
  };
  std::vector<Range> ranges_;
};

}  // namespace cis
