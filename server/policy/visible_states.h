// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "schema/base/mutex.h"
#include "server/placement/serving_state.h"
#include "server/policy/rights.h"

namespace cis::server {

// Keeps what callers with the same rights see of a generation, so that it is made once. Makes it
// anew only for sites that have changed since the same rights were used last, and shares sites of
// which several rights see the same. Safe to use from any number of threads; one that needs what
// another is making waits for it.
class VisibleStates {
 public:
  // The number of states that are kept by default; each has a copy of the records of the sites of
  // which something is left out.
  static constexpr size_t kUsualStates = 16;

  explicit VisibleStates(size_t max_states = kUsualStates);

  // Returns what a caller with these rights sees of `state`, which must not be null; `state` itself
  // if that is everything. Of the states that were used least recently, those beyond `max_states`
  // are dropped; callers keep theirs.
  std::shared_ptr<const ServingState> Get(const std::shared_ptr<const ServingState>& state,
                                          const Rights& rights);

  // The number of states that are kept.
  size_t size() const;

 private:
  struct Entry {
    std::string rights;
    std::weak_ptr<const ServingState> whole;  // what it is made from
    mutable Mutex mu;
    std::shared_ptr<const ServingState> visible ABSL_GUARDED_BY(mu);  // null until it is made
  };
  // What was made of a value, as long as both exist.
  template <typename Value>
  struct Known {
    std::weak_ptr<const Value> whole;
    std::weak_ptr<const Value> visible;
  };

  std::shared_ptr<Entry> FindOrAdd(const std::shared_ptr<const ServingState>& state,
                                   const std::string& rights, std::shared_ptr<Entry>* before,
                                   std::shared_ptr<Entry>* other);
  // Returns what the entry has; waits for a thread that makes it. Null for no entry.
  static std::shared_ptr<const ServingState> MadeFor(const std::shared_ptr<Entry>& entry);
  std::shared_ptr<const ServingState> Make(const ServingState& whole, const Rights& rights,
                                           const ServingState* before, const ServingState* other);
  std::shared_ptr<const SiteCatalog> SiteOf(const std::shared_ptr<const SiteCatalog>& whole,
                                            const Rights& rights);
  std::shared_ptr<const Registry> RegistryOf(const std::shared_ptr<const Registry>& whole,
                                             const Rights& rights);

  const size_t max_states_;
  mutable Mutex mu_;
  std::list<std::shared_ptr<Entry>> entries_ ABSL_GUARDED_BY(mu_);  // used last, first
  Mutex sites_mu_;
  // By the whole site and RightsAtSite.
  absl::flat_hash_map<std::pair<const SiteCatalog*, std::string>, Known<SiteCatalog>> sites_
      ABSL_GUARDED_BY(sites_mu_);
  Known<Registry> registry_ ABSL_GUARDED_BY(sites_mu_);     // without operation
  size_t next_clean_up_ ABSL_GUARDED_BY(sites_mu_) = 1000;  // number of sites
};

}  // namespace cis::server
