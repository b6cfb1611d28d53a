// Requests over the federation `small`, and those with several kinds of machines (groups.case) over
// `clusters` (federations.h). Input: a FindPlacementsRequest as text; the `vos` of its
// query may be left out. Output: a line for each placement, each refused share and each relaxation;
// or the error.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "client/answer/request_text.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "server/service/errors.h"
#include "server/service/placement_handlers.h"
#include "tests/cases/federations.h"
#include "tests/support/case_file.h"

namespace cis::server {
namespace {

// "FLOATING" of NETWORK_PLAN_KIND_FLOATING.
std::string Bare(std::string name, absl::string_view prefix) {
  return std::string(absl::StripPrefix(name, prefix));
}

std::string NetworkText(const v1::NetworkPlan& plan) {
  std::string text = Bare(v1::NetworkPlanKind_Name(plan.kind()), "NETWORK_PLAN_KIND_");
  if (plan.has_network()) absl::StrAppend(&text, " ", plan.network().display_name());
  if (plan.has_external_network()) {
    absl::StrAppend(&text, " -> ", plan.external_network().display_name());
  }
  return text;
}

std::string CodeText(const v1::Reason& reason) {
  std::string text = Bare(v1::ReasonCode_Name(reason.code()), "REASON_CODE_");
  if (reason.quota_resource() != v1::QUOTA_RESOURCE_UNSPECIFIED) {
    absl::StrAppend(&text, " ",
                    Bare(v1::QuotaResource_Name(reason.quota_resource()), "QUOTA_RESOURCE_"));
  }
  return text;
}

// "m1.medium | Ubuntu 22.04 | FLOATING private -> public00 | ubuntu".
std::string MachineText(const v1::PlacedMachine& machine) {
  return absl::StrCat(machine.flavor().display_name(), " | ", machine.image().display_name(), " | ",
                      NetworkText(machine.network()), " | ", machine.login_user());
}

std::string PlacementText(const v1::Placement& p) {
  const std::string tier = Bare(v1::PlacementTier_Name(p.tier()), "PLACEMENT_TIER_");
  if (p.groups().empty()) {
    return absl::StrCat("yes ", p.site_name(), " | ", MachineText(p.machine()), " | ", tier,
                        p.alternative().empty() ? "" : " | alternative ", p.alternative());
  }
  std::string text = absl::StrCat("yes ", p.site_name(), " | ", tier);
  for (const v1::PlacedGroup& group : p.groups()) {
    absl::StrAppend(&text, "\n  ", group.display_name(), ": ", group.count(), " x ",
                    MachineText(group.machine()),
                    group.prepared_by().empty() ? "" : " | prepared by ", group.prepared_by());
  }
  return text;
}

std::string AnswerOf(const CatalogBuilder& builder, const std::string& input) {
  v1::FindPlacementsRequest request;
  if (!google::protobuf::TextFormat::ParseFromString(input, &request)) return "not a request";
  if (request.query().vos().empty()) request.mutable_query()->add_vos(kFederationVo);
  const ServingState state = ServingState::Build(Snapshot::Build(builder.Build()));
  v1::FindPlacementsResponse found;
  const RequestContext context{TestTime() + absl::Hours(1), FreshnessPolicy()};
  absl::Status status = FindPlacements(context, state, request, found);
  v1::ExplainPlacementsRequest explain;
  *explain.mutable_query() = request.query();
  v1::ExplainPlacementsResponse explained;
  status.Update(ExplainPlacements(context, state, explain, explained));
  if (!status.ok()) return absl::StrCat(ErrorReason(status), ": ", status.message());
  std::vector<std::string> lines;
  for (const v1::Placement& p : found.placements()) lines.push_back(PlacementText(p));
  for (const v1::ShareVerdict& v : explained.verdicts()) {
    if (v.satisfies()) continue;
    const v1::Reason& reason = v.blocking_reason();
    lines.push_back(absl::StrCat("no ", v.site_name(), " | ",
                                 Bare(v1::PlacementStage_Name(reason.stage()), "PLACEMENT_STAGE_"),
                                 " | ", CodeText(reason), " | ", reason.message()));
  }
  for (const v1::Relaxation& r : explained.relaxations()) {
    lines.push_back(absl::StrCat("try ", client::ChangeText(explained.query(), r.query()), " | ",
                                 absl::StrJoin(r.changed_fields().paths(), ","), " | +",
                                 r.added_share_count(), " ",
                                 absl::StrJoin(r.added_site_names(), " ")));
  }
  for (const v1::Suggestion& s : explained.suggestions()) {
    lines.push_back(
        absl::StrCat("mean ", s.field(), " ", s.value(), ": ", absl::StrJoin(s.candidates(), " ")));
  }
  return absl::StrJoin(lines, "\n");
}

class PlacementCases : public testing::TestWithParam<const char*> {};

TEST_P(PlacementCases, AnswerAsWritten) {
  const std::string path = absl::StrCat(CIS_SOURCE_DIR, "/tests/cases/placement/", GetParam());
  const bool of_clusters = absl::string_view(GetParam()) == "groups.case";
  const CatalogBuilder builder = *FederationNamed(of_clusters ? "clusters" : "small");
  const absl::Status status =
      RunCaseFile(path, [&builder](const std::string& input) { return AnswerOf(builder, input); });
  EXPECT_TRUE(status.ok()) << status.message();
}

INSTANTIATE_TEST_SUITE_P(Files, PlacementCases,
                         testing::Values("requests.case", "errors.case", "groups.case"));

}  // namespace
}  // namespace cis::server
