// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "crawler/source/source.h"
#include "schema/model/catalog.h"
#include "schema/model/records.h"

namespace cis::crawler {

// Where the configuration does not name the federation protocol, fills in the one that worked at
// that endpoint in the last crawl, so that no crawl begins with a wrong guess.
void RememberEndpoints(const Catalog& known, std::vector<ShareTarget>* targets);

// The sites and shares of a crawl in the form that the store keeps. A share without a configured
// region represents one share per region if the site turns out to have several complete regions;
// the regions known from the last crawl are kept, so that such shares do not disappear and
// reappear.
class CrawlConfiguration {
 public:
  CrawlConfiguration() = default;
  // `known` is the content of the store, or null; shares that were discovered earlier stay as long
  // as their sites are named. With `is_complete`, the configuration is complete: sites of `known`
  // that it does not name become unconfigured.
  CrawlConfiguration(std::vector<Site> sites, const std::vector<Share>& shares,
                     const Catalog* known, bool is_complete);

  // Records that `share` has these regions. Returns true if that is new.
  bool Split(const Share& share, const std::vector<std::string>& regions);
  // Records that `share` was crawled as one share. Returns true if it had been split.
  bool Merge(const Share& share);

  // Records that `share` was discovered: no file names its project, and the site offers it. Returns
  // true if that is new. A share that a file names stays as it is.
  bool Discover(const Share& share);
  // Removes the discovered shares at the Keystone of `share` except those whose project is among
  // `offered` for the same VO. Returns true if there were any.
  bool ForgetDiscovered(const Share& share, const std::vector<OfferedProject>& offered);
  // Returns whether `share`, in whatever region, was discovered.
  bool IsDiscovered(const Share& share) const;

  // Returns the share itself, or one per region if it is split.
  std::vector<Share> SharesOf(const Share& share) const;

  const std::vector<Site>& sites() const { return sites_; }
  // All shares, with split ones replaced by one per region.
  const std::vector<Share>& shares() const { return expanded_; }

 private:
  using Key = std::tuple<std::string, std::string, std::string, std::string, std::string>;
  static Key KeyOf(const Share& share);
  // Returns whether a share, configured or discovered, is for the same project at the same
  // Keystone.
  bool HasProject(const Share& share) const;
  void Expand();

  std::vector<Site> sites_;
  std::vector<Share> shares_;  // as configured
  std::vector<Share> expanded_;
  std::map<Key, std::vector<std::string>> regions_;  // of split shares
};

}  // namespace cis::crawler
