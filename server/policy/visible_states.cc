// SPDX-License-Identifier: Apache-2.0
#include "server/policy/visible_states.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "schema/base/check.h"
#include "server/policy/visible_catalog.h"

namespace cis::server {

VisibleStates::VisibleStates(size_t max_states) : max_states_(std::max<size_t>(1, max_states)) {}

size_t VisibleStates::size() const {
  MutexLock lock(&mu_);
  return entries_.size();
}

// Returns the entry for the state and rights as the one that was used last. `before` is set to the
// entry of the same rights that was used last before, if there is one; `other` to that of other
// rights to the same state.
std::shared_ptr<VisibleStates::Entry> VisibleStates::FindOrAdd(
    const std::shared_ptr<const ServingState>& state, const std::string& rights,
    std::shared_ptr<Entry>* before, std::shared_ptr<Entry>* other) {
  std::list<std::shared_ptr<Entry>> dropped;  // freed outside the lock
  MutexLock lock(&mu_);
  for (auto it = entries_.begin(); it != entries_.end();) {
    const auto next = std::next(it);
    if ((*it)->rights == rights) {
      const std::shared_ptr<const ServingState> whole = (*it)->whole.lock();
      if (whole == state) {
        entries_.splice(entries_.begin(), entries_, it);
        return entries_.front();
      }
      if (*before == nullptr) *before = *it;
      // Nothing can ask for it again.
      if (whole == nullptr) dropped.splice(dropped.begin(), entries_, it);
    } else if (*other == nullptr && (*it)->whole.lock() == state) {
      *other = *it;
    }
    it = next;
  }
  auto entry = std::make_shared<Entry>();
  entry->rights = rights;
  entry->whole = state;
  entries_.push_front(entry);
  while (entries_.size() > max_states_) {
    dropped.splice(dropped.begin(), entries_, std::prev(entries_.end()));
  }
  return entry;
}

std::shared_ptr<const SiteCatalog> VisibleStates::SiteOf(
    const std::shared_ptr<const SiteCatalog>& whole, const Rights& rights) {
  std::pair<const SiteCatalog*, std::string> key(whole.get(), RightsAtSite(*whole, rights));
  {
    MutexLock lock(&sites_mu_);
    const auto it = sites_.find(key);
    // Another site may have been at the address.
    if (it != sites_.end() && it->second.whole.lock() == whole) {
      if (std::shared_ptr<const SiteCatalog> visible = it->second.visible.lock()) return visible;
    }
  }
  std::shared_ptr<const SiteCatalog> visible = VisibleSite(whole, rights);
  if (visible == whole) return visible;
  MutexLock lock(&sites_mu_);
  sites_[std::move(key)] = {whole, visible};
  if (sites_.size() > next_clean_up_) {
    absl::erase_if(sites_, [](const auto& entry) { return entry.second.visible.expired(); });
    next_clean_up_ = 2 * sites_.size() + 1000;
  }
  return visible;
}

std::shared_ptr<const Registry> VisibleStates::RegistryOf(
    const std::shared_ptr<const Registry>& whole, const Rights& rights) {
  if (rights.operation) return whole;
  MutexLock lock(&sites_mu_);
  if (registry_.whole.lock() == whole) {
    if (std::shared_ptr<const Registry> visible = registry_.visible.lock()) return visible;
  }
  std::shared_ptr<const Registry> visible = VisibleRegistry(whole, rights);
  registry_ = {whole, visible};
  return visible;
}

std::shared_ptr<const ServingState> VisibleStates::MadeFor(const std::shared_ptr<Entry>& entry) {
  if (entry == nullptr) return nullptr;
  MutexLock lock(&entry->mu);
  return entry->visible;
}

std::shared_ptr<const ServingState> VisibleStates::Make(const ServingState& whole,
                                                        const Rights& rights,
                                                        const ServingState* before,
                                                        const ServingState* other) {
  Catalog catalog = VisibleCatalog(
      whole.snapshot->catalog(), rights, [&](const auto& site) { return SiteOf(site, rights); },
      [&](const auto& registry) { return RegistryOf(registry, rights); });
  // The same site may be in what others see too.
  std::vector<const Snapshot*> indexed{whole.snapshot.get()};
  for (const ServingState* state : {other, before}) {
    if (state != nullptr) indexed.push_back(state->snapshot.get());
  }
  return std::make_shared<const ServingState>(
      ServingState::Build(Snapshot::Build(std::move(catalog), indexed), before));
}

std::shared_ptr<const ServingState> VisibleStates::Get(
    const std::shared_ptr<const ServingState>& state, const Rights& rights) {
  CIS_CHECK(state != nullptr && state->snapshot != nullptr, "callers see something of a snapshot");
  if (rights.sees_everything()) return state;
  std::shared_ptr<Entry> before;
  std::shared_ptr<Entry> other;
  const std::shared_ptr<Entry> entry = FindOrAdd(state, rights.Text(), &before, &other);
  if (std::shared_ptr<const ServingState> made = MadeFor(entry)) return made;
  const std::shared_ptr<const ServingState> last = MadeFor(before);
  const std::shared_ptr<const ServingState> beside = MadeFor(other);
  MutexLock lock(&entry->mu);
  if (entry->visible == nullptr) entry->visible = Make(*state, rights, last.get(), beside.get());
  return entry->visible;
}

}  // namespace cis::server
