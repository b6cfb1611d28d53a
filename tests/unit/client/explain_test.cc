// SPDX-License-Identifier: Apache-2.0
#include "client/answer/explain.h"

#include <gtest/gtest.h>

#include "cis/v1/inventory.pb.h"

namespace cis::client {
namespace {

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
