// SPDX-License-Identifier: Apache-2.0
#include "schema/store/observation_rows.h"

#include <string>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "schema/base/status_macros.h"
#include "schema/store/rows.h"
#include "schema/store/sqlite_sql.h"
#include "schema/store/zstd.h"

namespace cis {
namespace {

absl::StatusOr<Statement*> UseWithKey(Connection& db, absl::string_view sql,
                                      const ObservationKey& key) {
  CIS_ASSIGN_OR_RETURN(Statement * statement, db.Use(sql));
  statement->BindInt("share_id", key.share_id);
  statement->BindText("kind", FormatKind(key.kind));
  return statement;
}

// Name, status, length and error of each document, as they are stored.
using DocumentHeads = std::vector<std::tuple<std::string, int64_t, int64_t, std::string>>;

absl::StatusOr<DocumentHeads> LoadHeads(Connection& db, const ObservationKey& key) {
  DocumentHeads heads;
  CIS_ASSIGN_OR_RETURN(Statement * list, UseWithKey(db, sql::DocumentsOf(), key));
  while (true) {
    CIS_ASSIGN_OR_RETURN(const bool more, list->Step());
    if (!more) return heads;
    const int64_t bytes = list->Int("body_bytes");
    std::string name(list->Text("name"));
    const int64_t status = list->Int("status");
    heads.emplace_back(std::move(name), status, bytes, std::string(list->Text("error")));
  }
}

DocumentHeads HeadsOf(const Observation& observation) {
  DocumentHeads heads;
  for (const Document& document : observation.documents) {
    heads.emplace_back(document.name, document.status, static_cast<int64_t>(document.body.size()),
                       document.error);
  }
  return heads;
}

// Whether the observation of `key` has the bodies in `frame`. The same zstd makes equal frames of
// equal texts; after an upgrade of zstd, the answer is "not the same" once.
absl::StatusOr<bool> HasFrame(Connection& db, const ObservationKey& key, const std::string& frame) {
  CIS_ASSIGN_OR_RETURN(Statement * find, UseWithKey(db, sql::kFindObservation, key));
  CIS_ASSIGN_OR_RETURN(const bool found, find->Step());
  if (!found) return false;
  const bool same = find->Blob("bodies_zstd") == frame;
  find->Reset();
  return same;
}

}  // namespace

absl::StatusOr<StoredShare> LoadShareRow(Connection& db, int64_t share_id) {
  CIS_ASSIGN_OR_RETURN(Statement * find_key, db.Use(sql::kShareKey));
  find_key->BindInt("id", share_id);
  CIS_ASSIGN_OR_RETURN(const bool has_key, find_key->Step());
  if (!has_key) return absl::NotFoundError(absl::StrCat("no share ", share_id));
  Share share;
  RowReader read_key(*find_key);
  read_key("site_name", share.endpoint.site_name);
  read_key("keystone_url", share.endpoint.keystone_url);
  read_key("region", share.endpoint.region);
  read_key("vo", share.vo);
  const int64_t site_id = find_key->Int("site_id");
  const int64_t endpoint_id = find_key->Int("endpoint_id");
  const int64_t vo_id = find_key->Int("vo_id");
  read_key("project_key", share.project_key);
  find_key->Reset();

  CIS_ASSIGN_OR_RETURN(Statement * find_endpoint, db.Use(sql::FindEndpoint()));
  find_endpoint->BindInt("site_id", site_id);
  find_endpoint->BindText("keystone_url", share.endpoint.keystone_url);
  find_endpoint->BindText("region", share.endpoint.region);
  CIS_RETURN_IF_ERROR(find_endpoint->Step().status());
  RowReader read_endpoint(*find_endpoint);
  VisitFields(read_endpoint, share.endpoint);
  find_endpoint->Reset();

  CIS_ASSIGN_OR_RETURN(Statement * find_share, db.Use(sql::FindShare()));
  find_share->BindInt("endpoint_id", endpoint_id);
  find_share->BindInt("vo_id", vo_id);
  find_share->BindText("project_key", share.project_key);
  CIS_RETURN_IF_ERROR(find_share->Step().status());
  RowReader read_share(*find_share);
  VisitFields(read_share, share);
  find_share->Reset();
  return StoredShare{share, endpoint_id};
}

absl::StatusOr<bool> ReplaceObservation(Connection& db, int64_t share_id,
                                        const Observation& observation) {
  std::string bodies;
  for (const Document& document : observation.documents) bodies += document.body;
  CIS_ASSIGN_OR_RETURN(const std::string frame, Compress(bodies));

  const ObservationKey key = {share_id, observation.kind};
  CIS_ASSIGN_OR_RETURN(bool same, HasFrame(db, key, frame));
  if (same) {
    CIS_ASSIGN_OR_RETURN(const DocumentHeads heads, LoadHeads(db, key));
    same = heads == HeadsOf(observation);
  }
  CIS_ASSIGN_OR_RETURN(Statement * put, UseWithKey(db, sql::kPutObservation, key));
  RowBinder bind(*put);
  bind("fetch_time_us", observation.fetch_time);
  put->BindBlob("bodies_zstd", frame);
  CIS_RETURN_IF_ERROR(put->Run());

  CIS_ASSIGN_OR_RETURN(Statement * drop, UseWithKey(db, sql::kDropDocuments, key));
  CIS_RETURN_IF_ERROR(drop->Run());
  CIS_ASSIGN_OR_RETURN(Statement * add, UseWithKey(db, sql::AddDocument(), key));
  int64_t position = 0;
  for (const Document& document : observation.documents) {
    add->BindInt("position", position++);
    add->BindInt("body_bytes", static_cast<int64_t>(document.body.size()));
    BindFields(*add, document);
    CIS_RETURN_IF_ERROR(add->Run());
  }
  return same;
}

absl::StatusOr<std::vector<ObservationKey>> ObservationKeys(Connection& db) {
  std::vector<ObservationKey> keys;
  CIS_ASSIGN_OR_RETURN(Statement * list, db.Use(sql::kObservationKeys));
  RowReader read(*list);
  while (true) {
    CIS_ASSIGN_OR_RETURN(const bool more, list->Step());
    if (!more) return keys;
    ObservationKey& key = keys.emplace_back();
    read("share_id", key.share_id);
    read("kind", key.kind);
  }
}

absl::StatusOr<Observation> LoadObservation(Connection& db, const ObservationKey& key) {
  Observation observation;
  observation.kind = key.kind;
  CIS_ASSIGN_OR_RETURN(Statement * find, UseWithKey(db, sql::kFindObservation, key));
  CIS_ASSIGN_OR_RETURN(const bool found, find->Step());
  if (!found) {
    return absl::NotFoundError(
        absl::StrCat("share ", key.share_id, " has no observation of ", FormatKind(key.kind)));
  }
  RowReader read_time(*find);
  read_time("fetch_time_us", observation.fetch_time);
  const std::string frame(find->Blob("bodies_zstd"));
  find->Reset();

  CIS_ASSIGN_OR_RETURN(Statement * list, UseWithKey(db, sql::DocumentsOf(), key));
  std::vector<size_t> sizes;
  size_t total = 0;
  while (true) {
    CIS_ASSIGN_OR_RETURN(const bool more, list->Step());
    if (!more) break;
    sizes.push_back(static_cast<size_t>(list->Int("body_bytes")));
    total += sizes.back();
    RowReader read(*list);
    VisitFields(read, observation.documents.emplace_back());
  }
  CIS_ASSIGN_OR_RETURN(const std::string bodies, Decompress(frame, total));
  size_t start = 0;
  for (size_t i = 0; i < sizes.size(); ++i) {
    observation.documents[i].body = bodies.substr(start, sizes[i]);
    start += sizes[i];
  }
  CIS_ASSIGN_OR_RETURN(StoredShare stored, LoadShareRow(db, key.share_id));
  observation.share = std::move(stored.share);
  return observation;
}

absl::StatusOr<absl::Time> ObservationTime(Connection& db, const ObservationKey& key) {
  CIS_ASSIGN_OR_RETURN(Statement * find, UseWithKey(db, sql::kFindObservation, key));
  CIS_ASSIGN_OR_RETURN(const bool found, find->Step());
  if (!found) {
    return absl::NotFoundError(
        absl::StrCat("share ", key.share_id, " has no observation of ", FormatKind(key.kind)));
  }
  absl::Time time;
  RowReader read(*find);
  read("fetch_time_us", time);
  find->Reset();
  return time;
}

}  // namespace cis
