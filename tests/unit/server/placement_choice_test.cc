// SPDX-License-Identifier: Apache-2.0

// Which flavor and image are chosen, in which order placements are returned, and what the answer
// suggests.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/placement/describe.h"
#include "server/placement/flavor_fit.h"
#include "tests/unit/server/placement_scenes.h"

namespace cis::server {
namespace {

using testing::ElementsAre;

std::string Flavor1(const Answer& answer) {
  return std::string(answer->placements.empty() ? "none" : answer->placements[0].flavor->name);
}
std::string Image1(const Answer& answer) {
  return std::string(answer->placements.empty() ? "none"
                                                : answer->placements[0].image->image->name);
}

TEST(PlacementChoice, TakesTheSmallestFlavorAndSpecialHardwareLast) {
  CatalogBuilder builder = PlainScene();
  builder.AddFlavor(MakeFlavor("wide", 4, 2048, 20));
  builder.AddFlavor(MakeFlavor("small", 1, 2048, 20));
  Flavor gpu = MakeFlavor("a-gpu", 1, 1024, 20);
  gpu.gpu_count = 1;
  gpu.gpu_model = "A100";
  SetConfidence(gpu.provenance, "gpu_count");
  builder.AddFlavor(gpu);
  Flavor metal = MakeFlavor("a-metal", 1, 512, 20);
  metal.baremetal = true;
  builder.AddFlavor(metal);
  EXPECT_EQ(Flavor1(Find(builder, QueryOf())), "small");
  PlacementQuery query = QueryOf();
  query.gpu_model = "a100";
  EXPECT_EQ(Flavor1(Find(builder, query)), "a-gpu");
}

TEST(PlacementChoice, AFlavorThatMayHaveAGpuComesAfterThoseThatHaveNone) {
  CatalogBuilder builder = PlainScene();
  Flavor known = MakeFlavor("none", 2, 1024, 20);
  known.gpu_count = 0;
  builder.AddFlavor(known);
  Flavor unknown = MakeFlavor("perhaps", 1, 512, 20);
  unknown.gpu_count.reset();
  builder.AddFlavor(unknown);
  EXPECT_EQ(Flavor1(Find(builder, QueryOf())), "none");
  PlacementQuery query = QueryOf();
  query.excluded_flavor_globs = {"none", "m1*"};
  EXPECT_EQ(Flavor1(Find(builder, query)), "perhaps");
}

TEST(PlacementChoice, TakesAnUnusualArchitectureLastAndAGuessAtItNever) {
  CatalogBuilder builder = PlainScene();
  Flavor arm = MakeFlavor("a-arm", 1, 1024, 40);
  arm.arch = "aarch64";
  builder.AddFlavor(arm);
  Image plain = SureImage("A plain 24.04", "ubuntu", "24.04");
  plain.arch = "";
  builder.AddImage(plain);
  EXPECT_EQ(Flavor1(Find(builder, QueryOf())), "m1.medium");
  EXPECT_EQ(Image1(Find(builder, QueryOf())), "A plain 24.04");
  // If it is requested, the ARM flavor comes with the image that is certainly for it, although it
  // is older.
  Image for_arm = SureImage("ARM 20.04", "ubuntu", "20.04");
  for_arm.arch = "aarch64";
  builder.AddImage(for_arm);
  PlacementQuery query = QueryOf();
  query.flavor_globs = {"a-arm"};
  EXPECT_EQ(Flavor1(Find(builder, query)), "a-arm");
  EXPECT_EQ(Image1(Find(builder, query)), "ARM 20.04");
  // If nothing else is left, the guess is used.
  query.image_globs = {"A plain*"};
  EXPECT_EQ(Image1(Find(builder, query)), "A plain 24.04");
}

TEST(PlacementChoice, PrefersARootDiskToAVolumeAndCountsTheVolume) {
  CatalogBuilder builder = PlainScene();
  builder.AddFlavor(MakeFlavor("diskless", 1, 1024, 0));
  EXPECT_EQ(Flavor1(Find(builder, QueryOf())), "m1.medium");
  PlacementQuery query = QueryOf();
  query.flavor_globs = {"disk*"};
  query.disk_gib.min = 25;
  const Answer answer = Find(builder, query);
  ASSERT_EQ(Flavor1(answer), "diskless");
  EXPECT_EQ(answer->placements[0].boot_volume_gib, 25);
  EXPECT_EQ(answer->placements[0].tier, PlacementTier::kNeedsSteps);
}

TEST(PlacementChoice, TakesTheNewestVersionThenTheBestKindThenTheNewestBuild) {
  CatalogBuilder builder = PlainScene();
  const auto add = [&](const char* name, const char* version, const char* purpose,
                       const char* build) {
    Image image = SureImage(name, "ubuntu", version);
    image.purpose = purpose;
    image.build_date = build;
    builder.AddImage(image);
  };
  add("old", "9.10", "generic", "2025-12-01");
  add("minimal", "24.04", "minimal", "2025-12-01");
  add("generic-old-build", "24.04", "generic", "2024-05-01");
  add("generic-new-build", "24.04", "generic", "2024-06-01");
  PlacementQuery query = QueryOf();
  query.os = {*ParseOsRequirement("ubuntu")};
  EXPECT_EQ(Image1(Find(builder, query)), "generic-new-build");
}

TEST(PlacementChoice, TakesTheFirstAlternativeThatThereIs) {
  CatalogBuilder builder = PlainScene();
  builder.AddImage(SureImage("Rocky 9", "rocky", "9.4"));
  PlacementQuery query = QueryOf();
  query.os = {*ParseOsRequirement("debian"), *ParseOsRequirement("el>=9"),
              *ParseOsRequirement("ubuntu")};
  EXPECT_EQ(Image1(Find(builder, query)), "Rocky 9");
}

TEST(PlacementChoice, OffersTestAndDoubtfulImagesLast) {
  CatalogBuilder builder = PlainScene();
  builder.AddFlavor(MakeFlavor("tiny", 1, 512, 1));
  Image cirros = SureImage("cirros", "cirros", "0.6");
  cirros.virtual_size_bytes = int64_t{100} << 20;
  cirros.size_bytes = int64_t{20} << 20;
  builder.AddImage(cirros);
  Image doubtful = SureImage("Ubuntu 26.04", "ubuntu", "26.04");
  doubtful.provenance.warnings = {"OS_CONFLICT: property says ubuntu, name says debian"};
  builder.AddImage(doubtful);
  const Answer answer = Find(builder, QueryOf());
  EXPECT_EQ(Image1(answer), "Ubuntu 22.04");
  EXPECT_EQ(Flavor1(answer), "m1.medium");
  PlacementQuery query = QueryOf();
  query.os = {*ParseOsRequirement("cirros")};
  const Answer asked = Find(builder, query);
  EXPECT_EQ(Image1(asked), "cirros");
  EXPECT_EQ(Flavor1(asked), "tiny");
}

TEST(PlacementChoice, ReturnsHiddenImagesAndSnapshotsWhenTheyAreNamed) {
  CatalogBuilder builder = PlainScene();
  Image snapshot = SureImage("my snapshot", "ubuntu", "22.04");
  snapshot.is_snapshot = true;
  snapshot.egi_ref = "registry.egi.eu/egi_vm_images/ubuntu:22.04";
  builder.AddImage(snapshot);
  PlacementQuery query = QueryOf();
  for (const char* name :
       {"My Snapshot", "id-my snapshot", "https://registry.egi.eu/egi_vm_images/ubuntu:22.04/"}) {
    query.image = name;
    const Answer answer = Find(builder, query);
    ASSERT_EQ(Image1(answer), "my snapshot") << name;
    EXPECT_THAT(DescribeNotes(answer->placements[0], query, TestTime()),
                testing::Contains(testing::HasSubstr("is a snapshot")));
  }
}

// Glance lists neither of them unless it is asked for them; an image is found by its name or id.
TEST(PlacementChoice, FindsCommunityAndPendingImagesByNameOnly) {
  CatalogBuilder builder = PlainScene();
  Image community = SureImage("Ubuntu 24.04", "ubuntu", "24.04");
  community.visibility = "community";
  community.owner = "project-x";
  builder.AddImage(community);
  Image pending = SureImage("Ubuntu 25.10", "ubuntu", "25.10");
  pending.visibility = "shared";
  pending.member_status = "pending";
  builder.AddImage(pending);
  EXPECT_EQ(Image1(Find(builder, QueryOf())), "Ubuntu 22.04");
  PlacementQuery query = QueryOf();
  query.os = {*ParseOsRequirement("ubuntu>=24.04")};
  EXPECT_EQ(Image1(Find(builder, query)), "none");
  query = QueryOf();
  query.image_globs = {"Ubuntu 24*", "Ubuntu 25*"};
  const Answer by_glob = Find(builder, query);
  EXPECT_EQ(Image1(by_glob), "none");
  ASSERT_EQ(BlockingCode(by_glob), "IMAGE_NOT_OFFERED");
  EXPECT_THAT(FormatReason(*by_glob->verdicts[0].blocking(), query),
              testing::HasSubstr("used only if the request names"));
  query = QueryOf();
  query.image = "id-Ubuntu 24.04";
  const Answer by_id = Find(builder, query);
  ASSERT_EQ(Image1(by_id), "Ubuntu 24.04");
  EXPECT_THAT(DescribeNotes(by_id->placements[0], query, TestTime()),
              testing::Contains(testing::AllOf(testing::HasSubstr("Anyone may publish"),
                                               testing::HasSubstr("project-x"))));
  query.image = "ubuntu 25.10";
  const Answer by_name = Find(builder, query);
  ASSERT_EQ(Image1(by_name), "Ubuntu 25.10");
  EXPECT_THAT(DescribeNotes(by_name->placements[0], query, TestTime()),
              testing::Contains(testing::HasSubstr("be used by its id (id-Ubuntu 25.10)")));
}

TEST(PlacementChoice, ANameThatIsNotFoundSaysWhatWasNotRead) {
  CatalogBuilder builder = PlainScene();
  KindState images = MakeKindState(Kind::kImages);
  images.remarks = {"images_community: HTTP 403", "images_hidden: HTTP 400"};
  builder.SetKind(images);
  PlacementQuery query = QueryOf();
  query.image = "Debian 12";
  const Answer answer = Find(builder, query);
  ASSERT_EQ(BlockingCode(answer), "IMAGE_NOT_FOUND");
  EXPECT_EQ(FormatReason(*answer->verdicts[0].blocking(), query),
            "the only image is not named Debian 12; community images were not read (HTTP 403); "
            "hidden images "
            "were not read (HTTP 400)");
}

TEST(PlacementChoice, TakesAPlainSystemBeforeOneMadeForOneJob) {
  CatalogBuilder builder;
  builder.Select("SITE-A", "vo.example.org");
  builder.AddFlavor(MakeFlavor("m1.medium", 2, 4096, 40));
  AddRoutedNetworks(builder);
  const auto add = [&](const char* name, const char* distro, const char* version,
                       const char* purpose) {
    Image image = SureImage(name, distro, version);
    image.purpose = purpose;
    builder.AddImage(image);
  };
  add("node", "ubuntu", "24.04", "k8s");
  add("docker host", "rocky", "9.4", "docker");
  add("plain debian", "debian", "11", "generic");
  add("plain rocky", "rocky", "8.9", "generic");
  EXPECT_EQ(Image1(Find(builder, QueryOf())), "plain debian");
  const auto with_os = [](const char* os) {
    PlacementQuery query = QueryOf();
    query.os = {*ParseOsRequirement(os)};
    return query;
  };
  EXPECT_EQ(Image1(Find(builder, with_os("linux"))), "plain debian");
  EXPECT_EQ(Image1(Find(builder, with_os("el"))), "plain rocky");
  EXPECT_EQ(Image1(Find(builder, with_os("rocky"))), "plain rocky");
  // A version that only such an image has.
  EXPECT_EQ(Image1(Find(builder, with_os("rocky>=9"))), "docker host");
  EXPECT_EQ(Image1(Find(builder, with_os("ubuntu"))), "node");
  // The newest version is told whatever its purpose.
  const Answer none = Find(builder, with_os("rocky>=10"));
  ASSERT_EQ(BlockingCode(none), "OS_VERSION_TOO_OLD");
  EXPECT_EQ(none->verdicts[0].blocking()->image->name, "docker host");
}

TEST(PlacementChoice, TakesWhatIsKnownToBeOfTheArchitectureFirst) {
  for (const char* arch : {"aarch64", "x86_64"}) {
    CatalogBuilder builder;
    builder.Select("SITE-A", "vo.example.org");
    AddRoutedNetworks(builder);
    const auto add_flavor = [&](const char* name, int64_t vcpus, const char* of) {
      Flavor flavor = MakeFlavor(name, vcpus, 4096, 40);
      flavor.arch = of;
      builder.AddFlavor(flavor);
    };
    const auto add_image = [&](const char* name, const char* version, const char* of) {
      Image image = SureImage(name, "ubuntu", version);
      image.arch = of;
      builder.AddImage(image);
    };
    add_flavor("silent", 1, "");
    add_flavor("known", 8, arch);
    add_image("silent 24.04", "24.04", "");
    add_image("known 20.04", "20.04", arch);
    PlacementQuery query = QueryOf();
    query.arch = arch;
    const Answer both = Find(builder, query);
    EXPECT_EQ(Flavor1(both), "known") << arch;
    EXPECT_EQ(Image1(both), "known 20.04") << arch;
    // One side that is known is better than none, and none is better than nothing.
    query.excluded_image_globs = {"known*"};
    EXPECT_EQ(Flavor1(Find(builder, query)), "known") << arch;
    query.excluded_flavor_globs = {"known"};
    EXPECT_EQ(Flavor1(Find(builder, query)), "silent") << arch;
    query.excluded_image_globs.clear();
    EXPECT_EQ(Image1(Find(builder, query)), "known 20.04") << arch;
  }
}

TEST(PlacementChoice, AKindOfGpuThatIsNotKnownComesLastAndWithANote) {
  CatalogBuilder builder = PlainScene();
  const auto add = [&](const char* name, int64_t vcpus, const char* model, const char* kind) {
    Flavor flavor = MakeFlavor(name, vcpus, 4096, 40);
    flavor.gpu_count = 1;
    flavor.gpu_vendor = "NVIDIA";
    flavor.gpu_model = model;
    flavor.gpu_kind = kind;
    SetConfidence(flavor.provenance, "gpu_count");
    builder.AddFlavor(flavor);
  };
  add("t4", 1, "T4", "");
  add("a100", 2, "A100 80GB PCIe", "");
  add("a100-slice", 8, "A100 40GB", "mig");
  add("game", 1, "GeForce RTX 3090", "");
  add("nameless", 4, "", "");
  PlacementQuery query = QueryOf();
  query.gpu_kind = "mig";
  const Answer known = Find(builder, query);
  ASSERT_EQ(Flavor1(known), "a100-slice");
  EXPECT_THAT(DescribeNotes(known->placements[0], query, TestTime()),
              testing::Not(testing::Contains(testing::HasSubstr("of kind"))));
  query.excluded_flavor_globs = {"a100-slice"};
  const Answer assumed = Find(builder, query);
  ASSERT_EQ(Flavor1(assumed), "a100");
  EXPECT_LE(assumed->placements[0].confidence, Confidence::kGuess);
  EXPECT_NE(assumed->placements[0].unknowns & UnknownBit(Unknown::kGpu), 0U);
  EXPECT_THAT(DescribeNotes(assumed->placements[0], query, TestTime()),
              testing::Contains("Whether the GPU of flavor a100 is of kind mig is not known."));
  query.excluded_flavor_globs = {"a100*", "nameless"};
  const Answer never = Find(builder, query);
  ASSERT_EQ(BlockingCode(never), "GPU_KIND_MISMATCH");
  EXPECT_EQ(
      FormatReason(*never->verdicts[0].blocking(), query),
      "none of the 2 flavors with a GPU that the request does not exclude has a GPU of kind mig; "
      "game has a GPU of model GeForce RTX 3090; a100 may have a GPU of kind mig, but is "
      "excluded by the request");
  // Cards for consumers have no virtual GPUs.
  query.gpu_kind = "vgpu";
  EXPECT_EQ(Flavor1(Find(builder, query)), "t4");
  query.flavor_globs = {"game"};
  EXPECT_EQ(BlockingCode(Find(builder, query)), "GPU_KIND_MISMATCH");
  query.gpu_kind = "passthrough";
  EXPECT_EQ(Flavor1(Find(builder, query)), "game");
}

TEST(PlacementChoice, AnInstallerThatIsNamedGetsANote) {
  CatalogBuilder builder = PlainScene();
  Image installer = SureImage("debian-12-netinst.iso", "debian", "12");
  installer.disk_format = "iso";
  installer.bootable = false;
  installer.usable = false;
  builder.AddImage(installer);
  PlacementQuery query = QueryOf();
  query.image = "debian-12-netinst.iso";
  const Answer answer = Find(builder, query);
  ASSERT_EQ(Image1(answer), "debian-12-netinst.iso");
  EXPECT_THAT(DescribeNotes(answer->placements[0], query, TestTime()),
              testing::Contains(testing::HasSubstr("is an installer (ISO)")));
}

// A snapshot of a server that was backed by volumes: Nova makes its volumes anew for each machine.
TEST(PlacementChoice, ASnapshotOfVolumesNeedsVolumesAndNoRootDisk) {
  const auto scene = [](int64_t disk_gib, int64_t volumes, int64_t volume_gib) {
    CatalogBuilder builder;
    builder.Select("SITE-A", "vo.example.org");
    builder.AddFlavor(MakeFlavor("f", 2, 4096, disk_gib));
    AddRoutedNetworks(builder);
    Image image = SureImage("backup", "ubuntu", "22.04");
    image.is_snapshot = true;
    image.size_bytes = 0;
    image.min_disk_gib = 40;
    image.volume_count = 2;
    image.volume_gib = 120;
    builder.AddImage(image);
    builder.AddQuota(MakeQuota("volumes", volumes, 0));
    builder.AddQuota(MakeQuota("volume_gib", volume_gib, 0));
    return builder;
  };
  PlacementQuery query = QueryOf();
  query.image = "backup";
  for (const int64_t disk_gib : {0, 10}) {
    const Answer answer = Find(scene(disk_gib, 2, 120), query);
    ASSERT_EQ(Image1(answer), "backup") << disk_gib;
    EXPECT_EQ(answer->placements[0].boot_volume_gib, std::nullopt);
    EXPECT_THAT(DescribeNotes(answer->placements[0], query, TestTime()),
                testing::Contains(testing::HasSubstr("2 volumes of 120 GiB together")));
    EXPECT_EQ(BlockingCode(Find(scene(disk_gib, 1, 120), query)), "QUOTA_EXHAUSTED volumes");
    EXPECT_EQ(BlockingCode(Find(scene(disk_gib, 2, 119), query)), "QUOTA_EXHAUSTED volume_gib");
  }
  query.count = 2;
  EXPECT_EQ(BlockingCode(Find(scene(10, 3, 240), query)), "QUOTA_EXHAUSTED volumes");
  EXPECT_EQ(Image1(Find(scene(10, 4, 240), query)), "backup");
}

TEST(PlacementChoice, MultipliesQuotasByTheCount) {
  CatalogBuilder builder = PlainScene();
  for (Quota& quota : builder.share().quotas) {
    if (quota.resource == "cores") quota = MakeQuota("cores", 10, 3);
  }
  PlacementQuery query = QueryOf();
  query.count = 3;
  EXPECT_EQ(BlockingCode(Find(builder, query)), "");
  query.count = 4;
  const Answer answer = Find(builder, query);
  EXPECT_EQ(BlockingCode(answer), "QUOTA_EXHAUSTED cores");
  ASSERT_FALSE(answer->relaxations.empty());
  EXPECT_EQ(answer->relaxations[0].query.count, 3);
  EXPECT_THAT(answer->relaxations[0].changed_fields, ElementsAre("count"));
}

// Three sites: sure, with something only probable, and with old data.
CatalogBuilder ThreeSites() {
  CatalogBuilder builder;
  for (const char* site : {"C-SURE", "B-PROBABLE", "A-STALE"}) {
    builder.Select(site, "vo.example.org");
    builder.AddFlavor(MakeFlavor("m1", 2, 4096, 40));
    builder.AddImage(SureImage("Ubuntu 22.04", "ubuntu", "22.04"));
    AddRoutedNetworks(builder);
    AddQuotas(builder);
  }
  KindState old = MakeKindState(Kind::kImages, TestTime() - absl::Hours(48));
  builder.SetKind(old);
  builder.Select("C-SURE", "vo.example.org");
  builder.AddFloatingIp(MakeFloatingIp("lies-free", "id-public00", false));
  builder.Select("B-PROBABLE", "vo.example.org");
  for (auto& network : builder.share().networks) {
    for (auto& entry : network.record.provenance.confidence.Mutable()) {
      entry.confidence = Confidence::kProbable;
    }
  }
  return builder;
}

std::vector<std::string> SitesOf(const Answer& answer) {
  std::vector<std::string> out;
  for (const Placement& p : answer->placements) out.push_back(p.share->view.site->site.name);
  return out;
}

TEST(PlacementOrder, PutsSureBeforeProbableBeforeStale) {
  PlacementQuery query = QueryOf();
  query.public_v4 = AddressWish::kRequired;
  const Answer answer = Find(ThreeSites(), query);
  EXPECT_THAT(SitesOf(answer), ElementsAre("C-SURE", "B-PROBABLE", "A-STALE"));
  EXPECT_EQ(answer->placements[0].tier, PlacementTier::kCertain);
  EXPECT_EQ(answer->placements[1].tier, PlacementTier::kUncertain);
  EXPECT_EQ(answer->placements[2].tier, PlacementTier::kStale);
  EXPECT_THAT(DescribeNotes(answer->placements[2], query, TestTime() + absl::Hours(1)),
              testing::Contains("The data was read 2 d ago."));
}

TEST(PlacementOrder, AnOutageComesLastAndARiskCostsHealth) {
  const auto find = [](bool is_outage, absl::Duration begins_in) {
    CatalogBuilder builder = PlainScene();
    builder.Select("SITE-B", "vo.example.org").AddFlavor(MakeFlavor("m1.medium", 2, 4096, 40));
    builder.AddImage(SureImage("Ubuntu 22.04", "ubuntu", "22.04"));
    AddRoutedNetworks(builder);
    AddQuotas(builder);
    Registry registry;
    Downtime& downtime = registry.downtimes.emplace_back();
    downtime.site_name = "site-a";
    downtime.service_type = std::string(kCloudServiceType);
    downtime.is_outage = is_outage;
    downtime.description = "power cut";
    downtime.start = TestTime() + absl::Hours(1) + begins_in;
    downtime.end = downtime.start + absl::Hours(24);
    builder.SetRegistry(registry);
    return Find(builder, QueryOf());
  };
  const Answer outage = find(true, -absl::Hours(1));
  ASSERT_EQ(outage->placements.size(), 2u);
  const Placement& down = outage->placements[1];
  EXPECT_EQ(down.share->view.site->site.name, "SITE-A");
  EXPECT_EQ(down.tier, PlacementTier::kDowntime);
  EXPECT_EQ(down.parts[static_cast<size_t>(Criterion::kHealth)], 0);
  EXPECT_THAT(DescribeNotes(down, QueryOf(), TestTime()),
              testing::Contains("The site announces a downtime of its cloud until 2026-01-03 03:04 "
                                "UTC: power cut"));
  EXPECT_EQ(outage->placements[0].downtime, nullptr);

  const Answer risk = find(false, -absl::Hours(1));
  const Placement& at_risk = risk->placements[1];
  EXPECT_EQ(at_risk.share->view.site->site.name, "SITE-A");
  EXPECT_EQ(at_risk.tier, risk->placements[0].tier);
  EXPECT_EQ(at_risk.parts[static_cast<size_t>(Criterion::kHealth)], at_risk.share->health / 2);

  const Answer later = find(true, absl::Hours(1));
  EXPECT_EQ(later->placements[0].share->view.site->site.name, "SITE-A") << "not yet";
  EXPECT_EQ(later->placements[0].downtime, nullptr);
}

TEST(PlacementOrder, FollowsTheRequestedKey) {
  PlacementQuery query = QueryOf();
  query.order = PlacementOrder::kSite;
  EXPECT_THAT(SitesOf(Find(ThreeSites(), query)), ElementsAre("A-STALE", "B-PROBABLE", "C-SURE"));
  query.descending = true;
  EXPECT_THAT(SitesOf(Find(ThreeSites(), query)), ElementsAre("C-SURE", "B-PROBABLE", "A-STALE"));
  query.order = PlacementOrder::kFreshness;
  query.descending = false;
  EXPECT_EQ(SitesOf(Find(ThreeSites(), query)).back(), "A-STALE");
}

TEST(PlacementOrder, ScoreIsTheWeightedSumOfItsParts) {
  PlacementQuery query = QueryOf();
  query.vcpu_count.min = 1;
  query.ram_mib.min = 1024;
  const Answer answer = Find(PlainScene(), query);
  ASSERT_EQ(answer->placements.size(), 1u);
  const Placement& p = answer->placements[0];
  EXPECT_DOUBLE_EQ(p.parts[0], 1.0 - (0.5 + 0.75) / 2);
  double sum = 0;
  double weights = 0;
  for (size_t i = 0; i < p.parts.size(); ++i) {
    EXPECT_GE(p.parts[i], 0);
    EXPECT_LE(p.parts[i], 1);
    sum += p.parts[i] * kDefaultWeights[i];
    weights += kDefaultWeights[i];
  }
  EXPECT_DOUBLE_EQ(p.score, sum);
  EXPECT_DOUBLE_EQ(weights, 1.0);
}

TEST(PlacementRelaxation, NamesTheChangeThatAddsMostSharesFirst) {
  CatalogBuilder builder = ThreeSites();
  PlacementQuery query = QueryOf();
  query.ram_mib.min = 8192;
  const Answer answer = Find(builder, query);
  ASSERT_EQ(answer->relaxations.size(), 1u);
  const Relaxation& r = answer->relaxations[0];
  EXPECT_THAT(r.changed_fields, ElementsAre("machine.ram_mib.min"));
  EXPECT_EQ(r.query.ram_mib.min, 4096);
  EXPECT_EQ(r.added_share_count, 3);
  EXPECT_THAT(r.site_names, ElementsAre("A-STALE", "B-PROBABLE", "C-SURE"));
}

TEST(PlacementRelaxation, LowersTheVersionAndDropsTheAddress) {
  PlacementQuery query = QueryOf();
  query.os = {*ParseOsRequirement("ubuntu>=24.04")};
  const Answer os = Find(PlainScene(), query);
  ASSERT_FALSE(os->relaxations.empty());
  EXPECT_THAT(os->relaxations[0].changed_fields, ElementsAre("image.os"));
  EXPECT_EQ(FormatOsRequirement(os->relaxations[0].query.os.at(0)), "ubuntu>=22.04");
  query = QueryOf();
  query.public_v4 = AddressWish::kRequired;
  CatalogBuilder builder = PlainScene();
  for (auto& n : builder.share().networks) n.record.public_v4 = Tristate::kNo;
  const Answer address = Find(builder, query);
  ASSERT_FALSE(address->relaxations.empty());
  EXPECT_THAT(address->relaxations[0].changed_fields, ElementsAre("network.public_v4"));
  EXPECT_EQ(address->relaxations[0].query.public_v4, AddressWish::kAny);
}

TEST(PlacementSuggestion, GuessesNamesThatExistNowhere) {
  PlacementQuery query = QueryOf("vo.exmaple.org");
  query.os = {*ParseOsRequirement("ubunut")};
  query.sites = {"SITE-B"};
  const Answer answer = Find(PlainScene(), query);
  EXPECT_TRUE(answer->verdicts.empty());
  ASSERT_EQ(answer->suggestions.size(), 3u);
  EXPECT_EQ(answer->suggestions[0].field, "vos");
  EXPECT_THAT(answer->suggestions[0].candidates, ElementsAre("vo.example.org"));
  EXPECT_EQ(answer->suggestions[1].field, "image.os");
  EXPECT_THAT(answer->suggestions[1].candidates, ElementsAre("ubuntu"));
  EXPECT_EQ(answer->suggestions[2].field, "sites");
  EXPECT_THAT(answer->suggestions[2].candidates, ElementsAre("SITE-A"));
}

}  // namespace
}  // namespace cis::server
