// SPDX-License-Identifier: Apache-2.0

// Every field of a query that a relaxation can change: the relaxed query differs in the fields that
// it names and in no other, and adds the shares that it counts.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iterator>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "schema/base/duration_text.h"
#include "tests/unit/server/placement_generator.h"
#include "tests/unit/server/placement_scenes.h"

namespace cis::server {
namespace {

using testing::IsEmpty;

using FieldTexts =
    std::map<std::string, std::string>;  // by path; fields without a value are absent

std::string Joined(const std::vector<std::string>& texts) { return absl::StrJoin(texts, ","); }

void AddText(const std::string& path, const std::string& text, FieldTexts& out) {
  if (!text.empty()) out[path] = text;
}

void AddBounds(const std::string& path, const Int64Bounds& bounds, FieldTexts& out) {
  if (bounds.min) out[path + ".min"] = absl::StrCat(*bounds.min);
  if (bounds.max) out[path + ".max"] = absl::StrCat(*bounds.max);
}

std::string WishText(AddressWish wish) {
  return wish == AddressWish::kAny ? "" : absl::StrCat(static_cast<int>(wish));
}

// The fields of one kind of machine.
FieldTexts TextsOfMachine(const MachineRequest& request) {
  FieldTexts out;
  AddBounds("machine.vcpu_count", request.vcpu_count, out);
  AddBounds("machine.ram_mib", request.ram_mib, out);
  AddBounds("machine.disk_gib", request.disk_gib, out);
  AddBounds("machine.ephemeral_gib", request.ephemeral_gib, out);
  AddBounds("machine.gpu_count", request.gpu_count, out);
  AddBounds("machine.gpu_memory_mib", request.gpu_memory_mib, out);
  AddBounds("machine.total_gpu_memory_mib", request.total_gpu_memory_mib, out);
  AddText("machine.gpu_model", request.gpu_model, out);
  AddText("machine.gpu_vendor", request.gpu_vendor, out);
  AddText("machine.gpu_kind", request.gpu_kind, out);
  AddText("machine.arch", request.arch, out);
  AddText("machine.cpu_allocation", request.cpu_alloc, out);
  AddText("machine.flavors", Joined(request.flavor_globs), out);
  AddText("machine.excluded_flavors", Joined(request.excluded_flavor_globs), out);
  AddText("machine.allow_boot_from_volume", request.allow_boot_from_volume ? "" : "no", out);
  AddText("machine.availability_zone", request.zone, out);
  AddText("image.os",
          absl::StrJoin(request.os, ",",
                        [](std::string* text, const OsRequirement& os) {
                          absl::StrAppend(text, FormatOsRequirement(os));
                        }),
          out);
  AddText("image.image", request.image, out);
  AddText("image.images", Joined(request.image_globs), out);
  AddText("image.excluded_images", Joined(request.excluded_image_globs), out);
  AddText("network.public_v4", WishText(request.public_v4), out);
  AddText("network.public_v6", WishText(request.public_v6), out);
  AddText("network.network", request.network, out);
  AddText("count", request.count == 1 ? "" : absl::StrCat(request.count), out);
  return out;
}

std::string PartsText(const std::vector<MachineRequest>& parts, bool with_network) {
  std::vector<std::string> texts;
  for (const MachineRequest& part : parts) {
    FieldTexts of_part = TextsOfMachine(part);
    for (auto it = of_part.begin(); it != of_part.end();) {
      const bool drop = !with_network && absl::StartsWith(it->first, "network.");
      it = drop ? of_part.erase(it) : std::next(it);
    }
    texts.push_back(
        absl::StrCat(part.name, ":", absl::StrJoin(of_part, ",", absl::PairFormatter("="))));
  }
  return absl::StrJoin(texts, ";");
}

FieldTexts TextsOf(const PlacementQuery& query) {
  FieldTexts out = TextsOfMachine(query);
  AddText("groups", PartsText(query.groups, true), out);
  // The requirements for their network are those of the query.
  AddText("alternatives", PartsText(query.alternatives, false), out);
  AddText("vos", Joined(query.vos), out);
  AddText("sites", Joined(query.sites), out);
  AddText("excluded_sites", Joined(query.excluded_sites), out);
  AddText("countries", Joined(query.countries), out);
  AddText("excluded_countries", Joined(query.excluded_countries), out);
  if (query.max_age) out["max_age"] = FormatDurationText(*query.max_age);
  return out;
}

// The fields whose values differ between two queries.
std::set<std::string> Differences(const PlacementQuery& a, const PlacementQuery& b) {
  const FieldTexts of_a = TextsOf(a);
  FieldTexts of_b = TextsOf(b);
  std::set<std::string> out;
  for (const auto& [field, text] : of_a) {
    const auto it = of_b.find(field);
    if (it == of_b.end() || it->second != text) out.insert(field);
    if (it != of_b.end()) of_b.erase(it);
  }
  for (const auto& [field, text] : of_b) out.insert(field);
  return out;
}

// Whether a path that a relaxation names is that field or the message that has it.
bool Names(const std::string& path, const std::string& field) {
  return field == path || absl::StartsWith(field, path + ".");
}

// What is wrong with the paths that a relaxation names; empty if they are right.
std::vector<std::string> WrongPaths(const PlacementQuery& query, const Relaxation& relaxation) {
  const std::set<std::string> differences = Differences(query, relaxation.query);
  std::vector<std::string> out;
  for (const std::string& field : differences) {
    bool named = false;
    for (const std::string& path : relaxation.changed_fields) named |= Names(path, field);
    if (!named) out.push_back(field + " is changed and not named");
  }
  for (const std::string& path : relaxation.changed_fields) {
    bool changed = false;
    for (const std::string& field : differences) changed |= Names(path, field);
    if (!changed) out.push_back(path + " is named and not changed");
  }
  return out;
}

std::map<std::string, std::string> SitesOfFittingShares(const Answer& answer) {
  std::map<std::string, std::string> out;  // by share, the site
  for (const ShareVerdict& verdict : answer->verdicts) {
    const std::string& site = verdict.share->view.site->site.name;
    if (verdict.fits) out[absl::StrCat(site, " ", verdict.share->share().vo)] = site;
  }
  return out;
}

// Asks again with the relaxed query: what fitted still does, and what is added was counted. Some
// images are offered to those only who name them: without the name such a share may not fit.
void ExpectAddsWhatItCounts(const CatalogBuilder& builder, const PlacementQuery& query,
                            const Answer& answer, const Relaxation& relaxation) {
  const std::map<std::string, std::string> before = SitesOfFittingShares(answer);
  std::map<std::string, std::string> added = SitesOfFittingShares(Find(builder, relaxation.query));
  const bool names_no_image = relaxation.query.image.empty() && !query.image.empty();
  for (const auto& [share, site] : before) {
    const bool still_fits = added.erase(share) == 1;
    EXPECT_TRUE(still_fits || names_no_image) << share << " fits no longer";
  }
  std::set<std::string> sites;
  for (const auto& [share, site] : added) sites.insert(site);
  EXPECT_EQ(static_cast<size_t>(relaxation.added_share_count), added.size());
  EXPECT_THAT(relaxation.site_names, testing::ElementsAreArray(sites));
}

// What a relaxation can change, as it names it. "groups" and "alternatives" stand for the fields of
// one of their machines.
const std::set<std::string>& RelaxableFields() {
  static const std::set<std::string> fields = {"alternatives",
                                               "count",
                                               "countries",
                                               "excluded_countries",
                                               "excluded_sites",
                                               "groups",
                                               "image.excluded_images",
                                               "image.image",
                                               "image.images",
                                               "image.os",
                                               "machine.allow_boot_from_volume",
                                               "machine.arch",
                                               "machine.availability_zone",
                                               "machine.cpu_allocation",
                                               "machine.disk_gib.max",
                                               "machine.disk_gib.min",
                                               "machine.ephemeral_gib.max",
                                               "machine.ephemeral_gib.min",
                                               "machine.excluded_flavors",
                                               "machine.flavors",
                                               "machine.gpu_count",
                                               "machine.gpu_count.max",
                                               "machine.gpu_count.min",
                                               "machine.gpu_kind",
                                               "machine.gpu_memory_mib",
                                               "machine.gpu_memory_mib.max",
                                               "machine.gpu_memory_mib.min",
                                               "machine.gpu_model",
                                               "machine.gpu_vendor",
                                               "machine.ram_mib.max",
                                               "machine.ram_mib.min",
                                               "machine.total_gpu_memory_mib",
                                               "machine.total_gpu_memory_mib.max",
                                               "machine.total_gpu_memory_mib.min",
                                               "machine.vcpu_count.max",
                                               "machine.vcpu_count.min",
                                               "max_age",
                                               "network.network",
                                               "network.public_v4",
                                               "network.public_v6",
                                               "sites"};
  return fields;
}

TEST(PlacementRelaxation, EachFieldIsChangedAsItIsNamedAndAddsWhatItCounts) {
  std::map<std::string, int> tried;  // by field
  for (uint64_t seed = 1; seed <= 2000; ++seed) {
    Generator generator(seed);
    const int sites = 1 + generator.Below(5);
    CatalogBuilder builder = generator.Catalogs(sites, seed);
    generator.MakeSitesDiffer(builder, sites);
    const PlacementQuery query = generator.AnyQuery();
    const Answer answer = Find(builder, query);
    for (const Relaxation& relaxation : answer->relaxations) {
      SCOPED_TRACE(absl::StrCat(Joined(relaxation.changed_fields), " seed ", seed));
      EXPECT_THAT(WrongPaths(query, relaxation), IsEmpty());
      ExpectAddsWhatItCounts(builder, query, answer, relaxation);
      for (const std::string& field : relaxation.changed_fields) ++tried[field];
      if (HasFailure()) return;
    }
  }
  for (const std::string& field : RelaxableFields()) {
    EXPECT_GT(tried.erase(field), 0u) << field << " was never relaxed";
  }
  EXPECT_THAT(tried, IsEmpty()) << "not in RelaxableFields";
}

}  // namespace
}  // namespace cis::server
