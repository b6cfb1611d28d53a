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

// Keeps a crawl away from endpoints that have failed for days (schema/model/back_off.h). Of an
// endpoint that is due again one share is let through, the probe; the others wait for its login and
// follow in the same crawl if that shows that the site works again. Does no I/O.
class EndpointGate {
 public:
  // Keeps nobody away.
  EndpointGate() = default;
  // `known` is what the store holds.
  EndpointGate(const Catalog& known, absl::Time now);

  // True if the endpoint of `share` was backed off from when the crawl began, due or not.
  bool IsBackedOff(const Share& share) const { return endpoints_.contains(KeyOf(share)); }
  // False if `target` is held back; it is then kept here.
  bool Admit(const ShareTarget& target);
  // A share of the endpoint `keystone_url` of a site has logged in or was refused by the site:
  // gives out the shares that were held back.
  std::vector<ShareTarget> Open(const Share& share);
  // Those that are still held back, each with its endpoint's state.
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
