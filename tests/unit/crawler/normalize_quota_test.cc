#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crawler/normalize/quota.h"

namespace cis {
namespace {

using testing::ElementsAre;

Document Doc(const std::string& name, const std::string& body) {
  Document document;
  document.name = name;
  document.status = 200;
  document.body = body;
  return document;
}

std::vector<Quota> Read(const std::vector<Document>& documents) {
  std::vector<std::string> problems;
  const auto quotas = NormalizeQuotas(documents, &problems);
  EXPECT_TRUE(quotas.ok()) << quotas.status();
  EXPECT_THAT(problems, testing::IsEmpty());
  return quotas.value_or(std::vector<Quota>());
}

TEST(Quota, NovaLimits) {
  EXPECT_THAT(Read({Doc("nova_limits", R"({"limits":{"rate":[],"absolute":{"maxTotalCores":20,
                    "totalCoresUsed":3,"maxTotalRAMSize":-1,"totalRAMUsed":512,"maxTotalInstances":10,
                    "maxTotalFloatingIps":99}}})")}),
              ElementsAre(Quota{"instances", 10, std::nullopt}, Quota{"cores", 20, 3},
                          Quota{"ram_mib", -1, 512}));
}

TEST(Quota, NeutronPlainAndWithDetails) {
  EXPECT_THAT(
      Read({Doc("neutron_quota", R"({"quota":{"floatingip":50,"router":-1,"rbac_policy":3}})")}),
      ElementsAre(Quota{"floating_ips", 50, std::nullopt}, Quota{"routers", -1, std::nullopt}));
  EXPECT_THAT(Read({Doc("neutron_quota",
                        R"({"quota":{"floatingip":{"limit":50,"used":2,"reserved":1},
                                     "network":{"limit":10}}})")}),
              ElementsAre(Quota{"floating_ips", 50, 3}, Quota{"networks", 10, std::nullopt}));
}

TEST(Quota, CinderLimits) {
  EXPECT_THAT(Read({Doc("cinder_limits", R"({"limits":{"absolute":{"maxTotalVolumes":10,
                    "totalVolumesUsed":1,"maxTotalVolumeGigabytes":1000,"totalGigabytesUsed":20,
                    "maxTotalSnapshots":5,"totalSnapshotsUsed":0}}})")}),
              ElementsAre(Quota{"volumes", 10, 1}, Quota{"volume_gib", 1000, 20},
                          Quota{"snapshots", 5, 0}));
}

TEST(Quota, ZeroIsALimit) {
  EXPECT_THAT(
      Read({Doc("neutron_quota", R"({"quota":{"floatingip":{"limit":0,"used":0,"reserved":0}}})")}),
      ElementsAre(Quota{"floating_ips", 0, 0}));
}

TEST(Quota, SumsThatDoNotFitAreUnknown) {
  EXPECT_THAT(
      Read(
          {Doc("neutron_quota",
               R"({"quota":{"floatingip":{"limit":1,"used":9223372036854775807,"reserved":1}}})")}),
      ElementsAre(Quota{"floating_ips", 1, std::nullopt}));
}

TEST(Quota, WrongShapesAreErrors) {
  std::vector<std::string> problems;
  EXPECT_EQ(NormalizeQuotas({Doc("nova_limits", R"({"limits":{}})")}, &problems).status().message(),
            "nova_limits: /limits/absolute is missing; it must be an object");
  EXPECT_FALSE(NormalizeQuotas({Doc("neutron_quota", R"({"quota":[]})")}, &problems).ok());
}

}  // namespace
}  // namespace cis
