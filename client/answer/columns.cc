// SPDX-License-Identifier: Apache-2.0
#include "client/answer/columns.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/answer/site_text.h"
#include "client/format/proto_json.h"
#include "client/format/words.h"
#include "client/text/text.h"

namespace cis::client {
namespace {

template <typename T>
struct Column {
  TableColumn table;
  bool wide_only;
  Cell (*cell)(const T& item, absl::Time now);
};

constexpr bool kWideOnly = true;
constexpr bool kAlways = false;

TableColumn Left(const char* head) { return {head, Align::kLeft, 0, Cut::kEnd, false}; }
TableColumn Right(const char* head) { return {head, Align::kRight, 0, Cut::kEnd, false}; }
// A column of long names that may be cut to `least` columns.
TableColumn Long(const char* head, size_t least) {
  return {head, Align::kLeft, least, Cut::kEnd, false};
}
TableColumn IfAny(TableColumn column) {
  column.hide_if_empty = true;
  return column;
}

TableColumn Region() {
  TableColumn column = Left("REGION");
  column.hide_if_told = true;
  return column;
}

Cell Text(std::string text) { return {std::move(text), Tone::kPlain}; }
Cell Number(int64_t number) { return {absl::StrCat(number), Tone::kPlain}; }
Cell Unknown() { return {"?", Tone::kDim}; }
Cell YesNo(bool yes) { return Text(yes ? "yes" : "no"); }

Cell KnownText(absl::string_view text) {
  return text.empty() ? Unknown() : Text(std::string(text));
}

// A cell for a fact that is good if true.
Cell FactCell(bool is_known, bool value) {
  if (!is_known) return Unknown();
  return value ? Cell{"yes", Tone::kGood} : Text("no");
}

Cell StateCell(v1::DataState state) {
  const std::string word = EnumWord(state);
  switch (state) {
    case v1::DATA_STATE_FRESH:
      return {word, Tone::kGood};
    case v1::DATA_STATE_STALE:
      return {word, Tone::kWarning};
    case v1::DATA_STATE_EXPIRED:
    case v1::DATA_STATE_MISSING:
      return {word, Tone::kBad};
    default:
      return Unknown();
  }
}

Cell SupportCell(v1::VoSupport support) {
  const std::string word = EnumWord(support);
  if (support == v1::VO_SUPPORT_AUTHENTICATED) return {word, Tone::kGood};
  if (support == v1::VO_SUPPORT_REFUSED) return {word, Tone::kBad};
  return KnownText(word);
}

// How long ago something was.
Cell AgoCell(const google::protobuf::Timestamp& time, absl::Time now) {
  return Text(FormatAge(now - ToTime(time)));
}

// Whether a day ("2026-05-01", empty = unknown) has passed.
bool IsOver(absl::string_view day, absl::Time now) {
  return !day.empty() && day < absl::FormatTime("%Y-%m-%d", now, absl::UTCTimeZone());
}

// The name at the site, marked if it has disappeared.
Cell NameCell(absl::string_view name, absl::string_view id, bool active) {
  const absl::string_view shown = name.empty() ? id : name;
  if (active) return Text(std::string(shown));
  return {absl::StrCat(shown, " (disappeared)"), Tone::kDim};
}

// Returns "connect 5 (3 d)": kinds that fail with a class, and since when.
Cell ErrorsCell(const google::protobuf::RepeatedPtrField<v1::ErrorCount>& errors, absl::Time now) {
  std::vector<std::string> parts;
  for (const v1::ErrorCount& error : errors) {
    parts.push_back(absl::StrCat(EnumWord(error.error_class()), " ", error.kind_count(), " (",
                                 FormatAge(now - ToTime(error.failing_since_time())), ")"));
  }
  return {absl::StrJoin(parts, ", "), Tone::kWarning};
}

// Returns "auth connect, 12 x (3 d)": the first kind that fails, how often in a row and since when.
Cell FailingCell(const google::protobuf::RepeatedPtrField<v1::KindStatus>& kinds, absl::Time now) {
  std::string text;
  int more = -1;
  for (const v1::KindStatus& kind : kinds) {
    if (kind.error_class() == v1::ERROR_CLASS_UNSPECIFIED) continue;
    ++more;
    if (!text.empty()) continue;
    text = absl::StrCat(EnumWord(kind.kind()), " ", EnumWord(kind.error_class()), ", ",
                        kind.failure_count(), " x (",
                        FormatAge(now - ToTime(kind.failing_since_time())), ")");
  }
  if (more > 0) absl::StrAppend(&text, absl::StrFormat(" (+%d)", more));
  return {std::move(text), Tone::kWarning};
}

// Returns when an endpoint that is backed off from is asked again; empty for any other.
template <typename Message>
Cell NextTryCell(const Message& message) {
  if (!message.has_next_attempt_time()) return Cell{};
  return {absl::StrCat("backing off until ", FormatMinute(ToTime(message.next_attempt_time()))),
          Tone::kWarning};
}

// Returns "connect 3, limit 1". `word_of` returns the word of an entry.
template <typename Entries, typename WordOf>
Cell CountsCell(const Entries& entries, WordOf word_of) {
  std::vector<std::string> parts;
  for (const auto& entry : entries) {
    const std::string word = word_of(entry);
    parts.push_back(absl::StrCat(word.empty() ? "?" : word, " ", entry.count()));
  }
  return {absl::StrJoin(parts, ", "), Tone::kWarning};
}

// The last part of a resource name.
std::string LastId(absl::string_view name) {
  const size_t slash = name.rfind('/');
  return std::string(slash == absl::string_view::npos ? name : name.substr(slash + 1));
}

std::string JoinLastIds(const google::protobuf::RepeatedPtrField<std::string>& names) {
  return absl::StrJoin(names, ",", [](std::string* out, const std::string& name) {
    absl::StrAppend(out, LastId(name));
  });
}

Cell DowntimeCell(const v1::Downtime* downtime) {
  if (downtime == nullptr) return Cell{};
  const Tone running = downtime->is_outage() ? Tone::kBad : Tone::kWarning;
  return {DowntimeText(*downtime), downtime->is_running() ? running : Tone::kPlain};
}

std::vector<Column<v1::Site>> ColumnsOf(const v1::Site*) {
  using T = v1::Site;
  return {
      {Long("SITE", 16), kAlways, [](const T& s, absl::Time) { return Text(s.display_name()); }},
      {Left("COUNTRY"), kAlways,
       [](const T& s, absl::Time) { return KnownText(s.country_code()); }},
      {Left("STATE"), kAlways,
       [](const T& s, absl::Time) {
         if (!s.configured()) return Cell{"removed", Tone::kDim};
         return StateCell(s.state());
       }},
      {Left("SHARES"), kAlways, [](const T& s, absl::Time) { return Text(SharesText(s)); }},
      {Right("AGE"), kAlways,
       [](const T& s, absl::Time now) {
         if (!s.has_observe_time()) return Cell{"never read", Tone::kBad};
         return AgoCell(s.observe_time(), now);
       }},
      {IfAny(Left("FAILING")), kAlways,
       [](const T& s, absl::Time now) {
         return Cell{FailingText(s, now), Tone::kWarning};
       }},
      {IfAny(Left("NEXT ATTEMPT")), kAlways,
       [](const T& s, absl::Time) {
         if (!s.has_next_attempt_time()) return Cell{};
         return Cell{absl::FormatTime("%m-%d %H:%M UTC", ToTime(s.next_attempt_time()),
                                      absl::UTCTimeZone()),
                     Tone::kWarning};
       }},
      {IfAny(Left("DOWNTIME")), kWideOnly,
       [](const T& s, absl::Time) { return DowntimeCell(FirstDowntime(s)); }},
      {IfAny(Left("ERRORS")), kWideOnly,
       [](const T& s, absl::Time now) { return ErrorsCell(s.errors(), now); }},
      {IfAny(Left("PROBLEMS")), kWideOnly,
       [](const T& s, absl::Time) { return Text(absl::StrJoin(s.problems(), "; ")); }},
      {Left("GOCDB"), kWideOnly,
       [](const T& s, absl::Time) {
         if (!s.has_in_registry()) return Unknown();
         if (!s.in_registry()) return Cell{"not listed", Tone::kWarning};
         const std::string word = EnumWord(s.certification());
         return Text(absl::StrCat(word.empty() ? "listed" : word,
                                  s.infrastructure().empty() ? "" : ", ", s.infrastructure()));
       }},
      {Left("ENDPOINTS"), kWideOnly,
       [](const T& s, absl::Time) { return Text(JoinLastIds(s.endpoints())); }},
      {Left("VO NAMES"), kWideOnly,
       [](const T& s, absl::Time) { return Text(absl::StrJoin(s.vos(), ",")); }},
      {Left("NAME"), kWideOnly, [](const T& s, absl::Time) { return Text(s.name()); }},
  };
}

std::vector<Column<v1::SiteProblem>> ColumnsOf(const v1::SiteProblem*) {
  using T = v1::SiteProblem;
  return {
      {Long("SITE", 16), kAlways, [](const T& p, absl::Time) { return Text(p.site_name()); }},
      {Left("CODE"), kAlways, [](const T& p, absl::Time) { return Text(EnumCode(p.code())); }},
      {Left("SINCE"), kAlways,
       [](const T& p, absl::Time) {
         if (!p.has_since_time()) return Unknown();
         return Text(
             absl::FormatTime("%Y-%m-%d %H:%M", ToTime(p.since_time()), absl::UTCTimeZone()));
       }},
      {Long("MESSAGE", 40), kAlways, [](const T& p, absl::Time) { return Text(p.message()); }},
      {Left("SUBJECT"), kWideOnly, [](const T& p, absl::Time) { return Text(p.subject()); }},
      {Left("NAME"), kWideOnly, [](const T& p, absl::Time) { return Text(p.name()); }},
  };
}

std::vector<Column<v1::Offer>> ColumnsOf(const v1::Offer*) {
  using T = v1::Offer;
  return {
      {Long("SITE", 16), kAlways, [](const T& o, absl::Time) { return Text(o.site_name()); }},
      {Left("COUNTRY"), kAlways,
       [](const T& o, absl::Time) { return KnownText(o.country_code()); }},
      {Long("SERVICE TYPE", 24), kAlways,
       [](const T& o, absl::Time) { return Text(o.service_type()); }},
      {Right("SERVICES"), kAlways,
       [](const T& o, absl::Time) { return Number(o.service_count()); }},
      {Right("PRODUCTION"), kAlways,
       [](const T& o, absl::Time) { return Number(o.production_count()); }},
      {IfAny(Left("DOWNTIME")), kAlways,
       [](const T& o, absl::Time) {
         return o.in_downtime() ? Cell{"outage", Tone::kBad} : Cell{};
       }},
      {Left("SITE STATUS"), kWideOnly,
       [](const T& o, absl::Time) { return KnownText(EnumWord(o.certification())); }},
      {Left("HOSTS"), kWideOnly,
       [](const T& o, absl::Time) { return Text(absl::StrJoin(o.hostnames(), ",")); }},
      {Left("NAME"), kWideOnly, [](const T& o, absl::Time) { return Text(o.name()); }},
  };
}

std::vector<Column<v1::Endpoint>> ColumnsOf(const v1::Endpoint*) {
  using T = v1::Endpoint;
  return {
      {Long("SITE", 16), kAlways, [](const T& e, absl::Time) { return Text(e.site_name()); }},
      {Long("KEYSTONE URL", 30), kAlways,
       [](const T& e, absl::Time) {
         if (!e.configured()) return Cell{absl::StrCat(e.keystone_url(), " (removed)"), Tone::kDim};
         return Text(e.keystone_url());
       }},
      {Left("REGION"), kAlways, [](const T& e, absl::Time) { return KnownText(e.region()); }},
      {Left("PROTOCOL"), kAlways, [](const T& e, absl::Time) { return Text(e.protocol()); }},
      {Right("SHARES"), kAlways, [](const T& e, absl::Time) { return Number(e.share_count()); }},
      {Left("NAME"), kWideOnly, [](const T& e, absl::Time) { return Text(e.name()); }},
  };
}

std::vector<Column<v1::Vo>> ColumnsOf(const v1::Vo*) {
  using T = v1::Vo;
  return {
      {Long("VO", 24), kAlways, [](const T& v, absl::Time) { return Text(v.display_name()); }},
      {Right("SITES"), kAlways, [](const T& v, absl::Time) { return Number(v.sites_size()); }},
      {Right("SHARES"), kAlways, [](const T& v, absl::Time) { return Number(v.share_count()); }},
      {Right("LOGIN WORKS"), kAlways,
       [](const T& v, absl::Time) { return Number(v.authenticated_share_count()); }},
      {Right("REFUSED"), kAlways,
       [](const T& v, absl::Time) { return Number(v.refused_share_count()); }},
      {Left("SITE IDS"), kWideOnly,
       [](const T& v, absl::Time) { return Text(JoinLastIds(v.sites())); }},
      {Left("NAME"), kWideOnly, [](const T& v, absl::Time) { return Text(v.name()); }},
  };
}

std::vector<Column<v1::Share>> ColumnsOf(const v1::Share*) {
  using T = v1::Share;
  return {
      {Long("SITE", 14), kAlways, [](const T& s, absl::Time) { return Text(s.site_name()); }},
      {Long("VO", 16), kAlways, [](const T& s, absl::Time) { return Text(s.vo()); }},
      {IfAny(Left("REGION")), kAlways, [](const T& s, absl::Time) { return Text(s.region()); }},
      {Left("LOGIN"), kAlways, [](const T& s, absl::Time) { return SupportCell(s.support()); }},
      {Left("REPORTED"), kAlways,
       [](const T& s, absl::Time now) {
         return s.has_support_time() ? AgoCell(s.support_time(), now) : Cell{"never", Tone::kDim};
       }},
      {Left("LAST ATTEMPT"), kAlways,
       [](const T& s, absl::Time now) {
         return s.has_login_attempt_time() ? AgoCell(s.login_attempt_time(), now)
                                           : Cell{"never", Tone::kDim};
       }},
      {Left("AGE"), kAlways,
       [](const T& s, absl::Time now) {
         if (!s.configured()) return Cell{"removed", Tone::kDim};
         return AgeCell(s.state(), s.has_observe_time(), s.observe_time(), now);
       }},
      {IfAny(Left("FAILING")), kAlways,
       [](const T& s, absl::Time now) { return FailingCell(s.kinds(), now); }},
      {IfAny(Left("NEXT ATTEMPT")), kAlways, [](const T& s, absl::Time) { return NextTryCell(s); }},
      {Right("FLAVORS"), kAlways, [](const T& s, absl::Time) { return Number(s.flavor_count()); }},
      {Right("IMAGES"), kAlways, [](const T& s, absl::Time) { return Number(s.image_count()); }},
      {Right("NETWORKS"), kAlways,
       [](const T& s, absl::Time) { return Number(s.network_count()); }},
      {Right("UNATTACHED FIP"), kWideOnly,
       [](const T& s, absl::Time) {
         return s.has_unattached_floating_ip_count() ? Number(s.unattached_floating_ip_count())
                                                     : Unknown();
       }},
      {Left("PROJECT ID"), kWideOnly, [](const T& s, absl::Time) { return Text(s.project_id()); }},
      {Left("PROJECT"), kWideOnly, [](const T& s, absl::Time) { return Text(s.project_name()); }},
      {Left("KEYSTONE URL"), kWideOnly,
       [](const T& s, absl::Time) { return Text(s.keystone_url()); }},
      {Left("NAME"), kWideOnly, [](const T& s, absl::Time) { return Text(s.name()); }},
  };
}

std::vector<Column<v1::Flavor>> ColumnsOf(const v1::Flavor*) {
  using T = v1::Flavor;
  return {
      {Long("SITE", 16), kAlways, [](const T& f, absl::Time) { return Text(f.site_name()); }},
      {Region(), kAlways, [](const T& f, absl::Time) { return Text(f.region()); }},
      {Long("FLAVOR", 20), kAlways,
       [](const T& f, absl::Time) {
         return NameCell(f.display_name(), f.upstream_id(), f.active());
       }},
      {Right("vCPU"), kAlways,
       [](const T& f, absl::Time) {
         return f.has_vcpu_count() ? Number(f.vcpu_count()) : Unknown();
       }},
      {Right("RAM GiB"), kAlways,
       [](const T& f, absl::Time) {
         return f.has_ram_mib() ? Text(FormatMibAsGib(f.ram_mib())) : Unknown();
       }},
      {Right("DISK GiB"), kAlways,
       [](const T& f, absl::Time) {
         if (f.has_disk_gib() && f.disk_gib() == 0) return Cell{"volume", Tone::kDim};
         return f.has_disk_gib() ? Number(f.disk_gib()) : Unknown();
       }},
      {IfAny(Long("GPU", 14)), kAlways,
       [](const T& f, absl::Time) {
         return Text(GpuText(f.has_gpu_count(), f.gpu_count(), f.gpu_vendor(), f.gpu_model()));
       }},
      {Left("ARCH"), kAlways, [](const T& f, absl::Time) { return KnownText(f.arch()); }},
      {Left("CPU"), kWideOnly,
       [](const T& f, absl::Time) { return KnownText(EnumWord(f.cpu_allocation())); }},
      {Right("EPH GiB"), kWideOnly,
       [](const T& f, absl::Time) {
         return f.has_ephemeral_gib() ? Number(f.ephemeral_gib()) : Unknown();
       }},
      {Right("SWAP MiB"), kWideOnly,
       [](const T& f, absl::Time) { return f.has_swap_mib() ? Number(f.swap_mib()) : Unknown(); }},
      {Left("PUBLIC"), kWideOnly,
       [](const T& f, absl::Time) { return f.has_is_public() ? YesNo(f.is_public()) : Unknown(); }},
      {Left("VOS"), kWideOnly,
       [](const T& f, absl::Time) { return Text(absl::StrJoin(f.vos(), ",")); }},
      {Left("ID"), kWideOnly, [](const T& f, absl::Time) { return Text(f.upstream_id()); }},
      {Left("NAME"), kWideOnly, [](const T& f, absl::Time) { return Text(f.name()); }},
  };
}

std::vector<Column<v1::Image>> ColumnsOf(const v1::Image*) {
  using T = v1::Image;
  return {
      {Long("SITE", 16), kAlways, [](const T& i, absl::Time) { return Text(i.site_name()); }},
      {Region(), kAlways, [](const T& i, absl::Time) { return Text(i.region()); }},
      {Long("IMAGE", 24), kAlways,
       [](const T& i, absl::Time) {
         return NameCell(i.display_name(), i.upstream_id(), i.active());
       }},
      {Left("OS"), kAlways,
       [](const T& i, absl::Time) { return KnownText(OsText(i.os_distro(), i.os_version())); }},
      {Left("ARCH"), kAlways, [](const T& i, absl::Time) { return KnownText(i.arch()); }},
      {Left("USER"), kAlways, [](const T& i, absl::Time) { return KnownText(i.login_user()); }},
      {Right("SIZE GiB"), kAlways,
       [](const T& i, absl::Time) {
         return i.has_size_bytes() ? Text(FormatBytesAsGib(i.size_bytes())) : Unknown();
       }},
      {IfAny(Left("NOTE")), kAlways,
       [](const T& i, absl::Time now) {
         if (i.has_bootable() && !i.bootable()) return Cell{"not bootable", Tone::kWarning};
         if (!i.usable()) return Cell{"not usable", Tone::kWarning};
         if (IsOver(i.expire_date(), now)) return Cell{"expired", Tone::kWarning};
         if (i.visibility() == v1::IMAGE_VISIBILITY_COMMUNITY) return Cell{"community", Tone::kDim};
         return i.is_snapshot() ? Cell{"snapshot", Tone::kDim} : Cell{};
       }},
      {Right("MIN RAM GiB"), kWideOnly,
       [](const T& i, absl::Time) {
         return i.has_min_ram_mib() ? Text(FormatMibAsGib(i.min_ram_mib())) : Unknown();
       }},
      {Right("MIN DISK GiB"), kWideOnly,
       [](const T& i, absl::Time) {
         return i.has_min_disk_gib() ? Number(i.min_disk_gib()) : Unknown();
       }},
      {Left("BUILT"), kWideOnly, [](const T& i, absl::Time) { return KnownText(i.build_date()); }},
      {Left("END OF LIFE"), kWideOnly,
       [](const T& i, absl::Time now) {
         return IsOver(i.eol_date(), now) ? Cell{i.eol_date(), Tone::kWarning}
                                          : KnownText(i.eol_date());
       }},
      {Left("EXPIRES"), kWideOnly,
       [](const T& i, absl::Time now) {
         return IsOver(i.expire_date(), now) ? Cell{i.expire_date(), Tone::kWarning}
                                             : KnownText(i.expire_date());
       }},
      {Left("PURPOSE"), kWideOnly,
       [](const T& i, absl::Time) { return KnownText(EnumWord(i.purpose())); }},
      {Left("STATUS"), kWideOnly, [](const T& i, absl::Time) { return KnownText(i.status()); }},
      {Left("VISIBILITY"), kWideOnly,
       [](const T& i, absl::Time) { return KnownText(EnumWord(i.visibility())); }},
      {Left("VOS"), kWideOnly,
       [](const T& i, absl::Time) { return Text(absl::StrJoin(i.vos(), ",")); }},
      {Left("ID"), kWideOnly, [](const T& i, absl::Time) { return Text(i.upstream_id()); }},
      {Left("NAME"), kWideOnly, [](const T& i, absl::Time) { return Text(i.name()); }},
  };
}

std::vector<Column<v1::Network>> ColumnsOf(const v1::Network*) {
  using T = v1::Network;
  return {
      {Long("SITE", 16), kAlways, [](const T& n, absl::Time) { return Text(n.site_name()); }},
      {Region(), kAlways, [](const T& n, absl::Time) { return Text(n.region()); }},
      {Long("VO", 16), kAlways, [](const T& n, absl::Time) { return Text(n.vo()); }},
      {Long("NETWORK", 20), kAlways,
       [](const T& n, absl::Time) {
         return NameCell(n.display_name(), n.upstream_id(), n.active());
       }},
      {Left("USE"), kAlways,
       [](const T& n, absl::Time) {
         const std::string use = EnumWord(n.usable_as());
         if (n.also_floating_pool()) return Text(absl::StrCat(use, "+floating-pool"));
         return KnownText(use);
       }},
      {Left("PUBLIC v4"), kAlways,
       [](const T& n, absl::Time) { return FactCell(n.has_public_v4(), n.public_v4()); }},
      {Left("PUBLIC v6"), kAlways,
       [](const T& n, absl::Time) { return FactCell(n.has_public_v6(), n.public_v6()); }},
      {Left("CONFIDENCE"), kAlways,
       [](const T& n, absl::Time) {
         for (const v1::FieldConfidence& fact : n.provenance().confidences()) {
           if (fact.field() == "usable_as") return Text(ConfidenceText(fact.confidence()));
         }
         return Cell{};
       }},
      {Left("ATTACHABLE"), kWideOnly,
       [](const T& n, absl::Time) { return FactCell(n.has_attachable(), n.attachable()); }},
      {Left("EXTERNAL"), kWideOnly,
       [](const T& n, absl::Time) {
         return n.has_is_external() ? YesNo(n.is_external()) : Unknown();
       }},
      {Left("SHARED"), kWideOnly,
       [](const T& n, absl::Time) { return n.has_shared() ? YesNo(n.shared()) : Unknown(); }},
      {Left("SUBNETS"), kWideOnly,
       [](const T& n, absl::Time) {
         std::vector<std::string> ranges;
         for (const v1::Subnet& s : n.subnets()) {
           if (!s.cidr().empty()) ranges.push_back(s.cidr());
         }
         return Text(absl::StrJoin(ranges, ","));
       }},
      {Left("ID"), kWideOnly, [](const T& n, absl::Time) { return Text(n.upstream_id()); }},
      {Left("NAME"), kWideOnly, [](const T& n, absl::Time) { return Text(n.name()); }},
  };
}

std::vector<Column<v1::Crawl>> ColumnsOf(const v1::Crawl*) {
  using T = v1::Crawl;
  return {
      {Left("CRAWL"), kAlways, [](const T& c, absl::Time) { return Text(LastId(c.name())); }},
      {Left("STARTED"), kAlways,
       [](const T& c, absl::Time) {
         return c.has_start_time() ? Text(FormatMinute(ToTime(c.start_time()))) : Unknown();
       }},
      {Left("DURATION"), kAlways,
       [](const T& c, absl::Time) {
         if (!c.has_end_time()) return Cell{"not ended", Tone::kWarning};
         return Text(FormatAge(ToTime(c.end_time()) - ToTime(c.start_time())));
       }},
      {Right("SHARES"), kAlways, [](const T& c, absl::Time) { return Number(c.share_count()); }},
      {Right("REFRESHED"), kAlways,
       [](const T& c, absl::Time) { return Number(c.refreshed_count()); }},
      {Right("FAILED"), kAlways,
       [](const T& c, absl::Time) {
         return Cell{absl::StrCat(c.failed_count()),
                     c.failed_count() > 0 ? Tone::kWarning : Tone::kPlain};
       }},
      {Right("REQUESTS"), kAlways,
       [](const T& c, absl::Time) { return Number(c.request_count()); }},
      {IfAny(Right("BACKING OFF")), kAlways,
       [](const T& c, absl::Time) {
         return c.backing_off_count() == 0 ? Cell{} : Number(c.backing_off_count());
       }},
      {IfAny(Left("ERRORS")), kAlways,
       [](const T& c, absl::Time) {
         return CountsCell(c.error_counts(),
                           [](const auto& e) { return EnumWord(e.error_class()); });
       }},
      {IfAny(Left("LIMITS REACHED")), kAlways,
       [](const T& c, absl::Time) {
         return CountsCell(c.limit_hits(), [](const auto& h) { return EnumWord(h.limit()); });
       }},
      {Left("NAME"), kWideOnly, [](const T& c, absl::Time) { return Text(c.name()); }},
  };
}

}  // namespace

template <typename T>
std::vector<TableColumn> TableColumnsOf(bool wide) {
  std::vector<TableColumn> columns;
  for (const Column<T>& column : ColumnsOf(static_cast<const T*>(nullptr))) {
    if (wide || !column.wide_only) columns.push_back(column.table);
  }
  return columns;
}

template <typename T>
std::vector<Cell> LinesBelow(const T& item, size_t width) {
  if constexpr (std::is_same_v<T, v1::Site>) return SiteLines(item, width);
  return {};
}

template <typename T>
std::vector<Cell> CellsOf(const T& item, bool wide, absl::Time now) {
  static const std::vector<Column<T>> kColumns = ColumnsOf(static_cast<const T*>(nullptr));
  std::vector<Cell> cells;
  for (const Column<T>& column : kColumns) {
    if (wide || !column.wide_only) cells.push_back(column.cell(item, now));
  }
  return cells;
}

#define CIS_INSTANTIATE(Type)                                               \
  template std::vector<TableColumn> TableColumnsOf<v1::Type>(bool);         \
  template std::vector<Cell> LinesBelow<v1::Type>(const v1::Type&, size_t); \
  template std::vector<Cell> CellsOf<v1::Type>(const v1::Type&, bool, absl::Time)

CIS_INSTANTIATE(Site);
CIS_INSTANTIATE(Endpoint);
CIS_INSTANTIATE(Vo);
CIS_INSTANTIATE(Share);
CIS_INSTANTIATE(Flavor);
CIS_INSTANTIATE(Image);
CIS_INSTANTIATE(Network);
CIS_INSTANTIATE(Crawl);
CIS_INSTANTIATE(SiteProblem);
CIS_INSTANTIATE(Offer);

#undef CIS_INSTANTIATE

}  // namespace cis::client
