// SPDX-License-Identifier: Apache-2.0
#include "schema/store/history.h"

#include <algorithm>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "schema/base/status_macros.h"
#include "schema/base/time_text.h"
#include "schema/base/utf8.h"
#include "schema/model/list_text.h"
#include "schema/store/load_rows.h"
#include "schema/store/migrations.h"
#include "schema/store/past_catalog.h"
#include "schema/store/sqlite.h"
#include "schema/store/sqlite_reader.h"
#include "schema/store/sqlite_sql.h"
#include "schema/store/sqlite_store.h"
#include "schema/store/zstd.h"

namespace cis {
namespace {

absl::Status TooOld(absl::Time oldest) {
  return absl::OutOfRangeError(
      oldest == absl::InfiniteFuture()
          ? "nothing has been written yet"
          : absl::StrCat("history is kept only since ", FormatSecond(oldest)));
}

// One row of the journal; DATA_LOSS if a word of it is unknown.
absl::StatusOr<Change> ReadChange(Connection& db, Statement& row) {
  Change change;
  RowReader read(row);
  read("id", change.id);
  read("generation", change.generation);
  read("time_us", change.time);
  read("site_name", change.share.endpoint.site_name);
  read("keystone_url", change.share.endpoint.keystone_url);
  read("region", change.share.endpoint.region);
  change.of_share = row.OptionalInt("share_id").has_value();
  read("vo", change.share.vo);
  read("project_key", change.share.project_key);
  read("project_id", change.share.project_id);
  const auto kind = ParseChangeKind(row.Text("kind"));
  const auto event = ParseChangeEvent(row.Text("event"));
  read("upstream_id", change.upstream_id);
  read("name", change.name);
  read("field", change.field);
  const auto copy = [](std::optional<absl::string_view> text) {
    return text ? std::optional<std::string>(std::string(*text)) : std::nullopt;
  };
  change.old_value = copy(row.OptionalText("old_value"));
  change.new_value = copy(row.OptionalText("new_value"));
  const auto cause = ParseChangeCause(row.Text("cause"));
  if (!kind || !event || !cause) {
    return absl::DataLossError(absl::StrCat(
        db.path(), ": the journal has a value that no crawler writes; restore a backup"));
  }
  change.kind = *kind;
  change.event = *event;
  change.cause = *cause;
  return change;
}

// HistoryReader on an SQLite file.
class SqliteHistoryReader : public HistoryReader {
 public:
  SqliteHistoryReader(std::unique_ptr<Connection> db, FileIdentity file)
      : db_(std::move(db)), file_(file) {}

  absl::StatusOr<HistoryBounds> Bounds() override {
    HistoryBounds bounds;
    CIS_RETURN_IF_ERROR(Read([&]() -> absl::Status {
      CIS_ASSIGN_OR_RETURN(bounds, FindBounds());
      return absl::OkStatus();
    }));
    return bounds;
  }

  absl::StatusOr<int64_t> GenerationAt(absl::Time time) override {
    int64_t generation = 0;
    CIS_RETURN_IF_ERROR(Read([&]() -> absl::Status {
      CIS_ASSIGN_OR_RETURN(const HistoryBounds bounds, FindBounds());
      if (time < bounds.oldest_time) return TooOld(bounds.oldest_time);
      CIS_ASSIGN_OR_RETURN(Statement * find,
                           UseWith(*db_, sql::kGenerationAt, "time_us", absl::ToUnixMicros(time)));
      CIS_ASSIGN_OR_RETURN(const bool found, find->Step());
      if (!found) return TooOld(bounds.oldest_time);
      generation = find->Int("generation");
      find->Reset();
      return absl::OkStatus();
    }));
    return generation;
  }

  absl::StatusOr<Catalog> LoadAt(int64_t generation) override {
    Catalog catalog;
    CIS_RETURN_IF_ERROR(Read([&]() -> absl::Status {
      CIS_ASSIGN_OR_RETURN(Statement * find,
                           UseWith(*db_, sql::kFindHistory, "generation", generation));
      CIS_ASSIGN_OR_RETURN(const bool found, find->Step());
      if (!found) {
        return absl::OutOfRangeError(absl::StrCat("generation ", generation, " is not kept"));
      }
      const absl::Time time = absl::FromUnixMicros(find->Int("time_us"));
      find->Reset();
      std::vector<std::shared_ptr<SiteCatalog>> sites;
      std::vector<SiteRows> rows;
      RecordPool pool;
      CIS_RETURN_IF_ERROR(LoadSiteHeads(*db_, &sites, &rows));
      for (size_t i = 0; i < sites.size(); ++i) {
        CIS_RETURN_IF_ERROR(LoadSite(*db_, pool, sites[i].get(), &rows[i]));
      }
      PastCatalog past(std::move(sites), std::move(rows));
      CIS_RETURN_IF_ERROR(StepBack(generation, &past));
      catalog.sites = past.Finish(generation);
      catalog.generation = generation;
      CIS_ASSIGN_OR_RETURN(catalog.database_id, db_->QueryInt(sql::kDatabaseId));
      return LoadCrawls(*db_, time, &catalog);
    }));
    return catalog;
  }

  absl::StatusOr<std::vector<Change>> Changes(const ChangeQuery& query) override {
    std::vector<Change> changes;
    CIS_RETURN_IF_ERROR(Read([&]() -> absl::Status {
      CIS_ASSIGN_OR_RETURN(Statement * list, db_->Use(query.newest_first ? sql::kChangesBackwards
                                                                         : sql::kChangesOnwards));
      std::vector<std::string> kinds;
      for (const ChangeKind kind : query.kinds) kinds.emplace_back(FormatChangeKind(kind));
      list->BindInt("after_id", query.after_id);
      list->BindInt("before_id", query.before_id < 0 ? INT64_MAX : query.before_id);
      list->BindInt("start_us", absl::ToUnixMicros(query.start_time));
      list->BindInt("end_us", absl::ToUnixMicros(query.end_time));
      list->BindText("sites", FormatListText(query.site_names));
      list->BindText("kinds", FormatListText(kinds));
      list->BindText("vos", FormatListText(query.vos));
      list->BindInt("count", query.limit);
      while (true) {
        CIS_ASSIGN_OR_RETURN(const bool more, list->Step());
        if (!more) return absl::OkStatus();
        absl::StatusOr<Change> change = ReadChange(*db_, *list);
        if (!change.ok()) {
          list->Reset();
          return change.status();
        }
        changes.push_back(*std::move(change));
      }
    }));
    return changes;
  }

  absl::Status CheckPosition(const ChangePosition& position) override {
    return Read([&]() -> absl::Status {
      CIS_ASSIGN_OR_RETURN(const HistoryBounds bounds, FindBounds());
      if (position.database_id != 0 && position.database_id != bounds.newest.database_id) {
        return absl::FailedPreconditionError("the position is of the journal of another database");
      }
      if (position.change_id < bounds.pruned_change_id) return TooOld(bounds.oldest_time);
      // Before the first entry, or after the last one that is not kept, there is nothing to
      // compare.
      if (position.change_id == bounds.pruned_change_id) return absl::OkStatus();
      CIS_ASSIGN_OR_RETURN(Statement * find,
                           UseWith(*db_, sql::kFindChange, "id", position.change_id));
      CIS_ASSIGN_OR_RETURN(const bool found, find->Step());
      const bool same = found && find->Int("generation") == position.generation &&
                        find->Int("time_us") == absl::ToUnixMicros(position.time);
      find->Reset();
      if (same) return absl::OkStatus();
      return absl::FailedPreconditionError("the journal has never had this position");
    });
  }

 private:
  // Runs `body` in one read transaction on the file that was opened.
  absl::Status Read(absl::FunctionRef<absl::Status()> body) {
    CIS_RETURN_IF_ERROR(CheckSameFile(db_->path(), file_));
    CIS_RETURN_IF_ERROR(db_->CheckUnchanged());
    CIS_RETURN_IF_ERROR(db_->Read(body));
    return db_->CheckUnchanged();
  }

  absl::StatusOr<HistoryBounds> FindBounds() {
    HistoryBounds bounds;
    CIS_ASSIGN_OR_RETURN(Statement * start, db_->Use(sql::kHistoryStart));
    CIS_RETURN_IF_ERROR(start->Step().status());
    if (const auto start_us = start->OptionalInt("history_start_us")) {
      bounds.oldest_time = absl::FromUnixMicros(*start_us);
    }
    bounds.pruned_change_id = start->Int("pruned_change_id");
    start->Reset();
    bounds.newest.change_id = bounds.pruned_change_id;
    CIS_ASSIGN_OR_RETURN(bounds.newest.database_id, db_->QueryInt(sql::kDatabaseId));
    CIS_ASSIGN_OR_RETURN(Statement * newest, db_->Use(sql::kNewestChange));
    CIS_ASSIGN_OR_RETURN(const bool found, newest->Step());
    if (!found) return bounds;
    bounds.newest.change_id = newest->Int("id");
    bounds.newest.generation = newest->Int("generation");
    bounds.newest.time = absl::FromUnixMicros(newest->Int("time_us"));
    newest->Reset();
    return bounds;
  }

  absl::Status StepBack(int64_t generation, PastCatalog* past) {
    CIS_ASSIGN_OR_RETURN(Statement * steps,
                         UseWith(*db_, sql::kStepsBack, "generation", generation));
    while (true) {
      CIS_ASSIGN_OR_RETURN(const bool more, steps->Step());
      if (!more) return absl::OkStatus();
      const auto bytes = static_cast<size_t>(steps->Int("undo_bytes"));
      absl::StatusOr<std::string> text = Decompress(steps->Blob("undo_zstd"), bytes);
      const absl::Status undone = text.ok() ? past->Undo(ValidUtf8(*text)) : text.status();
      if (!undone.ok()) {
        steps->Reset();
        return absl::Status(undone.code(), absl::StrCat(db_->path(), ": ", undone.message()));
      }
    }
  }

  const std::unique_ptr<Connection> db_;
  const FileIdentity file_;
};

// Runs `sql` repeatedly, each time in its own transaction, until it removes nothing. `bind` sets
// its parameters except :count. Returns how many rows it removed.
absl::StatusOr<int64_t> DropInBatches(Connection& db, absl::string_view sql,
                                      absl::FunctionRef<void(Statement&)> bind) {
  int64_t total = 0;
  while (true) {
    int64_t count = 0;
    CIS_RETURN_IF_ERROR(db.Write([&]() -> absl::Status {
      CIS_ASSIGN_OR_RETURN(Statement * drop, UseWith(db, sql, "count", kPruneBatch));
      bind(*drop);
      CIS_RETURN_IF_ERROR(drop->Run());
      count = db.change_count();
      return absl::OkStatus();
    }));
    total += count;
    if (count < kPruneBatch) return total;
  }
}

// Removes the journal up to `generation`; the progress is recorded in the same transactions.
absl::StatusOr<int64_t> DropChanges(Connection& db, int64_t generation) {
  int64_t total = 0;
  while (true) {
    int64_t count = 0;
    CIS_RETURN_IF_ERROR(db.Write([&]() -> absl::Status {
      CIS_ASSIGN_OR_RETURN(Statement * drop, UseWith(db, sql::kDropChanges, "count", kPruneBatch));
      drop->BindInt("generation", generation);
      int64_t last_id = 0;
      while (true) {
        CIS_ASSIGN_OR_RETURN(const bool more, drop->Step());
        if (!more) break;
        last_id = std::max(last_id, drop->Int("id"));
        ++count;
      }
      CIS_ASSIGN_OR_RETURN(Statement * note, UseWith(db, sql::kSetPrunedChange, "id", last_id));
      return note->Run();
    }));
    total += count;
    if (count < kPruneBatch) return total;
  }
}

// Removes crawls before the oldest that is kept. Their results are removed first, in batches.
absl::StatusOr<int64_t> DropCrawls(Connection& db, int64_t before_us) {
  CIS_ASSIGN_OR_RETURN(Statement * find, UseWith(db, sql::kOldestKeptCrawl, "time_us", before_us));
  CIS_RETURN_IF_ERROR(find->Step().status());
  const int64_t oldest_id = find->Int("id");
  find->Reset();
  const auto bind = [&](Statement& drop) { drop.BindInt("id", oldest_id); };
  CIS_RETURN_IF_ERROR(DropInBatches(db, sql::kDropResults, bind).status());
  int64_t count = 0;
  CIS_RETURN_IF_ERROR(db.Write([&]() -> absl::Status {
    CIS_ASSIGN_OR_RETURN(Statement * drop, UseWith(db, sql::kDropCrawls, "id", oldest_id));
    CIS_RETURN_IF_ERROR(drop->Run());
    count = db.change_count();
    return absl::OkStatus();
  }));
  return count;
}

}  // namespace

absl::StatusOr<std::unique_ptr<HistoryReader>> OpenHistoryReader(const std::string& path) {
  CIS_ASSIGN_OR_RETURN(const FileIdentity file, IdentifyFile(path));
  CIS_ASSIGN_OR_RETURN(std::unique_ptr<Connection> db,
                       Connection::Open(path, Connection::Mode::kReadOnly, kBusyTime));
  CIS_RETURN_IF_ERROR(CheckVersion(*db, Migrations()));
  return std::make_unique<SqliteHistoryReader>(std::move(db), file);
}

absl::StatusOr<PruneResult> PruneHistory(const std::string& path, absl::Time before) {
  CIS_RETURN_IF_ERROR(IdentifyFile(path).status());
  CIS_ASSIGN_OR_RETURN(std::unique_ptr<Connection> db,
                       Connection::Open(path, Connection::Mode::kReadWrite, kBusyTime));
  CIS_RETURN_IF_ERROR(CheckVersion(*db, Migrations()));
  const int64_t before_us = absl::ToUnixMicros(before);
  PruneResult result;
  CIS_ASSIGN_OR_RETURN(result.crawl_count, DropCrawls(*db, before_us));

  // The state that was served at `before` must stay available: it needs the steps of later
  // transactions and its own time stamp.
  CIS_ASSIGN_OR_RETURN(Statement * find, UseWith(*db, sql::kGenerationAt, "time_us", before_us));
  CIS_ASSIGN_OR_RETURN(const bool found, find->Step());
  if (found) {
    const int64_t generation = find->Int("generation");
    const int64_t start_us = find->Int("time_us");
    find->Reset();
    CIS_ASSIGN_OR_RETURN(result.change_count, DropChanges(*db, generation - 1));
    // From here on, older history may be partly deleted, so it is not served any more.
    CIS_RETURN_IF_ERROR(db->Write([&]() -> absl::Status {
      CIS_ASSIGN_OR_RETURN(Statement * set,
                           UseWith(*db, sql::kSetHistoryStart, "time_us", start_us));
      return set->Run();
    }));
    CIS_ASSIGN_OR_RETURN(result.history_count,
                         DropInBatches(*db, sql::kDropHistory, [&](Statement& drop) {
                           drop.BindInt("generation", generation - 1);
                         }));
  }
  const auto bind = [&](Statement& drop) { drop.BindInt("time_us", before_us); };
  for (const char* sql : {sql::kDropGoneFlavors, sql::kDropGoneImages, sql::kDropGoneNetworks}) {
    CIS_ASSIGN_OR_RETURN(const int64_t count, DropInBatches(*db, sql, bind));
    result.record_count += count;
  }
  db->Execute("PRAGMA wal_checkpoint(TRUNCATE)").IgnoreError();
  return result;
}

}  // namespace cis
