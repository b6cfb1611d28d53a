// SPDX-License-Identifier: Apache-2.0
#pragma once

// Rows of the registry: its lists, their states, and the problems found with them.

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "schema/model/catalog.h"
#include "schema/model/registry.h"
#include "schema/store/sqlite.h"

namespace cis {

// Each function must be called inside a transaction and returns the errors of Statement::Step().

// Replaces one list and records that it was read. Sites that are not listed any more become
// inactive; a site whose primary key had another name before keeps that as its former name. Sites
// of the catalog whose country this changes are touched.
absl::Status PutRegistry(Connection& db, const RegistryUpdate& update);

// Records that `part` could not be read; its rows stay.
absl::Status PutRegistryFailure(Connection& db, RegistryPart part, ErrorClass error,
                                absl::string_view message, absl::Time time);

// Replaces all problems; those that existed before keep their `since`. Returns false, and changes
// nothing, if the problems are the same.
absl::StatusOr<bool> PutSiteProblems(Connection& db, absl::Span<const SiteProblem> problems,
                                     absl::Time time);

// Records that an endpoint offered `projects` at `time`.
absl::Status PutOfferedProjects(Connection& db, int64_t endpoint_id,
                                absl::Span<const OfferedProject> projects, absl::Time time);
// Deletes the projects that were not offered at `time` or later.
absl::Status DropOfferedProjects(Connection& db, int64_t endpoint_id, absl::Time time);

// Returns the whole registry, or that of `previous` (may be null) if it has the same revision.
absl::StatusOr<std::shared_ptr<const Registry>> LoadRegistry(Connection& db,
                                                             const Catalog* previous);

}  // namespace cis
