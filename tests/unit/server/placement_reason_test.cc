// SPDX-License-Identifier: Apache-2.0

// Every reason code: a scene that is rejected because of it, and the same scene with one change
// less, which is not.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "schema/model/resource_name.h"
#include "tests/unit/server/placement_scenes.h"

namespace cis::server {
namespace {

using testing::HasSubstr;

// One way to be rejected. The scene without `spoil` and the query without `ask` must fit.
struct Refusal {
  const char* code;
  std::function<void(CatalogBuilder&)> spoil;
  std::function<void(PlacementQuery&)> ask;
  const char* message;  // part of the sentence
};

void Nothing(CatalogBuilder&) {}
void NoWish(PlacementQuery&) {}

// Names of the plain scene.
std::string PlainShareName() {
  return FormatShareName(PlainScene().Build().sites[0]->endpoints[0].shares[0].share);
}
std::string PlainFlavorName() {
  return FormatFlavorName(PlainScene().Build().sites[0]->endpoints[0].endpoint, "id-m1.medium");
}

// The endpoint's only flavor, image and so on, changed: builders replace records of the same id.
std::function<void(CatalogBuilder&)> WithFlavor(std::function<void(Flavor&)> change) {
  return [change](CatalogBuilder& builder) {
    Flavor flavor = MakeFlavor("m1.medium", 2, 4096, 40);
    change(flavor);
    builder.AddFlavor(flavor);
  };
}
std::function<void(CatalogBuilder&)> WithImage(std::function<void(Image&)> change) {
  return [change](CatalogBuilder& builder) {
    Image image = SureImage("Ubuntu 22.04", "ubuntu", "22.04");
    change(image);
    builder.AddImage(image);
  };
}
std::function<void(CatalogBuilder&)> WithShare(std::function<void(ShareCatalog&)> change) {
  return [change](CatalogBuilder& builder) { change(builder.share()); };
}
std::function<void(CatalogBuilder&)> WithQuota(const char* resource, int64_t limit, int64_t used) {
  return WithShare([=](ShareCatalog& share) {
    for (Quota& quota : share.quotas) {
      if (quota.resource == resource) quota = MakeQuota(resource, limit, used);
    }
  });
}
std::function<void(CatalogBuilder&)> WithKind(Kind kind, std::function<void(KindState&)> change) {
  return [=](CatalogBuilder& builder) {
    KindState state = MakeKindState(kind);
    change(state);
    builder.SetKind(state);
  };
}
void VolumeOnly(Flavor& flavor) {
  flavor.disk_gib = 0;
  flavor.boot_from_volume = true;
}
void PassedThrough(Flavor& flavor) {
  flavor.gpu_count = 1;
  flavor.gpu_kind = "passthrough";
  flavor.gpu_memory_mib = 40960;
}
void NoNetworks(ShareCatalog& share) {
  share.networks.clear();
  share.routers.clear();
}
void PublicRequired(PlacementQuery& query) { query.public_v4 = AddressWish::kRequired; }
// Leaves only the pool, so that network and router must be made.
void PoolOnly(ShareCatalog& share) {
  for (auto& network : share.networks) {
    if (network.record.usable_as == NetworkUse::kTenant) network.active = false;
  }
}
void SetQuota(ShareCatalog& share, const char* resource, int64_t limit, int64_t used) {
  for (Quota& quota : share.quotas) {
    if (quota.resource == resource) quota = MakeQuota(resource, limit, used);
  }
}
std::function<void(CatalogBuilder&)> PoolOnlyWithQuota(const char* resource, int64_t limit,
                                                       int64_t used) {
  return WithShare([=](ShareCatalog& share) {
    PoolOnly(share);
    SetQuota(share, resource, limit, used);
  });
}
std::function<void(CatalogBuilder&)> VolumeWithQuota(const char* resource, int64_t limit,
                                                     int64_t used) {
  return [=](CatalogBuilder& builder) {
    WithFlavor(VolumeOnly)(builder);
    SetQuota(builder.share(), resource, limit, used);
  };
}

std::vector<Refusal> Refusals() {
  std::vector<Refusal> out = {
      {"VO_NOT_CONFIGURED", WithShare([](ShareCatalog& s) { s.share.configured = false; }), NoWish,
       "no longer names this VO"},
      {"SITE_NOT_CONFIGURED",
       [](CatalogBuilder& b) {
         Site site = MakeSite("SITE-A");
         site.configured = false;
         b.SetSite(site);
         b.share().share.configured = false;
       },
       NoWish, "no site file names this site"},
      {"SITE_NOT_SELECTED", Nothing, [](PlacementQuery& q) { q.sites = {"SITE-B"}; },
       "asks for other sites"},
      {"SITE_EXCLUDED", Nothing, [](PlacementQuery& q) { q.excluded_sites = {"site-a"}; },
       "excludes this site"},
      {"COUNTRY_NOT_SELECTED", Nothing, [](PlacementQuery& q) { q.countries = {"IT"}; },
       "other countries"},
      {"AUTH_REFUSED", WithShare([](ShareCatalog& s) { s.share.support = VoSupport::kRefused; }),
       NoWish, "refuses the VO's login"},
      {"SITE_UNREACHABLE",
       WithKind(Kind::kAuth,
                [](KindState& s) {
                  s.success_time = absl::InfinitePast();
                  s.error = ErrorClass::kTimeout;
                  s.error_message = "connect: timed out after 30 s";
                }),
       NoWish, "timed out after 30 s"},
      {"DATA_MISSING",
       WithKind(Kind::kImages, [](KindState& s) { s.success_time = absl::InfinitePast(); }), NoWish,
       "images were never read"},
      {"DATA_EXPIRED",
       WithKind(Kind::kFlavors, [](KindState& s) { s.success_time -= absl::Hours(24 * 15); }),
       NoWish, "no longer used"},
      {"DATA_STALE",
       WithKind(Kind::kNetworks, [](KindState& s) { s.success_time -= absl::Hours(5); }),
       [](PlacementQuery& q) { q.max_age = absl::Hours(2); }, "at most 2h is requested"},
      {"NO_FLAVOR_VISIBLE", WithFlavor([](Flavor& f) { f.disabled = true; }), NoWish,
       "sees no flavor"},
      {"FLAVOR_NAME_MISMATCH", Nothing, [](PlacementQuery& q) { q.flavor_globs = {"c?.*"}; },
       "the only flavor is not named c?.*"},
      {"CPU_TOO_SMALL", Nothing, [](PlacementQuery& q) { q.vcpu_count.min = 4; },
       "the only flavor does not have at least 4 vCPUs; it has 2 vCPUs (m1.medium)"},
      {"CPU_TOO_LARGE", Nothing, [](PlacementQuery& q) { q.vcpu_count.max = 1; },
       "the only flavor does not have at most 1 vCPU; it has 2 vCPUs (m1.medium)"},
      {"RAM_TOO_SMALL", Nothing, [](PlacementQuery& q) { q.ram_mib.min = 8192; },
       "does not have at least 8192 MiB of RAM; it has 4096 MiB (m1.medium)"},
      {"RAM_TOO_LARGE", Nothing, [](PlacementQuery& q) { q.ram_mib.max = 1024; }, "4096 MiB"},
      {"FLAVOR_VOLUME_ONLY", WithFlavor(VolumeOnly),
       [](PlacementQuery& q) { q.allow_boot_from_volume = false; }, "does not have a root disk"},
      {"DISK_TOO_SMALL", Nothing, [](PlacementQuery& q) { q.disk_gib.min = 100; },
       "at least 100 GiB of root disk"},
      {"DISK_TOO_LARGE", Nothing, [](PlacementQuery& q) { q.disk_gib.max = 10; }, "40 GiB"},
      {"EPHEMERAL_TOO_SMALL", Nothing, [](PlacementQuery& q) { q.ephemeral_gib.min = 10; },
       "ephemeral disk"},
      {"EPHEMERAL_TOO_LARGE", WithFlavor([](Flavor& f) { f.ephemeral_gib = 50; }),
       [](PlacementQuery& q) { q.ephemeral_gib.max = 10; }, "50 GiB"},
      {"GPU_NONE", Nothing, [](PlacementQuery& q) { q.gpu_count.min = 1; },
       "the only flavor does not have a GPU"},
      {"GPU_NOT_KNOWN", WithFlavor([](Flavor& f) { f.gpu_count.reset(); }),
       [](PlacementQuery& q) { q.gpu_count.min = 1; },
       "the only flavor is not known to have a GPU; m1.medium does not report whether"},
      {"GPU_COUNT_TOO_SMALL", WithFlavor([](Flavor& f) { f.gpu_count = 1; }),
       [](PlacementQuery& q) { q.gpu_count.min = 4; }, "at least 4 GPUs; it has 1 GPU (m1.medium)"},
      {"GPU_COUNT_TOO_LARGE", WithFlavor([](Flavor& f) { f.gpu_count = 2; }),
       [](PlacementQuery& q) { q.gpu_count.max = 0; },
       "the only flavor is not without a GPU; it has 2 GPUs (m1.medium)"},
      {"GPU_VENDOR_MISMATCH", WithFlavor([](Flavor& f) {
         f.gpu_count = 1;
         f.gpu_vendor = "NVIDIA";
       }),
       [](PlacementQuery& q) { q.gpu_vendor = "AMD"; },
       "does not have a GPU from AMD; m1.medium has a GPU from NVIDIA"},
      {"GPU_MODEL_MISMATCH", WithFlavor([](Flavor& f) {
         f.gpu_count = 1;
         f.gpu_model = "Tesla T4";
       }),
       [](PlacementQuery& q) { q.gpu_model = "a100"; },
       "does not have a GPU of model a100; m1.medium has a GPU of model Tesla T4"},
      {"ARCH_MISMATCH", Nothing, [](PlacementQuery& q) { q.arch = "aarch64"; },
       "the only flavor is not aarch64; m1.medium is x86_64"},
      {"NO_IMAGE_VISIBLE",
       [](CatalogBuilder& b) {
         // A second share of the same endpoint that sees the flavor only.
         b = CatalogBuilder();
         b.Select("SITE-A", "vo.example.org");
         b.AddFlavor(MakeFlavor("m1.medium", 2, 4096, 40));
         AddRoutedNetworks(b);
       },
       NoWish, "sees no image"},
      {"IMAGE_NOT_FOUND", Nothing, [](PlacementQuery& q) { q.image = "Debian 12"; },
       "the only image is not named Debian 12"},
      {"IMAGE_NOT_ACTIVE", WithImage([](Image& i) {
         i.status = "deactivated";
         i.usable = false;
       }),
       NoWish, "Ubuntu 22.04 is deactivated"},
      {"IMAGE_HIDDEN", WithImage([](Image& i) {
         i.hidden = true;
         i.usable = false;
       }),
       NoWish, "hidden"},
      {"IMAGE_NOT_OFFERED", WithImage([](Image& i) { i.is_snapshot = true; }), NoWish,
       "is used only if the request names it (Ubuntu 22.04), a snapshot"},
      {"OS_NOT_FOUND", Nothing, [](PlacementQuery& q) { q.os = {*ParseOsRequirement("debian")}; },
       "the only image is not debian"},
      {"OS_VERSION_UNKNOWN", WithImage([](Image& i) { i.os_version = ""; }),
       [](PlacementQuery& q) { q.os = {*ParseOsRequirement("ubuntu>=22.04")}; },
       "Ubuntu 22.04 does not report its version"},
      {"OS_VERSION_TOO_OLD", Nothing,
       [](PlacementQuery& q) { q.os = {*ParseOsRequirement("ubuntu>=24.04")}; },
       "is not ubuntu>=24.04; it is ubuntu 22.04 (Ubuntu 22.04)"},
      {"OS_VERSION_TOO_NEW", Nothing,
       [](PlacementQuery& q) { q.os = {*ParseOsRequirement("ubuntu<=20.04")}; },
       "is not ubuntu<=20.04; it is ubuntu 22.04"},
      {"OS_VERSION_MISMATCH", Nothing,
       [](PlacementQuery& q) { q.os = {*ParseOsRequirement("ubuntu:20.04")}; },
       "is not ubuntu:20.04; it is ubuntu 22.04"},
      {"COUNTRY_EXCLUDED", Nothing, [](PlacementQuery& q) { q.excluded_countries = {"ES"}; },
       "excludes this country"},
      {"FLAVOR_EXCLUDED", Nothing, [](PlacementQuery& q) { q.excluded_flavor_globs = {"m1.*"}; },
       "the request excludes the only flavor (m1.medium)"},
      {"SHARE_EXCLUDED", Nothing,
       [](PlacementQuery& q) {
         q.excluded_placements = {{PlainShareName(), ""}};
       },
       "the request excludes this share of the VO"},
      {"PLACEMENT_EXCLUDED", Nothing,
       [](PlacementQuery& q) {
         q.excluded_placements = {{PlainShareName(), PlainFlavorName()}};
       },
       "the request excludes the only flavor (m1.medium)"},
      {"GPU_KIND_MISMATCH", WithFlavor(PassedThrough),
       [](PlacementQuery& q) { q.gpu_kind = "vgpu"; },
       "does not have a GPU of kind vgpu; m1.medium has a GPU of kind passthrough"},
      {"GPU_MEMORY_TOO_SMALL", WithFlavor(PassedThrough),
       [](PlacementQuery& q) { q.gpu_memory_mib.min = 81920; },
       "at least 81920 MiB of GPU memory; it has 40960 MiB (m1.medium)"},
      {"GPU_MEMORY_TOO_LARGE", WithFlavor(PassedThrough),
       [](PlacementQuery& q) { q.gpu_memory_mib.max = 16384; },
       "at most 16384 MiB of GPU memory; it has 40960 MiB (m1.medium)"},
      {"TOTAL_GPU_MEMORY_TOO_SMALL", WithFlavor(PassedThrough),
       [](PlacementQuery& q) { q.total_gpu_memory_mib.min = 81920; },
       "at least 81920 MiB of total GPU memory; it has 40960 MiB (m1.medium)"},
      {"TOTAL_GPU_MEMORY_TOO_LARGE", WithFlavor(PassedThrough),
       [](PlacementQuery& q) { q.total_gpu_memory_mib.max = 16384; },
       "at most 16384 MiB of total GPU memory; it has 40960 MiB (m1.medium)"},
      {"CPU_ALLOCATION_MISMATCH", WithFlavor([](Flavor& f) { f.cpu_alloc = "shared"; }),
       [](PlacementQuery& q) { q.cpu_alloc = "dedicated"; },
       "does not have dedicated CPUs; m1.medium has shared CPUs"},
      {"IMAGE_NAME_MISMATCH", Nothing, [](PlacementQuery& q) { q.image_globs = {"EGI*"}; },
       "the only image is not named EGI*"},
      {"IMAGE_EXCLUDED", Nothing, [](PlacementQuery& q) { q.excluded_image_globs = {"Ubuntu*"}; },
       "the request excludes the only image (Ubuntu 22.04)"},
      {"IMAGE_ARCH_MISMATCH", WithFlavor([](Flavor& f) { f.arch = ""; }),
       [](PlacementQuery& q) { q.arch = "aarch64"; },
       "the only image is not for aarch64; Ubuntu 22.04 is for x86_64"},
      {"IMAGE_PROPERTY_REFUSED",
       WithImage([](Image& i) { i.boot_properties.emplace().Set("architecture", "arm64"); }),
       NoWish,
       "not accepted by Nova; Nova refuses architecture=arm64 of image Ubuntu 22.04 (it is not "
       "an architecture that Nova knows)"},
      {"IMAGE_MIN_RAM_GT_FLAVOR", WithImage([](Image& i) { i.min_ram_mib = 8192; }), NoWish,
       "minimum RAM of 8192 MiB"},
      {"IMAGE_MIN_DISK_GT_FLAVOR", WithImage([](Image& i) { i.min_disk_gib = 50; }), NoWish,
       "minimum disk of 50 GiB"},
      {"IMAGE_SIZE_GT_DISK", WithImage([](Image& i) { i.size_bytes = int64_t{50} << 30; }), NoWish,
       "size of 50.00 GiB"},
      {"IMAGE_VIRTUAL_SIZE_GT_DISK",
       WithImage([](Image& i) { i.virtual_size_bytes = int64_t{41} << 30; }), NoWish,
       "unpacked size of 41.00 GiB"},
      {"IMAGE_FLAVOR_ARCH_MISMATCH", WithImage([](Image& i) { i.arch = "aarch64"; }), NoWish,
       "is for aarch64 and flavor m1.medium is x86_64"},
      {"IMAGE_FLAVOR_TRAIT_CONFLICT",
       [](CatalogBuilder& b) {
         WithFlavor([](Flavor& f) { f.extra_specs->Set("trait:HW_CPU_X86_AVX2", "forbidden"); })(b);
         WithImage([](Image& i) {
           i.boot_properties.emplace().Set("trait:HW_CPU_X86_AVX2", "required");
         })(b);
       },
       NoWish,
       "Nova refuses trait:HW_CPU_X86_AVX2=required of image Ubuntu 22.04 with "
       "trait:HW_CPU_X86_AVX2=forbidden of flavor m1.medium"},
      {"IMAGE_FLAVOR_PROPERTY_CONFLICT",
       WithImage([](Image& i) { i.boot_properties.emplace().Set("hw_mem_page_size", "large"); }),
       NoWish,
       "Nova refuses hw_mem_page_size=large of image Ubuntu 22.04 with flavor m1.medium without "
       "hw:mem_page_size (an image may choose only if the flavor says any or large)"},
      {"BOOT_VOLUME_TOO_LARGE",
       [](CatalogBuilder& b) {
         WithFlavor(VolumeOnly)(b);
         WithImage([](Image& i) { i.min_disk_gib = 30; })(b);
       },
       [](PlacementQuery& q) { q.disk_gib.max = 20; },
       "image Ubuntu 22.04 needs a boot volume of 30 GiB, at most 20 GiB is requested"},
      {"NETWORK_NONE", WithShare(NoNetworks), PublicRequired, "sees no network"},
      {"NETWORK_NOT_FOUND", Nothing, [](PlacementQuery& q) { q.network = "nowhere"; },
       "no network is named nowhere"},
      {"NETWORK_NOT_ATTACHABLE", Nothing, [](PlacementQuery& q) { q.network = "public00"; },
       "cannot be attached to network public00"},
      {"NETWORK_NO_PUBLIC_V4", WithShare([](ShareCatalog& s) {
         for (auto& n : s.networks) n.record.public_v4 = Tristate::kNo;
       }),
       PublicRequired,
       "no network gives a public IPv4 address; external network public00 has no public"},
      {"NETWORK_NO_PUBLIC_V6", Nothing,
       [](PlacementQuery& q) { q.public_v6 = AddressWish::kRequired; }, "public IPv6"},
      {"NETWORK_NOT_BOTH_FAMILIES",
       [](CatalogBuilder& b) {
         Network six = SureNetwork("six", NetworkUse::kDirect);
         six.attachable = Tristate::kYes;
         six.public_v4 = Tristate::kNo;
         six.public_v6 = Tristate::kYes;
         six.subnets[0].ip_version = 6;
         b.AddNetwork(six);
       },
       [](PlacementQuery& q) {
         PublicRequired(q);
         q.public_v6 = AddressWish::kRequired;
       },
       "no network gives both a public IPv4 and a public IPv6 address; six gives a public IPv6 "
       "address only"},
      {"NETWORK_NO_ROUTER",
       [](CatalogBuilder& b) {
         b.AddNetwork(SureNetwork("other", NetworkUse::kTenant, b.share().share.project_id));
         b.AddRouter(MakeRouter("router-2", "id-elsewhere", {"id-other"}));
       },
       [](PlacementQuery& q) {
         PublicRequired(q);
         q.network = "other";
       },
       "cannot be routed"},
      {"NETWORK_ONLY_PUBLIC", WithShare([](ShareCatalog& s) {
         for (auto& n : s.networks) {
           n.record.usable_as = NetworkUse::kDirect;
           n.record.attachable = Tristate::kYes;
           n.record.public_v4 = Tristate::kYes;
         }
       }),
       [](PlacementQuery& q) {
         q.public_v4 = AddressWish::kNone;
         q.network = "private";
       },
       "network private gives a public address"},
      {"NETWORK_DOWN", WithShare([](ShareCatalog& s) {
         for (auto& n : s.networks) n.record.admin_state_up = false;
       }),
       PublicRequired, "is disabled (admin state down)"},
      {"NETWORK_TOO_FEW_ADDRESSES", Nothing,
       [](PlacementQuery& q) {
         q.network = "private";
         q.count = 249;
       },
       "network private has at most 248 addresses left; 249 are needed"},
      {"QUOTA_VOLUME_TOO_LARGE",
       [](CatalogBuilder& b) {
         WithFlavor(VolumeOnly)(b);
         b.AddQuota(MakeQuota("volume_gib_per_volume", 2, 0));
       },
       NoWish, "allows volumes of at most 2 GiB; one of 3 GiB is needed"},
      {"NETWORK_NOT_IN_ZONE",
       [](CatalogBuilder& b) {
         b.share().networks.clear();
         b.share().routers.clear();
         Network provider = SureNetwork("provider", NetworkUse::kDirect);
         provider.subnets[0].service_types = {"compute:az1"};
         b.AddNetwork(provider);
         b.share().zones = {{"az1", "compute", true}, {"az2", "compute", true}};
       },
       [](PlacementQuery& q) {
         PublicRequired(q);
         q.zone = "az2";
       },
       "no network serves machines in availability zone az2"},
      {"ZONE_NOT_FOUND", WithShare([](ShareCatalog& s) {
         s.zones = {{"nova", "compute", true}};
       }),
       [](PlacementQuery& q) { q.zone = "az2"; }, "the site has no availability zone az2"},
      {"ZONE_UNAVAILABLE", WithShare([](ShareCatalog& s) {
         s.zones = {{"nova", "compute", false}};
       }),
       NoWish, "no availability zone of the site is available"},
  };
  struct Line {
    const char* resource;
    int64_t used_of;  // limit for EXHAUSTED, all of it used
    int scene;        // 0 plain, 1 public address, 2 network must be made, 3 volume
  };
  const Line lines[] = {{"instances", 5, 0},    {"cores", 8, 0},    {"ram_mib", 8192, 0},
                        {"floating_ips", 3, 1}, {"networks", 2, 2}, {"subnets", 2, 2},
                        {"routers", 1, 2},      {"ports", 9, 0},    {"volumes", 4, 3},
                        {"volume_gib", 100, 3}};
  static std::vector<std::string>* const codes = new std::vector<std::string>;
  codes->reserve(100);
  for (const Line& line : lines) {
    for (const int64_t limit : {int64_t{0}, line.used_of}) {
      codes->push_back(
          absl::StrCat(limit == 0 ? "QUOTA_ZERO " : "QUOTA_EXHAUSTED ", line.resource));
      Refusal refusal;
      refusal.code = codes->back().c_str();
      refusal.message = "the project's quota";
      refusal.spoil = line.scene == 2   ? PoolOnlyWithQuota(line.resource, limit, limit)
                      : line.scene == 3 ? VolumeWithQuota(line.resource, limit, limit)
                                        : WithQuota(line.resource, limit, limit);
      refusal.ask = line.scene == 1 || line.scene == 2 ? PublicRequired : NoWish;
      out.push_back(refusal);
    }
  }
  return out;
}

TEST(PlacementReason, PlainSceneFits) {
  EXPECT_EQ(BlockingCode(Find(PlainScene(), QueryOf())), "");
  PlacementQuery query = QueryOf();
  PublicRequired(query);
  EXPECT_EQ(BlockingCode(Find(PlainScene(), query)), "");
}

TEST(PlacementReason, EachRefusalHasItsCodeAndItsSentence) {
  for (const Refusal& refusal : Refusals()) {
    CatalogBuilder builder = PlainScene();
    refusal.spoil(builder);
    PlacementQuery query = QueryOf();
    refusal.ask(query);
    const Answer answer = Find(builder, query);
    EXPECT_EQ(BlockingCode(answer), refusal.code);
    ASSERT_TRUE(answer->verdicts[0].blocking() != nullptr) << refusal.code;
    EXPECT_THAT(FormatReason(*answer->verdicts[0].blocking(), query), HasSubstr(refusal.message))
        << refusal.code;
    EXPECT_TRUE(answer->placements.empty());
  }
}

TEST(PlacementReason, EveryCodeHasACase) {
  std::set<std::string> tested;
  for (const Refusal& refusal : Refusals()) {
    const std::string code = refusal.code;
    tested.insert(code.substr(0, code.find(' ')));  // without the resource of a quota
  }
  // The share has a placement all the same: AnotherProjectsNetworkIsAnAssumptionAndDoesNotCount.
  tested.insert("NETWORK_ROUTER_UNSEEN");
  // Given only when a placement is checked again: tested in placement_handlers_test.
  tested.insert("NETWORK_PLAN_CHANGED");
  for (int i = 0; i < kReasonCodeCount; ++i) {
    const std::string code(FormatReasonCode(static_cast<ReasonCode>(i)));
    EXPECT_EQ(tested.count(code), 1u) << code << " has no case in Refusals()";
  }
}

TEST(PlacementReason, GivesTheNearestMissWithItsNumbers) {
  CatalogBuilder builder = PlainScene();
  builder.AddFlavor(MakeFlavor("m1.large", 8, 7800, 80));
  builder.AddFlavor(MakeFlavor("fat", 1, 65536, 80));
  PlacementQuery query = QueryOf();
  query.vcpu_count.min = 4;
  query.ram_mib.min = 8192;
  const Answer answer = Find(builder, query);
  ASSERT_EQ(BlockingCode(answer), "RAM_TOO_SMALL");
  const Reason& reason = *answer->verdicts[0].blocking();
  EXPECT_EQ(reason.want, 8192);
  EXPECT_EQ(reason.best, 7800);
  EXPECT_EQ(UnitOf(reason), ReasonUnit::kMib);
  ASSERT_NE(reason.flavor, nullptr);
  EXPECT_EQ(reason.flavor->name, "m1.large");
  EXPECT_NEAR(GapPercent(reason).value_or(0), 4.785, 0.001);
}

TEST(PlacementReason, NamesWhatElseIsWrongAtLaterStages) {
  PlacementQuery query = QueryOf();
  query.vcpu_count.min = 64;
  query.os = {*ParseOsRequirement("debian")};
  query.public_v6 = AddressWish::kRequired;
  const Answer answer = Find(PlainScene(), query);
  ASSERT_EQ(BlockingCode(answer), "CPU_TOO_SMALL");
  std::vector<std::string> also;
  for (const Reason& reason : answer->verdicts[0].also()) {
    also.push_back(CodeText(reason));
  }
  EXPECT_THAT(also, testing::ElementsAre("OS_NOT_FOUND", "NETWORK_NO_PUBLIC_V6"));
}

TEST(PlacementReason, UnknownIsNeverNo) {
  CatalogBuilder builder = PlainScene();
  Flavor flavor = MakeFlavor("m1.medium", 2, 4096, 40);
  flavor.ram_mib.reset();
  flavor.disk_gib.reset();
  flavor.arch = "";
  builder.AddFlavor(flavor);
  builder.share().quotas.clear();
  builder.share().share.support = VoSupport::kUnknown;
  PlacementQuery query = QueryOf();
  query.ram_mib.min = 8192;
  query.arch = "x86_64";
  const Answer answer = Find(builder, query);
  ASSERT_EQ(answer->placements.size(), 1u);
  const Placement& p = answer->placements[0];
  for (const Unknown unknown :
       {Unknown::kFlavorSize, Unknown::kFlavorArch, Unknown::kQuota, Unknown::kVoSupport}) {
    EXPECT_NE(p.unknowns & UnknownBit(unknown), 0u) << FormatUnknown(unknown);
  }
  EXPECT_EQ(p.tier, PlacementTier::kUncertain);
}

TEST(PlacementReason, SuggestsChangesThatHelpOnlyTogether) {
  PlacementQuery query = QueryOf();
  query.ram_mib.min = 8192;
  query.vcpu_count.min = 4;
  query.os = {*ParseOsRequirement("ubuntu>=24.04")};
  const Answer answer = Find(PlainScene(), query);
  ASSERT_EQ(answer->relaxations.size(), 1u);
  const Relaxation& relaxation = answer->relaxations[0];
  EXPECT_THAT(relaxation.changed_fields,
              testing::ElementsAre("machine.vcpu_count.min", "machine.ram_mib.min", "image.os"));
  EXPECT_EQ(relaxation.query.vcpu_count.min, 2);
  EXPECT_EQ(relaxation.query.ram_mib.min, 4096);
  ASSERT_EQ(relaxation.query.os.size(), 1u);
  EXPECT_EQ(FormatOsRequirement(relaxation.query.os[0]), "ubuntu>=22.04");
  EXPECT_EQ(relaxation.added_share_count, 1);
}

TEST(PlacementReason, HasNoRelaxationWhereNoChangeHelps) {
  CatalogBuilder builder = PlainScene();
  builder.share().share.support = VoSupport::kRefused;
  PlacementQuery query = QueryOf();
  query.ram_mib.min = 8192;
  EXPECT_TRUE(Find(builder, query)->relaxations.empty());
}

TEST(PlacementReason, GpuModelsThatExistNowhereAreSuggested) {
  CatalogBuilder builder = PlainScene();
  Flavor flavor = MakeFlavor("gpu", 8, 65536, 80);
  flavor.gpu_count = 1;
  flavor.gpu_model = "A100 80GB PCIe";
  builder.AddFlavor(flavor);
  PlacementQuery query = QueryOf();
  query.gpu_model = "A10O";
  const Answer answer = Find(builder, query);
  ASSERT_EQ(answer->suggestions.size(), 1u);
  EXPECT_EQ(answer->suggestions[0].field, "machine.gpu_model");
  EXPECT_THAT(answer->suggestions[0].candidates, testing::Contains("A100"));
  query.gpu_model = "a100";
  EXPECT_TRUE(Find(builder, query)->suggestions.empty());
}

TEST(PlacementReason, AGpuModelIsMatchedByWholeWords) {
  CatalogBuilder builder = PlainScene();
  Flavor flavor = MakeFlavor("gpu", 8, 65536, 80);
  flavor.gpu_count = 1;
  flavor.gpu_vendor = "NVIDIA";
  flavor.gpu_model = "A100-80GB PCIe";
  builder.AddFlavor(flavor);
  PlacementQuery query = QueryOf();
  for (const char* model : {"a100", "A100 80gb", "nvidia a100", "A100-80GB"}) {
    query.gpu_model = model;
    EXPECT_EQ(BlockingCode(Find(builder, query)), "") << model;
  }
  for (const char* model : {"A10", "A1", "100", "A100 40GB"}) {
    query.gpu_model = model;
    EXPECT_EQ(BlockingCode(Find(builder, query)), "GPU_MODEL_MISMATCH") << model;
  }
}

TEST(PlacementReason, AnotherGpuModelIsNoMisspelling) {
  CatalogBuilder builder = PlainScene();
  Flavor flavor = MakeFlavor("gpu", 8, 65536, 80);
  flavor.gpu_count = 1;
  flavor.gpu_model = "A100";
  builder.AddFlavor(flavor);
  Flavor other = MakeFlavor("t4", 8, 65536, 80);
  other.gpu_count = 1;
  other.gpu_model = "Tesla T4";
  builder.AddFlavor(other);
  PlacementQuery query = QueryOf();
  for (const char* model : {"H100", "A10", "A40", "T40", "V100"}) {
    query.gpu_model = model;
    EXPECT_TRUE(Find(builder, query)->suggestions.empty()) << model;
  }
  for (const char* model : {"A1OO", "A 100", "a-100", "Telsa T4"}) {
    query.gpu_model = model;
    EXPECT_EQ(Find(builder, query)->suggestions.size(), 1u) << model;
  }
}

}  // namespace
}  // namespace cis::server
