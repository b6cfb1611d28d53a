// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "crawler/normalize/normalizer.h"
#include "tests/support/compiled_rules.h"

namespace cis::crawler {
namespace {

Observation MakeObservation(Kind kind) {
  Observation observation;
  observation.kind = kind;
  observation.share.vo = "vo.example";
  observation.share.project_id = "p";
  observation.fetch_time = absl::FromUnixSeconds(1700000000);
  return observation;
}

void Add(Observation* observation, const std::string& name, int status, const std::string& body) {
  Document document;
  document.name = name;
  document.status = status;
  document.body = body;
  observation->documents.push_back(document);
}

TEST(Normalizer, KeepsShareKindAndTime) {
  Observation observation = MakeObservation(Kind::kImages);
  Add(&observation, "images", 200, R"({"images":[]})");
  const auto records = Normalize(CompiledRules(), observation);
  ASSERT_TRUE(records.ok());
  EXPECT_EQ(records->share, observation.share);
  EXPECT_EQ(records->kind, Kind::kImages);
  EXPECT_EQ(records->observe_time, observation.fetch_time);
}

TEST(Normalizer, ReadsExtraSpecsFromDocumentsOfTheirOwn) {
  Observation observation = MakeObservation(Kind::kFlavors);
  Add(&observation, "flavors", 200, R"({"flavors":[{"id":"1","name":"a"},{"id":"2","name":"b"}]})");
  Add(&observation, "extra_specs/1", 200, R"({"extra_specs":{"resources:VGPU":"1"}})");
  Add(&observation, "extra_specs/2", 403, "");
  const auto records = Normalize(CompiledRules(), observation);
  ASSERT_TRUE(records.ok());
  ASSERT_EQ(records->flavors.size(), 2U);
  EXPECT_EQ(records->flavors[0].gpu_count, 1);
  EXPECT_FALSE(records->flavors[1].extra_specs.has_value());
  EXPECT_FALSE(records->flavors[1].gpu_count.has_value());
}

TEST(Normalizer, OneBadRecordIsSkippedCountedAndNamed) {
  Observation observation = MakeObservation(Kind::kFlavors);
  Add(&observation, "flavors", 200, R"({"flavors":[{"id":"1"},[],{"ram":5}]})");
  const auto records = Normalize(CompiledRules(), observation);
  ASSERT_TRUE(records.ok());
  EXPECT_EQ(records->flavors.size(), 1U);
  EXPECT_EQ(records->skipped_count, 2);
  EXPECT_THAT(records->skipped_reasons,
              testing::ElementsAre("flavors/1: / is of type array; it must be an object",
                                   "flavors/2: /id is missing; a flavor needs an id or a name"));
}

TEST(Normalizer, ManyBadRecordsAreCountedButNotAllNamed) {
  Observation observation = MakeObservation(Kind::kImages);
  std::string body = R"({"images":[0)";
  for (int i = 0; i < 99; ++i) absl::StrAppend(&body, ",0");
  Add(&observation, "images", 200, absl::StrCat(body, "]}"));
  const auto records = Normalize(CompiledRules(), observation);
  ASSERT_TRUE(records.ok());
  EXPECT_EQ(records->skipped_count, 100);
  EXPECT_EQ(records->skipped_reasons.size(), 20U);
}

TEST(Normalizer, ARecordOnTwoPagesCountsOnce) {
  Observation observation = MakeObservation(Kind::kImages);
  Add(&observation, "images", 200, R"({"images":[{"id":"1"},{"id":"2"}]})");
  Add(&observation, "images", 200, R"({"images":[{"id":"2"},{"id":"3"}]})");
  const auto records = Normalize(CompiledRules(), observation);
  ASSERT_TRUE(records.ok());
  EXPECT_EQ(records->images.size(), 3U);
}

// Glance shows hidden, community and pending images only to a client that asks for them, so they
// come in documents of their own.
TEST(Normalizer, ImagesOfEveryListingAreRead) {
  Observation observation = MakeObservation(Kind::kImages);
  Add(&observation, "images", 200, R"({"images":[{"id":"1","os_hidden":false}]})");
  Add(&observation, "images_hidden", 200, R"({"images":[{"id":"2","status":"active"}]})");
  Add(&observation, "images_hidden", 200, R"({"images":[{"id":"3","os_hidden":true}]})");
  Add(&observation, "images_community", 200,
      R"({"images":[{"id":"4","visibility":"community","owner":"q"},{"id":"5"}]})");
  Add(&observation, "images_pending", 200, R"({"images":[{"id":"6","visibility":"shared"}]})");
  const auto records = Normalize(CompiledRules(), observation);
  ASSERT_TRUE(records.ok());
  std::vector<std::string> found;
  for (const Image& image : records->images) {
    found.push_back(absl::StrCat(image.id, " hidden=", image.hidden.value_or(false), " usable=",
                                 image.usable, " ", image.visibility, " ", image.member_status));
  }
  EXPECT_THAT(found, testing::UnorderedElementsAre(
                         "1 hidden=0 usable=0  ", "2 hidden=1 usable=0  ", "3 hidden=1 usable=0  ",
                         "4 hidden=0 usable=0 community ", "5 hidden=0 usable=0 community ",
                         "6 hidden=0 usable=0 shared pending"));
  EXPECT_EQ(records->skipped_count, 0);
}

TEST(Normalizer, AnImageInSeveralListingsIsWhatTheFirstSays) {
  Observation observation = MakeObservation(Kind::kImages);
  Add(&observation, "images", 200,
      R"({"images":[{"id":"1","name":"a","visibility":"shared"},{"id":"2","visibility":"public"}]})");
  Add(&observation, "images_hidden", 200, R"({"images":[{"id":"1","name":"b"}]})");
  // A Glance that does not know the filter answers with all images.
  Add(&observation, "images_community", 200,
      R"({"images":[{"id":"2","visibility":"public"},{"id":"3","visibility":"public"}]})");
  Add(&observation, "images_pending", 200,
      R"({"images":[{"id":"1","visibility":"shared"},{"id":"4","visibility":"public"},
                    {"id":"5","visibility":"shared","owner":"p"}]})");
  const auto records = Normalize(CompiledRules(), observation);
  ASSERT_TRUE(records.ok());
  EXPECT_EQ(records->skipped_count, 0) << records->skipped_reasons.front();
  ASSERT_EQ(records->images.size(), 5U);
  for (const Image& image : records->images) {
    EXPECT_EQ(image.member_status, "") << image.id;
    EXPECT_FALSE(image.hidden.value_or(false)) << image.id;
    EXPECT_NE(image.visibility, "community") << image.id;
  }
  EXPECT_EQ(records->images[0].name, "a");
}

TEST(Normalizer, AListingThatOnlyAddsImagesCostsNoOther) {
  Observation observation = MakeObservation(Kind::kImages);
  Add(&observation, "images", 200, R"({"images":[{"id":"1"}]})");
  Add(&observation, "images_hidden", 400, "<html>");
  Add(&observation, "images_community", 200, "<html>");
  Add(&observation, "images_pending", 500, "");
  const auto records = Normalize(CompiledRules(), observation);
  ASSERT_TRUE(records.ok()) << records.status();
  EXPECT_EQ(records->images.size(), 1U);
  EXPECT_THAT(records->remarks,
              testing::UnorderedElementsAre(testing::StartsWith("images_hidden: "),
                                            testing::StartsWith("images_community: "),
                                            testing::StartsWith("images_pending: ")));
}

TEST(Normalizer, IsAPureFunction) {
  Observation observation = MakeObservation(Kind::kImages);
  Add(&observation, "images", 200, R"({"images":[{"id":"1","name":"Ubuntu 22.04"}]})");
  const auto first = Normalize(CompiledRules(), observation);
  const auto second = Normalize(CompiledRules(), observation);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->images, second->images);
}

TEST(NormalizeToJsonLines, AcceptsEveryShapeOfInput) {
  for (const char* body : {R"({"images":[{"id":"1","name":"x"}]})", R"([{"id":"1","name":"x"}])",
                           R"({"image":{"id":"1","name":"x"}})", R"({"id":"1","name":"x"})"}) {
    const auto lines = NormalizeToJsonLines(CompiledRules(), Kind::kImages, body);
    ASSERT_TRUE(lines.ok()) << body;
    EXPECT_EQ(nlohmann::json::parse(*lines)["id"], "1");
  }
}

TEST(NormalizeToJsonLines, HasTheFieldsOfTheContract) {
  const auto keys = [](Kind kind) {
    const auto lines = NormalizeToJsonLines(CompiledRules(), kind, R"([{"id":"1"}])");
    EXPECT_TRUE(lines.ok());
    std::vector<std::string> names;
    const auto line = nlohmann::ordered_json::parse(*lines);
    for (const auto& [key, value] : line.items()) {
      names.push_back(key);
    }
    return absl::StrJoin(names, " ");
  };
  EXPECT_EQ(keys(Kind::kImages),
            "id name os_distro os_version os_codename arch login_user purpose is_snapshot usable "
            "min_ram_mib min_disk_gib size_bytes virtual_size_bytes build_date eol_date egi_ref "
            "bootable expire_date image_source uuid_validity replace_frequency provided_until "
            "hotfix_hours evidence confidence warnings");
  EXPECT_EQ(keys(Kind::kFlavors),
            "id name vcpu_count ram_mib disk_gib ephemeral_gib swap_mib gpu_count gpu_vendor "
            "gpu_model gpu_kind arch cpu_alloc is_public boot_from_volume evidence confidence "
            "warnings");
  EXPECT_EQ(
      keys(Kind::kNetworks),
      "id name is_external shared usable_as public_v4 public_v6 evidence confidence warnings");
}

TEST(NormalizeToJsonLines, OtherKindsAndShapesAreErrors) {
  EXPECT_EQ(NormalizeToJsonLines(CompiledRules(), Kind::kQuotas, "{}").status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(NormalizeToJsonLines(CompiledRules(), Kind::kImages, "7").status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(NormalizeToJsonLines(CompiledRules(), Kind::kImages, "{}").status().message(),
            "images: /images is missing; it must be an array");
}

}  // namespace
}  // namespace cis::crawler
