// SPDX-License-Identifier: Apache-2.0

// Messages made from the descriptions in fields.h: every described field is set, and nothing that
// is not known.

#include "server/service/fields_to_proto.h"

#include <set>

#include "absl/strings/str_join.h"
#include "cis/v1/query.pb.h"
#include "cis/v1/registry.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/builders.h"

namespace cis::server {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsSubsetOf;
using testing::Pair;
using testing::UnorderedElementsAre;

// A value that is neither unknown nor the default of messages.
template <typename Text>
requires std::constructible_from<Text, absl::string_view>
void Fill(Text& text, const WordSet* words) {
  text = Text(words == nullptr ? absl::string_view("text") : words->words.front());
}
void Fill(bool& flag, const WordSet*) { flag = true; }
void Fill(int& number, const WordSet*) { number = 4; }
void Fill(int64_t& number, const WordSet*) { number = 7; }
void Fill(absl::Time& time, const WordSet*) { time = TestTime(); }
void Fill(Tristate& answer, const WordSet*) { answer = Tristate::kYes; }
void Fill(NetworkUse& use, const WordSet*) { use = NetworkUse::kDirect; }
void Fill(Kind& kind, const WordSet*) { kind = Kind::kImages; }
void Fill(ErrorClass& error, const WordSet*) { error = ErrorClass::kTimeout; }
void Fill(std::vector<std::string>& texts, const WordSet*) { texts = {"a", "b"}; }
void Fill(SharedList<SharedText>& texts, const WordSet*) { texts = {"a", "b"}; }
void Fill(TextMap& entries, const WordSet*) { entries = {{"key", "a"}}; }
template <typename Value>
void Fill(std::map<std::string, Value>& entries, const WordSet*) {
  Fill(entries["key"], nullptr);
}
template <typename Value>
void Fill(std::optional<Value>& value, const WordSet* words) {
  if constexpr (std::is_same_v<Value, double>) {
    value = 0.5;
  } else {
    Fill(value.emplace(), words);
  }
}

template <typename Record>
Record Full() {
  Record record;
  DescribeFields(OfRecord<Record>(), [&](const auto& field) {
    if constexpr (requires { Fill(record.*field.member, field.info.words); }) {
      Fill(record.*field.member, field.info.words);
    }
  });
  if constexpr (requires { record.provenance; }) {
    record.provenance.confidence = {{"usable_as", Confidence::kStrong}};
  }
  return record;
}

// The fields of `Message` that a full record leaves unset.
template <typename Message, typename Record>
std::vector<std::string> UnsetFields() {
  Message message;
  FieldsToProto(Full<Record>(), &message);
  std::vector<std::string> unset;
  const auto& type = *Message::descriptor();
  const auto& reflection = *message.GetReflection();
  for (int i = 0; i < type.field_count(); ++i) {
    const auto* field = type.field(i);
    const bool is_set = field->is_repeated() ? reflection.FieldSize(message, field) > 0
                                             : reflection.HasField(message, field);
    if (!is_set) unset.push_back(field->name());
  }
  return unset;
}

// The fields of `Message` that a record of which nothing is known sets.
template <typename Message, typename Record>
std::string SetFields() {
  Message message;
  FieldsToProto(Record(), &message);
  return message.ShortDebugString();
}

TEST(FieldsToProto, LeavesOnlyWhatIsWorkedOut) {
  EXPECT_THAT((UnsetFields<v1::Flavor, Flavor>()),
              IsSubsetOf({"name", "site_name", "endpoint", "region", "extra_specs_known", "vos",
                          "active", "first_seen_time", "last_seen_time", "provenance"}));
  EXPECT_THAT((UnsetFields<v1::Image, Image>()),
              IsSubsetOf({"name", "site_name", "endpoint", "region", "vos", "active",
                          "first_seen_time", "last_seen_time", "provenance"}));
  EXPECT_THAT((UnsetFields<v1::Network, Network>()),
              IsSubsetOf({"name", "site_name", "share", "vo", "region", "subnets", "active",
                          "first_seen_time", "last_seen_time", "provenance"}));
  EXPECT_THAT((UnsetFields<v1::Subnet, Subnet>()), IsEmpty());
  EXPECT_THAT((UnsetFields<v1::SubnetPool, SubnetPool>()), IsEmpty());
  EXPECT_THAT((UnsetFields<v1::VolumeType, VolumeType>()), IsEmpty());
  EXPECT_THAT((UnsetFields<v1::AvailabilityZone, AvailabilityZone>()), IsEmpty());
  EXPECT_THAT((UnsetFields<v1::KindStatus, KindState>()), IsSubsetOf({"state"}));
  EXPECT_THAT((UnsetFields<v1::Crawl, Crawl>()),
              IsSubsetOf({"name", "results", "error_counts", "limit_hits"}));
}

TEST(FieldsToProto, LeavesWhatIsNotKnown) {
  EXPECT_EQ((SetFields<v1::Image, Image>()), "");
  EXPECT_EQ((SetFields<v1::SubnetPool, SubnetPool>()), "");
  EXPECT_EQ((SetFields<v1::VolumeType, VolumeType>()), "");
  EXPECT_EQ((SetFields<v1::Crawl, Crawl>()), "");
  Network network;
  network.provenance.confidence = {{"usable_as", Confidence::kUnknown}};
  v1::Network proto;
  FieldsToProto(network, &proto);
  EXPECT_EQ(proto.ShortDebugString(), "");
}

TEST(FieldsToProto, CarriesValues) {
  VolumeType type;
  type.id = "7";
  type.name = "ssd";
  type.is_default = true;
  type.zones = {"az1", "az2"};
  v1::VolumeType proto;
  FieldsToProto(type, &proto);
  EXPECT_EQ(proto.upstream_id(), "7");
  EXPECT_EQ(proto.display_name(), "ssd");
  EXPECT_TRUE(proto.is_default());
  EXPECT_THAT(proto.zones(), ElementsAre("az1", "az2"));
}

TEST(FieldsToProto, CarriesNumbersTimesAndMaps) {
  Crawl crawl;
  crawl.start_time = TestTime();
  crawl.share_count = 3;
  v1::Crawl proto;
  FieldsToProto(crawl, &proto);
  EXPECT_EQ(TimeFromProto(proto.start_time()), TestTime());
  EXPECT_FALSE(proto.has_end_time());
  EXPECT_EQ(proto.share_count(), 3);
  Flavor flavor;
  flavor.extra_specs.emplace();
  flavor.extra_specs->Set("hw:cpu_policy", "dedicated");
  v1::Flavor message;
  FieldsToProto(flavor, &message);
  EXPECT_THAT(message.extra_specs(), UnorderedElementsAre(Pair("hw:cpu_policy", "dedicated")));
}

// The enum of each list of words has a value for each word, and no other but the zero value.
template <typename Enum>
void ExpectAllWords(const WordSet& words) {
  std::set<Enum> values;
  for (const absl::string_view word : words.words) {
    const auto value = EnumOfWord<Enum>(word);
    EXPECT_NE(value, static_cast<Enum>(0)) << word;
    EXPECT_TRUE(values.insert(value).second) << word;
  }
  const google::protobuf::EnumDescriptor& type = *google::protobuf::GetEnumDescriptor<Enum>();
  EXPECT_EQ(static_cast<int>(values.size()), type.value_count() - 1) << type.name();
  EXPECT_EQ(EnumOfWord<Enum>(""), static_cast<Enum>(0));
  EXPECT_EQ(EnumOfWord<Enum>("no-such-word"), static_cast<Enum>(0));
}

TEST(FieldsToProto, EveryWordHasAValue) {
  ExpectAllWords<v1::GpuKind>(kGpuKindWords);
  ExpectAllWords<v1::CpuAllocation>(kCpuAllocationWords);
  ExpectAllWords<v1::ImageVisibility>(kImageVisibilityWords);
  ExpectAllWords<v1::ImagePurpose>(kImagePurposeWords);
  ExpectAllWords<v1::NetworkUse>(kNetworkUseWords);
  ExpectAllWords<v1::SubnetSource>(kSubnetSourceWords);
  ExpectAllWords<v1::ZoneService>(kZoneServiceWords);
  ExpectAllWords<v1::DataKind>(kDataKindWords);
  ExpectAllWords<v1::ErrorClass>(kErrorClassWords);
  ExpectAllWords<v1::Certification>(kCertificationWords);
  ExpectAllWords<v1::SiteProblemCode>(kSiteProblemCodeWords);
}

TEST(FieldsToProto, EvidenceIsAboutFieldsOfTheMessage) {
  EXPECT_EQ(ApiNameOf<Flavor>("cpu_alloc"), "cpu_allocation");
  EXPECT_EQ(ApiNameOf<Flavor>("gpu_count"), "gpu_count");
  EXPECT_EQ(ApiNameOf<Flavor>("name"), "display_name");
  EXPECT_EQ(ApiNameOf<Flavor>("no_such_member"), "no_such_member");
}

}  // namespace
}  // namespace cis::server
