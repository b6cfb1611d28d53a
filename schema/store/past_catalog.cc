// SPDX-License-Identifier: Apache-2.0
#include "schema/store/past_catalog.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"
#include "schema/base/check.h"
#include "schema/base/status_macros.h"
#include "schema/base/text_list.h"
#include "schema/model/field_text.h"
#include "schema/model/list_text.h"
#include "schema/model/network_peers.h"
#include "schema/model/split_shares.h"

namespace cis {
namespace {

absl::Status Damaged() {
  return absl::DataLossError("the history has a value that no crawler writes; restore a backup");
}

// The inverse of TransactionLog's pairs.
absl::StatusOr<std::vector<FieldText>> ParseFields(const std::vector<std::string>& texts) {
  if (texts.size() % 2 != 0) return Damaged();
  std::vector<FieldText> fields;
  for (size_t i = 0; i < texts.size(); i += 2) {
    absl::string_view value = texts[i + 1];
    FieldText field{texts[i], std::nullopt};
    if (absl::ConsumePrefix(&value, "=")) {
      field.text = std::string(value);
    } else if (value != "-") {
      return Damaged();
    }
    fields.push_back(std::move(field));
  }
  return fields;
}

std::optional<std::string> FindField(const std::vector<FieldText>& fields, absl::string_view name) {
  for (const FieldText& field : fields) {
    if (field.name == name) return field.text;
  }
  return std::nullopt;
}

template <typename Record>
absl::Status Set(const std::vector<FieldText>& fields, Record* record) {
  return SetFields(fields, *record).empty() ? absl::OkStatus() : Damaged();
}

template <typename Record>
absl::Status SetStored(const std::vector<FieldText>& fields, Stored<Record>* stored) {
  if (const auto active = FindField(fields, "active")) stored->active = *active == "1";
  if (const auto seen = FindField(fields, "last_seen_us")) {
    int64_t micros = 0;
    if (!absl::SimpleAtoi(*seen, &micros)) return Damaged();
    stored->last_seen = absl::FromUnixMicros(micros);
  }
  return Set(fields, &stored->record);
}

// Sets what is not a member of VisitFields; returns false if it was not written by TransactionLog.
bool SetExtra(const std::vector<FieldText>&, Subnet*) { return true; }
bool SetExtra(const std::vector<FieldText>&, FloatingIp*) { return true; }
bool SetExtra(const std::vector<FieldText>&, SubnetPool*) { return true; }
bool SetExtra(const std::vector<FieldText>&, Quota*) { return true; }
bool SetExtra(const std::vector<FieldText>&, AvailabilityZone*) { return true; }
bool SetExtra(const std::vector<FieldText>&, VolumeType*) { return true; }
bool SetExtra(const std::vector<FieldText>& fields, Router* router) {
  return ParseListText(FindField(fields, "network_ids").value_or("[]"), router->network_ids) &&
         ParseListText(FindField(fields, "subnet_ids").value_or("[]"), router->subnet_ids);
}

// A list of records, each one text.
template <typename Record>
absl::Status SetRecords(const std::vector<std::string>& texts, std::vector<Record>* records) {
  records->clear();
  for (const std::string& text : texts) {
    std::vector<std::string> pairs;
    if (!ParseListText(text, pairs)) return Damaged();
    CIS_ASSIGN_OR_RETURN(const std::vector<FieldText> fields, ParseFields(pairs));
    Record& record = records->emplace_back();
    CIS_RETURN_IF_ERROR(Set(fields, &record));
    if (!SetExtra(fields, &record)) return Damaged();
  }
  return absl::OkStatus();
}

// Returns nullptr if the row does not exist, or not any more.
template <typename Places>
auto Find(const Places& places, int64_t row) -> typename Places::mapped_type {
  const auto it = places.find(row);
  return it == places.end() ? nullptr : it->second;
}

template <typename Places>
void Forget(int64_t row, Places* places) {
  const auto it = places->find(row);
  if (it != places->end()) it->second = nullptr;
}

absl::Time SuccessTime(const ShareCatalog& share, Kind kind) {
  for (const KindState& state : share.kinds) {
    if (state.kind == kind) return state.success_time;
  }
  return absl::InfinitePast();
}

// Keeps the records whose rows are still in `places`, and the links to them as indexes.
template <typename Record, typename Places, typename LinksOf>
void Compact(const std::vector<int64_t>& rows, const Places& places, Kind kind,
             std::vector<int32_t> ShareCatalog::*indexes, LinksOf links_of,
             std::vector<Stored<Record>>* records, std::vector<ShareCatalog>* shares) {
  std::vector<Stored<Record>> kept;
  CIS_CHECK(rows.size() == records->size(), "each record has its row");
  kept.reserve(records->size());
  absl::flat_hash_map<int64_t, int32_t> index_of;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (Find(places, rows[i]) == nullptr) continue;
    index_of[rows[i]] = static_cast<int32_t>(kept.size());
    kept.push_back(std::move((*records)[i]));
    // Its last listing is then derived from the shares that see it.
    if (kept.back().active) kept.back().last_seen = kept.back().first_seen;
  }
  *records = std::move(kept);
  for (size_t i = 0; i < shares->size(); ++i) {
    std::vector<int32_t>& list = (*shares)[i].*indexes;
    list.clear();
    const absl::Time seen = SuccessTime((*shares)[i], kind);
    for (const int64_t row : links_of(i)) {
      const auto it = index_of.find(row);
      if (it == index_of.end()) continue;
      list.push_back(it->second);
      absl::Time& last_seen = (*records)[static_cast<size_t>(it->second)].last_seen;
      last_seen = std::max(last_seen, seen);
    }
    std::sort(list.begin(), list.end());
  }
}

void CompactNetworks(const std::vector<int64_t>& rows,
                     const absl::flat_hash_map<int64_t, Stored<Network>*>& places,
                     ShareCatalog* share) {
  CIS_CHECK(rows.size() == share->networks.size(), "each network has its row");
  std::vector<Stored<Network>> kept;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (Find(places, rows[i]) == nullptr) continue;
    kept.push_back(std::move(share->networks[i]));
    Stored<Network>& network = kept.back();
    if (network.active) {
      network.last_seen = std::max(network.first_seen, SuccessTime(*share, Kind::kNetworks));
    }
  }
  share->networks = std::move(kept);
}

}  // namespace

PastCatalog::PastCatalog(std::vector<std::shared_ptr<SiteCatalog>> sites,
                         std::vector<SiteRows> rows)
    : sites_(std::move(sites)), rows_(std::move(rows)) {
  CIS_CHECK(sites_.size() == rows_.size(), "each site has its row");
  for (size_t s = 0; s < sites_.size(); ++s) {
    site_places_[rows_[s].id] = sites_[s].get();
    CIS_CHECK(sites_[s]->endpoints.size() == rows_[s].endpoints.size(),
              "each endpoint has its row");
    for (size_t e = 0; e < rows_[s].endpoints.size(); ++e) {
      EndpointCatalog& endpoint = sites_[s]->endpoints[e];
      const EndpointRows& ids = rows_[s].endpoints[e];
      endpoint_places_[ids.id] = &endpoint;
      CIS_CHECK(endpoint.flavors.size() == ids.flavor_ids.size(), "each flavor has its row");
      CIS_CHECK(endpoint.images.size() == ids.image_ids.size(), "each image has its row");
      CIS_CHECK(endpoint.shares.size() == ids.shares.size(), "each share has its row");
      std::vector<Stored<Flavor>>* const flavors = endpoint.flavors.Mutable();
      std::vector<Stored<Image>>* const images = endpoint.images.Mutable();
      for (size_t i = 0; i < ids.flavor_ids.size(); ++i) {
        flavor_places_[ids.flavor_ids[i]] = &(*flavors)[i];
      }
      for (size_t i = 0; i < ids.image_ids.size(); ++i) {
        image_places_[ids.image_ids[i]] = &(*images)[i];
      }
      for (size_t i = 0; i < ids.shares.size(); ++i) {
        ShareCatalog& share = endpoint.shares[i];
        const ShareRows& share_rows = ids.shares[i];
        share_places_[share_rows.id] = &share;
        CIS_CHECK(share.networks.size() == share_rows.network_ids.size(),
                  "each network has its row");
        ShareLinks& links = links_[share_rows.id];
        for (const int32_t index : share.flavor_indexes) {
          links.flavors.insert(ids.flavor_ids[static_cast<size_t>(index)]);
        }
        for (const int32_t index : share.image_indexes) {
          links.images.insert(ids.image_ids[static_cast<size_t>(index)]);
        }
        for (size_t n = 0; n < share_rows.network_ids.size(); ++n) {
          network_places_[share_rows.network_ids[n]] = &share.networks[n];
        }
      }
    }
  }
}

absl::Status PastCatalog::Undo(absl::string_view steps) {
  TextListReader list(steps);
  std::vector<Step> parsed;
  for (Step step; list.Next(&step.operation); step = Step()) {
    std::string row;
    std::string count_text;
    int64_t count = 0;
    if (!list.Next(&step.noun) || !list.Next(&row) || !list.Next(&count_text) ||
        !absl::SimpleAtoi(row, &step.row) || !absl::SimpleAtoi(count_text, &count)) {
      return Damaged();
    }
    for (int64_t i = 0; i < count; ++i) {
      std::string text;
      if (!list.Next(&text)) return Damaged();
      step.texts.push_back(std::move(text));
    }
    parsed.push_back(std::move(step));
  }
  if (!list.ok()) return Damaged();
  // A transaction may change a row twice; the first value recorded is the one from before.
  std::reverse(parsed.begin(), parsed.end());
  for (const Step& step : parsed) CIS_RETURN_IF_ERROR(Apply(step));
  return absl::OkStatus();
}

absl::Status PastCatalog::Apply(const Step& step) {
  if (step.operation == "+") {
    Remove(step);
    return absl::OkStatus();
  }
  if (step.operation == "=") return SetRow(step);
  if (step.operation == "l") return SetList(step);
  if (step.operation == "i") return SetLinks(step);
  return Damaged();
}

void PastCatalog::Remove(const Step& step) {
  if (step.noun == "site") Forget(step.row, &site_places_);
  if (step.noun == "endpoint") Forget(step.row, &endpoint_places_);
  if (step.noun == "share") Forget(step.row, &share_places_);
  if (step.noun == "flavor") Forget(step.row, &flavor_places_);
  if (step.noun == "image") Forget(step.row, &image_places_);
  if (step.noun == "network") Forget(step.row, &network_places_);
  absl::string_view kind = step.noun;
  ShareCatalog* share = Find(share_places_, step.row);
  if (!absl::ConsumePrefix(&kind, "share_kind/") || share == nullptr) return;
  share->kinds.erase(
      std::remove_if(share->kinds.begin(), share->kinds.end(),
                     [kind](const KindState& state) { return FormatKind(state.kind) == kind; }),
      share->kinds.end());
}

absl::Status PastCatalog::SetKind(const Step& step) {
  absl::string_view kind = step.noun;
  absl::ConsumePrefix(&kind, "share_kind/");
  ShareCatalog* share = Find(share_places_, step.row);
  if (share == nullptr) return absl::OkStatus();
  CIS_ASSIGN_OR_RETURN(const std::vector<FieldText> fields, ParseFields(step.texts));
  for (KindState& state : share->kinds) {
    if (FormatKind(state.kind) == kind) CIS_RETURN_IF_ERROR(Set(fields, &state));
  }
  return absl::OkStatus();
}

absl::Status PastCatalog::SetRow(const Step& step) {
  CIS_ASSIGN_OR_RETURN(const std::vector<FieldText> fields, ParseFields(step.texts));
  const auto set = [&](auto* item, auto apply) {
    return item == nullptr ? absl::OkStatus() : apply(item);
  };
  if (step.noun == "site") {
    return set(Find(site_places_, step.row), [&](SiteCatalog* s) { return Set(fields, &s->site); });
  }
  if (step.noun == "endpoint") {
    return set(Find(endpoint_places_, step.row),
               [&](EndpointCatalog* e) { return Set(fields, &e->endpoint); });
  }
  if (step.noun == "share") {
    return set(Find(share_places_, step.row), [&](ShareCatalog* share) {
      if (const auto known = FindField(fields, "routers_known")) {
        share->routers_known = *known == "1";
      }
      if (const auto known = FindField(fields, "floating_ips_known")) {
        share->floating_ips_known = *known == "1";
      }
      return Set(fields, &share->share);
    });
  }
  const auto set_stored = [&](auto* stored) { return SetStored(fields, stored); };
  if (step.noun == "flavor") return set(Find(flavor_places_, step.row), set_stored);
  if (step.noun == "image") return set(Find(image_places_, step.row), set_stored);
  if (step.noun == "network") return set(Find(network_places_, step.row), set_stored);
  return SetKind(step);
}

absl::Status PastCatalog::SetList(const Step& step) {
  if (step.noun == "subnet") {
    Stored<Network>* network = Find(network_places_, step.row);
    return network == nullptr ? absl::OkStatus() : SetRecords(step.texts, &network->record.subnets);
  }
  ShareCatalog* share = Find(share_places_, step.row);
  if (share == nullptr) return absl::OkStatus();
  if (step.noun == "router") return SetRecords(step.texts, &share->routers);
  if (step.noun == "floating_ip") return SetRecords(step.texts, &share->floating_ips);
  if (step.noun == "subnet_pool") return SetRecords(step.texts, &share->subnet_pools);
  if (step.noun == "quota") return SetRecords(step.texts, &share->quotas);
  if (step.noun == "availability_zone") return SetRecords(step.texts, &share->zones);
  if (step.noun == "volume_type") return SetRecords(step.texts, &share->volume_types);
  return Damaged();
}

absl::Status PastCatalog::SetLinks(const Step& step) {
  ShareLinks& all = links_[step.row];
  Links& links = step.noun == "flavor" ? all.flavors : all.images;
  for (absl::string_view text : step.texts) {
    const bool added = absl::ConsumePrefix(&text, "+");
    int64_t row = 0;
    if ((!added && !absl::ConsumePrefix(&text, "-")) || !absl::SimpleAtoi(text, &row)) {
      return Damaged();
    }
    added ? void(links.erase(row)) : void(links.insert(row));
  }
  return absl::OkStatus();
}

void PastCatalog::FinishEndpoint(const EndpointRows& rows, EndpointCatalog* endpoint) {
  std::vector<ShareCatalog> shares;
  std::vector<int64_t> share_ids;
  for (size_t i = 0; i < rows.shares.size(); ++i) {
    if (Find(share_places_, rows.shares[i].id) == nullptr) continue;
    CompactNetworks(rows.shares[i].network_ids, network_places_, &endpoint->shares[i]);
    endpoint->shares[i].share.endpoint = endpoint->endpoint;
    shares.push_back(std::move(endpoint->shares[i]));
    share_ids.push_back(rows.shares[i].id);
  }
  endpoint->shares = std::move(shares);
  Compact(
      rows.flavor_ids, flavor_places_, Kind::kFlavors, &ShareCatalog::flavor_indexes,
      [&](size_t i) -> const Links& { return links_[share_ids[i]].flavors; },
      endpoint->flavors.Mutable(), &endpoint->shares);
  Compact(
      rows.image_ids, image_places_, Kind::kImages, &ShareCatalog::image_indexes,
      [&](size_t i) -> const Links& { return links_[share_ids[i]].images; },
      endpoint->images.Mutable(), &endpoint->shares);
  JoinNetworkFacts(endpoint);
}

std::vector<std::shared_ptr<const SiteCatalog>> PastCatalog::Finish(int64_t generation) {
  std::vector<std::shared_ptr<const SiteCatalog>> finished;
  for (size_t s = 0; s < sites_.size(); ++s) {
    if (Find(site_places_, rows_[s].id) == nullptr) continue;
    SiteCatalog& site = *sites_[s];
    std::vector<EndpointCatalog> endpoints;
    for (size_t e = 0; e < rows_[s].endpoints.size(); ++e) {
      const EndpointRows& ids = rows_[s].endpoints[e];
      if (Find(endpoint_places_, ids.id) == nullptr) continue;
      FinishEndpoint(ids, &site.endpoints[e]);
      site.endpoints[e].offered_projects.clear();
      endpoints.push_back(std::move(site.endpoints[e]));
    }
    site.endpoints = std::move(endpoints);
    RemoveSplitShares(&site);
    site.generation = std::min(site.generation, generation);
    finished.push_back(std::move(sites_[s]));
  }
  return finished;
}

}  // namespace cis
