// SPDX-License-Identifier: Apache-2.0

// Every sentence about flavors, images, networks and quotas is true for what it counts: the typed
// reason behind it is counted again by brute force, with the rules of placement_reference.h.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/numeric/bits.h"
#include "absl/strings/str_cat.h"
#include "server/placement/flavor_reasons.h"
#include "tests/unit/server/placement_generator.h"
#include "tests/unit/server/placement_reference.h"
#include "tests/unit/server/placement_scenes.h"

namespace cis::server {
namespace {

constexpr uint64_t kSentenceRuns = 600;

std::vector<const Flavor*> FlavorsOf(const ShareView& view) {
  std::vector<const Flavor*> out;
  for (const int32_t index : view.share->flavor_indexes) {
    const Flavor& flavor = view.endpoint->flavors[static_cast<size_t>(index)].record;
    if (!flavor.disabled.value_or(false)) out.push_back(&flavor);
  }
  return out;
}

std::vector<const Image*> ImagesOf(const ShareView& view) {
  std::vector<const Image*> out;
  for (const int32_t index : view.share->image_indexes) {
    out.push_back(&view.endpoint->images[static_cast<size_t>(index)].record);
  }
  return out;
}

// The codes of the image checks, by their number.
constexpr const char* kImageCodes[] = {
    "IMAGE_NOT_FOUND",    "IMAGE_NAME_MISMATCH", "IMAGE_EXCLUDED",         "IMAGE_NOT_ACTIVE",
    "IMAGE_HIDDEN",       "IMAGE_NOT_OFFERED",   "IMAGE_PROPERTY_REFUSED", "OS_NOT_FOUND",
    "OS_VERSION_TOO_OLD", "IMAGE_ARCH_MISMATCH"};

std::vector<std::string> FlavorCodes(Checks checks) {
  std::vector<std::string> out;
  for (; checks != 0; checks &= checks - 1) {
    out.emplace_back(FormatReasonCode(CodeOf(static_cast<FlavorCheck>(absl::countr_zero(checks)))));
  }
  return out;
}

std::vector<std::string> ImageCodes(Checks checks) {
  std::vector<std::string> out;
  for (; checks != 0; checks &= checks - 1) {
    out.emplace_back(kImageCodes[absl::countr_zero(checks)]);
  }
  return out;
}

// Returns the records that satisfy all of the codes.
template <typename Record, typename Satisfies>
std::vector<const Record*> Those(const std::vector<const Record*>& all,
                                 const std::vector<std::string>& codes, const PlacementQuery& query,
                                 Satisfies satisfies) {
  std::vector<const Record*> out;
  for (const Record* one : all) {
    bool does = true;
    for (const std::string& code : codes) does = does && satisfies(*one, query, code);
    if (does) out.push_back(one);
  }
  return out;
}

void ExpectFlavorReasonHolds(const Reason& reason, const ShareView& view,
                             const PlacementQuery& query) {
  const std::string code(FormatReasonCode(reason.code));
  const std::vector<const Flavor*> all = FlavorsOf(view);
  const std::vector<std::string> passed = FlavorCodes(reason.counted.passed);
  const std::vector<const Flavor*> counted = Those(all, passed, query, FlavorSatisfies);
  ASSERT_EQ(static_cast<int64_t>(counted.size()), reason.counted.count) << code;
  // None of them satisfies it, and none is better than the best.
  for (const Flavor* flavor : counted) {
    ASSERT_FALSE(FlavorSatisfies(*flavor, query, code)) << code << " " << flavor->name;
    if (code == "CPU_TOO_SMALL") {
      ASSERT_LE(flavor->vcpu_count.value_or(0), *reason.best);
    }
    if (code == "RAM_TOO_SMALL") {
      ASSERT_LE(flavor->ram_mib.value_or(0), *reason.best);
    }
    if (code == "GPU_NONE") {
      ASSERT_EQ(flavor->gpu_count, 0) << flavor->name;
    }
  }
  // Leaving out one of the qualities would count others too, which exclude no others.
  for (const std::string& one : passed) {
    ASSERT_LT(Those(all, {one}, query, FlavorSatisfies).size(), all.size()) << one;
  }
  if (reason.other_flavor == nullptr) return;
  const std::string other(FormatReasonCode(CodeOf(reason.other_flavor_fails)));
  ASSERT_TRUE(FlavorSatisfies(*reason.other_flavor, query, code)) << code;
  ASSERT_FALSE(FlavorSatisfies(*reason.other_flavor, query, other)) << other;
}

void ExpectImageReasonHolds(const Reason& reason, const ShareView& view,
                            const PlacementQuery& query) {
  const std::string code(FormatReasonCode(reason.code));
  if (code == "IMAGE_PROPERTY_REFUSED") return;  // placement_nova_rules_test.cc
  const std::vector<const Image*> all = ImagesOf(view);
  const std::vector<std::string> passed = ImageCodes(reason.counted.passed);
  for (const std::string& one : passed) {
    if (one == "IMAGE_PROPERTY_REFUSED") return;
  }
  const std::vector<const Image*> counted = Those(all, passed, query, ImageSatisfies);
  ASSERT_EQ(static_cast<int64_t>(counted.size()), reason.counted.count) << code;
  for (const Image* image : counted) {
    ASSERT_FALSE(ImageSatisfies(*image, query, code)) << code << " " << image->name;
  }
  if (reason.other_image == nullptr || reason.other_image_fails == ImageCheck::kAccepted) return;
  const std::string other = kImageCodes[static_cast<size_t>(reason.other_image_fails)];
  ASSERT_TRUE(ImageSatisfies(*reason.other_image, query, code)) << code;
  if (StageOf(reason.code) == Stage::kImage && code.rfind("OS_", 0) == 0) {
    ASSERT_TRUE(ImageSatisfies(*reason.other_image, query, "OS_NOT_FOUND")) << code;
  }
  ASSERT_FALSE(ImageSatisfies(*reason.other_image, query, other)) << other;
}

void ExpectNetworkReasonHolds(const Reason& reason, const ShareView& view,
                              const PlacementQuery& query) {
  const std::string code(FormatReasonCode(reason.code));
  ASSERT_TRUE(NetworkReasonHolds(*view.share, query, code)) << code;
  // Checks what the sentence says about the network that it names.
  if (reason.network == nullptr) return;
  if (code == "NETWORK_NO_PUBLIC_V4") {
    ASSERT_EQ(reason.network->public_v4, Tristate::kNo);
  }
  if (code == "NETWORK_NOT_BOTH_FAMILIES") {
    ASSERT_EQ(reason.network->public_v6, Tristate::kYes);
  }
  if (code == "NETWORK_TOO_FEW_ADDRESSES") {
    ASSERT_LT(*reason.best, *reason.want);
  }
}

void ExpectQuotaReasonHolds(const Reason& reason, const ShareView& view,
                            const PlacementQuery& query) {
  const std::string resource(FormatQuotaResource(*reason.quota));
  const std::optional<int64_t> left = QuotaLeft(*view.share, resource);
  ASSERT_TRUE(left.has_value()) << resource;
  ASSERT_EQ(*reason.best, *left) << resource;
  ASSERT_GT(*reason.want, *left) << resource;
  if (reason.code == ReasonCode::kQuotaZero) {
    ASSERT_EQ(*left, 0) << resource;
  }
  if (reason.needed_by == nullptr) return;
  // The named flavor needs what the sentence says.
  if (*reason.quota == QuotaResource::kCores) {
    ASSERT_EQ(*reason.want, reason.needed_by->vcpu_count.value_or(0) * query.count);
  }
  if (*reason.quota == QuotaResource::kRamMib) {
    ASSERT_EQ(*reason.want, reason.needed_by->ram_mib.value_or(0) * query.count);
  }
  if (*reason.quota == QuotaResource::kInstances) {
    ASSERT_EQ(*reason.want, query.count);
  }
}

TEST(PlacementSentences, HoldForWhatTheyCount) {
  size_t of_flavors = 0;
  size_t of_images = 0;
  size_t of_networks = 0;
  size_t of_quotas = 0;
  size_t with_others = 0;
  for (uint64_t seed = 1; seed <= kSentenceRuns; ++seed) {
    Generator generator(seed);
    const CatalogBuilder builder = generator.Catalogs(1 + generator.Below(3), seed);
    PlacementQuery query = generator.Query();
    generator.Tighten(&query);
    const Answer answer = Find(builder, query);
    for (const ShareVerdict& verdict : answer->verdicts) {
      for (const Reason& reason : verdict.reasons) {
        SCOPED_TRACE(absl::StrCat("seed ", seed, ": ", FormatReason(reason, query)));
        const Stage stage = StageOf(reason.code);
        if (stage == Stage::kFlavor && reason.code != ReasonCode::kNoFlavorVisible) {
          ASSERT_NO_FATAL_FAILURE(ExpectFlavorReasonHolds(reason, verdict.share->view, query));
          ++of_flavors;
        }
        if (stage == Stage::kImage && reason.code != ReasonCode::kNoImageVisible) {
          ASSERT_NO_FATAL_FAILURE(ExpectImageReasonHolds(reason, verdict.share->view, query));
          ++of_images;
        }
        if (stage == Stage::kNetwork && query.network.empty() && query.zone.empty() &&
            query.public_v6 != AddressWish::kNone) {
          ASSERT_NO_FATAL_FAILURE(ExpectNetworkReasonHolds(reason, verdict.share->view, query));
          ++of_networks;
        }
        if (reason.quota && reason.volume_type == nullptr) {
          ASSERT_NO_FATAL_FAILURE(ExpectQuotaReasonHolds(reason, verdict.share->view, query));
          ++of_quotas;
        }
        if (reason.other_flavor != nullptr || reason.other_image != nullptr) ++with_others;
      }
    }
  }
  EXPECT_GT(of_flavors, 200u);
  EXPECT_GT(of_images, 100u);
  EXPECT_GT(of_networks, 50u);
  EXPECT_GT(of_quotas, 50u);
  EXPECT_GT(with_others, 50u);
}

// The issue's own example: 64 vCPUs and a GPU.
TEST(PlacementSentences, NameWhatTheyCountAndWhatComesNearest) {
  CatalogBuilder builder = PlainScene();
  for (const char* name : {"big1", "big2", "big3"}) {
    builder.AddFlavor(MakeFlavor(name, 64, 131072, 80));
  }
  for (const int64_t vcpus : {8, 16}) {
    Flavor gpu = MakeFlavor(absl::StrCat("gpu2cpu", vcpus), vcpus, 65536, 80);
    gpu.gpu_count = 2;
    builder.AddFlavor(gpu);
  }
  PlacementQuery query = QueryOf();
  query.vcpu_count.min = 64;
  query.gpu_count.min = 1;
  const Answer answer = Find(builder, query);
  ASSERT_EQ(BlockingCode(answer), "GPU_NONE");
  EXPECT_EQ(FormatReason(*answer->verdicts[0].blocking(), query),
            "none of the 3 flavors with at least 64 vCPUs has a GPU; gpu2cpu16 has a GPU, but has "
            "16 vCPUs");
}

TEST(PlacementSentences, NameTheImageThatOnlyItsKindExcludes) {
  CatalogBuilder builder = PlainScene();
  Image snapshot = SureImage("mine", "debian", "12");
  snapshot.is_snapshot = true;
  snapshot.usable = false;
  builder.AddImage(snapshot);
  PlacementQuery query = QueryOf();
  query.os = {*ParseOsRequirement("debian")};
  const Answer answer = Find(builder, query);
  ASSERT_EQ(BlockingCode(answer), "OS_NOT_FOUND");
  EXPECT_EQ(FormatReason(*answer->verdicts[0].blocking(), query),
            "the only usable image is not debian; mine is debian, but is a snapshot, which is used "
            "only if the request names it");
}

TEST(PlacementSentences, NameTheNearestVersion) {
  CatalogBuilder builder = PlainScene();  // 22.04
  builder.AddImage(SureImage("Ubuntu 24.04", "ubuntu", "24.04"));
  builder.AddImage(SureImage("Ubuntu 16.04", "ubuntu", "16.04"));
  PlacementQuery query = QueryOf();
  query.os = {*ParseOsRequirement("ubuntu:20.04")};
  const Answer answer = Find(builder, query);
  EXPECT_EQ(FormatReason(*answer->verdicts[0].blocking(), query),
            "none of the 3 images is ubuntu:20.04; the nearest is ubuntu 22.04 "
            "(Ubuntu 22.04)");
}

TEST(PlacementSentences, CountPairs) {
  CatalogBuilder builder = PlainScene();  // a disk of 40 GiB
  builder.AddFlavor(MakeFlavor("m1.large", 4, 8192, 45));
  Image image = SureImage("Ubuntu 22.04", "ubuntu", "22.04");
  image.min_disk_gib = 50;
  builder.AddImage(image);
  EXPECT_EQ(FormatReason(*Find(builder, QueryOf())->verdicts[0].blocking(), QueryOf()),
            "image Ubuntu 22.04 has a minimum disk of 50 GiB and flavor m1.large has 45 GiB; the "
            "other pair of flavor and image does not fit either");
}

}  // namespace
}  // namespace cis::server
