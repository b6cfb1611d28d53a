// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "server/policy/entitlement.h"

namespace cis::server {
namespace {

using Group = std::vector<std::string>;

TEST(ParseEntitlement, ReadsTheFormOfEgi) {
  EXPECT_EQ(ParseEntitlement(
                "urn:mace:egi.eu:group:vo.access.egi.eu:sub:deep:role=vm_operator#aai.egi.eu"),
            (Entitlement{
                "mace:egi.eu", {"vo.access.egi.eu", "sub", "deep"}, "vm_operator", "aai.egi.eu"}));
  EXPECT_EQ(ParseEntitlement("urn:mace:egi.eu:group:ops"),
            (Entitlement{"mace:egi.eu", {"ops"}, "", ""}));
}

TEST(ParseEntitlement, ReadsAPathAsInWlcgGroups) {
  EXPECT_EQ(ParseEntitlement("/cms/uscms"), (Entitlement{"", {"cms", "uscms"}, "", ""}));
}

TEST(ParseEntitlement, DecodesPartsAfterTheyAreSplit) {
  EXPECT_EQ(ParseEntitlement("urn:geant:x.eu:group:a%3Ab:c%20d:role=r%2Fs#h.x%2eeu"),
            (Entitlement{"geant:x.eu", {"a:b", "c d"}, "r/s", "h.x.eu"}));
  // An encoded `role=` is the name of a subgroup.
  EXPECT_EQ(ParseEntitlement("urn:geant:x.eu:group:vo:%72ole=admin")->group,
            (Group{"vo", "role=admin"}));
}

TEST(ParseEntitlement, IgnoresCaseOnlyWhereUrnsDo) {
  EXPECT_EQ(ParseEntitlement("URN:MACE:egi.eu:group:vo"),
            ParseEntitlement("urn:mace:egi.eu:group:vo"));
  EXPECT_NE(ParseEntitlement("urn:mace:egi.eu:group:VO"),
            ParseEntitlement("urn:mace:egi.eu:group:vo"));
  EXPECT_EQ(ParseEntitlement("urn:mace:egi.eu:GROUP:vo"), std::nullopt);
}

TEST(ParseEntitlement, RefusesWhatIsNotAGroup) {
  for (const char* text : {"",
                           "vo",
                           "urn",
                           "urn:group:vo",
                           "urn:mace:egi.eu:group",
                           "urn:mace:egi.eu:group:",
                           "urn:mace:egi.eu:group:vo:",
                           "urn:mace:egi.eu:group::sub",
                           "urn:mace::group:vo",
                           "urn:mace:egi.eu:group:role=member",
                           "urn:mace:egi.eu:group:vo:role=",
                           "urn:mace:egi.eu:group:vo:role=a:sub",
                           "urn:mace:egi.eu:group:vo:role=a:role=b",
                           "urn:mace:egi.eu:group:vo#",
                           "urn:mace:egi.eu:group:vo#a#b",
                           "urn:mace:egi.eu:group:v%2",
                           "urn:mace:egi.eu:group:v%zz",
                           "urn:mace:egi.eu:group:v%00",
                           "urn:mace:egi.eu:group:v%0ao",
                           "urn:mace:egi.eu:res:vo",
                           "https://x/group:vo",
                           "/",
                           "//vo",
                           "/vo/",
                           "/v\no"}) {
    EXPECT_EQ(ParseEntitlement(text), std::nullopt) << text;
  }
  EXPECT_EQ(ParseEntitlement("urn:mace:egi.eu:group:" + std::string(kMaxEntitlementBytes, 'a')),
            std::nullopt);
}

TEST(ParseGroupName, ReadsBackWhatFormatGroupNameWrites) {
  const Group group{"vo.a", "x:y", "50%", "a#b"};
  EXPECT_EQ(FormatGroupName(group), "vo.a:x%3Ay:50%25:a%23b");
  EXPECT_EQ(ParseGroupName(FormatGroupName(group)), group);
}

TEST(ParseGroupName, RefusesWhatOtherKeysSay) {
  for (const char* text : {"", "vo:", "vo:role=a", "vo#a", "urn:mace:egi.eu:group:vo", "/vo"}) {
    EXPECT_EQ(ParseGroupName(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace cis::server
