// SPDX-License-Identifier: Apache-2.0
#pragma once

// Resolves the names in requests.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "schema/model/resource_name.h"
#include "server/service/errors.h"
#include "server/snapshot/snapshot.h"

namespace cis::server {

// Returns the sites under `parent`, `sites/{site}` or `sites/-`, in the order of their names.
// Returns INVALID_RESOURCE_NAME for another form, SITE_NOT_FOUND for a site that does not exist.
absl::StatusOr<std::vector<const SiteIndex*>> ResolveParent(const Snapshot& snapshot,
                                                            absl::string_view parent);

// Parses a name of `collection` given in `field`. Returns INVALID_RESOURCE_NAME; the wildcard `-`
// is not a name.
absl::StatusOr<ParsedName> ParseNameField(absl::string_view field, absl::string_view text,
                                          absl::string_view collection);

// Returns the site of a parsed name. Returns SITE_NOT_FOUND with the sites that have similar names.
absl::StatusOr<const SiteIndex*> ResolveSite(const Snapshot& snapshot, absl::string_view site_id);

// Returns at most 3 names that exist and are similar to `name`, best first. `names` is called only
// if it is needed.
std::vector<std::string> NearestResourceNames(absl::string_view name,
                                              const std::vector<std::string>& names);

// Returns a resource of a site by its full name. `find` is e.g. &SiteIndex::FindFlavor, `all` e.g.
// &SiteIndex::flavors; `field` is the request field that has the name. Returns
// INVALID_RESOURCE_NAME, SITE_NOT_FOUND or e.g. FLAVOR_NOT_FOUND.
template <typename View>
absl::StatusOr<const View*> ResolveName(const Snapshot& snapshot, absl::string_view text,
                                        absl::string_view collection,
                                        const View* (SiteIndex::*find)(absl::string_view) const,
                                        absl::Span<const View> (SiteIndex::*all)() const,
                                        absl::string_view field = "name") {
  const absl::StatusOr<ParsedName> name = ParseNameField(field, text, collection);
  if (!name.ok()) return name.status();
  const absl::StatusOr<const SiteIndex*> site = ResolveSite(snapshot, name->site_id);
  if (!site.ok()) return site.status();
  if (const View* view = ((*site)->*find)(name->id)) return view;
  std::vector<std::string> names;
  for (const View& view : ((*site)->*all)()) {
    names.push_back(
        absl::StrCat("sites/", name->site_id, "/", collection, "/", ResourceIdOf(view)));
  }
  return ResourceNotFoundError(collection, text, NearestResourceNames(text, names));
}

}  // namespace cis::server
