// SPDX-License-Identifier: Apache-2.0

// What CompareRecords says is what Renormalize then does, and nothing else happens.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "schema/store/record_comparison.h"
#include "tests/unit/schema/store_fixture.h"

namespace cis {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class ComparisonTest : public StoreTest {
 protected:
  // What rules make of an observation, by VO and kind; nothing = they cannot read it.
  using Answers = std::map<std::pair<std::string, Kind>, RecordSet>;

  static absl::StatusOr<RecordSet> AnswerOf(const Answers& answers,
                                            const Observation& observation) {
    const auto found = answers.find({observation.share.vo, observation.kind});
    if (found == answers.end()) return absl::InvalidArgumentError("not readable");
    RecordSet records = found->second;
    records.share = observation.share;
    return records;
  }

  // One line per difference: "image id-a changed eol_date", "flavor id-f gone".
  std::vector<std::string> Compare(const Answers& answers) {
    std::vector<std::string> lines;
    const absl::Status status = CompareRecords(
        path(), [&](const Observation& observation) { return AnswerOf(answers, observation); },
        [&](const RecordDifference& difference) {
          std::string line =
              absl::StrCat(FormatChangeKind(difference.kind), " ", difference.upstream_id, " ",
                           FormatChangeEvent(difference.event));
          for (const FieldDifference& field : difference.fields) {
            absl::StrAppend(&line, " ", field.field);
          }
          lines.push_back(std::move(line));
        });
    EXPECT_TRUE(status.ok()) << status;
    return lines;
  }

  void Renormalize(const Answers& answers) {
    const absl::Status status =
        writer().ForEachObservation([&](const Observation& observation) -> absl::Status {
          const auto records = AnswerOf(answers, observation);
          return records.ok() ? writer().Renormalize(observation, *records) : absl::OkStatus();
        });
    ASSERT_TRUE(status.ok()) << status;
  }

  // As a crawl stored it.
  void Put(const Answers& answers) {
    absl::Time time = TestTime();
    for (const auto& [key, records] : answers) {
      RecordSet stored = records;
      stored.share = MakeShare("CESGA", key.first);
      stored.observe_time = time += absl::Seconds(1);
      StoreTest::Put(stored);
    }
  }

  static RecordSet Flavors(std::vector<Flavor> flavors) {
    RecordSet records;
    records.kind = Kind::kFlavors;
    records.flavors = std::move(flavors);
    return records;
  }
  static RecordSet Images(std::vector<Image> images) {
    RecordSet records;
    records.kind = Kind::kImages;
    records.images = std::move(images);
    return records;
  }
  static RecordSet Networks(std::vector<Network> networks) {
    RecordSet records;
    records.kind = Kind::kNetworks;
    records.network_set.networks = std::move(networks);
    return records;
  }
  static RecordSet Quotas(std::vector<Quota> quotas) {
    RecordSet records;
    records.kind = Kind::kQuotas;
    records.limit_set.quotas = std::move(quotas);
    return records;
  }

  static Image WithEol(Image image, const std::string& day) {
    image.eol_date = day;
    return image;
  }
};

TEST_F(ComparisonTest, EqualRecordsGiveNothing) {
  const Answers answers = {
      {{"a", Kind::kFlavors}, Flavors({MakeFlavor("f")})},
      {{"a", Kind::kImages}, Images({MakeImage("i")})},
      {{"a", Kind::kNetworks}, Networks({MakeNetwork("n", NetworkUse::kFloatingPool)})},
      {{"a", Kind::kQuotas}, Quotas({{"ram", 4, 1}, {"cores", 2, std::nullopt}})},
      {{"b", Kind::kImages}, Images({MakeImage("i")})}};
  Put(answers);
  EXPECT_THAT(Compare(answers), IsEmpty());
}

TEST_F(ComparisonTest, ReportsExactlyWhatRenormalizeChanges) {
  Put({{{"a", Kind::kFlavors}, Flavors({MakeFlavor("f")})},
       {{"a", Kind::kImages}, Images({WithEol(MakeImage("i"), "2027-06-01"), MakeImage("lost")})},
       {{"a", Kind::kNetworks}, Networks({MakeNetwork("n", NetworkUse::kFloatingPool)})},
       {{"a", Kind::kQuotas}, Quotas({{"cores", 2, std::nullopt}})},
       {{"b", Kind::kImages}, Images({WithEol(MakeImage("i"), "2027-06-01")})}});
  Flavor flavor = MakeFlavor("f");
  flavor.gpu_count = 2;
  Network network = MakeNetwork("n", NetworkUse::kFloatingPool);
  network.provenance.confidence = {{"usable_as", Confidence::kGuess}};
  RecordSet quotas = Quotas({{"cores", 4, std::nullopt}});
  quotas.skipped_count = 1;
  const Answers answers = {{{"a", Kind::kFlavors}, Flavors({flavor, MakeFlavor("found")})},
                           {{"a", Kind::kImages}, Images({WithEol(MakeImage("i"), "2032-04-30")})},
                           {{"a", Kind::kNetworks}, Networks({network})},
                           {{"a", Kind::kQuotas}, quotas},
                           {{"b", Kind::kImages}, Images({WithEol(MakeImage("i"), "2032-04-30")})}};
  const Catalog before = Load();
  EXPECT_THAT(
      Compare(answers),
      UnorderedElementsAre("flavor id-f changed gpu_count", "flavor id-found appeared",
                           "image id-i changed eol_date", "image id-lost gone",
                           "network id-n changed confidence.usable_as",
                           "share project-a changed quotas.cores.limit quotas.skipped_count"));
  EXPECT_EQ(Load().generation, before.generation) << "a comparison writes nothing";
  Renormalize(answers);
  EXPECT_THAT(Compare(answers), IsEmpty()) << "all of it was reported";
  EXPECT_EQ(OnlyEndpoint(Load()).images[0].record.eol_date, "2032-04-30");
}

TEST_F(ComparisonTest, TheLatestReportOfAnEndpointCounts) {
  // Share b saw the flavor after share a, and since then it has 4 CPUs.
  const Answers answers = {{{"a", Kind::kFlavors}, Flavors({MakeFlavor("f", 2)})},
                           {{"b", Kind::kFlavors}, Flavors({MakeFlavor("f", 4)})}};
  Put(answers);
  EXPECT_THAT(Compare(answers), IsEmpty());
}

TEST_F(ComparisonTest, SpecsThatOneShareMayNotReadAreKept) {
  Flavor shown = MakeFlavor("f");
  shown.extra_specs->Set("pci_passthrough:alias", "a100:1");
  shown.gpu_count = 1;
  Flavor hidden = MakeFlavor("f");
  hidden.extra_specs.reset();
  hidden.gpu_count.reset();
  Put({{{"a", Kind::kFlavors}, Flavors({shown})}, {{"b", Kind::kFlavors}, Flavors({hidden})}});
  shown.gpu_model = "A100";
  const Answers answers = {{{"a", Kind::kFlavors}, Flavors({shown})},
                           {{"b", Kind::kFlavors}, Flavors({hidden})}};
  EXPECT_THAT(Compare(answers), ElementsAre("flavor id-f changed gpu_model"));
  Renormalize(answers);
  EXPECT_THAT(Compare(answers), IsEmpty());
}

TEST_F(ComparisonTest, AnAcceptedImageStaysAccepted) {
  Image accepted = MakeImage("i");
  accepted.visibility = "shared";
  Image pending = accepted;
  pending.member_status = "pending";
  const Answers answers = {{{"a", Kind::kImages}, Images({accepted})},
                           {{"b", Kind::kImages}, Images({pending})}};
  Put(answers);
  EXPECT_THAT(Compare(answers), IsEmpty());
}

TEST_F(ComparisonTest, WhatCannotBeReadStays) {
  Put({{{"a", Kind::kImages}, Images({MakeImage("i")})},
       {{"a", Kind::kNetworks}, Networks({MakeNetwork("n", NetworkUse::kFloatingPool)})}});
  EXPECT_THAT(Compare({}), IsEmpty());
}

TEST_F(ComparisonTest, AWriterNeedNotWait) {
  const Answers answers = {{{"a", Kind::kImages}, Images({MakeImage("i")})}};
  Put(answers);
  int writes = 0;
  const absl::Status status = CompareRecords(
      path(),
      [&](const Observation& observation) {
        EXPECT_TRUE(writer().BeginCrawl(TestTime()).ok());
        ++writes;
        return AnswerOf(answers, observation);
      },
      [](const RecordDifference& difference) { ADD_FAILURE() << difference.upstream_id; });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(writes, 1);
}

TEST_F(ComparisonTest, NeedsADatabase) {
  EXPECT_EQ(CompareRecords(dir_.File("absent.db"), nullptr, nullptr).code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace cis
