// SPDX-License-Identifier: Apache-2.0
#include "server/service/lookup.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "schema/base/spelling.h"

namespace cis::server {
namespace {

constexpr size_t kMaxNearest = 3;
// More are not compared: a wrong id of a site with 10,000 images is not worth the time.
constexpr size_t kMaxCompared = 2000;

absl::string_view LastPart(absl::string_view name) {
  const size_t slash = name.rfind('/');
  return slash == absl::string_view::npos ? name : name.substr(slash + 1);
}

std::string FormOf(absl::string_view collection) {
  if (collection == "sites") return "sites/{site}";
  if (collection == "vos") return "vos/{vo}";
  if (collection == "crawls") return "crawls/{crawl}";
  const absl::string_view one = collection.substr(0, collection.size() - 1);
  return absl::StrCat("sites/{site}/", collection, "/{", one, "}");
}

}  // namespace

std::vector<std::string> NearestResourceNames(absl::string_view name,
                                              const std::vector<std::string>& names) {
  // Only the last parts are compared: the rest is the same and would hide the difference.
  std::vector<std::string> ids;
  const size_t count = std::min(names.size(), kMaxCompared);
  for (size_t i = 0; i < count; ++i) ids.push_back(std::string(LastPart(names[i])));
  std::vector<std::string> nearest;
  for (const std::string& id : NearestNames(LastPart(name), ids, kMaxNearest)) {
    const auto it = std::find(ids.begin(), ids.end(), id);
    nearest.push_back(names[static_cast<size_t>(it - ids.begin())]);
  }
  return nearest;
}

absl::StatusOr<ParsedName> ParseNameField(absl::string_view field, absl::string_view text,
                                          absl::string_view collection) {
  absl::StatusOr<ParsedName> name = ParseResourceName(text, collection);
  if (!name.ok() || name->id == "-" || name->site_id == "-") {
    return InvalidNameError(field, text, FormOf(collection));
  }
  return name;
}

absl::StatusOr<const SiteIndex*> ResolveSite(const Snapshot& snapshot, absl::string_view site_id) {
  if (const SiteIndex* site = snapshot.FindSiteIndex(site_id)) return site;
  std::vector<std::string> names;
  for (const auto& site : snapshot.sites())
    names.push_back(absl::StrCat("sites/", site->site_id()));
  const std::string name = absl::StrCat("sites/", site_id);
  return ResourceNotFoundError("sites", name, NearestResourceNames(name, names));
}

absl::StatusOr<std::vector<const SiteIndex*>> ResolveParent(const Snapshot& snapshot,
                                                            absl::string_view parent) {
  const absl::StatusOr<ParsedName> name = ParseResourceName(parent, "sites");
  if (!name.ok()) return InvalidNameError("parent", parent, "sites/{site}, or sites/- for all");
  std::vector<const SiteIndex*> sites;
  if (name->site_id == "-") {
    for (const auto& site : snapshot.sites()) sites.push_back(site.get());
    return sites;
  }
  const absl::StatusOr<const SiteIndex*> site = ResolveSite(snapshot, name->site_id);
  if (!site.ok()) return site.status();
  sites.push_back(*site);
  return sites;
}

}  // namespace cis::server
