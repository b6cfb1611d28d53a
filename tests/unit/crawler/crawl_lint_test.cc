// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "crawler/lint/lint.h"
#include "tests/support/builders.h"

namespace cis::crawler {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// An image about which there is nothing to say.
Image GoodImage(absl::string_view name) {
  Image image = MakeImage(name);
  image.min_disk_gib = 3;
  image.min_ram_mib = 1024;
  image.eol_date = "2099-01-01";
  for (const char* field : {"os_distro", "os_version", "arch", "login_user"}) {
    image.provenance.evidence.push_back({field, "property:" + std::string(field), "x"});
  }
  return image;
}

Flavor RootDiskFlavor() { return MakeFlavor("small", 2, 4096, 20); }

std::vector<LintFinding> LintOf(CatalogBuilder& builder) {
  return LintSite(*builder.Build().sites[0], TestTime());
}

std::vector<LintFinding> LintOf(const Image& image) {
  CatalogBuilder builder;
  builder.Select("SITE-A", "ops").AddImage(image).AddFlavor(RootDiskFlavor());
  return LintOf(builder);
}

std::vector<std::string> CodesOf(const std::vector<LintFinding>& findings) {
  std::vector<std::string> codes;
  for (const LintFinding& finding : findings) codes.push_back(finding.code);
  return codes;
}

std::string CommandOf(const std::vector<LintFinding>& findings, absl::string_view code) {
  for (const LintFinding& finding : findings) {
    if (finding.code == code) return finding.command;
  }
  return "no finding " + std::string(code);
}

TEST(Lint, GoodRecordsHaveNoFindings) {
  CatalogBuilder builder;
  builder.Select("SITE-A", "ops")
      .AddImage(GoodImage("ubuntu"))
      .AddFlavor(RootDiskFlavor())
      .AddNetwork(MakeNetwork("public", NetworkUse::kFloatingPool));
  EXPECT_THAT(CodesOf(LintOf(builder)), IsEmpty());
}

TEST(Lint, ReportsARecordOfSeveralSharesOnce) {
  Image image = GoodImage("mystery");
  image.provenance.warnings = {"OS_CONFLICT: property says ubuntu, name says debian"};
  CatalogBuilder builder;
  builder.Select("SITE-A", "ops").AddImage(image).Select("SITE-A", "dteam").AddImage(image);
  const auto findings = LintOf(builder);
  ASSERT_THAT(CodesOf(findings), ElementsAre("OS_CONFLICT"));
  EXPECT_EQ(findings[0].text, "property says ubuntu, name says debian");
  EXPECT_EQ(findings[0].command,
            "openstack image set --property os_distro=DISTRO --property os_version=VERSION "
            "id-mystery");
}

TEST(Lint, AdvisesToPublishFactsThatOnlyTheNameShows) {
  Image image = GoodImage("ubuntu");
  image.provenance.evidence = {
      {"os_distro", "name", "ubuntu"}, {"os_version", "name", "ubuntu"}, {"arch", "name", "amd64"}};
  const auto findings = LintOf(image);
  EXPECT_EQ(CommandOf(findings, "OS_NOT_PUBLISHED"),
            "openstack image set --property os_distro=ubuntu --property os_version=22.04 "
            "id-ubuntu");
  EXPECT_EQ(CommandOf(findings, "ARCH_NOT_PUBLISHED"),
            "openstack image set --property architecture=x86_64 id-ubuntu");
}

TEST(Lint, ACorrectedArchitectureHasTheSpellingOfNova) {
  Image image = GoodImage("arm");
  image.arch = "aarch64";
  image.provenance.warnings = {"ARCH_NOT_NOVA: property:architecture is \"arm-64\"; ..."};
  EXPECT_EQ(CommandOf(LintOf(image), "ARCH_NOT_NOVA"),
            "openstack image set --property architecture=aarch64 id-arm");
}

TEST(Lint, ReportsAnImageOfWhichNothingIsKnown) {
  Image image = GoodImage("mystery");
  image.os_distro = image.os_version = image.arch = image.login_user = "";
  EXPECT_THAT(CodesOf(LintOf(image)), ElementsAre("ARCH_UNKNOWN", "OS_UNKNOWN"));
  image.os_distro = "ubuntu";
  EXPECT_THAT(CodesOf(LintOf(image)),
              ElementsAre("ARCH_UNKNOWN", "LOGIN_USER_UNKNOWN", "OS_VERSION_UNKNOWN"));
}

TEST(Lint, MinimaFollowTheVirtualSize) {
  Image image = GoodImage("ubuntu");
  image.min_disk_gib = 0;
  image.min_ram_mib = 0;
  const auto findings = LintOf(image);
  EXPECT_THAT(CodesOf(findings), ElementsAre("MIN_DISK_TOO_SMALL", "MIN_RAM_MISSING"));
  EXPECT_EQ(findings[0].command, "openstack image set --min-disk 3 id-ubuntu");
  image.virtual_size_bytes.reset();
  EXPECT_THAT(CodesOf(LintOf(image)), ElementsAre("DISK_NEED_UNKNOWN"));
}

TEST(Lint, NeedsAboveEveryFlavorUnlessOneBootsFromAVolume) {
  Image image = GoodImage("huge");
  image.min_disk_gib = 200;
  image.min_ram_mib = 1 << 20;
  CatalogBuilder builder;
  builder.Select("SITE-A", "ops").AddImage(image).AddFlavor(RootDiskFlavor());
  auto findings = LintOf(builder);
  EXPECT_THAT(CodesOf(findings), ElementsAre("MIN_DISK_ABOVE_FLAVORS", "MIN_RAM_ABOVE_FLAVORS"));
  EXPECT_EQ(findings[0].text, "it needs a disk of 200 GiB, but the largest flavor has 20 GiB");
  EXPECT_EQ(findings[0].command, "openstack image set --min-disk 3 id-huge");
  builder.AddFlavor(MakeFlavor("volume", 2, 4096, 0));
  EXPECT_THAT(CodesOf(LintOf(builder)), ElementsAre("MIN_RAM_ABOVE_FLAVORS"));
}

TEST(Lint, ReportsReleasesThatHaveEnded) {
  Image image = GoodImage("old");
  image.eol_date = "2025-12-31";  // TestTime() is 2026-01-02
  EXPECT_EQ(CommandOf(LintOf(image), "IMAGE_EOL"), "openstack image set --hidden id-old");
  image.eol_date = "2026-01-02";
  EXPECT_THAT(CodesOf(LintOf(image)), IsEmpty());
  image.expire_date = "2026-01-01";
  EXPECT_EQ(CommandOf(LintOf(image), "IMAGE_EXPIRED"), "openstack image set --hidden id-old");
  image.expire_date = "2026-01-02";
  EXPECT_THAT(CodesOf(LintOf(image)), IsEmpty());
}

TEST(Lint, DoesNotReportImagesOfOtherProjects) {
  Image image = GoodImage("old");
  image.eol_date = "2025-12-31";
  image.visibility = "community";
  EXPECT_THAT(CodesOf(LintOf(image)), IsEmpty());
  image.visibility = "shared";
  image.member_status = "pending";
  EXPECT_THAT(CodesOf(LintOf(image)), IsEmpty());
  image.member_status = "";
  EXPECT_THAT(CodesOf(LintOf(image)), ElementsAre("IMAGE_EOL"));
}

TEST(Lint, ReportsRepeatedNamesAndRepeatedNewestImages) {
  Image older = GoodImage("ubuntu");
  Image newer = older;
  newer.id = "id-newer";
  newer.create_time += absl::Hours(48);
  Image twin = newer;
  twin.id = "id-twin";
  twin.name = "ubuntu server";
  CatalogBuilder builder;
  builder.Select("SITE-A", "ops").AddImage(older).AddImage(newer).AddImage(twin);
  const auto findings = LintOf(builder);
  ASSERT_THAT(CodesOf(findings), ElementsAre("NEWEST_REPEATED", "NAME_REPEATED"));
  EXPECT_EQ(findings[0].id, "id-newer");
  EXPECT_EQ(findings[1].id, "id-ubuntu");
  EXPECT_THAT(findings[1].text, HasSubstr("hide all but the newest, id-newer"));
}

TEST(Lint, AdvisesToPublishCorrectionsOfTheOperator) {
  Image image = GoodImage("ubuntu");
  image.provenance.evidence.insert(0,
                                   {"login_user", "override:jane 2026-01-01", "ubuntu: tried it"});
  const auto findings = LintOf(image);
  ASSERT_THAT(CodesOf(findings), ElementsAre("OVERRIDDEN"));
  EXPECT_EQ(findings[0].text, "login_user is corrected by jane 2026-01-01 to ubuntu: tried it");
  EXPECT_EQ(findings[0].command, "openstack image set --property os_admin_user=ubuntu id-ubuntu");
}

TEST(Lint, ReportsHiddenExtraSpecsOncePerSite) {
  Flavor flavor = RootDiskFlavor();
  flavor.extra_specs.reset();
  Flavor other = flavor;
  other.id = "other";
  CatalogBuilder builder;
  builder.Select("SITE-A", "ops").AddFlavor(flavor).AddFlavor(other);
  const auto findings = LintOf(builder);
  ASSERT_THAT(CodesOf(findings), ElementsAre("EXTRA_SPECS_HIDDEN"));
  EXPECT_EQ(findings[0].noun, "site");
  EXPECT_THAT(findings[0].text, HasSubstr("of 2 flavors"));
}

TEST(Lint, ReportsGpuFlavorsWithoutKeys) {
  Flavor flavor = MakeFlavor("gpu.a100.2");
  flavor.gpu_count = 2;
  flavor.gpu_vendor = "NVIDIA";
  flavor.gpu_model = "A100 80GB PCIe";
  flavor.provenance.warnings = {"GPU_ONLY_IN_NAME: no extra spec asks for a GPU"};
  CatalogBuilder builder;
  builder.Select("SITE-A", "ops").AddFlavor(flavor);
  EXPECT_EQ(CommandOf(LintOf(builder), "GPU_ONLY_IN_NAME"),
            "openstack flavor set --property Accelerator:Type=GPU --property Accelerator:Number=2 "
            "--property Accelerator:Vendor=NVIDIA --property 'Accelerator:Model=A100 80GB PCIe' "
            "id-gpu.a100.2");
}

TEST(Lint, ReportsExternalNetworksWithUnknownOrPrivateAddresses) {
  Network hidden = MakeNetwork("ext", NetworkUse::kFloatingPool);
  hidden.public_v4 = hidden.public_v6 = Tristate::kUnknown;
  Network inner = MakeNetwork("ext2", NetworkUse::kFloatingPool);
  inner.public_v4 = Tristate::kNo;
  Network honest = inner;
  honest.id = honest.name = "campus-net";
  CatalogBuilder builder;
  builder.Select("SITE-A", "ops").AddNetwork(hidden).AddNetwork(inner).AddNetwork(honest);
  EXPECT_THAT(CodesOf(LintOf(builder)), ElementsAre("ADDRESSES_UNKNOWN", "EXTERNAL_PRIVATE"));
}

TEST(Lint, SeveralExternalNetworksNeedADefault) {
  Network one = MakeNetwork("one", NetworkUse::kFloatingPool);
  const Network two = MakeNetwork("two", NetworkUse::kFloatingPool);
  {
    CatalogBuilder builder;
    builder.Select("SITE-A", "ops").AddNetwork(one).AddNetwork(two);
    const auto findings = LintOf(builder);
    ASSERT_THAT(CodesOf(findings), ElementsAre("EXTERNAL_NO_DEFAULT", "EXTERNAL_NO_DEFAULT"));
    EXPECT_EQ(findings[0].command, "openstack network set --default id-one");
  }
  one.is_default = true;
  CatalogBuilder builder;
  builder.Select("SITE-A", "ops").AddNetwork(one).AddNetwork(two);
  EXPECT_THAT(CodesOf(LintOf(builder)), IsEmpty());
}

TEST(Lint, DoesNotReportImagesThatCannotBeBooted) {
  Image image = GoodImage("queued");
  image.os_distro = "";
  image.usable = false;
  EXPECT_THAT(CodesOf(LintOf(image)), IsEmpty());
}

// The words of a hostile site must stay words.
TEST(Lint, HostileNamesCannotLeaveTheirQuotes) {
  Image image = GoodImage("x");
  image.id = "--help'; rm -rf ~ #\n$(reboot)";
  image.name = "evil\nIMAGE_EOL  SITE-B\x1b[2J";
  image.eol_date = "2020-01-01";
  const auto findings = LintOf(image);
  EXPECT_EQ(CommandOf(findings, "IMAGE_EOL"),
            "openstack image set --hidden -- '--help'\\''; rm -rf ~ # $(reboot)'");
  const std::string table = FormatLintTable(findings);
  EXPECT_THAT(table, Not(HasSubstr("\nIMAGE_EOL  SITE-B")));
  EXPECT_THAT(table, Not(HasSubstr("\x1b")));
}

TEST(Lint, PrintsEachFormat) {
  Image image = GoodImage("old");
  image.eol_date = "2020-01-01";
  const auto findings = LintOf(image);
  EXPECT_EQ(
      FormatLintTable(findings),
      "IMAGE_EOL  SITE-A image id-old \"old\"\n"
      "    ubuntu 22.04 has had no standard support since 2020-01-01; hide it once there is a "
      "newer one\n"
      "    $ openstack image set --hidden id-old\n");
  const auto parsed = nlohmann::json::parse(FormatLintJson(findings));
  ASSERT_EQ(parsed.size(), 1U);
  EXPECT_EQ(parsed[0]["code"], "IMAGE_EOL");
  EXPECT_EQ(parsed[0]["command"], "openstack image set --hidden id-old");
  EXPECT_EQ(FormatLintJson({}), "[]\n");
  EXPECT_EQ(FormatLintTable({}), "");
}

}  // namespace
}  // namespace cis::crawler
