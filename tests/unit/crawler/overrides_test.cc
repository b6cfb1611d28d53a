// SPDX-License-Identifier: Apache-2.0
#include "crawler/overrides/overrides.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "crawler/overrides/corrector.h"
#include "crawler/overrides/override_fields.h"
#include "tests/support/builders.h"
#include "tests/support/compiled_rules.h"

namespace cis::crawler {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kSigned[] = ", author: jane, date: 2026-01-01, reason: seen it}\n";

// A file of one entry, or of several, each without its signature.
std::string File(const std::vector<std::string>& entries) {
  std::string text = "overrides:\n";
  for (const std::string& entry : entries) absl::StrAppend(&text, "  - {", entry, kSigned);
  return text;
}

Corrector MakeCorrector(const std::vector<std::string>& entries) {
  auto overrides = ParseOverrides("o.yaml", File(entries));
  EXPECT_TRUE(overrides.ok()) << overrides.status();
  return Corrector(*std::move(overrides), CompiledRules());
}

RecordSet ImagesOf(absl::string_view site, std::vector<Image> images) {
  RecordSet records;
  records.share = MakeShare(site, "ops");
  records.kind = Kind::kImages;
  records.images = std::move(images);
  return records;
}

std::string ErrorOf(const std::string& text) {
  const auto overrides = ParseOverrides("o.yaml", text);
  EXPECT_EQ(overrides.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(overrides.status().message());
}

TEST(Overrides, AnEntryIsReadWithItsPlace) {
  const auto overrides = ParseOverrides(
      "o.yaml", File({"site: CESGA, kind: network, vo: ops, glob: 'ext*', set: {public_v4: yes}"}));
  ASSERT_TRUE(overrides.ok()) << overrides.status();
  Override expected;
  expected.place = "o.yaml:2";
  expected.site = "CESGA";
  expected.vo = "ops";
  expected.kind = Kind::kNetworks;
  expected.glob = "ext*";
  expected.set = {{"public_v4", "yes"}};
  expected.author = "jane";
  expected.date = "2026-01-01";
  expected.reason = "seen it";
  EXPECT_THAT(*overrides, ElementsAre(expected));
}

TEST(Overrides, MistakesAreReportedWithLineValueAndRightForm) {
  EXPECT_EQ(ErrorOf(File({"site: A, kind: disk, id: x, set: {a: b}"})),
            "o.yaml:2: kind is \"disk\"; it must be image, flavor or network");
  EXPECT_EQ(ErrorOf(File({"site: A, kind: image, id: x, set: {os_distr: ubuntu}"})),
            "o.yaml:2: set: \"os_distr\" is not a field of an image that can be set; did you mean "
            "os_distro?");
  EXPECT_EQ(ErrorOf(File({"site: A, kind: flavor, id: x, set: {ram_mib: 4G}"})),
            "o.yaml:2: set: ram_mib is \"4G\"; it must be a whole number, 0 or more, or unknown");
  EXPECT_EQ(ErrorOf(File({"site: A, kind: image, id: x, name: y, set: {arch: x86_64}"})),
            "o.yaml:2: the entry has several of id, name and glob; it must have exactly one");
  EXPECT_EQ(ErrorOf(File({"site: A, kind: image, vo: ops, id: x, set: {arch: x86_64}"})),
            "o.yaml:2: vo is \"ops\", but facts of images hold for all VOs of a site; leave vo "
            "out");
  EXPECT_EQ(
      ErrorOf(File({"site: A, kind: image, id: x, sett: {arch: x86_64}"})),
      "o.yaml:2: \"sett\" is not a key; did you mean set?\no.yaml:2: set is missing; it must map "
      "fields to values, of os_distro, os_version, os_codename, arch, login_user, purpose, "
      "is_snapshot, usable, min_ram_mib, min_disk_gib, virtual_size_bytes, build_date, "
      "eol_date, egi_ref, bootable, expire_date, image_source");
  EXPECT_THAT(
      ErrorOf("overrides:\n- {site: A, kind: image, id: x, set: {arch: x86_64}}\n"),
      HasSubstr("o.yaml:2: author is missing; it must name the person who corrects the fact"));
  for (const char* text : {",", ", a: b\n", "---\n,\n"}) {  // yaml-cpp never ends reading them all
    EXPECT_THAT(ErrorOf(text), HasSubstr("o.yaml: not valid YAML")) << text;
  }
  EXPECT_THAT(ErrorOf("override: []\n"), HasSubstr("did you mean overrides?"));
  EXPECT_THAT(ErrorOf("overrides: [7]\n"), HasSubstr("o.yaml:1: an entry is not a mapping"));
  EXPECT_THAT(ErrorOf("overrides: [\n"), HasSubstr("not valid YAML"));
}

TEST(Overrides, EveryFieldCanBeSetAndTakenBack) {
  for (const Kind kind : {Kind::kImages, Kind::kFlavors, Kind::kNetworks}) {
    for (const std::string& field : OverridableFields(kind)) {
      EXPECT_FALSE(CheckOverrideValue(kind, field, "\x01").ok()) << field;
      EXPECT_FALSE(CheckOverrideValue(kind, field, "").ok()) << field;
    }
  }
  Flavor flavor = MakeFlavor("f");
  SetField("disk_gib", "0", &flavor);
  EXPECT_TRUE(flavor.boot_from_volume);
  SetField("gpu_count", "0.25", &flavor);
  EXPECT_EQ(GetField("gpu_count", flavor), "0.25");
  SetField("gpu_count", "unknown", &flavor);
  EXPECT_FALSE(flavor.gpu_count.has_value());
  Network network = MakeNetwork("n", NetworkUse::kFloatingPool);
  SetField("usable_as", "direct", &network);
  SetField("public_v6", "yes", &network);
  EXPECT_EQ(network.attachable, Tristate::kYes);
  EXPECT_EQ(GetField("usable_as", network) + GetField("public_v6", network), "directyes");
}

TEST(Overrides, WinsAsVerifiedWithAuthorDateAndReasonAndReleaseFactsFollow) {
  Corrector corrector = MakeCorrector(
      {"site: site-a, kind: image, name: x, set: {os_distro: debian, os_version: 12}"});
  Image image = MakeImage("x", "ubuntu", "22.04", "ubuntu");
  image.os_codename = "jammy";
  image.provenance.evidence = {{"os_distro", "name", "x"},
                               {"login_user", "table:logins", "ubuntu"}};
  image.provenance.warnings = {"OS_CONFLICT: who knows"};
  RecordSet records = ImagesOf("SITE-A", {image});
  corrector.Apply(&records);
  const Image& corrected = records.images[0];
  EXPECT_EQ(absl::StrCat(corrected.os_distro, " ", corrected.os_version, " ", corrected.os_codename,
                         " ", corrected.login_user),
            "debian 12 bookworm debian");
  EXPECT_EQ(corrected.eol_date.view().substr(0, 2), "20");
  EXPECT_EQ(corrected.provenance.Of("os_distro"), Confidence::kVerified);
  const Evidence expected = {"os_distro", "override:jane 2026-01-01", "debian: seen it"};
  EXPECT_THAT(corrected.provenance.evidence, ::testing::Contains(expected));
  EXPECT_THAT(
      corrected.provenance.warnings,
      ElementsAre("OVERRIDE_CONTRADICTED: the site reports os_distro ubuntu, the override of "
                  "jane (2026-01-01) sets debian",
                  "OVERRIDE_CONTRADICTED: the site reports os_version 22.04, the override of "
                  "jane (2026-01-01) sets 12"));
}

TEST(Overrides, APublishedLoginUserStaysWhenTheReleaseChanges) {
  Corrector corrector =
      MakeCorrector({"site: '*', kind: image, id: id-x, set: {os_distro: debian}"});
  Image image = MakeImage("x", "ubuntu", "22.04", "admin");
  image.provenance.evidence = {{"login_user", "property:os_admin_user", "admin"}};
  RecordSet records = ImagesOf("SITE-A", {image});
  corrector.Apply(&records);
  EXPECT_EQ(records.images[0].login_user, "admin");
}

TEST(Overrides, WhatWasExpectedIsNoContradiction) {
  Corrector corrector =
      MakeCorrector({"site: '*', kind: image, id: id-x, set: {arch: aarch64}, "
                     "was: {arch: x86_64}"});
  RecordSet records = ImagesOf("SITE-A", {MakeImage("x")});
  corrector.Apply(&records);
  EXPECT_EQ(records.images[0].arch, "aarch64");
  EXPECT_THAT(records.images[0].provenance.warnings, IsEmpty());
  EXPECT_THAT(corrector.Problems({}), IsEmpty());
}

TEST(Overrides, IdBeatsNameBeatsGlobAndTheSiteBeatsAll) {
  Corrector corrector =
      MakeCorrector({"site: SITE-A, kind: image, id: id-x, set: {login_user: by-id}",
                     "site: SITE-A, kind: image, name: y, set: {login_user: by-name}",
                     "site: SITE-A, kind: image, glob: '*', set: {login_user: by-glob}",
                     "site: '*', kind: image, glob: '*', set: {login_user: everywhere}"});
  RecordSet records = ImagesOf("SITE-A", {MakeImage("x"), MakeImage("y"), MakeImage("z")});
  corrector.Apply(&records);
  EXPECT_EQ(records.images[0].login_user, "by-id");
  EXPECT_EQ(records.images[1].login_user, "by-name");
  EXPECT_EQ(records.images[2].login_user, "by-glob");
  RecordSet others = ImagesOf("SITE-B", {MakeImage("x")});
  corrector.Apply(&others);
  EXPECT_EQ(others.images[0].login_user, "everywhere");
}

TEST(Overrides, AnEntryMayBeAboutNetworksOfOneVo) {
  Corrector corrector =
      MakeCorrector({"site: SITE-A, vo: ops, kind: network, name: n, set: {public_v4: no}"});
  RecordSet records;
  records.kind = Kind::kNetworks;
  records.share = MakeShare("SITE-A", "dteam");
  records.network_set.networks = {MakeNetwork("n", NetworkUse::kFloatingPool)};
  corrector.Apply(&records);
  EXPECT_EQ(records.network_set.networks[0].public_v4, Tristate::kYes);
  records.share = MakeShare("SITE-A", "ops");
  corrector.Apply(&records);
  EXPECT_EQ(records.network_set.networks[0].public_v4, Tristate::kNo);
}

TEST(Overrides, ProblemsNameContradictionsAndWhatNothingMatches) {
  Corrector corrector = MakeCorrector({"site: SITE-A, kind: image, id: gone, set: {arch: x86_64}",
                                       "site: SITE-A, kind: image, id: id-x, set: {arch: aarch64}",
                                       "site: SITE-C, kind: image, id: y, set: {arch: aarch64}"});
  RecordSet records = ImagesOf("SITE-A", {MakeImage("x")});
  corrector.Apply(&records);
  const std::string gone =
      "o.yaml:2: no image of SITE-A has the id \"gone\" any more; remove the entry, or select what "
      "replaced it";
  const std::string differs =
      "o.yaml:3: SITE-A images id-x: the site reports arch x86_64, the override sets aarch64";
  EXPECT_THAT(corrector.Problems({}),
              ElementsAre(gone, differs,
                          "o.yaml:4: site \"SITE-C\" is not among the sites; remove the entry or "
                          "correct the name"));
  EXPECT_THAT(corrector.Problems({false, true}), ElementsAre(gone, differs));
  EXPECT_THAT(corrector.Problems({true, false}), ElementsAre(differs));
}

TEST(Overrides, AnEntryMayBeRightWhereASiteDidNotAnswer) {
  Corrector corrector =
      MakeCorrector({"site: SITE-A, kind: image, id: private-to-dteam, set: {arch: x86_64}"});
  RecordSet records = ImagesOf("SITE-A", {});
  corrector.Apply(&records);
  corrector.NoteMissing(MakeShare("SITE-A", "dteam"), Kind::kAuth);
  EXPECT_THAT(corrector.Problems({}), IsEmpty());
}

}  // namespace
}  // namespace cis::crawler
