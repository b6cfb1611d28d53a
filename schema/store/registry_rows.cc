// SPDX-License-Identifier: Apache-2.0
#include "schema/store/registry_rows.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "schema/base/status_macros.h"
#include "schema/base/utf8.h"
#include "schema/store/rows.h"
#include "schema/store/share_rows.h"
#include "schema/store/sqlite_sql.h"

namespace cis {
namespace {

// A registry's error page must not fill the table.

// All rows of `sql`, each one record. Returns DATA_LOSS if a column cannot be read.
template <typename Record>
absl::StatusOr<std::vector<Record>> LoadAll(Connection& db, const std::string& sql) {
  std::vector<Record> records;
  CIS_ASSIGN_OR_RETURN(Statement * load, db.Use(sql));
  RowReader reader(*load);
  while (true) {
    CIS_ASSIGN_OR_RETURN(const bool more, load->Step());
    if (!more) return records;
    VisitFields(reader, records.emplace_back());
    if (!reader.damaged_column().empty()) {
      load->Reset();
      return absl::DataLossError(
          absl::StrCat(db.path(), ": the column ", reader.damaged_column(),
                       " has a value that no crawler writes; restore a backup"));
    }
  }
}

template <typename Record>
absl::Status AddAll(Connection& db, const std::string& sql, absl::Span<const Record> records) {
  CIS_ASSIGN_OR_RETURN(Statement * add, db.Use(sql));
  for (const Record& record : records) {
    BindFields(*add, record);
    CIS_RETURN_IF_ERROR(add->Run());
  }
  return absl::OkStatus();
}

absl::Status Run(Connection& db, const char* sql) {
  CIS_ASSIGN_OR_RETURN(Statement * statement, db.Use(sql));
  return statement->Run();
}

absl::Status Touch(Connection& db) {
  CIS_RETURN_IF_ERROR(BumpGeneration(db));
  return Run(db, sql::kTouchRegistry);
}

// Returns the country of each site of the catalog, as readers see it.
absl::StatusOr<std::map<int64_t, std::string>> Countries(Connection& db) {
  std::map<int64_t, std::string> countries;
  CIS_ASSIGN_OR_RETURN(Statement * load, db.Use(sql::kLoadSites));
  while (true) {
    CIS_ASSIGN_OR_RETURN(const bool more, load->Step());
    if (!more) return countries;
    const int64_t id = load->Int("id");
    countries[id] = std::string(load->Text("country_code"));
  }
}

absl::Status PutSites(Connection& db, const RegistryUpdate& update) {
  CIS_ASSIGN_OR_RETURN(const std::vector<RegistrySite> known,
                       LoadAll<RegistrySite>(db, sql::LoadRegistrySites()));
  std::map<std::string, const RegistrySite*> by_name;
  std::map<std::string, const RegistrySite*> by_key;
  for (const RegistrySite& site : known) {
    by_name[absl::AsciiStrToLower(site.name)] = &site;
    // A renamed site has two rows; the one that was listed last has its name.
    if (site.primary_key.empty()) continue;
    const RegistrySite*& newest = by_key[site.primary_key];
    if (newest == nullptr || newest->last_seen < site.last_seen) newest = &site;
  }
  CIS_RETURN_IF_ERROR(Run(db, sql::kDeactivateRegistrySites));
  std::vector<RegistrySite> sites = update.sites;
  for (RegistrySite& site : sites) {
    site.active = true;
    site.first_seen = site.last_seen = update.time;
    if (const auto it = by_name.find(absl::AsciiStrToLower(site.name)); it != by_name.end()) {
      site.first_seen = it->second->first_seen;
      site.former_name = it->second->former_name;
      continue;
    }
    const auto it = by_key.find(site.primary_key);
    if (it != by_key.end()) site.former_name = it->second->name;
  }
  return AddAll<RegistrySite>(db, sql::PutRegistrySite(), sites);
}

absl::StatusOr<RegistryState> FindRegistryState(Connection& db, RegistryPart part) {
  RegistryState state;
  state.part = part;
  CIS_ASSIGN_OR_RETURN(Statement * find, db.Use(sql::FindRegistryState()));
  find->BindText("part", FormatRegistryPart(part));
  CIS_ASSIGN_OR_RETURN(const bool found, find->Step());
  if (found) {
    RowReader reader(*find);
    VisitFields(reader, state);
    find->Reset();
  }
  return state;
}

absl::Status PutState(Connection& db, const RegistryState& state) {
  return AddAll<RegistryState>(db, sql::PutRegistryState(), absl::MakeConstSpan(&state, 1));
}

}  // namespace

absl::Status PutRegistry(Connection& db, const RegistryUpdate& update) {
  CIS_ASSIGN_OR_RETURN(const auto countries_before, Countries(db));
  switch (update.part) {
    case RegistryPart::kSites:
      CIS_RETURN_IF_ERROR(PutSites(db, update));
      break;
    case RegistryPart::kServices:
      CIS_RETURN_IF_ERROR(Run(db, sql::kDropRegistryServices));
      CIS_RETURN_IF_ERROR(AddAll<RegistryService>(db, sql::AddRegistryService(), update.services));
      break;
    case RegistryPart::kDowntimes:
      CIS_RETURN_IF_ERROR(Run(db, sql::kDropDowntimes));
      CIS_RETURN_IF_ERROR(AddAll<Downtime>(db, sql::AddDowntime(), update.downtimes));
      break;
  }
  RegistryState state;
  state.part = update.part;
  state.success_time = update.time;
  state.attempt_time = update.time;
  state.skipped_count = update.skipped_count;
  CIS_RETURN_IF_ERROR(PutState(db, state));
  CIS_RETURN_IF_ERROR(Touch(db));
  CIS_ASSIGN_OR_RETURN(const auto countries, Countries(db));
  for (const auto& [site_id, country] : countries) {
    if (countries_before.at(site_id) != country) CIS_RETURN_IF_ERROR(TouchSite(db, site_id));
  }
  return absl::OkStatus();
}

absl::Status PutRegistryFailure(Connection& db, RegistryPart part, ErrorClass error,
                                absl::string_view message, absl::Time time) {
  CIS_ASSIGN_OR_RETURN(RegistryState state, FindRegistryState(db, part));
  state.attempt_time = time;
  state.error = error;
  state.error_message = std::string(CutUtf8(message, kMaxMessageBytes));
  if (state.failure_count == 0) state.failing_since = time;
  ++state.failure_count;
  CIS_RETURN_IF_ERROR(PutState(db, state));
  return Touch(db);
}

absl::StatusOr<bool> PutSiteProblems(Connection& db, absl::Span<const SiteProblem> problems,
                                     absl::Time time) {
  using Key = std::tuple<std::string, std::string, std::string>;
  CIS_ASSIGN_OR_RETURN(const std::vector<SiteProblem> known,
                       LoadAll<SiteProblem>(db, sql::LoadSiteProblems()));
  std::map<Key, const SiteProblem*> known_by_key;
  for (const SiteProblem& problem : known) {
    known_by_key[{problem.site_name, problem.code, problem.subject}] = &problem;
  }
  std::map<Key, SiteProblem> by_key;  // each once
  bool changed = false;
  for (SiteProblem problem : problems) {
    const Key key = {problem.site_name, problem.code, problem.subject};
    const auto it = known_by_key.find(key);
    problem.since = it == known_by_key.end() ? StoredTime(time) : it->second->since;
    changed = changed || it == known_by_key.end() || !(*it->second == problem);
    by_key.emplace(key, std::move(problem));
  }
  if (!changed && by_key.size() == known_by_key.size()) return false;
  CIS_RETURN_IF_ERROR(Run(db, sql::kDropSiteProblems));
  for (const auto& [key, problem] : by_key) {
    CIS_RETURN_IF_ERROR(
        AddAll<SiteProblem>(db, sql::AddSiteProblem(), absl::MakeConstSpan(&problem, 1)));
  }
  CIS_RETURN_IF_ERROR(Touch(db));
  return true;
}

absl::Status PutOfferedProjects(Connection& db, int64_t endpoint_id,
                                absl::Span<const OfferedProject> projects, absl::Time time) {
  CIS_ASSIGN_OR_RETURN(Statement * put, db.Use(sql::PutOfferedProject()));
  for (const OfferedProject& project : projects) {
    put->BindInt("endpoint_id", endpoint_id);
    RowBinder bind(*put);
    bind("seen_us", time);
    VisitFields(bind, project);
    CIS_RETURN_IF_ERROR(put->Run());
  }
  return absl::OkStatus();
}

absl::Status DropOfferedProjects(Connection& db, int64_t endpoint_id, absl::Time time) {
  CIS_ASSIGN_OR_RETURN(Statement * drop, db.Use(sql::kDropOfferedProjects));
  drop->BindInt("endpoint_id", endpoint_id);
  RowBinder bind(*drop);
  bind("seen_us", time);
  return drop->Run();
}

absl::StatusOr<std::shared_ptr<const Registry>> LoadRegistry(Connection& db,
                                                             const Catalog* previous) {
  CIS_ASSIGN_OR_RETURN(const int64_t revision, db.QueryInt(sql::kRegistryRevision));
  if (previous != nullptr && previous->registry->revision == revision) return previous->registry;
  auto registry = std::make_shared<Registry>();
  registry->revision = revision;
  CIS_ASSIGN_OR_RETURN(registry->states, LoadAll<RegistryState>(db, sql::LoadRegistryStates()));
  CIS_ASSIGN_OR_RETURN(registry->sites, LoadAll<RegistrySite>(db, sql::LoadRegistrySites()));
  CIS_ASSIGN_OR_RETURN(registry->services,
                       LoadAll<RegistryService>(db, sql::LoadRegistryServices()));
  CIS_ASSIGN_OR_RETURN(registry->downtimes, LoadAll<Downtime>(db, sql::LoadDowntimes()));
  CIS_ASSIGN_OR_RETURN(registry->problems, LoadAll<SiteProblem>(db, sql::LoadSiteProblems()));
  SortRegistry(registry.get());
  return std::shared_ptr<const Registry>(std::move(registry));
}

}  // namespace cis
