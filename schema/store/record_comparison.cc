// SPDX-License-Identifier: Apache-2.0
#include "schema/store/record_comparison.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "schema/base/status_macros.h"
#include "schema/model/value_diff.h"
#include "schema/store/listing_rows.h"
#include "schema/store/load_rows.h"
#include "schema/store/migrations.h"
#include "schema/store/observation_rows.h"
#include "schema/store/share_rows.h"
#include "schema/store/sqlite.h"
#include "schema/store/sqlite_sql.h"
#include "schema/store/sqlite_store.h"

namespace cis {
namespace {

template <typename Record>
RecordDifference DifferenceOf(const Share& share, const Record& record, ChangeEvent event) {
  return {share, ChangeKindOf(record), event, std::string(record.id), std::string(record.name), {}};
}

// Completes what one share reports, as Renormalize does.
Flavor CompleteReported(const Flavor& stored, bool /*has_others*/, const Flavor& reported) {
  return KeepKnownSpecs(stored, reported);
}
Image CompleteReported(const Image& stored, bool has_others, const Image& reported) {
  return has_others ? KeepAccepted(stored, reported) : reported;
}

const std::vector<Flavor>& ListedOf(const RecordSet& records, const Flavor*) {
  return records.flavors;
}
const std::vector<Image>& ListedOf(const RecordSet& records, const Image*) {
  return records.images;
}

// The records of one kind that an endpoint lists to its shares, as they are stored and as they
// would be after the observations that were added.
template <typename Record>
class Listed {
 public:
  Listed(Connection& db, const sql::ListedSql& sql) : db_(db), sql_(sql) {}

  absl::Status Load(int64_t endpoint_id) {
    CIS_ASSIGN_OR_RETURN(Statement * load, UseWith(db_, sql_.load, "endpoint_id", endpoint_id));
    return ForEachRow(db_, *load, pool_, [&](RowReader& read) {
      Stored<Record> stored;
      const int64_t row_id = load->Int("id");
      ReadStored(read, &stored);
      ids_.emplace(row_id, stored.record.id);
      Row& row = rows_[stored.record.id];
      row.was_active = stored.active;
      row.before = std::move(stored.record);
    });
  }

  absl::Status LoadLinks(int64_t share_id) {
    CIS_ASSIGN_OR_RETURN(Statement * load, UseWith(db_, sql_.load_links, "share_id", share_id));
    std::set<SharedText>& links = links_[share_id];
    return ForEachRow(db_, *load, [&](RowReader&) {
      const auto id = ids_.find(load->Int("item_id"));
      if (id != ids_.end()) links.insert(id->second);
    });
  }

  void Add(int64_t share_id, const std::vector<Record>& records) {
    std::set<SharedText> seen;
    for (const Record& reported : records) {
      Row& row = rows_[reported.id];
      const Record* known = row.Now();
      Record record =
          known == nullptr
              ? reported
              : CompleteReported(*known, IsSeenByOthers(share_id, reported.id), reported);
      if (row.before.has_value() && *row.before == record) {
        row.after.reset();
      } else {
        row.after = std::move(record);
      }
      seen.insert(reported.id);
    }
    links_[share_id] = std::move(seen);
  }

  void Report(const Share& share, const DifferenceReporter& report) const {
    std::set<SharedText> active;
    for (const auto& [share_id, links] : links_) active.insert(links.begin(), links.end());
    for (const auto& [id, row] : rows_) {
      const bool is_active = active.contains(id);
      if (row.was_active != is_active) {
        report(DifferenceOf(share, *row.Now(),
                            is_active ? ChangeEvent::kAppeared : ChangeEvent::kGone));
      } else if (is_active && row.after.has_value()) {
        RecordDifference difference = DifferenceOf(share, *row.after, ChangeEvent::kChanged);
        difference.fields = DiffStored(*row.before, *row.after);
        report(difference);
      }
    }
  }

 private:
  struct Row {
    std::optional<Record> before;  // as stored; absent = it is not
    bool was_active = false;
    std::optional<Record> after;  // where it differs

    const Record* Now() const {
      if (after.has_value()) return &*after;
      return before.has_value() ? &*before : nullptr;
    }
  };

  bool IsSeenByOthers(int64_t share_id, const SharedText& id) const {
    return std::any_of(links_.begin(), links_.end(), [&](const auto& entry) {
      return entry.first != share_id && entry.second.contains(id);
    });
  }

  Connection& db_;
  RecordPool pool_;
  const sql::ListedSql& sql_;
  std::map<SharedText, Row> rows_;                 // by upstream id
  std::map<int64_t, SharedText> ids_;              // of rows
  std::map<int64_t, std::set<SharedText>> links_;  // what each share sees now
};

RecordDifference ShareDifference(const Share& share) {
  return {share, ChangeKind::kShare, ChangeEvent::kChanged, share.project_id, share.vo, {}};
}

class Comparison {
 public:
  Comparison(Connection& db, const RecordMaker& make, const DifferenceReporter& report)
      : db_(db), make_(make), report_(report) {}

  absl::Status Run() {
    std::vector<int64_t> endpoint_ids;
    CIS_ASSIGN_OR_RETURN(Statement * list, db_.Use(sql::kEndpointIds));
    CIS_RETURN_IF_ERROR(
        ForEachRow(db_, *list, [&](RowReader&) { endpoint_ids.push_back(list->Int("id")); }));
    for (const int64_t endpoint_id : endpoint_ids) {
      CIS_RETURN_IF_ERROR(db_.Read([&] { return CompareEndpoint(endpoint_id); }));
    }
    return db_.CheckUnchanged();
  }

 private:
  absl::StatusOr<std::vector<ObservationKey>> KeysOf(int64_t endpoint_id) {
    std::vector<ObservationKey> keys;
    CIS_ASSIGN_OR_RETURN(Statement * list,
                         UseWith(db_, sql::kObservationKeysOf, "endpoint_id", endpoint_id));
    CIS_RETURN_IF_ERROR(ForEachRow(db_, *list, [&](RowReader& read) {
      ObservationKey& key = keys.emplace_back();
      read("share_id", key.share_id);
      read("kind", key.kind);
    }));
    return keys;
  }

  absl::Status CompareEndpoint(int64_t endpoint_id) {
    CIS_ASSIGN_OR_RETURN(const std::vector<ObservationKey> keys, KeysOf(endpoint_id));
    CIS_RETURN_IF_ERROR(CompareListed<Flavor>(endpoint_id, Kind::kFlavors, sql::FlavorSql(), keys));
    CIS_RETURN_IF_ERROR(CompareListed<Image>(endpoint_id, Kind::kImages, sql::ImageSql(), keys));
    for (const ObservationKey& key : keys) {
      if (key.kind == Kind::kFlavors || key.kind == Kind::kImages) continue;
      CIS_ASSIGN_OR_RETURN(const Observation observation, LoadObservation(db_, key));
      const absl::StatusOr<RecordSet> records = make_(observation);
      if (!records.ok()) continue;
      if (key.kind == Kind::kNetworks) {
        CIS_RETURN_IF_ERROR(CompareNetworks(key.share_id, observation.share, *records));
      } else if (key.kind == Kind::kQuotas) {
        CIS_RETURN_IF_ERROR(CompareLimits(key.share_id, observation.share, *records));
      }
    }
    return absl::OkStatus();
  }

  template <typename Record>
  absl::Status CompareListed(int64_t endpoint_id, Kind kind, const sql::ListedSql& sql,
                             const std::vector<ObservationKey>& keys) {
    Listed<Record> listed(db_, sql);
    CIS_RETURN_IF_ERROR(listed.Load(endpoint_id));
    for (const ObservationKey& key : keys) {
      if (key.kind == kind) CIS_RETURN_IF_ERROR(listed.LoadLinks(key.share_id));
    }
    Share any_share;
    for (const ObservationKey& key : keys) {
      if (key.kind != kind) continue;
      CIS_ASSIGN_OR_RETURN(const Observation observation, LoadObservation(db_, key));
      any_share.endpoint = observation.share.endpoint;
      const absl::StatusOr<RecordSet> records = make_(observation);
      if (!records.ok()) continue;
      listed.Add(key.share_id, ListedOf(*records, static_cast<const Record*>(nullptr)));
      RecordDifference difference = ShareDifference(observation.share);
      CIS_RETURN_IF_ERROR(CompareReading(key, *records, &difference));
      if (!difference.fields.empty()) report_(difference);
    }
    listed.Report(any_share, report_);
    return absl::OkStatus();
  }

  // Compares how much of a response could be read.
  absl::Status CompareReading(const ObservationKey& key, const RecordSet& records,
                              RecordDifference* difference) {
    CIS_ASSIGN_OR_RETURN(const std::optional<KindState> before,
                         FindKindState(db_, key.share_id, key.kind));
    if (!before) return absl::OkStatus();
    KindState after = *before;
    after.skipped_count = records.skipped_count;
    after.remarks = records.remarks;
    for (FieldDifference& field : DiffStored(*before, after)) {
      difference->fields.push_back(std::move(field));
    }
    return absl::OkStatus();
  }

  absl::Status CompareNetworks(int64_t share_id, const Share& share, const RecordSet& records) {
    std::vector<Stored<Network>> stored;
    std::vector<int64_t> ids;
    CIS_RETURN_IF_ERROR(LoadNetworks(db_, pool_, share_id, &stored, &ids));
    std::map<absl::string_view, const Network*> after;
    for (const Network& network : records.network_set.networks) after[network.id.view()] = &network;
    for (const Stored<Network>& before : stored) {
      const auto it = after.find(before.record.id.view());
      if (it == after.end()) {
        if (before.active) report_(DifferenceOf(share, before.record, ChangeEvent::kGone));
        continue;
      }
      const Network& network = *it->second;
      after.erase(it);
      if (!before.active) {
        report_(DifferenceOf(share, network, ChangeEvent::kAppeared));
      } else if (before.record != network) {
        RecordDifference difference = DifferenceOf(share, network, ChangeEvent::kChanged);
        difference.fields = DiffStored(before.record, network);
        report_(difference);
      }
    }
    for (const auto& [id, network] : after) {
      report_(DifferenceOf(share, *network, ChangeEvent::kAppeared));
    }
    return CompareNetworkParts(share_id, share, records);
  }

  absl::Status CompareNetworkParts(int64_t share_id, const Share& share, const RecordSet& records) {
    NetworkSet before;
    CIS_ASSIGN_OR_RETURN(before.routers, LoadRouters(db_, pool_, share_id));
    CIS_ASSIGN_OR_RETURN(before.floating_ips, LoadFloatingIps(db_, pool_, share_id));
    CIS_ASSIGN_OR_RETURN(before.subnet_pools, LoadSubnetPools(db_, pool_, share_id));
    CIS_ASSIGN_OR_RETURN(Statement * find, UseWith(db_, sql::kFindKnown, "id", share_id));
    CIS_RETURN_IF_ERROR(ForEachRow(db_, *find, [&](RowReader& read) {
      read("routers_known", before.routers_known);
      read("floating_ips_known", before.floating_ips_known);
    }));
    NetworkSet after = records.network_set;
    // The store keeps no unknown here.
    if (!after.routers_known.has_value()) after.routers_known = !after.routers.empty();
    if (!after.floating_ips_known.has_value()) {
      after.floating_ips_known = !after.floating_ips.empty();
    }
    RecordDifference difference = ShareDifference(share);
    difference.fields = DiffStored(before, after);
    CIS_RETURN_IF_ERROR(CompareReading({share_id, Kind::kNetworks}, records, &difference));
    if (!difference.fields.empty()) report_(difference);
    return absl::OkStatus();
  }

  absl::Status CompareLimits(int64_t share_id, const Share& share, const RecordSet& records) {
    LimitSet before;
    CIS_ASSIGN_OR_RETURN(before.quotas, LoadQuotas(db_, pool_, share_id));
    CIS_ASSIGN_OR_RETURN(before.zones, LoadZones(db_, pool_, share_id));
    CIS_ASSIGN_OR_RETURN(before.volume_types, LoadVolumeTypes(db_, pool_, share_id));
    LimitSet after = records.limit_set;
    std::stable_sort(after.quotas.begin(), after.quotas.end(),
                     [](const Quota& a, const Quota& b) { return a.resource < b.resource; });
    RecordDifference difference = ShareDifference(share);
    difference.fields = DiffStored(before, after);
    CIS_RETURN_IF_ERROR(CompareReading({share_id, Kind::kQuotas}, records, &difference));
    if (!difference.fields.empty()) report_(difference);
    return absl::OkStatus();
  }

  Connection& db_;
  RecordPool pool_;
  const RecordMaker& make_;
  const DifferenceReporter& report_;
};

}  // namespace

absl::Status CompareRecords(const std::string& path, const RecordMaker& make,
                            const DifferenceReporter& report) {
  CIS_ASSIGN_OR_RETURN(const std::unique_ptr<Connection> db,
                       Connection::Open(path, Connection::Mode::kReadOnly, kBusyTime));
  CIS_RETURN_IF_ERROR(CheckVersion(*db, Migrations()));
  return Comparison(*db, make, report).Run();
}

}  // namespace cis
