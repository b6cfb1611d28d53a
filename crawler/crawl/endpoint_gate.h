// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "crawler/source/source.h"
#include "schema/model/back_off.h"
#include "schema/model/catalog.h"

namespace cis::crawler {

// Keeps a crawl away from endpoints that have failed for days (schema/model/back_off.h). If such an
// endpoint is due again, one share is admitted as a probe; the others wait for its login and follow
// in the same crawl if it shows that the site works again. Does no I/O.
class EndpointGate {
 public:
  // Admits every share.
  EndpointGate() = default;
  // `known` is the content of the store.
  EndpointGate(const Catalog& known, absl::Time now);

  // Returns true if the endpoint of `share` was backed off from when the crawl began, due or not.
  bool IsBackedOff(const Share& share) const { return endpoints_.contains(KeyOf(share)); }
  // Returns false if `target` is held back; the gate then keeps it.
  bool Admit(const ShareTarget& target);
  // Returns the shares that were held back, because a share of the same endpoint has logged in or
  // was rejected by the site, which shows that the site works.
  std::vector<ShareTarget> Open(const Share& share);
  // Returns those that are still held back, each with its endpoint's state.
  std::vector<std::pair<ShareTarget, BackOff>> Held() const;

 private:
  using Key = BackOffs::key_type;
  struct Endpoint {
    BackOff back_off;
    bool due = false;
    bool probing = false;
    bool open = false;
    std::vector<ShareTarget> held;
  };
  static Key KeyOf(const Share& share);

  std::map<Key, Endpoint> endpoints_;  // those that are backed off from
};

}  // namespace cis::crawler
