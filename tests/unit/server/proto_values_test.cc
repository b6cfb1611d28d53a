#include "server/service/proto_values.h"

#include "gtest/gtest.h"
#include "tests/support/builders.h"

namespace cis {
namespace {

TEST(TimeToProto, SplitsSecondsAndNanoseconds) {
  const auto proto = TimeToProto(absl::FromUnixNanos(1767323045123456789));
  EXPECT_EQ(proto.seconds(), 1767323045);
  EXPECT_EQ(proto.nanos(), 123456789);
  const auto before = TimeToProto(absl::FromUnixNanos(-1));
  EXPECT_EQ(before.seconds(), -1);
  EXPECT_EQ(before.nanos(), 999999999);
}

TEST(IsKnownTime, NeverIsNotKnown) {
  EXPECT_FALSE(IsKnownTime(absl::InfinitePast()));
  EXPECT_FALSE(IsKnownTime(absl::InfiniteFuture()));
  EXPECT_TRUE(IsKnownTime(absl::UnixEpoch()));
}

TEST(Enums, HaveTheSameMeaning) {
  EXPECT_EQ(DataStateToProto(DataState::kExpired), v1::DATA_STATE_EXPIRED);
  EXPECT_EQ(TristateToProto(Tristate::kUnknown), v1::TRISTATE_UNKNOWN);
  EXPECT_EQ(TristateToProto(Tristate::kNo), v1::TRISTATE_NO);
  EXPECT_EQ(ConfidenceToProto(Confidence::kGuess), v1::CONFIDENCE_GUESS);
  EXPECT_EQ(VoSupportToProto(VoSupport::kUnknown, false), v1::VO_SUPPORT_CONFIGURED);
  EXPECT_EQ(VoSupportToProto(VoSupport::kUnknown, true), v1::VO_SUPPORT_UNKNOWN);
  EXPECT_EQ(VoSupportToProto(VoSupport::kRefused, true), v1::VO_SUPPORT_REFUSED);
}

TEST(RegionOf, TheCatalogsSpellingWins) {
  Endpoint endpoint = MakeEndpoint("SITE-A", "", "regionone");
  endpoint.resolved_region = "RegionOne";
  EXPECT_EQ(RegionOf(endpoint), "RegionOne");
  endpoint.resolved_region = "";
  EXPECT_EQ(RegionOf(endpoint), "regionone");
}

TEST(FormatRole, IsEmptyWhereNothingTellsIt) {
  Network network;
  network.usable_as = NetworkUse::kDirect;
  EXPECT_EQ(FormatRole(network), "direct");
  network.provenance.confidence = {{"usable_as", Confidence::kGuess}};
  EXPECT_EQ(FormatRole(network), "direct");
  network.provenance.confidence = {{"usable_as", Confidence::kUnknown}};
  EXPECT_EQ(FormatRole(network), "");
}

}  // namespace
}  // namespace cis
