#include "schema/store/listing_rows.h"

#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "schema/base/status_macros.h"
#include "schema/store/rows.h"
#include "schema/store/sqlite_sql.h"

namespace cis {
namespace {

using RowIds = absl::flat_hash_set<int64_t>;

// All values of the column `name` that `statement` gives.
absl::StatusOr<RowIds> ReadIds(Statement& statement, absl::string_view name) {
  RowIds ids;
  while (true) {
    CIS_ASSIGN_OR_RETURN(const bool more, statement.Step());
    if (!more) return ids;
    ids.insert(statement.Int(name));
  }
}

// A share may be shown less of a flavor than another one.
absl::StatusOr<Flavor> Complete(Connection& db, int64_t endpoint_id, const Flavor& flavor) {
  if (flavor.extra_specs.has_value()) return flavor;
  CIS_ASSIGN_OR_RETURN(Statement * find, db.Use(sql::FlavorSql().find));
  find->BindInt("endpoint_id", endpoint_id);
  find->BindText("upstream_id", flavor.id);
  CIS_ASSIGN_OR_RETURN(const bool found, find->Step());
  if (!found) return flavor;
  Flavor stored;
  RowReader reader(*find);
  VisitFields(reader, stored);
  find->Reset();
  return KeepKnownSpecs(stored, flavor);
}

absl::StatusOr<Image> Complete(Connection&, int64_t, const Image& image) { return image; }

template <typename Record>
absl::Status ReplaceListed(Connection& db, const sql::ListedSql& sql, const ShareRowIds& row,
                           const std::vector<Record>& records, absl::Time time) {
  CIS_ASSIGN_OR_RETURN(Statement * load_links, db.Use(sql.load_links));
  load_links->BindInt("share_id", row.share_id);
  CIS_ASSIGN_OR_RETURN(RowIds gone, ReadIds(*load_links, "item_id"));
  const RowIds linked = gone;

  CIS_ASSIGN_OR_RETURN(Statement * put, db.Use(sql.put));
  put->BindInt("endpoint_id", row.endpoint_id);
  put->BindInt("seen_us", absl::ToUnixMicros(time));
  CIS_ASSIGN_OR_RETURN(Statement * add_link, db.Use(sql.add_link));
  add_link->BindInt("share_id", row.share_id);
  RowIds seen;
  for (const Record& reported : records) {
    CIS_ASSIGN_OR_RETURN(const Record record, Complete(db, row.endpoint_id, reported));
    BindFields(*put, record);
    CIS_ASSIGN_OR_RETURN(const int64_t item_id, RunForId(*put));
    gone.erase(item_id);
    if (seen.insert(item_id).second && !linked.contains(item_id)) {
      add_link->BindInt("item_id", item_id);
      CIS_RETURN_IF_ERROR(add_link->Run());
    }
  }

  CIS_ASSIGN_OR_RETURN(Statement * drop_link, db.Use(sql.drop_link));
  drop_link->BindInt("share_id", row.share_id);
  CIS_ASSIGN_OR_RETURN(Statement * deactivate, db.Use(sql.deactivate));
  for (const int64_t item_id : gone) {
    drop_link->BindInt("item_id", item_id);
    CIS_RETURN_IF_ERROR(drop_link->Run());
    deactivate->BindInt("id", item_id);
    CIS_RETURN_IF_ERROR(deactivate->Run());
  }
  return absl::OkStatus();
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

absl::Status ReplaceNetworks(Connection& db, int64_t share_id, const std::vector<Network>& networks,
                             absl::Time time) {
  CIS_ASSIGN_OR_RETURN(Statement * active, db.Use(sql::kActiveNetworks));
  active->BindInt("share_id", share_id);
  CIS_ASSIGN_OR_RETURN(RowIds gone, ReadIds(*active, "id"));
  CIS_ASSIGN_OR_RETURN(Statement * put, db.Use(sql::PutNetwork()));
  put->BindInt("share_id", share_id);
  put->BindInt("seen_us", absl::ToUnixMicros(time));
  for (const Network& network : networks) {
    BindFields(*put, network);
    CIS_ASSIGN_OR_RETURN(const int64_t network_id, RunForId(*put));
    CIS_RETURN_IF_ERROR(ReplaceSubnets(db, network_id, network.subnets));
    gone.erase(network_id);
  }
  CIS_ASSIGN_OR_RETURN(Statement * deactivate, db.Use(sql::kDeactivateNetwork));
  for (const int64_t network_id : gone) {
    deactivate->BindInt("id", network_id);
    CIS_RETURN_IF_ERROR(deactivate->Run());
  }
  return absl::OkStatus();
}

absl::Status ReplaceRouters(Connection& db, int64_t share_id, const std::vector<Router>& routers) {
  CIS_ASSIGN_OR_RETURN(Statement * drop, db.Use(sql::kDropRouters));
  drop->BindInt("share_id", share_id);
  CIS_RETURN_IF_ERROR(drop->Run());
  CIS_ASSIGN_OR_RETURN(Statement * add, db.Use(sql::AddRouter()));
  CIS_ASSIGN_OR_RETURN(Statement * add_network, db.Use(sql::kAddRouterNetwork));
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
  }
  return absl::OkStatus();
}

absl::Status ReplaceFloatingIps(Connection& db, int64_t share_id,
                                const std::vector<FloatingIp>& floating_ips) {
  CIS_ASSIGN_OR_RETURN(Statement * drop, db.Use(sql::kDropFloatingIps));
  drop->BindInt("share_id", share_id);
  CIS_RETURN_IF_ERROR(drop->Run());
  CIS_ASSIGN_OR_RETURN(Statement * add, db.Use(sql::AddFloatingIp()));
  add->BindInt("share_id", share_id);
  int64_t position = 0;
  for (const FloatingIp& ip : floating_ips) {
    add->BindInt("position", position++);
    BindFields(*add, ip);
    CIS_RETURN_IF_ERROR(add->Run());
  }
  return absl::OkStatus();
}

absl::Status ReplaceNetworkSet(Connection& db, int64_t share_id, const NetworkSet& set,
                               absl::Time time) {
  CIS_RETURN_IF_ERROR(ReplaceNetworks(db, share_id, set.networks, time));
  CIS_RETURN_IF_ERROR(ReplaceRouters(db, share_id, set.routers));
  CIS_RETURN_IF_ERROR(ReplaceFloatingIps(db, share_id, set.floating_ips));
  CIS_ASSIGN_OR_RETURN(Statement * known, db.Use(sql::kSetKnown));
  // Who lists some of them was allowed to list them.
  RowBinder bind(*known);
  bind("routers_known", set.routers_known.value_or(!set.routers.empty()));
  bind("floating_ips_known", set.floating_ips_known.value_or(!set.floating_ips.empty()));
  bind("id", share_id);
  return known->Run();
}

absl::Status ReplaceQuotas(Connection& db, int64_t share_id, const std::vector<Quota>& quotas) {
  CIS_ASSIGN_OR_RETURN(Statement * drop, db.Use(sql::kDropQuotas));
  drop->BindInt("share_id", share_id);
  CIS_RETURN_IF_ERROR(drop->Run());
  CIS_ASSIGN_OR_RETURN(Statement * put, db.Use(sql::PutQuota()));
  put->BindInt("share_id", share_id);
  for (const Quota& quota : quotas) {
    BindFields(*put, quota);
    CIS_RETURN_IF_ERROR(put->Run());
  }
  return absl::OkStatus();
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

absl::Status ReplaceListing(Connection& db, const ShareRowIds& row, const RecordSet& records,
                            absl::Time time) {
  switch (records.kind) {
    case Kind::kFlavors:
      return ReplaceListed(db, sql::FlavorSql(), row, records.flavors, time);
    case Kind::kImages:
      return ReplaceListed(db, sql::ImageSql(), row, records.images, time);
    case Kind::kNetworks:
      return ReplaceNetworkSet(db, row.share_id, records.network_set, time);
    case Kind::kQuotas:
      return ReplaceQuotas(db, row.share_id, records.quotas);
    case Kind::kAuth:
      break;
  }
  return absl::InvalidArgumentError("a login lists no records; use RecordLogin");
}

}  // namespace cis
