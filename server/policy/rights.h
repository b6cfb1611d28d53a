// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/policy/policy.h"

namespace cis::server {

// What a caller may see. A value: equal rights give equal answers, so that Text() may be a part of
// ETags and keys of caches.
struct Rights {
  bool may_read = false;  // public facts; false = nothing at all
  bool all_vos = false;
  std::set<std::string> vos;              // whose own facts are visible; empty if all_vos
  bool operation = false;                 // problems in detail, changes of all, reports
  bool report = false;                    // may report outcomes
  std::vector<PublicFacts> public_facts;  // what the policy declares public; empty if all_vos

  // Whether everything that can be read is visible, so that nothing has to be left out.
  bool sees_everything() const { return may_read && all_vos && operation; }
  bool SeesVo(absl::string_view vo) const;
  // Returns the kinds of a VO's own facts at a site that are public.
  PublicKinds PublicAt(absl::string_view site_name, absl::string_view vo) const;
  // Whether everything that the VO has at the site is visible, so that placements may be found.
  bool SeesShare(absl::string_view site_name, absl::string_view vo) const {
    return SeesVo(vo) || (PublicAt(site_name, vo) & kPlacements) != 0;
  }

  // One line of ASCII, the same for equal rights and different for others.
  std::string Text() const;

  friend bool operator==(const Rights&, const Rights&) = default;
  template <typename H>
  friend H AbslHashValue(H hash, const Rights& rights) {
    return H::combine(std::move(hash), rights.Text());
  }
};

// The rights of a local caller, and of `cisquery --db`.
Rights AllRights();

}  // namespace cis::server
