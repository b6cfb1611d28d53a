// SPDX-License-Identifier: Apache-2.0
#include "server/service/field_tables.h"

#include "absl/algorithm/container.h"
#include "schema/model/known.h"
#include "schema/model/words.h"
#include "server/service/described_fields.h"
#include "server/service/proto_values.h"

namespace cis::server {
namespace {

using Value = FieldValue;

constexpr absl::string_view kStateWords[] = {"fresh", "stale", "expired", "missing"};
constexpr WordSet kStates = {"DATA_STATE_", kStateWords};
constexpr absl::string_view kSupportWords[] = {"configured", "authenticated", "refused", "unknown"};
constexpr WordSet kSupport = {"VO_SUPPORT_", kSupportWords};

// Computed fields. `read` returns what the name of the function says.
template <typename Row, typename Read>
void AddText(FieldTable<Row>& table, absl::string_view name, Read read,
             const WordSet* words = nullptr) {
  table.Add(
      name, words == nullptr ? FieldType::kText : FieldType::kWord,
      [read](const Row& row) -> Value { return absl::string_view(read(row)); }, words);
}
template <typename Row, typename Read>
void AddNumber(FieldTable<Row>& table, absl::string_view name, Read read) {
  table.Add(name, FieldType::kNumber,
            [read](const Row& row) -> Value { return int64_t{read(row)}; });
}
template <typename Row, typename Read>
void AddBool(FieldTable<Row>& table, absl::string_view name, Read read) {
  table.Add(name, FieldType::kBool, [read](const Row& row) -> Value { return read(row); });
}
template <typename Row, typename Read>
void AddTime(FieldTable<Row>& table, absl::string_view name, Read read) {
  table.Add(name, FieldType::kTime, [read](const Row& row) -> Value { return read(row); });
}
template <typename Row, typename Read>
void AddState(FieldTable<Row>& table, Read read) {
  AddText(
      table, "state", [read](const Row& row) { return FormatDataState(read(row)); }, &kStates);
}

// `vos`, of a flavor or image.
template <typename View>
void AddItemVos(FieldTable<View>& table) {
  table.AddList("vos", [](const View& view, TextTest test) {
    for (const int32_t index : view.share_indexes) {
      const Share& share = view.share(index);
      if (share.configured && test(share.vo)) return true;
    }
    return false;
  });
}

// The fields of the record of a flavor, image or network, and those that all three have besides.
template <typename View>
FieldTable<View> MakeStoredFields() {
  FieldTable<View> table;
  AddDescribedFields(
      table, [](const View& view) -> auto& { return view.record(); });
  AddText(
      table, "site_name", [](const View& view) -> auto& { return view.site->site.name; });
  AddBool(table, "active", [](const View& view) { return view.stored->active; });
  AddTime(table, "first_seen_time", [](const View& view) { return view.stored->first_seen; });
  AddTime(table, "last_seen_time", [](const View& view) { return view.stored->last_seen; });
  return table;
}

absl::Time LoginAttemptTime(const ShareCatalog& share) {
  const KindState* login = FindKind(share.kinds, Kind::kAuth);
  return login == nullptr ? absl::InfinitePast() : login->attempt_time;
}

absl::string_view FormatVoSupport(const ShareCatalog& share) {
  switch (share.share.support) {
    case VoSupport::kUnknown:
      return IsKnown(LoginAttemptTime(share)) ? "unknown" : "configured";
    case VoSupport::kAuthenticated:
      return "authenticated";
    case VoSupport::kRefused:
      return "refused";
  }
  return "configured";
}

// Returns a text of the registry about a site; empty if the registry does not list it.
auto OfRegistry(std::string RegistrySite::*member) {
  return [member](const SiteSummary& row) {
    const RegistrySite* site = row.registry.site;
    return site == nullptr ? absl::string_view() : absl::string_view(site->*member);
  };
}

FieldTable<SiteSummary> MakeSiteFields() {
  using Row = SiteSummary;
  FieldTable<Row> table;
  AddDescribedFields(
      table, [](const Row& row) -> auto& { return row.site->site()->site; });
  AddState(table, [](const Row& row) { return row.state; });
  AddTime(table, "observe_time", [](const Row& row) { return row.observe_time; });
  AddNumber(table, "share_count", [](const Row& row) { return row.share_count; });
  AddText(table, "certification", OfRegistry(&RegistrySite::certification), &kCertificationWords);
  AddText(table, "infrastructure", OfRegistry(&RegistrySite::infrastructure));
  AddBool(table, "in_downtime", [](const Row& row) { return row.registry.in_downtime; });
  table.AddList("vos", [](const Row& row, TextTest test) { return absl::c_any_of(row.vos, test); });
  return table;
}

FieldTable<EndpointRow> MakeEndpointFields() {
  using Row = EndpointRow;
  FieldTable<Row> table;
  AddText(
      table, "site_name", [](const Row& row) -> auto& { return row.view->site->site.name; });
  AddText(
      table, "region",
      [](const Row& row) -> auto& { return RegionOf(row.view->endpoint->endpoint); });
  AddText(
      table, "keystone_url", [](const Row& row) -> auto& { return row.keystone_url; });
  AddDescribedFields(
      table, [](const Row& row) -> auto& { return row.view->endpoint->endpoint; });
  return table;
}

FieldTable<VoSummary> MakeVoFields() {
  using Row = VoSummary;
  FieldTable<Row> table;
  AddText(
      table, "display_name", [](const Row& row) -> auto& { return row.vo; });
  AddNumber(table, "share_count", [](const Row& row) { return row.share_count; });
  AddNumber(table, "authenticated_share_count",
            [](const Row& row) { return row.authenticated_share_count; });
  AddNumber(table, "refused_share_count", [](const Row& row) { return row.refused_share_count; });
  return table;
}

FieldTable<ShareRow> MakeShareFields() {
  using Row = ShareRow;
  FieldTable<Row> table;
  AddText(
      table, "site_name", [](const Row& row) -> auto& { return row.view->site->site.name; });
  AddText(
      table, "vo", [](const Row& row) -> auto& { return row.view->share->share.vo; });
  AddText(
      table, "region",
      [](const Row& row) -> auto& { return RegionOf(row.view->endpoint->endpoint); });
  AddDescribedFields(
      table, [](const Row& row) -> auto& { return row.view->share->share; });
  AddText(
      table, "support", [](const Row& row) { return FormatVoSupport(*row.view->share); },
      &kSupport);
  AddTime(table, "login_attempt_time",
          [](const Row& row) { return LoginAttemptTime(*row.view->share); });
  AddState(table, [](const Row& row) { return row.state; });
  AddTime(table, "observe_time",
          [](const Row& row) { return OldestSuccess(row.view->share->kinds, kAllKinds); });
  return table;
}

FieldTable<FlavorView> MakeFlavorFields() {
  FieldTable<FlavorView> table = MakeStoredFields<FlavorView>();
  AddItemVos(table);
  return table;
}

FieldTable<ImageView> MakeImageFields() {
  FieldTable<ImageView> table = MakeStoredFields<ImageView>();
  AddItemVos(table);
  return table;
}

FieldTable<NetworkView> MakeNetworkFields() {
  FieldTable<NetworkView> table = MakeStoredFields<NetworkView>();
  AddText(
      table, "vo", [](const NetworkView& row) -> auto& { return row.share->share.vo; });
  return table;
}

template <typename Row>
FieldTable<Row> MakeRecordFields() {
  FieldTable<Row> table;
  AddDescribedFields(
      table, [](const Row& row) -> auto& { return row; });
  return table;
}

FieldTable<OfferRow> MakeOfferFields() {
  using Row = OfferRow;
  FieldTable<Row> table;
  AddText(table, "site_name", [](const Row& row) { return row.site_name; });
  AddText(table, "country_code", [](const Row& row) { return row.country_code; });
  AddText(table, "service_type", [](const Row& row) { return row.service_type; });
  AddNumber(table, "service_count", [](const Row& row) { return row.service_count; });
  AddNumber(table, "production_count", [](const Row& row) { return row.production_count; });
  AddText(
      table, "certification", [](const Row& row) { return row.certification; },
      &kCertificationWords);
  AddBool(table, "in_downtime", [](const Row& row) { return row.in_downtime; });
  return table;
}

}  // namespace

// Tables are made once and never freed.

const FieldTable<SiteSummary>& SiteFields() {
  static const auto& table = *new FieldTable<SiteSummary>(MakeSiteFields());
  return table;
}
const FieldTable<EndpointRow>& EndpointFields() {
  static const auto& table = *new FieldTable<EndpointRow>(MakeEndpointFields());
  return table;
}
const FieldTable<VoSummary>& VoFields() {
  static const auto& table = *new FieldTable<VoSummary>(MakeVoFields());
  return table;
}
const FieldTable<ShareRow>& ShareFields() {
  static const auto& table = *new FieldTable<ShareRow>(MakeShareFields());
  return table;
}
const FieldTable<FlavorView>& FlavorFields() {
  static const auto& table = *new FieldTable<FlavorView>(MakeFlavorFields());
  return table;
}
const FieldTable<ImageView>& ImageFields() {
  static const auto& table = *new FieldTable<ImageView>(MakeImageFields());
  return table;
}
const FieldTable<NetworkView>& NetworkFields() {
  static const auto& table = *new FieldTable<NetworkView>(MakeNetworkFields());
  return table;
}
const FieldTable<Crawl>& CrawlFields() {
  static const auto& table = *new FieldTable<Crawl>(MakeRecordFields<Crawl>());
  return table;
}
const FieldTable<SiteProblem>& SiteProblemFields() {
  static const auto& table = *new FieldTable<SiteProblem>(MakeRecordFields<SiteProblem>());
  return table;
}
const FieldTable<OfferRow>& OfferFields() {
  static const auto& table = *new FieldTable<OfferRow>(MakeOfferFields());
  return table;
}

}  // namespace cis::server
