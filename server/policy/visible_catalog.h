// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a caller sees of the catalog. Everything that answers requests works on the result, so what
// is missing here is missing in every list, count, verdict and suggestion. README.md lists for each
// field who sees it.

#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "schema/model/catalog.h"
#include "server/policy/rights.h"

namespace cis::server {

// Returns what a caller with these rights sees of a site; `site` itself if that is all of it.
std::shared_ptr<const SiteCatalog> VisibleSite(const std::shared_ptr<const SiteCatalog>& site,
                                               const Rights& rights);

// Returns what VisibleSite depends on besides the site: rights with equal texts see the same.
std::string RightsAtSite(const SiteCatalog& site, const Rights& rights);

// The same for the registry. Depends on nothing but Rights::operation.
std::shared_ptr<const Registry> VisibleRegistry(const std::shared_ptr<const Registry>& registry,
                                                const Rights& rights);

// Returns what a caller with these rights sees of a catalog: nothing but its generation if the
// caller may not read.
Catalog VisibleCatalog(const Catalog& catalog, const Rights& rights);

// The same with VisibleSite and VisibleRegistry done by the functions.
Catalog VisibleCatalog(
    const Catalog& catalog, const Rights& rights,
    absl::FunctionRef<std::shared_ptr<const SiteCatalog>(const std::shared_ptr<const SiteCatalog>&)>
        visible_site,
    absl::FunctionRef<std::shared_ptr<const Registry>(const std::shared_ptr<const Registry>&)>
        visible_registry);

}  // namespace cis::server
