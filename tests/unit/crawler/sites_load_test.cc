// SPDX-License-Identifier: Apache-2.0

// Many files together: duplicates, filters, order.

#include "absl/strings/str_cat.h"
#include "tests/unit/crawler/sites_fixture.h"

namespace cis::crawler {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

class SitesLoadTest : public SitesTest {
 protected:
  void WriteSite(absl::string_view file, absl::string_view gocdb, absl::string_view host,
                 absl::string_view vos) {
    Write(file,
          absl::StrCat("gocdb: ", gocdb, "\nendpoint: https://", host, "/v3\nvos: [", vos, "]\n"));
  }
  // "SITE URL VO" of each target.
  static std::vector<std::string> Targets(const SitesConfig& config) {
    std::vector<std::string> out;
    for (const ShareTarget& target : config.targets) {
      out.push_back(absl::StrCat(target.share.endpoint.site_name, " ",
                                 target.share.endpoint.keystone_url, " ", target.share.vo));
    }
    return out;
  }
};

TEST_F(SitesLoadTest, OneSiteMayHaveSeveralEndpoints) {
  WriteSite("srce-2.yaml", "srce", "two.example", "{name: ops, auth: {project_id: p}}");
  WriteSite("srce.yaml", "srce", "one.example", "{name: ops, auth: {project_id: p}}");
  const SitesConfig config = MustLoad();
  EXPECT_THAT(config.sites, SizeIs(1));
  EXPECT_THAT(config.warnings, IsEmpty());
  EXPECT_THAT(Targets(config),
              ElementsAre("srce https://one.example ops", "srce https://two.example ops"));
}

TEST_F(SitesLoadTest, ExactDuplicatesAreReportedAndTheFirstIsUsed) {
  WriteSite("a.yaml", "A", "a.example:443",
            "{name: ops, auth: {project_id: p}}, {name: dteam, auth: {project_id: p}}, {name: ops, "
            "auth: {project_id: p}}");
  WriteSite("b.yml", "A", "A.example", "{name: dteam, auth: {project_id: p}}");
  const SitesConfig config = MustLoad();
  EXPECT_THAT(Targets(config), ElementsAre("A https://a.example dteam", "A https://a.example ops"));
  EXPECT_THAT(Short(config.warnings), ElementsAre(StartsWith("a.yaml:3: VO ops"),
                                                  AllOf(StartsWith("b.yml:3: VO dteam"),
                                                        HasSubstr("already given at a.yaml:3"))));
}

TEST_F(SitesLoadTest, ManyDuplicatesOfOneFileAreOneRemark) {
  WriteSite("a.yaml", "A", "a.example",
            "{name: x, auth: {project_id: p}}, {name: y, auth: {project_id: p}}, {name: z, auth: "
            "{project_id: p}}");
  WriteSite("b.yaml", "A", "a.example",
            "{name: x, auth: {project_id: p}}, {name: y, auth: {project_id: p}}, {name: z, auth: "
            "{project_id: p}}");
  EXPECT_THAT(Short(MustLoad().warnings), ElementsAre(HasSubstr("so are 2 more of this file")));
}

TEST_F(SitesLoadTest, ASecondProjectOfAVoIsAnotherShare) {
  WriteSite("a.yaml", "A", "a.example",
            "{name: ops, auth: {project_id: p1}}, {name: ops, auth: {project_id: p2}}");
  EXPECT_THAT(MustLoad().targets, SizeIs(2));
}

TEST_F(SitesLoadTest, AFileNamedTwiceIsReadOnce) {
  WriteSite("a.yaml", "A", "a.example", "{name: ops, auth: {project_id: p}}");
  options_.paths = {dir_.path(), dir_.File("a.yaml"),
                    absl::StrCat(dir_.path(), "/../", "/",
                                 dir_.path().substr(dir_.path().rfind('/')), "/a.yaml")};
  const SitesConfig config = MustLoad();
  EXPECT_THAT(config.targets, SizeIs(1));
  EXPECT_THAT(config.warnings, IsEmpty());
}

TEST_F(SitesLoadTest, OtherFilesOfADirectoryAreNotRead) {
  WriteSite("a.yaml", "A", "a.example", "{name: ops, auth: {project_id: p}}");
  Write("README.md", "not: [yaml");
  Write(".hidden.yaml", "not: [yaml");
  Write("vo-mappings.yaml.bak", "not: [yaml");
  EXPECT_THAT(MustLoad().errors, IsEmpty());
}

TEST_F(SitesLoadTest, PathsWithNothingToReadAreErrors) {
  EXPECT_THAT(ErrorOf(Load()), AllOf(HasSubstr("INVALID_ARGUMENT"), HasSubstr("no *.yaml")));
  options_.paths = {dir_.File("missing.yaml")};
  EXPECT_EQ(ErrorOf(Load()), "INVALID_ARGUMENT missing.yaml: No such file or directory");
}

TEST_F(SitesLoadTest, AllErrorsAreReportedAtOnceIfNothingIsUsable) {
  Write("a.yaml", "gocdb: A\n");
  Write("b.yaml", "endpoint: https://b.example\nvos: {x: }\n");
  EXPECT_THAT(ErrorOf(Load()),
              AllOf(HasSubstr("a.yaml:1: endpoint"), HasSubstr("\nb.yaml:1: gocdb")));
}

TEST_F(SitesLoadTest, FiltersBySiteAndVoInAnyCase) {
  WriteSite("a.yaml", "CESGA-CLOUD", "a.example",
            "{name: ops, auth: {project_id: p}}, {name: biomed, auth: {project_id: p}}");
  WriteSite("b.yaml", "BIFI", "b.example", "{name: ops, auth: {project_id: p}}");
  options_.site_filter = {"cesga-cloud"};
  EXPECT_THAT(Targets(MustLoad()), ElementsAre("CESGA-CLOUD https://a.example biomed",
                                               "CESGA-CLOUD https://a.example ops"));
  options_.vo_filter = {"OPS"};
  EXPECT_THAT(Targets(MustLoad()), ElementsAre("CESGA-CLOUD https://a.example ops"));
  EXPECT_THAT(MustLoad().sites, SizeIs(1));
}

TEST_F(SitesLoadTest, UnknownFilterNamesAreErrorsWithWhatComesClose) {
  WriteSite("a.yaml", "CESGA-CLOUD", "a.example",
            "{name: vo.access.egi.eu, auth: {project_id: p}}");
  WriteSite("b.yaml", "BIFI", "b.example", "{name: ops, auth: {project_id: p}}");
  options_.site_filter = {"CESGA"};
  EXPECT_THAT(ErrorOf(Load()), HasSubstr("--site \"CESGA\" is not in any site file; did you mean "
                                         "CESGA-CLOUD?"));
  options_.site_filter = {"nothing-like-it"};
  EXPECT_THAT(ErrorOf(Load()), HasSubstr("it must be one of BIFI, CESGA-CLOUD"));
  options_.site_filter = {};
  options_.vo_filter = {"vo.acess.egi.eu"};
  EXPECT_THAT(ErrorOf(Load()), HasSubstr("did you mean vo.access.egi.eu?"));
}

TEST_F(SitesLoadTest, FiltersThatLeaveNothingTogetherAreAnError) {
  WriteSite("a.yaml", "A", "a.example", "{name: ops, auth: {project_id: p}}");
  WriteSite("b.yaml", "B", "b.example", "{name: dteam, auth: {project_id: p}}");
  options_.site_filter = {"A"};
  options_.vo_filter = {"dteam"};
  EXPECT_THAT(ErrorOf(Load()),
              HasSubstr("no share is configured for this combination of sites and VOs"));
}

}  // namespace
}  // namespace cis::crawler
