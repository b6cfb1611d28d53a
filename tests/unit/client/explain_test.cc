#include "client/answer/explain.h"

#include <gtest/gtest.h>

#include "cis/v1/inventory.pb.h"

namespace cis::client {
namespace {

TEST(Explain, EachSourceHasItsLevelOfEvidence) {
  EXPECT_EQ(EvidenceLevel("override:jane 2026-11-22"), 'A');
  EXPECT_EQ(EvidenceLevel("property:eu.egi.cloud.image_ref"), 'A');
  EXPECT_EQ(EvidenceLevel("APPLIANCE_ATTRIBUTES:ad:os"), 'A');
  EXPECT_EQ(EvidenceLevel("floatingip_pools"), 'B');
  EXPECT_EQ(EvidenceLevel("extra_spec:resources:VGPU"), 'B');
  EXPECT_EQ(EvidenceLevel("property:os_distro"), 'C');
  EXPECT_EQ(EvidenceLevel("router:external"), 'C');
  EXPECT_EQ(EvidenceLevel("table:logins"), 'D');
  EXPECT_EQ(EvidenceLevel("name"), 'E');
}

TEST(Explain, EveryFieldThatHasEvidenceIsThere) {
  v1::Image image;
  image.set_upstream_id("x y");
  image.set_os_version("22.04");
  image.mutable_provenance()->add_evidence()->set_field("os_version");
  for (const ExplainedFact& fact : Explain(image)) {
    EXPECT_FALSE(fact.change.empty()) << fact.field;
    if (fact.field != "os_version") continue;
    EXPECT_EQ(fact.value, "22.04");
    EXPECT_EQ(fact.sources.size(), 1U);
    EXPECT_EQ(fact.change, "openstack image set --property os_version=22.04 'x y'");
  }
  EXPECT_GE(Explain(image).size(), 10U);
  EXPECT_TRUE(Explain(v1::Site()).empty());
}

}  // namespace
}  // namespace cis::client
