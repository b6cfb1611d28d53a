// SPDX-License-Identifier: Apache-2.0
#include "client/format/proto_json.h"

#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>
#include <google/protobuf/wrappers.pb.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cis/v1/inventory.pb.h"
#include "cis/v1/placement.pb.h"
#include "cis/v1/registry.pb.h"

namespace cis::client {
namespace {

v1::Flavor SampleFlavor() {
  v1::Flavor flavor;
  flavor.set_name("sites/a/flavors/b");
  flavor.set_vcpu_count(4);
  flavor.set_ram_mib(8192);
  flavor.set_gpu_count(0.5);
  flavor.add_vos("x");
  (*flavor.mutable_extra_specs())["b"] = "2";
  (*flavor.mutable_extra_specs())["a"] = "1";
  flavor.mutable_first_seen_time()->set_seconds(0);
  v1::FieldConfidence& fact = *flavor.mutable_provenance()->add_confidences();
  fact.set_field("arch");
  fact.set_confidence(v1::CONFIDENCE_STRONG);
  return flavor;
}

TEST(ProtoJson, NamesAreSnakeCaseAndNumbersAreNumbers) {
  const auto json = MessageToJson(SampleFlavor());
  EXPECT_EQ(json["vcpu_count"], 4);
  EXPECT_TRUE(json["ram_mib"].is_number_integer());
  EXPECT_EQ(json["gpu_count"], 0.5);
  EXPECT_EQ(json["first_seen_time"], "1970-01-01T00:00:00Z");
  EXPECT_EQ(json["provenance"]["confidences"][0]["confidence"], "CONFIDENCE_STRONG");
}

TEST(ProtoJson, EveryFieldIsThereAndUnknownIsNull) {
  const auto json = MessageToJson(SampleFlavor());
  EXPECT_EQ(static_cast<int>(json.size()), v1::Flavor::descriptor()->field_count());
  EXPECT_TRUE(json["disk_gib"].is_null());
  EXPECT_TRUE(json["last_seen_time"].is_null());
  EXPECT_EQ(json["arch"], "");
  EXPECT_EQ(json["active"], false);
  EXPECT_EQ(MessageToJson(v1::Site())["vos"], nlohmann::ordered_json::array());
}

TEST(ProtoJson, IntegersThatNotEveryReaderHoldsExactlyAreTexts) {
  google::protobuf::UInt64Value big;
  big.set_value(9007199254740992U);
  EXPECT_EQ(DumpJson(MessageToJson(big), -1), R"({"value":9007199254740992})");
  big.set_value(9007199254740993U);
  EXPECT_EQ(DumpJson(MessageToJson(big), -1), R"({"value":"9007199254740993"})");
  big.set_value(18446744073709551615U);
  EXPECT_EQ(DumpJson(MessageToJson(big), -1), R"({"value":"18446744073709551615"})");
  google::protobuf::Int64Value low;
  low.set_value(-9007199254740993);
  EXPECT_EQ(DumpJson(MessageToJson(low), -1), R"({"value":"-9007199254740993"})");
}

TEST(ProtoJson, MapsAreOrderedSoThatEqualAnswersAreEqualText) {
  EXPECT_EQ(DumpJson(MessageToJson(SampleFlavor())["extra_specs"], -1), R"({"a":"1","b":"2"})");
}

TEST(ProtoJson, AnyProtoJsonParserReadsItBack) {
  v1::Placement placement;
  placement.set_share("s");
  placement.mutable_machine()->mutable_network()->set_kind(
      v1::NETWORK_PLAN_KIND_FLOATING_NEEDS_ROUTER);
  placement.mutable_machine()->mutable_network()->mutable_floating_ips_left()->set_unlimited(true);
  placement.mutable_data_age()->set_seconds(90);
  placement.set_score(1);
  placement.mutable_machine()->mutable_flavor()->set_ram_mib((int64_t{1} << 60) + 1);
  v1::Placement again;
  const auto status =
      google::protobuf::util::JsonStringToMessage(DumpJson(MessageToJson(placement), 2), &again);
  ASSERT_TRUE(status.ok()) << status.ToString();
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(placement, again))
      << again.DebugString();
}

TEST(ProtoJson, IntegersBeyondExactNumbersAreStrings) {
  v1::Image image;
  image.set_size_bytes((int64_t{1} << 53) + 1);
  image.set_virtual_size_bytes(int64_t{1} << 53);
  EXPECT_EQ(MessageToJson(image)["size_bytes"], "9007199254740993");
  EXPECT_EQ(MessageToJson(image)["virtual_size_bytes"], 9007199254740992);
}

TEST(ProtoJson, AMaskLeavesOnlyWhatItNames) {
  google::protobuf::FieldMask mask;
  mask.add_paths("ram_mib");
  mask.add_paths("provenance.confidences");
  EXPECT_EQ(
      DumpJson(MessageToJson(SampleFlavor(), mask), -1),
      R"({"ram_mib":8192,"provenance":{"confidences":[{"field":"arch","confidence":"CONFIDENCE_STRONG"}]}})");
  mask.add_paths("*");
  EXPECT_GT(MessageToJson(SampleFlavor(), mask).size(), 20u);
}

TEST(ProtoJson, ControlCharactersAreEscaped) {
  EXPECT_EQ(DumpJson("a\"\n\x1b", -1), R"("a\"\n\u001b")");
}

TEST(ProtoJson, EnumsAreWords) {
  EXPECT_EQ(EnumWord(v1::DATA_STATE_FRESH), "fresh");
  EXPECT_EQ(EnumWord(v1::DATA_STATE_UNSPECIFIED), "");
  EXPECT_EQ(EnumWord(v1::NETWORK_PLAN_KIND_FLOATING_NEEDS_ROUTER), "floating-needs-router");
  EXPECT_EQ(EnumWord(v1::ERROR_CLASS_NOT_FOUND), "not-found");
  EXPECT_EQ(EnumCode(v1::SITE_PROBLEM_CODE_URL_DIFFERS), "URL_DIFFERS");
  EXPECT_EQ(EnumWord(v1::DataState{77}), "77");
}

}  // namespace
}  // namespace cis::client
