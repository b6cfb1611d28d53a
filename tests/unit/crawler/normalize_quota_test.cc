// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crawler/normalize/quota.h"

namespace cis::crawler {
namespace {

using testing::ElementsAre;

Document Answer(const std::string& name, const std::string& body) {
  Document document;
  document.name = name;
  document.status = 200;
  document.body = body;
  return document;
}

std::vector<Quota> ReadQuotas(const std::vector<Document>& documents) {
  SharedList<SharedText> problems;
  std::vector<std::string> remarks;
  const LimitSet set = NormalizeLimits(documents, &problems, &remarks);
  EXPECT_THAT(problems, testing::IsEmpty());
  EXPECT_THAT(remarks, testing::IsEmpty());
  return set.quotas;
}
LimitSet ReadLimits(const std::vector<Document>& documents) {
  SharedList<SharedText> problems;
  return NormalizeLimits(documents, &problems);
}

TEST(Quota, ReadsLimitsOfNova) {
  EXPECT_THAT(
      ReadQuotas({Answer("nova_limits", R"({"limits":{"rate":[],"absolute":{"maxTotalCores":20,
                    "totalCoresUsed":3,"maxTotalRAMSize":-1,"totalRAMUsed":512,"maxTotalInstances":10,
                    "maxTotalFloatingIps":99}}})")}),
      ElementsAre(Quota{"instances", 10, std::nullopt}, Quota{"cores", 20, 3},
                  Quota{"ram_mib", -1, 512}));
}

TEST(Quota, ReadsQuotasOfNeutronWithAndWithoutDetails) {
  EXPECT_THAT(
      ReadQuotas(
          {Answer("neutron_quota", R"({"quota":{"floatingip":50,"router":-1,"rbac_policy":3}})")}),
      ElementsAre(Quota{"floating_ips", 50, std::nullopt}, Quota{"routers", -1, std::nullopt}));
  EXPECT_THAT(ReadQuotas({Answer("neutron_quota",
                                 R"({"quota":{"floatingip":{"limit":50,"used":2,"reserved":1},
                                     "network":{"limit":10}}})")}),
              ElementsAre(Quota{"floating_ips", 50, 3}, Quota{"networks", 10, std::nullopt}));
}

TEST(Quota, ReadsLimitsOfCinder) {
  EXPECT_THAT(ReadQuotas({Answer("cinder_limits", R"({"limits":{"absolute":{"maxTotalVolumes":10,
                    "totalVolumesUsed":1,"maxTotalVolumeGigabytes":1000,"totalGigabytesUsed":20,
                    "maxTotalSnapshots":5,"totalSnapshotsUsed":0}}})")}),
              ElementsAre(Quota{"volumes", 10, 1}, Quota{"volume_gib", 1000, 20},
                          Quota{"snapshots", 5, 0}));
}

TEST(Quota, ZeroIsALimit) {
  EXPECT_THAT(ReadQuotas({Answer("neutron_quota",
                                 R"({"quota":{"floatingip":{"limit":0,"used":0,"reserved":0}}})")}),
              ElementsAre(Quota{"floating_ips", 0, 0}));
}

TEST(Quota, SumsThatDoNotFitAreUnknown) {
  EXPECT_THAT(
      ReadQuotas({Answer(
          "neutron_quota",
          R"({"quota":{"floatingip":{"limit":1,"used":9223372036854775807,"reserved":1}}})")}),
      ElementsAre(Quota{"floating_ips", 1, std::nullopt}));
}

TEST(Quota, WrongShapesAreUnknownAndRemarked) {
  SharedList<SharedText> problems;
  std::vector<std::string> remarks;
  const LimitSet set = NormalizeLimits(
      {Answer("nova_limits", R"({"limits":{}})"), Answer("neutron_quota", R"({"quota":[]})"),
       Answer("cinder_quota", "[]"), Answer("nova_zones", R"({"availabilityZoneInfo":7})")},
      &problems, &remarks);
  EXPECT_EQ(set, LimitSet());
  EXPECT_THAT(
      remarks,
      ElementsAre("nova_limits: /limits/absolute is missing; it must be an object; limits of "
                  "instances, cores and memory stay unknown",
                  "neutron_quota: /quota is missing; it must be an object; limits of networks and "
                  "floating IPs stay unknown",
                  "cinder_quota: / is of type array; it must be an object; limits of volumes stay "
                  "unknown",
                  "nova_zones: /availabilityZoneInfo is number; it must be an array; availability "
                  "zones of machines stay unknown"));
}

TEST(Quota, ReadsTheQuotaOfCinderWithItsVolumeTypes) {
  const char* kQuota = R"({"quota_set":{"id":"p","volumes":{"limit":10,"in_use":2,"reserved":1},
      "gigabytes":{"limit":1000,"in_use":20,"reserved":0},"snapshots":{"limit":5,"in_use":0,"reserved":0},
      "per_volume_gigabytes":{"limit":100,"in_use":0,"reserved":0},
      "volumes_ssd":{"limit":-1,"in_use":1,"reserved":0},"gigabytes_ssd":{"limit":50,"in_use":10,"reserved":5},
      "volumes___DEFAULT__":{"limit":0,"in_use":0,"reserved":0},"snapshots_ssd":{"limit":1,"in_use":0},
      "backups":{"limit":3,"in_use":0,"reserved":0}}})";
  EXPECT_THAT(
      ReadQuotas({Answer("cinder_quota", kQuota),
                  Answer("cinder_limits", R"({"limits":{"absolute":{}}})")}),
      ElementsAre(Quota{"volumes", 10, 3}, Quota{"volume_gib", 1000, 20}, Quota{"snapshots", 5, 0},
                  Quota{"volume_gib_per_volume", 100, std::nullopt},
                  Quota{"volume_gib.ssd", 50, 15}, Quota{"volumes.__DEFAULT__", 0, 0},
                  Quota{"volumes.ssd", -1, 1}));
}

TEST(Quota, ReadsZonesOfBothServices) {
  const LimitSet set = ReadLimits(
      {Answer("nova_zones", R"({"availabilityZoneInfo":[
              {"zoneName":"internal","zoneState":{"available":true}},
              {"zoneName":"b","zoneState":{"available":false},"hosts":null},
              {"zoneName":"a","zoneState":{"available":true}},{"zoneName":"a"},{"zoneState":{}}]})"),
       Answer(
           "cinder_zones",
           R"({"availabilityZoneInfo":[{"zoneName":"internal","zoneState":{"available":true}}]})")});
  EXPECT_THAT(set.zones, ElementsAre(AvailabilityZone{"a", "compute", true},
                                     AvailabilityZone{"b", "compute", false},
                                     AvailabilityZone{"internal", "volume", true}));
}

TEST(Quota, ReadsVolumeTypes) {
  const LimitSet set =
      ReadLimits({Answer("cinder_types", R"({"volume_types":[
              {"id":"2","name":"ssd","extra_specs":{"RESKEY:availability_zones":" az2, az1 ,az1"}},
              {"id":"1","name":"hdd"},{"name":"no id"}]})"),
                  Answer("cinder_default_type", R"({"volume_type":{"id":"2","name":"ssd"}})")});
  EXPECT_THAT(set.volume_types, ElementsAre(VolumeType{"1", "hdd", false, {}},
                                            VolumeType{"2", "ssd", true, {"az1", "az2"}}));
}

TEST(Quota, ADefaultTypeThatIsNotListedIsOneMore) {
  const LimitSet set =
      ReadLimits({Answer("cinder_types", R"({"volume_types":[]})"),
                  Answer("cinder_default_type", R"({"volume_type":{"id":"2","name":"ssd"}})")});
  EXPECT_THAT(set.volume_types, ElementsAre(VolumeType{"2", "ssd", true, {}}));
}

TEST(Quota, ADefaultTypeIsNotAListOfTypes) {
  Document unread;
  unread.name = "cinder_types";
  unread.error = "no answer within 10s";
  const LimitSet set = ReadLimits(
      {unread, Answer("cinder_default_type", R"({"volume_type":{"id":"2","name":"ssd"}})")});
  EXPECT_THAT(set.volume_types, testing::IsEmpty());
}

}  // namespace
}  // namespace cis::crawler
