// SPDX-License-Identifier: Apache-2.0
#include "server/service/proto_values.h"

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "schema/model/known.h"
#include "server/placement/quota_resource.h"
#include "server/service/enum_words.h"
#include "tests/support/builders.h"

namespace cis::server {
namespace {

TEST(TimeToProto, SplitsSecondsAndNanoseconds) {
  const auto proto = TimeToProto(absl::FromUnixNanos(1767323045123456789));
  EXPECT_EQ(proto.seconds(), 1767323045);
  EXPECT_EQ(proto.nanos(), 123456789);
  const auto before = TimeToProto(absl::FromUnixNanos(-1));
  EXPECT_EQ(before.seconds(), -1);
  EXPECT_EQ(before.nanos(), 999999999);
}

TEST(IsKnown, EachTypeHasOneValueThatIsNotKnown) {
  EXPECT_FALSE(IsKnown(""));
  EXPECT_TRUE(IsKnown("x86_64"));
  EXPECT_FALSE(IsKnown(std::optional<int64_t>()));
  EXPECT_TRUE(IsKnown(std::optional<int64_t>(0)));
  EXPECT_FALSE(IsKnown(Tristate::kUnknown));
  EXPECT_TRUE(IsKnown(Tristate::kNo));
  EXPECT_FALSE(IsKnown(absl::InfinitePast()));
  EXPECT_FALSE(IsKnown(absl::InfiniteFuture()));
  EXPECT_TRUE(IsKnown(absl::UnixEpoch()));
}

TEST(Enums, HaveTheSameMeaning) {
  EXPECT_EQ(DataStateToProto(DataState::kExpired), v1::DATA_STATE_EXPIRED);
  EXPECT_EQ(TristateToProto(Tristate::kUnknown), std::nullopt);
  EXPECT_EQ(TristateToProto(Tristate::kNo), false);
  EXPECT_EQ(TristateToProto(Tristate::kYes), true);
  EXPECT_EQ(ConfidenceToProto(Confidence::kGuess), v1::CONFIDENCE_GUESS);
  EXPECT_EQ(VoSupportToProto(VoSupport::kUnknown, false), v1::VO_SUPPORT_CONFIGURED);
  EXPECT_EQ(VoSupportToProto(VoSupport::kUnknown, true), v1::VO_SUPPORT_UNSPECIFIED);
  EXPECT_EQ(VoSupportToProto(VoSupport::kRefused, true), v1::VO_SUPPORT_REFUSED);
}

TEST(Enums, WordsOfRecordsAreThoseOfTheLists) {
  for (const Kind kind : kAllKinds) {
    EXPECT_EQ(DataKindToProto(kind), EnumOfWord<v1::DataKind>(FormatKind(kind)));
  }
  for (int i = 1; i <= static_cast<int>(ErrorClass::kBackingOff); ++i) {
    EXPECT_EQ(static_cast<int>(ErrorClassToProto(static_cast<ErrorClass>(i))), i);
  }
}

TEST(QuotaResourceToProto, KnowsAllThatPlacementsUseUp) {
  std::set<v1::QuotaResource> seen;
  for (const absl::string_view word : kQuotaResourceNames) {
    EXPECT_NE(QuotaResourceToProto(word), v1::QUOTA_RESOURCE_UNSPECIFIED) << word;
    seen.insert(QuotaResourceToProto(word));
  }
  EXPECT_EQ(seen.size(), kQuotaResourceNames.size());
  EXPECT_EQ(QuotaResourceToProto("volumes"), v1::QUOTA_RESOURCE_VOLUMES);
  EXPECT_EQ(QuotaResourceToProto("volume_gib"), v1::QUOTA_RESOURCE_VOLUME_SIZE);
  EXPECT_EQ(QuotaResourceToProto("keypairs"), v1::QUOTA_RESOURCE_UNSPECIFIED);
}

TEST(QuotaToProto, SplitsTypesOfVolumesAndGivesUnits) {
  const v1::Quota cores = QuotaToProto({"cores", 8, 2});
  EXPECT_EQ(cores.resource(), v1::QUOTA_RESOURCE_CORES);
  EXPECT_EQ(cores.limit().unit(), v1::UNIT_UNSPECIFIED);
  EXPECT_EQ(cores.limit().value(), 8);
  EXPECT_EQ(cores.used().value(), 2);
  const v1::Quota ram = QuotaToProto({"ram_mib", -1, std::nullopt});
  EXPECT_EQ(ram.resource(), v1::QUOTA_RESOURCE_RAM);
  EXPECT_EQ(ram.limit().unit(), v1::UNIT_MIB);
  EXPECT_TRUE(ram.limit().unlimited());
  EXPECT_FALSE(ram.has_used());
  const v1::Quota typed = QuotaToProto({"volume_gib.ssd.fast", 100, 0});
  EXPECT_EQ(typed.resource(), v1::QUOTA_RESOURCE_VOLUME_SIZE);
  EXPECT_EQ(typed.volume_type(), "ssd.fast");
  EXPECT_EQ(typed.limit().unit(), v1::UNIT_GIB);
  EXPECT_TRUE(typed.has_used());
  const v1::Quota single = QuotaToProto({"volume_gib_per_volume", 10, std::nullopt});
  EXPECT_EQ(single.resource(), v1::QUOTA_RESOURCE_VOLUME_SIZE_PER_VOLUME);
  EXPECT_EQ(single.limit().unit(), v1::UNIT_GIB);
  for (const char* resource : {"instances", "floating_ips", "networks", "subnets", "routers",
                               "ports", "security_groups", "volumes", "snapshots"}) {
    EXPECT_NE(QuotaToProto({resource, 1, 1}).resource(), v1::QUOTA_RESOURCE_UNSPECIFIED)
        << resource;
  }
}

TEST(ProvenanceToProto, WarningsHaveACode) {
  Provenance provenance;
  provenance.warnings = {"OS_CONFLICT: property says a: b, name says c", "BARE"};
  const v1::Provenance proto =
      ProvenanceToProto(provenance, [](absl::string_view name) { return name; });
  ASSERT_EQ(proto.warnings_size(), 2);
  EXPECT_EQ(proto.warnings(0).code(), "OS_CONFLICT");
  EXPECT_EQ(proto.warnings(0).message(), "property says a: b, name says c");
  EXPECT_EQ(proto.warnings(1).code(), "BARE");
}

TEST(RegionOf, TheCatalogsSpellingWins) {
  Endpoint endpoint = MakeEndpoint("SITE-A", "", "regionone");
  endpoint.resolved_region = "RegionOne";
  EXPECT_EQ(RegionOf(endpoint), "RegionOne");
  endpoint.resolved_region = "";
  EXPECT_EQ(RegionOf(endpoint), "regionone");
}

}  // namespace
}  // namespace cis::server
