// Filters over one small catalog. Input: `flavors: FILTER` or `images: FILTER`, and so on. Output:
// the display names that match, sorted, one per line; or the error.

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "server/query/filter.h"
#include "server/service/field_tables.h"
#include "server/service/list_page.h"
#include "server/service/summary.h"
#include "server/snapshot/snapshot.h"
#include "tests/support/builders.h"
#include "tests/support/case_file.h"

namespace cis::server {
namespace {

Flavor MakeGpuFlavor() {
  Flavor flavor = MakeFlavor("gpu.a100", 16, 65536, 100);
  flavor.gpu_count = 0.5;
  flavor.gpu_vendor = "NVIDIA";
  flavor.gpu_model = "A100 80GB PCIe";
  flavor.gpu_kind = "mig";
  flavor.cpu_alloc = "dedicated";
  return flavor;
}

Flavor MakeOpaqueFlavor() {
  Flavor flavor = MakeFlavor("opaque", 4, 8192, 0);
  flavor.gpu_count.reset();
  flavor.is_public.reset();
  flavor.arch = "";
  return flavor;
}

Image MakeSnapshotImage() {
  Image image = MakeImage("my \"best\" server*", "", "", "");
  image.is_snapshot = true;
  image.usable = false;
  image.status = "";
  image.hidden.reset();
  image.tags = {"backup", "EGI"};
  return image;
}

Network MakeUnsureNetwork() {
  Network network = MakeNetwork("provider", NetworkUse::kDirect);
  network.public_v4 = Tristate::kUnknown;
  network.shared.reset();
  return network;
}

std::shared_ptr<const Snapshot> MakeSnapshot() {
  KindState failed = MakeKindState(Kind::kImages);
  failed.error = ErrorClass::kTimeout;
  CatalogBuilder builder;
  builder.SetSite(MakeSite("SITE-A", "ES"))
      .SetSite(MakeSite("SITE-B", "IT"))
      .Select("SITE-A", "ops")
      .AddFlavor(MakeFlavor("m1.small", 1, 2048, 20))
      .AddFlavor(MakeFlavor("m1.large", 4, 8192, 40))
      .AddImage(MakeImage("Ubuntu 22.04"))
      .AddNetwork(MakeNetwork("public", NetworkUse::kFloatingPool))
      .Select("SITE-A", "vo.access.egi.eu")
      .AddFlavor(MakeFlavor("m1.large", 4, 8192, 40))
      .AddImage(MakeImage("Rocky 9.4", "rocky", "9.4", "rocky"))
      .AddImage(MakeImage("Rocky 9", "rocky", "9", "rocky"))
      .AddImage(MakeImage("Rocky 9.10", "rocky", "9.10", "rocky"))
      .AddNetwork(MakeUnsureNetwork())
      .Select("SITE-B", "vo.access.egi.eu")
      .AddFlavor(MakeGpuFlavor())
      .AddFlavor(MakeOpaqueFlavor())
      .AddImage(MakeImage("Leap 15.6", "opensuse", "15.6", "root"))
      .AddImage(MakeImage("Leap 42.3", "opensuse", "42.3", "root"))
      .AddImage(MakeSnapshotImage())
      .SetKind(failed);
  return Snapshot::Build(builder.Build());
}

// The names of the rows that match.
template <typename Row, typename NameOf>
std::string Answer(const FieldTable<Row>& fields, absl::string_view text,
                   const std::vector<const Row*>& rows, NameOf name_of) {
  const absl::StatusOr<Filter> filter = ParseFilter(text, fields.specs());
  if (!filter.ok()) return absl::StrCat("error ", filter.status().message());
  const TypedRows<Row> typed(fields, rows);
  std::vector<std::string> names;
  for (size_t i = 0; i < typed.size(); ++i) {
    if (filter->Matches(typed, i)) names.emplace_back(name_of(typed[i]));
  }
  if (names.empty()) return "nothing";
  std::sort(names.begin(), names.end());
  return absl::StrJoin(names, "\n");
}

// Returns the answer over all sites' resources of one noun.
template <typename View>
std::string Answer(const Snapshot& snapshot, const FieldTable<View>& fields, absl::string_view text,
                   absl::Span<const View> (SiteIndex::*all)() const) {
  std::vector<const View*> rows;
  for (const auto& site : snapshot.sites()) {
    for (const View& view : ((*site).*all)()) rows.push_back(&view);
  }
  return Answer(fields, text, rows, [](const View& view) { return view.record().name; });
}

std::string RunFilter(const std::string& input) {
  static const std::shared_ptr<const Snapshot> snapshot = MakeSnapshot();
  const RequestContext context{TestTime() + absl::Hours(1), {}};
  const std::pair<std::string, std::string> parts = absl::StrSplit(input, absl::MaxSplits(": ", 1));
  const auto& [noun, text] = parts;
  if (noun == "sites") {
    std::vector<SiteSummary> sites;
    for (const auto& site : snapshot->sites()) {
      sites.push_back(SummarizeSite(context, *snapshot, *site));
    }
    return Answer(SiteFields(), text, PointersTo(sites),
                  [](const SiteSummary& row) { return row.site->site()->site.name; });
  }
  if (noun == "shares") {
    std::vector<ShareRow> shares;
    for (const auto& site : snapshot->sites()) {
      for (const ShareView& view : site->shares()) {
        shares.push_back({&view, StateOfShare(context, *view.share)});
      }
    }
    return Answer(ShareFields(), text, PointersTo(shares), [](const ShareRow& row) {
      return absl::StrCat(row.view->site->site.name, " ", row.view->share->share.vo);
    });
  }
  if (noun == "flavors") return Answer(*snapshot, FlavorFields(), text, &SiteIndex::flavors);
  if (noun == "images") return Answer(*snapshot, ImageFields(), text, &SiteIndex::images);
  if (noun == "networks") return Answer(*snapshot, NetworkFields(), text, &SiteIndex::networks);
  return "no such noun";
}

TEST(FilterCases, GrammarMatchesAsWritten) {
  const absl::Status status =
      RunCaseFile(CIS_SOURCE_DIR "/tests/cases/filter/grammar.case", RunFilter);
  EXPECT_TRUE(status.ok()) << status.message();
}

TEST(FilterCases, FieldsMatchAsWritten) {
  const absl::Status status =
      RunCaseFile(CIS_SOURCE_DIR "/tests/cases/filter/fields.case", RunFilter);
  EXPECT_TRUE(status.ok()) << status.message();
}

TEST(FilterCases, ErrorsReadAsWritten) {
  const absl::Status status =
      RunCaseFile(CIS_SOURCE_DIR "/tests/cases/filter/errors.case", RunFilter);
  EXPECT_TRUE(status.ok()) << status.message();
}

}  // namespace
}  // namespace cis::server
