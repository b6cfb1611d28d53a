// SPDX-License-Identifier: Apache-2.0

// Whole directories of real site files: the project's own, and a larger collection where one lies
// beside the source tree; where none does, ctest reports the test shared_files as skipped. None of
// their oddities may stop a run.

#include <algorithm>
#include <filesystem>
#include <set>

#include "absl/strings/str_cat.h"
#include "tests/unit/crawler/sites_fixture.h"

namespace cis::crawler {
namespace {

using testing::IsEmpty;

std::vector<std::string> Directories() {
  std::vector<std::string> found;
  for (const char* path : {"/tests/fixtures/sites", "/../shared/corpus/dev/egi_sites"}) {
    const std::string directory = absl::StrCat(CIS_SOURCE_DIR, path);
    std::error_code ignored;
    if (std::filesystem::is_directory(directory, ignored)) found.push_back(directory);
  }
  return found;
}

class RealSitesTest : public SitesTest, public testing::WithParamInterface<std::string> {};

TEST_P(RealSitesTest, AllLoadAndEachRemarkIsMadeOnce) {
  options_.paths = {GetParam()};
  const SitesConfig config = MustLoad();
  EXPECT_THAT(config.errors, IsEmpty());
  size_t file_count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(GetParam())) {
    file_count += entry.path().extension() == ".yaml" ? 1 : 0;
  }
  EXPECT_GT(file_count, 3u);
  EXPECT_GE(config.targets.size(), file_count / 2);
  const std::set<std::string> once(config.warnings.begin(), config.warnings.end());
  EXPECT_EQ(once.size(), config.warnings.size());
  for (const ShareTarget& target : config.targets) {
    EXPECT_FALSE(target.share.vo.empty());
    EXPECT_EQ(target.share.endpoint.keystone_url.find("/v3"), std::string::npos);
    EXPECT_EQ(target.share.endpoint.site_name.find(' '), std::string::npos);
  }
}

TEST_P(RealSitesTest, OrderOfTargetsDoesNotDependOnTheFiles) {
  options_.paths = {GetParam()};
  const SitesConfig all = MustLoad();
  const auto key = [](const ShareTarget& target) {
    const Endpoint& endpoint = target.share.endpoint;
    return std::tie(endpoint.site_name, endpoint.keystone_url, endpoint.region, target.share.vo,
                    target.share.project_key);
  };
  for (size_t i = 1; i < all.targets.size(); ++i) {
    EXPECT_LT(key(all.targets[i - 1]), key(all.targets[i]));
  }
}

INSTANTIATE_TEST_SUITE_P(Directories, RealSitesTest, testing::ValuesIn(Directories()),
                         [](const auto& tested) { return absl::StrCat("Number", tested.index); });

}  // namespace
}  // namespace cis::crawler
