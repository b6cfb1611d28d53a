#include "server/service/field_tables.h"

#include "server/service/proto_values.h"

namespace cis {
namespace {

using Value = FieldValue;
using Test = absl::FunctionRef<bool(absl::string_view)>;

template <typename Row, typename Read>
Field Text(absl::string_view name, Read read) {
  return MakeField<Row>(name, FieldType::kText,
                        [read](const Row& row) -> Value { return absl::string_view(read(row)); });
}

template <typename Row, typename Read>
Field Number(absl::string_view name, Read read) {
  return MakeField<Row>(name, FieldType::kNumber, [read](const Row& row) -> Value {
    return static_cast<int64_t>(read(row));
  });
}

template <typename Row, typename Read>
Field OptionalNumber(absl::string_view name, Read read) {
  return MakeField<Row>(name, FieldType::kNumber,
                        [read](const Row& row) -> Value { return OptionalValue(read(row)); });
}

template <typename Row, typename Read>
Field Bool(absl::string_view name, Read read) {
  return MakeField<Row>(name, FieldType::kBool,
                        [read](const Row& row) -> Value { return read(row); });
}

template <typename Row, typename Read>
Field OptionalBool(absl::string_view name, Read read) {
  return MakeField<Row>(name, FieldType::kBool,
                        [read](const Row& row) -> Value { return OptionalValue(read(row)); });
}

template <typename Row, typename Read>
Field Time(absl::string_view name, Read read) {
  return MakeField<Row>(name, FieldType::kTime,
                        [read](const Row& row) -> Value { return read(row); });
}

template <typename Row, typename Read>
Field State(absl::string_view name, Read read) {
  return MakeWordField<Row>(name, "DATA_STATE_", {"fresh", "stale", "expired", "missing"},
                            [read](const Row& row) -> Value { return FormatDataState(read(row)); });
}

template <typename Row, typename Read>
Field YesNo(absl::string_view name, Read read) {
  return MakeWordField<Row>(name, "TRISTATE_", {"yes", "no", "unknown"},
                            [read](const Row& row) -> Value { return FormatTristate(read(row)); });
}

template <typename Row>
bool AnyOfTexts(const Row& texts, Test test) {
  for (const auto& text : texts) {
    if (test(text)) return true;
  }
  return false;
}

// `vos`, of a flavor or image.
template <typename View>
Field ItemVos() {
  return MakeListField<View>("vos", [](const View& view, Test test) {
    for (const int32_t index : view.share_indexes) {
      const Share& share = view.share(index);
      if (share.configured && test(share.vo)) return true;
    }
    return false;
  });
}

// The fields that flavors, images and networks share.
template <typename View>
void AddStoredFields(FieldTable& table) {
  table.push_back(Text<View>(
      "display_name", [](const View& v) -> auto& { return v.record().name; }));
  table.push_back(Text<View>(
      "upstream_id", [](const View& v) -> auto& { return v.record().id; }));
  table.push_back(Text<View>(
      "site_name", [](const View& v) -> auto& { return v.site->site.name; }));
  table.push_back(Bool<View>("active", [](const View& v) { return v.stored->active; }));
  table.push_back(
      Time<View>("first_seen_time", [](const View& v) { return v.stored->first_seen; }));
  table.push_back(Time<View>("last_seen_time", [](const View& v) { return v.stored->last_seen; }));
}

absl::Time LoginAttemptTime(const ShareCatalog& share) {
  const KindState* login = FindKind(share.kinds, Kind::kAuth);
  return login == nullptr ? absl::InfinitePast() : login->attempt_time;
}

absl::string_view FormatVoSupport(const ShareCatalog& share) {
  switch (share.share.support) {
    case VoSupport::kUnknown:
      return IsKnownTime(LoginAttemptTime(share)) ? "unknown" : "configured";
    case VoSupport::kAuthenticated:
      return "authenticated";
    case VoSupport::kRefused:
      return "refused";
  }
  return "configured";
}

FieldTable MakeSiteFields() {
  using Row = SiteSummary;
  FieldTable table;
  table.push_back(Text<Row>(
      "display_name", [](const Row& r) -> auto& { return r.site->site()->site.name; }));
  table.push_back(Text<Row>(
      "country_code", [](const Row& r) -> auto& { return r.site->site()->site.country_code; }));
  table.push_back(
      Bool<Row>("configured", [](const Row& r) { return r.site->site()->site.configured; }));
  table.push_back(State<Row>("state", [](const Row& r) { return r.state; }));
  table.push_back(Time<Row>("observe_time", [](const Row& r) { return r.observe_time; }));
  table.push_back(Number<Row>("share_count", [](const Row& r) { return r.share_count; }));
  const auto of_registry = [](const Row& r, std::string RegistrySite::*member) {
    return r.registry.site == nullptr ? absl::string_view()
                                      : absl::string_view(r.registry.site->*member);
  };
  table.push_back(Text<Row>("certification", [of_registry](const Row& r) {
    return of_registry(r, &RegistrySite::certification);
  }));
  table.push_back(Text<Row>("infrastructure", [of_registry](const Row& r) {
    return of_registry(r, &RegistrySite::infrastructure);
  }));
  table.push_back(Bool<Row>("in_downtime", [](const Row& r) { return r.registry.in_downtime; }));
  table.push_back(
      MakeListField<Row>("vos", [](const Row& r, Test test) { return AnyOfTexts(r.vos, test); }));
  return table;
}

FieldTable MakeEndpointFields() {
  using Row = EndpointRow;
  FieldTable table;
  table.push_back(Text<Row>(
      "site_name", [](const Row& r) -> auto& { return r.view->site->site.name; }));
  table.push_back(Text<Row>(
      "region", [](const Row& r) -> auto& { return RegionOf(r.view->endpoint->endpoint); }));
  table.push_back(Text<Row>(
      "keystone_url", [](const Row& r) -> auto& { return r.keystone_url; }));
  table.push_back(Text<Row>(
      "protocol", [](const Row& r) -> auto& { return r.view->endpoint->endpoint.protocol; }));
  table.push_back(
      Bool<Row>("configured", [](const Row& r) { return r.view->endpoint->endpoint.configured; }));
  return table;
}

FieldTable MakeVoFields() {
  using Row = VoSummary;
  FieldTable table;
  table.push_back(Text<Row>(
      "display_name", [](const Row& r) -> auto& { return r.vo; }));
  table.push_back(Number<Row>("share_count", [](const Row& r) { return r.share_count; }));
  table.push_back(Number<Row>("authenticated_share_count",
                              [](const Row& r) { return r.authenticated_share_count; }));
  table.push_back(
      Number<Row>("refused_share_count", [](const Row& r) { return r.refused_share_count; }));
  return table;
}

FieldTable MakeShareFields() {
  using Row = ShareRow;
  FieldTable table;
  table.push_back(Text<Row>(
      "site_name", [](const Row& r) -> auto& { return r.view->site->site.name; }));
  table.push_back(Text<Row>(
      "vo", [](const Row& r) -> auto& { return r.view->share->share.vo; }));
  table.push_back(Text<Row>(
      "project_id", [](const Row& r) -> auto& { return r.view->share->share.project_id; }));
  table.push_back(Text<Row>(
      "project_name", [](const Row& r) -> auto& { return r.view->share->share.project_name; }));
  table.push_back(Text<Row>(
      "region", [](const Row& r) -> auto& { return RegionOf(r.view->endpoint->endpoint); }));
  table.push_back(MakeWordField<Row>(
      "support", "VO_SUPPORT_", {"configured", "authenticated", "refused", "unknown"},
      [](const Row& r) -> Value { return FormatVoSupport(*r.view->share); }));
  table.push_back(
      Time<Row>("support_time", [](const Row& r) { return r.view->share->share.support_time; }));
  table.push_back(Time<Row>("login_attempt_time",
                            [](const Row& r) { return LoginAttemptTime(*r.view->share); }));
  table.push_back(State<Row>("state", [](const Row& r) { return r.state; }));
  table.push_back(Time<Row>(
      "observe_time", [](const Row& r) { return OldestSuccess(r.view->share->kinds, kAllKinds); }));
  table.push_back(
      Bool<Row>("configured", [](const Row& r) { return r.view->share->share.configured; }));
  table.push_back(
      Bool<Row>("discovered", [](const Row& r) { return r.view->share->share.discovered; }));
  return table;
}

FieldTable MakeFlavorFields() {
  using Row = FlavorView;
  FieldTable table;
  AddStoredFields<Row>(table);
  table.push_back(
      OptionalNumber<Row>("vcpu_count", [](const Row& r) { return r.record().vcpu_count; }));
  table.push_back(OptionalNumber<Row>("ram_mib", [](const Row& r) { return r.record().ram_mib; }));
  table.push_back(
      OptionalNumber<Row>("disk_gib", [](const Row& r) { return r.record().disk_gib; }));
  table.push_back(
      OptionalNumber<Row>("ephemeral_gib", [](const Row& r) { return r.record().ephemeral_gib; }));
  table.push_back(
      OptionalNumber<Row>("swap_mib", [](const Row& r) { return r.record().swap_mib; }));
  table.push_back(
      OptionalNumber<Row>("gpu_count", [](const Row& r) { return r.record().gpu_count; }));
  table.push_back(Text<Row>(
      "gpu_model", [](const Row& r) -> auto& { return r.record().gpu_model; }));
  table.push_back(Text<Row>(
      "gpu_vendor", [](const Row& r) -> auto& { return r.record().gpu_vendor; }));
  table.push_back(Text<Row>(
      "gpu_kind", [](const Row& r) -> auto& { return r.record().gpu_kind; }));
  table.push_back(OptionalNumber<Row>("gpu_memory_mib",
                                      [](const Row& r) { return r.record().gpu_memory_mib; }));
  table.push_back(Text<Row>(
      "arch", [](const Row& r) -> auto& { return r.record().arch; }));
  table.push_back(Text<Row>(
      "cpu_alloc", [](const Row& r) -> auto& { return r.record().cpu_alloc; }));
  table.push_back(
      OptionalBool<Row>("is_public", [](const Row& r) { return r.record().is_public; }));
  table.push_back(
      Bool<Row>("boot_from_volume", [](const Row& r) { return r.record().boot_from_volume; }));
  table.push_back(Bool<Row>("baremetal", [](const Row& r) { return r.record().baremetal; }));
  table.push_back(ItemVos<Row>());
  return table;
}

FieldTable MakeImageFields() {
  using Row = ImageView;
  FieldTable table;
  AddStoredFields<Row>(table);
  table.push_back(Text<Row>(
      "os_distro", [](const Row& r) -> auto& { return r.record().os_distro; }));
  Field version = MakeField<Row>("os_version", FieldType::kVersion, [](const Row& r) -> Value {
    return absl::string_view(r.record().os_version);
  });
  version.distro = [](const void* row) -> absl::string_view {
    return static_cast<const Row*>(row)->record().os_distro;
  };
  table.push_back(std::move(version));
  table.push_back(Text<Row>(
      "os_codename", [](const Row& r) -> auto& { return r.record().os_codename; }));
  table.push_back(Text<Row>(
      "arch", [](const Row& r) -> auto& { return r.record().arch; }));
  table.push_back(Text<Row>(
      "login_user", [](const Row& r) -> auto& { return r.record().login_user; }));
  table.push_back(Text<Row>(
      "purpose", [](const Row& r) -> auto& { return r.record().purpose; }));
  table.push_back(Text<Row>(
      "status", [](const Row& r) -> auto& { return r.record().status; }));
  table.push_back(Text<Row>(
      "visibility", [](const Row& r) -> auto& { return r.record().visibility; }));
  table.push_back(Text<Row>(
      "disk_format", [](const Row& r) -> auto& { return r.record().disk_format; }));
  table.push_back(Bool<Row>("usable", [](const Row& r) { return r.record().usable; }));
  table.push_back(Bool<Row>("is_snapshot", [](const Row& r) { return r.record().is_snapshot; }));
  table.push_back(OptionalBool<Row>("hidden", [](const Row& r) { return r.record().hidden; }));
  table.push_back(
      OptionalNumber<Row>("size_bytes", [](const Row& r) { return r.record().size_bytes; }));
  table.push_back(OptionalNumber<Row>("virtual_size_bytes",
                                      [](const Row& r) { return r.record().virtual_size_bytes; }));
  table.push_back(
      OptionalNumber<Row>("min_ram_mib", [](const Row& r) { return r.record().min_ram_mib; }));
  table.push_back(
      OptionalNumber<Row>("min_disk_gib", [](const Row& r) { return r.record().min_disk_gib; }));
  table.push_back(Time<Row>("create_time", [](const Row& r) { return r.record().create_time; }));
  table.push_back(Text<Row>(
      "build_date", [](const Row& r) -> auto& { return r.record().build_date; }));
  table.push_back(Text<Row>(
      "eol_date", [](const Row& r) -> auto& { return r.record().eol_date; }));
  table.push_back(Text<Row>(
      "egi_ref", [](const Row& r) -> auto& { return r.record().egi_ref; }));
  table.push_back(OptionalBool<Row>("bootable", [](const Row& r) { return r.record().bootable; }));
  table.push_back(Text<Row>(
      "expire_date", [](const Row& r) -> auto& { return r.record().expire_date; }));
  table.push_back(Text<Row>(
      "image_source", [](const Row& r) -> auto& { return r.record().image_source; }));
  table.push_back(Text<Row>(
      "uuid_validity", [](const Row& r) -> auto& { return r.record().uuid_validity; }));
  table.push_back(Text<Row>(
      "replace_frequency", [](const Row& r) -> auto& { return r.record().replace_frequency; }));
  table.push_back(Text<Row>(
      "provided_until", [](const Row& r) -> auto& { return r.record().provided_until; }));
  table.push_back(
      OptionalNumber<Row>("hotfix_hours", [](const Row& r) { return r.record().hotfix_hours; }));
  table.push_back(MakeListField<Row>(
      "tags", [](const Row& r, Test test) { return AnyOfTexts(r.record().tags, test); }));
  table.push_back(ItemVos<Row>());
  return table;
}

FieldTable MakeNetworkFields() {
  using Row = NetworkView;
  FieldTable table;
  AddStoredFields<Row>(table);
  table.push_back(Text<Row>(
      "vo", [](const Row& r) -> auto& { return r.share->share.vo; }));
  table.push_back(Text<Row>(
      "status", [](const Row& r) -> auto& { return r.record().status; }));
  table.push_back(MakeWordField<Row>("usable_as", "", {"floating-pool", "direct", "tenant", "none"},
                                     [](const Row& r) -> Value { return FormatRole(r.record()); }));
  table.push_back(YesNo<Row>("attachable", [](const Row& r) { return r.record().attachable; }));
  table.push_back(YesNo<Row>("public_v4", [](const Row& r) { return r.record().public_v4; }));
  table.push_back(YesNo<Row>("public_v6", [](const Row& r) { return r.record().public_v6; }));
  table.push_back(
      OptionalBool<Row>("is_external", [](const Row& r) { return r.record().is_external; }));
  table.push_back(OptionalBool<Row>("shared", [](const Row& r) { return r.record().shared; }));
  table.push_back(
      OptionalBool<Row>("is_default", [](const Row& r) { return r.record().is_default; }));
  return table;
}

FieldTable MakeCrawlFields() {
  using Row = Crawl;
  FieldTable table;
  table.push_back(Time<Row>("start_time", [](const Row& r) { return r.start_time; }));
  table.push_back(Time<Row>("end_time", [](const Row& r) { return r.end_time; }));
  table.push_back(Number<Row>("share_count", [](const Row& r) { return r.share_count; }));
  table.push_back(Number<Row>("refreshed_count", [](const Row& r) { return r.refreshed_count; }));
  table.push_back(Number<Row>("failed_count", [](const Row& r) { return r.failed_count; }));
  table.push_back(Number<Row>("request_count", [](const Row& r) { return r.request_count; }));
  table.push_back(
      Number<Row>("backing_off_count", [](const Row& r) { return r.backing_off_count; }));
  return table;
}

FieldTable MakeSiteProblemFields() {
  using Row = SiteProblem;
  FieldTable table;
  table.push_back(Text<Row>(
      "site_name", [](const Row& r) -> auto& { return r.site_name; }));
  table.push_back(Text<Row>(
      "code", [](const Row& r) -> auto& { return r.code; }));
  table.push_back(Text<Row>(
      "subject", [](const Row& r) -> auto& { return r.subject; }));
  table.push_back(Text<Row>(
      "message", [](const Row& r) -> auto& { return r.message; }));
  table.push_back(Time<Row>("since_time", [](const Row& r) { return r.since; }));
  return table;
}

FieldTable MakeOfferFields() {
  using Row = OfferRow;
  FieldTable table;
  table.push_back(Text<Row>("site_name", [](const Row& r) { return r.site_name; }));
  table.push_back(Text<Row>("country_code", [](const Row& r) { return r.country_code; }));
  table.push_back(Text<Row>("service_type", [](const Row& r) { return r.service_type; }));
  table.push_back(Number<Row>("service_count", [](const Row& r) { return r.service_count; }));
  table.push_back(Number<Row>("production_count", [](const Row& r) { return r.production_count; }));
  table.push_back(Text<Row>("certification", [](const Row& r) { return r.certification; }));
  table.push_back(Bool<Row>("in_downtime", [](const Row& r) { return r.in_downtime; }));
  return table;
}

}  // namespace

// Tables are made once and never freed, so that filters may point into them for ever.

const FieldTable& SiteFields() {
  static const FieldTable& table = *new FieldTable(MakeSiteFields());
  return table;
}
const FieldTable& EndpointFields() {
  static const FieldTable& table = *new FieldTable(MakeEndpointFields());
  return table;
}
const FieldTable& VoFields() {
  static const FieldTable& table = *new FieldTable(MakeVoFields());
  return table;
}
const FieldTable& ShareFields() {
  static const FieldTable& table = *new FieldTable(MakeShareFields());
  return table;
}
const FieldTable& FlavorFields() {
  static const FieldTable& table = *new FieldTable(MakeFlavorFields());
  return table;
}
const FieldTable& ImageFields() {
  static const FieldTable& table = *new FieldTable(MakeImageFields());
  return table;
}
const FieldTable& NetworkFields() {
  static const FieldTable& table = *new FieldTable(MakeNetworkFields());
  return table;
}
const FieldTable& CrawlFields() {
  static const FieldTable& table = *new FieldTable(MakeCrawlFields());
  return table;
}

const FieldTable& SiteProblemFields() {
  static const FieldTable& table = *new FieldTable(MakeSiteProblemFields());
  return table;
}
const FieldTable& OfferFields() {
  static const FieldTable& table = *new FieldTable(MakeOfferFields());
  return table;
}

}  // namespace cis
