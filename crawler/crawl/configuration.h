#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "crawler/source/source.h"
#include "schema/model/catalog.h"
#include "schema/model/records.h"

namespace cis::crawler {

// Where the configuration does not say what the federation protocol is called, takes what worked at
// that endpoint in the last crawl, so that no crawl begins with a wrong guess.
void RememberEndpoints(const Catalog& known, std::vector<ShareTarget>& targets);

// The sites and shares of a crawl as the store is to know them. A share without a configured region
// stands for one share a region where the site turns out to have several complete ones; what is
// known of that from the last crawl is kept, so that such shares do not come and go.
class CrawlConfiguration {
 public:
  CrawlConfiguration() = default;
  // `known` is what the store holds, or null; shares discovered earlier stay as long as their sites
  // are named. With `is_complete` the configuration is all there is:
  // sites of `known` that it does not name become unconfigured.
  CrawlConfiguration(std::vector<Site> sites, const std::vector<Share>& shares,
                     const Catalog* known, bool is_complete);

  // `share` has these regions. Returns true if that is new.
  bool Split(const Share& share, const std::vector<std::string>& regions);
  // `share` was crawled by itself. Returns true if it had been split.
  bool Merge(const Share& share);

  // `share` was discovered: no file names its project, and the site offers it. Returns true if that
  // is new. A share that a file names stays as it is.
  bool Discover(const Share& share);
  // Forgets discovered shares at the Keystone of `share` but those whose project is among `offered`
  // for the same VO. Returns true if there were any.
  bool ForgetDiscovered(const Share& share, const std::vector<OfferedProject>& offered);
  // Whether `share`, in whatever region, is one that was discovered.
  bool IsDiscovered(const Share& share) const;

  // The share itself, or one a region if it is split.
  std::vector<Share> SharesOf(const Share& share) const;

  const std::vector<Site>& sites() const { return sites_; }
  // All, with split ones replaced by one a region.
  const std::vector<Share>& shares() const { return expanded_; }

 private:
  using Key = std::tuple<std::string, std::string, std::string, std::string, std::string>;
  static Key KeyOf(const Share& share);
  // Whether a share, configured or discovered, is for the same project at the same Keystone.
  bool HasProject(const Share& share) const;
  void Expand();

  std::vector<Site> sites_;
  std::vector<Share> shares_;  // as configured
  std::vector<Share> expanded_;
  std::map<Key, std::vector<std::string>> regions_;  // of split shares
};

}  // namespace cis::crawler
