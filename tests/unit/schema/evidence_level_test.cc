// SPDX-License-Identifier: Apache-2.0
#include "schema/base/evidence_level.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

namespace cis {
namespace {

TEST(EvidenceLevel, EachSourceHasOne) {
  const std::pair<const char*, char> cases[] = {
      {"override:jane 2026-11-22", 'A'},
      {"property:eu.egi.cloud.image_ref", 'A'},
      {"APPLIANCE_ATTRIBUTES:ad:os", 'A'},
      {"subnets", 'B'},
      {"floatingip_pools", 'B'},
      {"extra_spec:resources:VGPU", 'B'},
      {"other_shares", 'B'},
      {"property:os_distro", 'C'},
      {"router:external", 'C'},
      {"extra_specs", 'C'},
      {"property:resources_of_mine", 'C'},
      {"", 'C'},
      {"table:logins", 'D'},
      {"routers", 'D'},
      {"tag", 'D'},
      {"name", 'E'},
      {"description", 'E'},
  };
  for (const auto& [source, level] : cases) EXPECT_EQ(EvidenceLevel(source), level) << source;
}

TEST(EvidenceLevel, EveryLevelHasItsWords) {
  for (const char* head : {"A ", ", B ", ", C ", ", D ", ", E "}) {
    EXPECT_THAT(kEvidenceLevels, ::testing::HasSubstr(head));
  }
}

}  // namespace
}  // namespace cis
