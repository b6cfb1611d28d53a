// SPDX-License-Identifier: Apache-2.0

// Sets of rules as values: several of them in one process, and each for all threads.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "crawler/normalize/normalizer.h"
#include "crawler/normalize/rules.h"
#include "schema/model/observation.h"

namespace cis::crawler {
namespace {

using ::testing::HasSubstr;

// A release of the rules in which Ubuntu 22.04 ends later, and A100 cards have another name.
std::unique_ptr<const Rules> OtherRules() {
  auto rules = Rules::Replacing(
      {{"releases",
        {"releases.tsv",
         "distro\tversion\tcodename\trelease\teol\tsource\n"
         "ubuntu\t22.04\tjammy\t2022-04-21\t2032-04-30\ttest\n"}},
       {"scs_gpus",
        {"scs_gpus.tsv", "piece\tmodel\tsource\nNa-108-80\tA100 of another release\ttest\n"}}});
  EXPECT_TRUE(rules.ok()) << rules.status();
  return *std::move(rules);
}

Observation ObservationOf(Kind kind, const std::string& body) {
  Observation observation;
  observation.kind = kind;
  Document document;
  document.name = std::string(FormatKind(kind));
  document.status = 200;
  document.body = body;
  observation.documents.push_back(document);
  return observation;
}

Observation UbuntuImage() {
  return ObservationOf(Kind::kImages, R"({"images":[{"id":"i","name":"ubuntu-22.04-server"}]})");
}

std::string EolBy(const Rules& rules) {
  const auto records = Normalize(rules, UbuntuImage());
  return std::string(records.ok() && records->images.size() == 1 ? records->images[0].eol_date
                                                                 : "(none)");
}

TEST(Rules, TwoReleasesAnswerSideBySide) {
  const std::unique_ptr<const Rules> old_rules = Rules::Compiled();
  const std::unique_ptr<const Rules> new_rules = OtherRules();
  EXPECT_NE(old_rules->version, new_rules->version);
  EXPECT_EQ(EolBy(*old_rules), "2027-06-01");
  EXPECT_EQ(EolBy(*new_rules), "2032-04-30");
  EXPECT_EQ(EolBy(*old_rules), "2027-06-01") << "the other set has not replaced it";

  const Observation flavor = ObservationOf(
      Kind::kFlavors, R"({"flavors":[{"id":"f","name":"SCS-16T-64-200s_GNa-108-80"}]})");
  const auto before = Normalize(*old_rules, flavor);
  const auto after = Normalize(*new_rules, flavor);
  ASSERT_TRUE(before.ok() && after.ok());
  EXPECT_EQ(before->flavors.at(0).gpu_model, "A100 80GB");
  EXPECT_EQ(after->flavors.at(0).gpu_model, "A100 of another release");
}

TEST(Rules, ThreadsShareSets) {
  const std::unique_ptr<const Rules> old_rules = Rules::Compiled();
  const std::unique_ptr<const Rules> new_rules = OtherRules();
  std::vector<std::string> answers(8);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < answers.size(); ++i) {
    threads.emplace_back([&, i] { answers[i] = EolBy(i % 2 == 0 ? *old_rules : *new_rules); });
  }
  for (std::thread& thread : threads) thread.join();
  for (size_t i = 0; i < answers.size(); ++i) {
    EXPECT_EQ(answers[i], i % 2 == 0 ? "2027-06-01" : "2032-04-30") << i;
  }
}

TEST(Rules, EqualTablesHaveOneVersion) {
  EXPECT_EQ(Rules::Compiled()->version, Rules::Compiled()->version);
  EXPECT_EQ(OtherRules()->version, OtherRules()->version);
  EXPECT_THAT(Rules::Compiled()->version, HasSubstr("+"));
}

TEST(Rules, AnInvalidRowIsNamed) {
  const auto rules = Rules::Replacing({{"codenames", {"mine.tsv", "codename\tsource\n-\tme\n"}}});
  EXPECT_EQ(rules.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(rules.status().message()), HasSubstr("mine.tsv:2: "));
}

}  // namespace
}  // namespace cis::crawler
