// SPDX-License-Identifier: Apache-2.0
#include "schema/model/split_shares.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/support/builders.h"

namespace cis {
namespace {

struct Entry {
  std::string region;
  std::string vo = "ops";
  std::string project = "p";
  bool configured = true;
  bool was_read = true;
};

constexpr char kUrl[] = "https://keystone.example.org:5000";

SiteCatalog SiteOf(const std::vector<Entry>& entries) {
  SiteCatalog site;
  for (const Entry& entry : entries) {
    if (site.endpoints.empty() || site.endpoints.back().endpoint.region != entry.region) {
      site.endpoints.emplace_back();
      site.endpoints.back().endpoint = MakeEndpoint("SITE-A", kUrl, entry.region);
    }
    EndpointCatalog& endpoint = site.endpoints.back();
    ShareCatalog share;
    share.share = MakeShare(endpoint.endpoint, entry.vo, entry.project);
    share.share.configured = entry.configured;
    if (entry.was_read) share.kinds.push_back(MakeKindState(Kind::kFlavors));
    endpoint.shares.push_back(std::move(share));
  }
  return site;
}

// What is left, as "region/vo/project".
std::vector<std::string> Left(const std::vector<Entry>& entries) {
  SiteCatalog site = SiteOf(entries);
  RemoveSplitShares(&site);
  std::vector<std::string> left;
  for (const EndpointCatalog& endpoint : site.endpoints) {
    if (endpoint.shares.empty()) left.push_back("empty endpoint");
    for (const ShareCatalog& share : endpoint.shares) {
      left.push_back(absl::StrCat(endpoint.endpoint.region, "/", share.share.vo, "/",
                                  share.share.project_key));
    }
  }
  return left;
}

using Texts = std::vector<std::string>;

TEST(SplitShares, AShareThatWasSplitIntoRegionsIsNone) {
  for (const bool was_read : {false, true}) {
    EXPECT_EQ(Left({{"", "ops", "p", false, was_read}, {"r1"}, {"r2"}}),
              (Texts{"r1/ops/p", "r2/ops/p"}))
        << was_read;
  }
}

TEST(SplitShares, OtherSharesWithoutARegionStay) {
  // Configured; of another VO; of another project.
  EXPECT_EQ(Left({{""}, {"r1"}}), (Texts{"/ops/p", "r1/ops/p"}));
  EXPECT_EQ(Left({{"", "x", "p", false}, {"r1"}}), (Texts{"/x/p", "r1/ops/p"}));
  EXPECT_EQ(Left({{"", "ops", "q", false}, {"r1"}}), (Texts{"/ops/q", "r1/ops/p"}));
  // One of two.
  EXPECT_EQ(Left({{"", "ops", "p", false}, {"", "x", "p", true}, {"r1"}}),
            (Texts{"/x/p", "r1/ops/p"}));
  // A site that is removed altogether keeps what was read without regions.
  EXPECT_EQ(Left({{"", "ops", "p", false}}), (Texts{"/ops/p"}));
  EXPECT_EQ(Left({{"", "ops", "p", false, true}, {"r1", "ops", "p", false}}),
            (Texts{"/ops/p", "r1/ops/p"}));
  EXPECT_EQ(Left({{"", "ops", "p", false, false}, {"r1", "ops", "p", false}}), (Texts{"r1/ops/p"}));
}

TEST(SplitShares, SharesOfOtherKeystonesStay) {
  SiteCatalog site = SiteOf({{"", "ops", "p", false}, {"r1"}});
  site.endpoints[1].endpoint.keystone_url = "https://other.example.org:5000";
  RemoveSplitShares(&site);
  EXPECT_EQ(site.endpoints.size(), 2u);
}

}  // namespace
}  // namespace cis
