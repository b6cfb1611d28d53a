// SPDX-License-Identifier: Apache-2.0
#include "schema/store/listing_rows.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "schema/base/check.h"
#include "schema/base/status_macros.h"
#include "schema/model/change_diff.h"
#include "schema/store/load_rows.h"
#include "schema/store/rows.h"
#include "schema/store/sqlite_sql.h"

namespace cis {
namespace {

using RowIds = absl::flat_hash_set<int64_t>;

// Returns all values of the column `name` of `statement`.
absl::StatusOr<RowIds> ReadIds(Statement& statement, absl::string_view name) {
  RowIds ids;
  while (true) {
    CIS_ASSIGN_OR_RETURN(const bool more, statement.Step());
    if (!more) return ids;
    ids.insert(statement.Int(name));
  }
}

absl::StatusOr<bool> WasListed(Connection& db, absl::string_view sql, absl::string_view owner,
                               int64_t id, Kind kind) {
  CIS_ASSIGN_OR_RETURN(Statement * find, UseWith(db, sql, owner, id));
  find->BindText("kind", FormatKind(kind));
  CIS_RETURN_IF_ERROR(find->Step().status());
  const bool listed = find->Int("listed") != 0;
  find->Reset();
  return listed;
}

// A record that has a row already.
template <typename Record>
struct KnownRow {
  int64_t id = 0;
  Stored<Record> stored;
};
template <typename Record>
using KnownRows = absl::flat_hash_map<SharedText, KnownRow<Record>>;

// Which of the records without a row are reported as having appeared.
enum class Appearances {
  kAll,     // the share was listed before
  kPublic,  // the share is listed for the first time, another one of the endpoint was before: what
            // is granted to its project may have been there all along
  kNone,    // first listing, of which everything would be new
};

absl::StatusOr<Appearances> AppearancesOf(Connection& db, const ShareRowIds& row, Kind kind) {
  CIS_ASSIGN_OR_RETURN(const bool share_listed,
                       WasListed(db, sql::kShareWasListed, "share_id", row.share_id, kind));
  if (share_listed) return Appearances::kAll;
  CIS_ASSIGN_OR_RETURN(const bool endpoint_listed, WasListed(db, sql::kEndpointWasListed,
                                                             "endpoint_id", row.endpoint_id, kind));
  return endpoint_listed ? Appearances::kPublic : Appearances::kNone;
}

bool IsForAll(const Flavor& flavor) { return flavor.is_public.value_or(true); }
bool IsForAll(const Image& image) {
  return image.visibility.empty() || image.visibility == "public";
}
bool IsForAll(const Network&) { return false; }  // of one share's own list

// The three states in which a listing can find a row, each with its entries in the log.
template <typename Record>
struct RowLog {
  TransactionLog& log;
  absl::string_view noun;
  Appearances appearances;
  std::function<void(Change)> add;

  void Created(int64_t id, const Record& record) const {
    log.NoteCreated(noun, id);
    if (appearances == Appearances::kAll ||
        (appearances == Appearances::kPublic && IsForAll(record))) {
      add(AppearedChange(record));
    }
  }
  // Makes `row` active with `record`. Does nothing if it is already.
  void Seen(const KnownRow<Record>& row, const Record& record) const {
    if (!row.stored.active) {
      log.NoteFields(noun, row.id, {{"active", "0"}, LastSeen(row.stored.last_seen)});
      add(AppearedChange(record));
    }
    if (row.stored.record == record) return;
    log.NoteChanged(noun, row.id, row.stored.record, record);
    for (Change& change : DiffRecords(row.stored.record, record)) add(std::move(change));
  }
  void Gone(const KnownRow<Record>& row, Change change) const {
    log.NoteFields(noun, row.id, {{"active", "1"}});
    add(std::move(change));
  }

 private:
  static FieldText LastSeen(absl::Time time) {
    return {"last_seen_us", absl::StrCat(absl::ToUnixMicros(time))};
  }
};

// Completes a flavor that a share sees only in part. `has_others`: another share sees it.
Flavor Complete(const KnownRow<Flavor>* known, bool /*has_others*/, const Flavor& flavor) {
  return known == nullptr ? flavor : KeepKnownSpecs(known->stored.record, flavor);
}
Image Complete(const KnownRow<Image>* known, bool has_others, const Image& image) {
  const bool is_seen = known != nullptr && has_others && known->stored.active;
  return is_seen ? KeepAccepted(known->stored.record, image) : image;
}
// Whether the result depends on whether another share sees it.
bool NeedsOthers(const Flavor&) { return false; }
bool NeedsOthers(const Image& image) { return !image.member_status.empty(); }

Change LeftChange(const Flavor& gone, const KnownRows<Flavor>&) { return GoneChange(gone); }
Change LeftChange(const Image& gone, const KnownRows<Image>& known) {
  std::vector<const Image*> current;
  for (const auto& [id, row] : known) {
    if (row.stored.active) current.push_back(&row.stored.record);
  }
  const Image* replacement = FindReplacement(gone, current);
  return replacement == nullptr ? GoneChange(gone) : ReplacedChange(gone, *replacement);
}

template <typename Record>
absl::StatusOr<KnownRows<Record>> LoadKnown(Connection& db, const sql::ListedSql& sql,
                                            int64_t endpoint_id) {
  KnownRows<Record> known;
  CIS_ASSIGN_OR_RETURN(Statement * load, UseWith(db, sql.load, "endpoint_id", endpoint_id));
  CIS_RETURN_IF_ERROR(ForEachRow(db, *load, [&](RowReader& read) {
    KnownRow<Record> row;
    row.id = load->Int("id");
    ReadStored(read, &row.stored);
    SharedText key = row.stored.record.id;
    known.emplace(std::move(key), std::move(row));
  }));
  return known;
}

// Removes the share's links to `gone` and deactivates rows that no other share sees.
template <typename Record>
absl::Status DropLinks(Connection& db, const sql::ListedSql& sql, const RowLog<Record>& row_log,
                       int64_t share_id, const RowIds& gone, KnownRows<Record>* known) {
  if (gone.empty()) return absl::OkStatus();
  CIS_ASSIGN_OR_RETURN(Statement * drop_link, UseWith(db, sql.drop_link, "share_id", share_id));
  CIS_ASSIGN_OR_RETURN(Statement * deactivate, db.Use(sql.deactivate));
  std::vector<KnownRow<Record>*> left;
  for (auto& [upstream_id, row] : *known) {
    if (!gone.contains(row.id)) continue;
    drop_link->BindInt("item_id", row.id);
    CIS_RETURN_IF_ERROR(drop_link->Run());
    deactivate->BindInt("id", row.id);
    CIS_RETURN_IF_ERROR(deactivate->Run());
    if (db.change_count() == 0) continue;
    row.stored.active = false;
    left.push_back(&row);
  }
  std::sort(left.begin(), left.end(), [](const auto* a, const auto* b) { return a->id < b->id; });
  for (const KnownRow<Record>* row : left) {
    row_log.Gone(*row, LeftChange(row->stored.record, *known));
  }
  return absl::OkStatus();
}

template <typename Record>
absl::Status ReplaceListed(Connection& db, TransactionLog& log, absl::string_view noun, Kind kind,
                           const sql::ListedSql& sql, const ShareRowIds& row,
                           const std::vector<Record>& records, absl::Time time) {
  CIS_ASSIGN_OR_RETURN(KnownRows<Record> known, LoadKnown<Record>(db, sql, row.endpoint_id));
  CIS_ASSIGN_OR_RETURN(const Appearances appearances, AppearancesOf(db, row, kind));
  const RowLog<Record> row_log{log, noun, appearances, [&](Change change) {
                                 log.AddEndpointChange(row.endpoint_id, std::move(change));
                               }};
  CIS_ASSIGN_OR_RETURN(Statement * load_links,
                       UseWith(db, sql.load_links, "share_id", row.share_id));
  CIS_ASSIGN_OR_RETURN(RowIds gone, ReadIds(*load_links, "item_id"));
  const RowIds linked = gone;

  const int64_t seen_us = absl::ToUnixMicros(time);
  CIS_ASSIGN_OR_RETURN(Statement * put, UseWith(db, sql.put, "endpoint_id", row.endpoint_id));
  put->BindInt("seen_us", seen_us);
  CIS_ASSIGN_OR_RETURN(Statement * touch, UseWith(db, sql.touch, "seen_us", seen_us));
  CIS_ASSIGN_OR_RETURN(Statement * add_link, UseWith(db, sql.add_link, "share_id", row.share_id));
  CIS_ASSIGN_OR_RETURN(Statement * count_others,
                       UseWith(db, sql.count_others, "share_id", row.share_id));
  std::vector<int64_t> added;
  RowIds seen;
  for (const Record& reported : records) {
    const auto it = known.find(reported.id);
    KnownRow<Record>* before = it == known.end() ? nullptr : &it->second;
    int64_t item_id = before == nullptr ? 0 : before->id;
    bool has_others = false;
    if (before != nullptr && NeedsOthers(reported)) {
      count_others->BindInt("item_id", item_id);
      CIS_RETURN_IF_ERROR(count_others->Step().status());
      has_others = count_others->Int("share_count") > 0;
      count_others->Reset();
    }
    const Record record = Complete(before, has_others, reported);
    if (before != nullptr && before->stored.record == record) {
      touch->BindInt("id", item_id);
      CIS_RETURN_IF_ERROR(touch->Run());
    } else {
      BindFields(*put, record);
      CIS_ASSIGN_OR_RETURN(item_id, RunForId(*put));
    }
    if (before == nullptr) {
      row_log.Created(item_id, record);
      known[reported.id] = {item_id, {record, true, time, time}};
    } else {
      row_log.Seen(*before, record);
      before->stored.active = true;
      if (before->stored.record != record) before->stored.record = record;
    }
    gone.erase(item_id);
    CIS_CHECK(item_id != 0, "a record that is listed has a row");
    if (seen.insert(item_id).second && !linked.contains(item_id)) {
      add_link->BindInt("item_id", item_id);
      CIS_RETURN_IF_ERROR(add_link->Run());
      added.push_back(item_id);
    }
  }
  CIS_CHECK(linked.size() + added.size() == seen.size() + gone.size(),
            "each link is kept, added or dropped");
  log.NoteLinks(noun, row.share_id, added, std::vector<int64_t>(gone.begin(), gone.end()));
  return DropLinks(db, sql, row_log, row.share_id, gone, &known);
}

absl::Status ReplaceSubnets(Connection& db, int64_t network_id,
                            const std::vector<Subnet>& subnets) {
  CIS_ASSIGN_OR_RETURN(Statement * drop, db.Use(sql::kDropSubnets));
  drop->BindInt("network_id", network_id);
  CIS_RETURN_IF_ERROR(drop->Run());
  CIS_ASSIGN_OR_RETURN(Statement * add, db.Use(sql::AddSubnet()));
  add->BindInt("network_id", network_id);
  int64_t position = 0;
  for (const Subnet& subnet : subnets) {
    add->BindInt("position", position++);
    BindFields(*add, subnet);
    CIS_RETURN_IF_ERROR(add->Run());
  }
  return absl::OkStatus();
}

// Writes `network` over `before` (nullptr = a new row). Returns its row.
absl::StatusOr<int64_t> PutNetwork(Connection& db, const KnownRow<Network>* before,
                                   const Network& network, int64_t share_id, int64_t seen_us) {
  if (before != nullptr && before->stored.record == network) {
    CIS_ASSIGN_OR_RETURN(Statement * touch, UseWith(db, sql::kTouchNetwork, "id", before->id));
    touch->BindInt("seen_us", seen_us);
    CIS_RETURN_IF_ERROR(touch->Run());
    return before->id;
  }
  CIS_ASSIGN_OR_RETURN(Statement * put, UseWith(db, sql::PutNetwork(), "share_id", share_id));
  put->BindInt("seen_us", seen_us);
  BindFields(*put, network);
  CIS_ASSIGN_OR_RETURN(const int64_t network_id, RunForId(*put));
  if (before == nullptr || before->stored.record.subnets != network.subnets) {
    CIS_RETURN_IF_ERROR(ReplaceSubnets(db, network_id, network.subnets));
  }
  return network_id;
}

absl::Status ReplaceNetworks(Connection& db, TransactionLog& log, const ShareRowIds& row,
                             const std::vector<Network>& networks, absl::Time time) {
  std::vector<Stored<Network>> stored;
  std::vector<int64_t> ids;
  RecordPool pool;
  CIS_RETURN_IF_ERROR(LoadNetworks(db, pool, row.share_id, &stored, &ids));
  KnownRows<Network> known;
  for (size_t i = 0; i < ids.size(); ++i) {
    SharedText key = stored[i].record.id;
    known.emplace(std::move(key), KnownRow<Network>{ids[i], std::move(stored[i])});
  }
  CIS_ASSIGN_OR_RETURN(const bool was_listed, WasListed(db, sql::kShareWasListed, "share_id",
                                                        row.share_id, Kind::kNetworks));
  const RowLog<Network> row_log{
      log, "network", was_listed ? Appearances::kAll : Appearances::kNone,
      [&](Change change) { log.AddShareChange(row.endpoint_id, row.share_id, std::move(change)); }};
  RowIds seen;
  for (const Network& network : networks) {
    const auto it = known.find(network.id);
    KnownRow<Network>* before = it == known.end() ? nullptr : &it->second;
    CIS_ASSIGN_OR_RETURN(const int64_t network_id,
                         PutNetwork(db, before, network, row.share_id, absl::ToUnixMicros(time)));
    seen.insert(network_id);
    if (before == nullptr) {
      row_log.Created(network_id, network);
      known[network.id] = {network_id, {network, true, time, time}};
      continue;
    }
    if (before->stored.record.subnets != network.subnets) {
      log.NoteList("subnet", network_id, before->stored.record.subnets);
    }
    row_log.Seen(*before, network);
    before->stored.active = true;
    before->stored.record = network;
  }
  CIS_ASSIGN_OR_RETURN(Statement * deactivate, db.Use(sql::kDeactivateNetwork));
  for (const int64_t network_id : ids) {
    if (seen.contains(network_id)) continue;
    for (auto& [upstream_id, gone] : known) {
      if (gone.id != network_id || !gone.stored.active) continue;
      deactivate->BindInt("id", network_id);
      CIS_RETURN_IF_ERROR(deactivate->Run());
      row_log.Gone(gone, GoneChange(gone.stored.record));
    }
  }
  return absl::OkStatus();
}

absl::Status ReplaceRouters(Connection& db, TransactionLog& log, int64_t share_id,
                            const std::vector<Router>& routers) {
  RecordPool pool;
  CIS_ASSIGN_OR_RETURN(const std::vector<Router> before, LoadRouters(db, pool, share_id));
  if (before == routers) return absl::OkStatus();
  log.NoteList("router", share_id, before);
  CIS_ASSIGN_OR_RETURN(Statement * drop, db.Use(sql::kDropRouters));
  drop->BindInt("share_id", share_id);
  CIS_RETURN_IF_ERROR(drop->Run());
  CIS_ASSIGN_OR_RETURN(Statement * add, db.Use(sql::AddRouter()));
  CIS_ASSIGN_OR_RETURN(Statement * add_network, db.Use(sql::kAddRouterNetwork));
  CIS_ASSIGN_OR_RETURN(Statement * add_subnet, db.Use(sql::kAddRouterSubnet));
  add->BindInt("share_id", share_id);
  int64_t position = 0;
  for (const Router& router : routers) {
    add->BindInt("position", position++);
    BindFields(*add, router);
    CIS_ASSIGN_OR_RETURN(const int64_t router_id, RunForId(*add));
    add_network->BindInt("router_id", router_id);
    for (const std::string& network_id : router.network_ids) {
      add_network->BindText("network_id", network_id);
      CIS_RETURN_IF_ERROR(add_network->Run());
    }
    add_subnet->BindInt("router_id", router_id);
    for (const std::string& subnet_id : router.subnet_ids) {
      add_subnet->BindText("subnet_id", subnet_id);
      CIS_RETURN_IF_ERROR(add_subnet->Run());
    }
  }
  return absl::OkStatus();
}

// The SQL for reading and writing a list of a share.
template <typename Record>
struct ShareList {
  absl::string_view noun;
  absl::StatusOr<std::vector<Record>> (*load)(Connection& db, RecordPool& pool, int64_t share_id);
  const char* drop;
  const std::string& (*add)();
};

// Replaces a list with one row per record. Returns the previous records.
template <typename Record>
absl::StatusOr<std::vector<Record>> ReplaceShareList(Connection& db, TransactionLog& log,
                                                     const ShareList<Record>& list,
                                                     int64_t share_id,
                                                     const std::vector<Record>& records) {
  RecordPool pool;
  CIS_ASSIGN_OR_RETURN(std::vector<Record> before, list.load(db, pool, share_id));
  if (before == records) return before;
  log.NoteList(list.noun, share_id, before);
  CIS_ASSIGN_OR_RETURN(Statement * drop, UseWith(db, list.drop, "share_id", share_id));
  CIS_RETURN_IF_ERROR(drop->Run());
  CIS_ASSIGN_OR_RETURN(Statement * add, UseWith(db, list.add(), "share_id", share_id));
  int64_t position = 0;
  for (const Record& record : records) {
    add->BindInt("position", position++);
    BindFields(*add, record);
    CIS_RETURN_IF_ERROR(add->Run());
  }
  return before;
}

constexpr ShareList<FloatingIp> kFloatingIps = {"floating_ip", LoadFloatingIps,
                                                sql::kDropFloatingIps, sql::AddFloatingIp};
constexpr ShareList<SubnetPool> kSubnetPools = {"subnet_pool", LoadSubnetPools,
                                                sql::kDropSubnetPools, sql::AddSubnetPool};
constexpr ShareList<AvailabilityZone> kZones = {"availability_zone", LoadZones, sql::kDropZones,
                                                sql::AddZone};
constexpr ShareList<VolumeType> kVolumeTypes = {"volume_type", LoadVolumeTypes,
                                                sql::kDropVolumeTypes, sql::AddVolumeType};

// Replaces a list whose changes the journal reports.
template <typename Record>
absl::Status ReplaceChoices(Connection& db, TransactionLog& log, const ShareList<Record>& list,
                            const ShareRowIds& row, const Share& share,
                            const std::vector<Record>& records) {
  CIS_ASSIGN_OR_RETURN(const std::vector<Record> before,
                       ReplaceShareList(db, log, list, row.share_id, records));
  for (Change& change : DiffChoices(share, before, records)) {
    log.AddShareChange(row.endpoint_id, row.share_id, std::move(change));
  }
  return absl::OkStatus();
}

// Whether a share may list its routers and floating IPs.
struct KnownParts {
  bool routers_known = false;
  bool floating_ips_known = false;
};

absl::Status ReplaceKnown(Connection& db, TransactionLog& log, int64_t share_id,
                          const KnownParts& parts) {
  CIS_ASSIGN_OR_RETURN(Statement * find, UseWith(db, sql::kFindKnown, "id", share_id));
  CIS_RETURN_IF_ERROR(find->Step().status());
  KnownParts before;
  RowReader read(*find);
  read("routers_known", before.routers_known);
  read("floating_ips_known", before.floating_ips_known);
  find->Reset();
  FieldTextWriter old_fields;
  if (before.routers_known != parts.routers_known) {
    old_fields("routers_known", before.routers_known);
  }
  if (before.floating_ips_known != parts.floating_ips_known) {
    old_fields("floating_ips_known", before.floating_ips_known);
  }
  log.NoteFields("share", share_id, old_fields.Take());
  CIS_ASSIGN_OR_RETURN(Statement * known, db.Use(sql::kSetKnown));
  RowBinder bind(*known);
  bind("routers_known", parts.routers_known);
  bind("floating_ips_known", parts.floating_ips_known);
  bind("id", share_id);
  return known->Run();
}

absl::Status ReplaceNetworkSet(Connection& db, TransactionLog& log, const ShareRowIds& row,
                               const Share& share, const NetworkSet& set, absl::Time time) {
  CIS_RETURN_IF_ERROR(ReplaceNetworks(db, log, row, set.networks, time));
  CIS_RETURN_IF_ERROR(ReplaceRouters(db, log, row.share_id, set.routers));
  CIS_RETURN_IF_ERROR(
      ReplaceShareList(db, log, kFloatingIps, row.share_id, set.floating_ips).status());
  CIS_RETURN_IF_ERROR(ReplaceChoices(db, log, kSubnetPools, row, share, set.subnet_pools));
  // A share that listed some of them was allowed to list them.
  return ReplaceKnown(db, log, row.share_id,
                      {set.routers_known.value_or(!set.routers.empty()),
                       set.floating_ips_known.value_or(!set.floating_ips.empty())});
}

absl::Status ReplaceQuotas(Connection& db, TransactionLog& log, const ShareRowIds& row,
                           const std::vector<Quota>& quotas) {
  RecordPool pool;
  CIS_ASSIGN_OR_RETURN(const std::vector<Quota> before, LoadQuotas(db, pool, row.share_id));
  std::vector<Quota> after = quotas;
  std::stable_sort(after.begin(), after.end(),
                   [](const Quota& a, const Quota& b) { return a.resource < b.resource; });
  if (before == after) return absl::OkStatus();
  log.NoteList("quota", row.share_id, before);
  CIS_ASSIGN_OR_RETURN(const bool was_listed, WasListed(db, sql::kShareWasListed, "share_id",
                                                        row.share_id, Kind::kQuotas));
  for (Change& change : DiffQuotas(before, after)) {
    if (was_listed) log.AddShareChange(row.endpoint_id, row.share_id, std::move(change));
  }
  CIS_ASSIGN_OR_RETURN(Statement * drop, UseWith(db, sql::kDropQuotas, "share_id", row.share_id));
  CIS_RETURN_IF_ERROR(drop->Run());
  CIS_ASSIGN_OR_RETURN(Statement * put, UseWith(db, sql::PutQuota(), "share_id", row.share_id));
  for (const Quota& quota : after) {
    BindFields(*put, quota);
    CIS_RETURN_IF_ERROR(put->Run());
  }
  return absl::OkStatus();
}

absl::Status ReplaceLimitSet(Connection& db, TransactionLog& log, const ShareRowIds& row,
                             const Share& share, const LimitSet& set) {
  CIS_RETURN_IF_ERROR(ReplaceQuotas(db, log, row, set.quotas));
  CIS_RETURN_IF_ERROR(ReplaceChoices(db, log, kZones, row, share, set.zones));
  return ReplaceChoices(db, log, kVolumeTypes, row, share, set.volume_types);
}

}  // namespace

Flavor KeepKnownSpecs(const Flavor& stored, const Flavor& reported) {
  if (reported.extra_specs.has_value() || !stored.extra_specs.has_value()) return reported;
  Flavor merged = reported;
  merged.extra_specs = stored.extra_specs;
  merged.gpu_count = stored.gpu_count;
  merged.gpu_vendor = stored.gpu_vendor;
  merged.gpu_model = stored.gpu_model;
  merged.gpu_kind = stored.gpu_kind;
  merged.gpu_memory_mib = stored.gpu_memory_mib;
  merged.arch = stored.arch;
  merged.cpu_alloc = stored.cpu_alloc;
  merged.baremetal = stored.baremetal;
  merged.provenance = stored.provenance;
  return merged;
}

Image KeepAccepted(const Image& stored, const Image& reported) {
  if (reported.member_status.empty() || !stored.member_status.empty()) return reported;
  Image merged = reported;
  merged.member_status = "";
  return merged;
}

absl::Status ReplaceListing(Connection& db, TransactionLog& log, const ShareRowIds& row,
                            const RecordSet& records, absl::Time time) {
  switch (records.kind) {
    case Kind::kFlavors:
      return ReplaceListed(db, log, "flavor", records.kind, sql::FlavorSql(), row, records.flavors,
                           time);
    case Kind::kImages:
      return ReplaceListed(db, log, "image", records.kind, sql::ImageSql(), row, records.images,
                           time);
    case Kind::kNetworks:
      return ReplaceNetworkSet(db, log, row, records.share, records.network_set, time);
    case Kind::kQuotas:
      return ReplaceLimitSet(db, log, row, records.share, records.limit_set);
    case Kind::kAuth:
      break;
  }
  return absl::InvalidArgumentError("a login lists no records; use RecordLogin");
}

}  // namespace cis
