// SPDX-License-Identifier: Apache-2.0
#include "crawler/registry/gocdb_fetch.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "crawler/registry/assembler.h"
#include "crawler/registry/gocdb.h"
#include "crawler/registry/limits.h"
#include "crawler/source/service_endpoint.h"
#include "net/http/http_error.h"
#include "net/http/http_status.h"
#include "schema/base/status_macros.h"

namespace cis::crawler {
namespace {

constexpr absl::string_view kUsualPath = "/gocdbpi/public/";
constexpr absl::string_view kCertifications[] = {"Certified", "Candidate", "Uncertified",
                                                 "Suspended", "Closed"};
// What the registry calls sites that are no test.
constexpr absl::string_view kNotProduction = "not Production";

}  // namespace

absl::StatusOr<Url> ParseGocdbUrl(absl::string_view text) {
  CIS_ASSIGN_OR_RETURN(Url url, ParseUrl(text));
  if (url.scheme != "https" && ClassifyHost(url.host) != HostClass::kLoopback) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", RedactUrl(text),
                     "\" is plain http; it must be https, or http on a "
                     "loopback address"));
  }
  if (!url.query.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", RedactUrl(text),
                     "\" has a query; write the URL of the interface only, "
                     "e.g. https://goc.egi.eu/gocdbpi/public/"));
  }
  if (url.path == "/") url.path = std::string(kUsualPath);
  return url;
}

// One list of the registry; several queries may fill it.
struct GocdbFetch::List {
  RegistryPart part = RegistryPart::kSites;
  RegistryAssembler assembler;
  absl::Time time;     // of the first page
  int open_count = 0;  // queries that have not ended
  bool ended = false;  // done was called
};

// One chain of pages.
struct GocdbFetch::Query {
  List* list = nullptr;
  std::string parameters;     // "method=get_service"
  std::string certification;  // what the sites of its pages are, if it says that
  std::string infrastructure;
  int page_count = 0;
  std::set<std::string> seen;  // pages that were asked for
};

GocdbFetch::GocdbFetch(HttpTransport* transport, const Clock* clock, Url url,
                       absl::Duration timeout, Done done)
    : transport_(transport),
      clock_(clock),
      url_(std::move(url)),
      timeout_(timeout),
      done_(std::move(done)) {}

GocdbFetch::~GocdbFetch() = default;

void GocdbFetch::Start() {
  const absl::Time now = clock_->Now();
  deadline_ = clock_->Steady() + kRegistryDeadline;
  for (const RegistryPart part : kAllRegistryParts) {
    lists_.push_back(std::make_unique<List>());
    lists_.back()->part = part;
    lists_.back()->time = now;
  }
  const auto add = [this](size_t list, std::string parameters) -> Query& {
    Query& query = *queries_.emplace_back(std::make_unique<Query>());
    query.list = lists_[list].get();
    query.parameters = std::move(parameters);
    ++query.list->open_count;
    return query;
  };
  for (const absl::string_view status : kCertifications) {
    add(0, absl::StrCat("method=get_site_list&certification_status=", status)).certification =
        std::string(status);
  }
  add(0, absl::StrCat("method=get_site_list&production_status=", kProduction)).infrastructure =
      std::string(kProduction);
  add(1, "method=get_service");
  // Includes downtimes that ended yesterday or later: a day's tolerance for clocks and time zones.
  const absl::Time window = now - absl::Hours(24);
  add(2, absl::StrCat("method=get_downtime&windowstart=",
                      absl::FormatTime("%Y-%m-%d", window, absl::UTCTimeZone())));
  for (const auto& query : queries_) Ask(*query, "");
}

void GocdbFetch::Ask(Query& query, std::string page_parameter) {
  Url url = url_;
  url.query = absl::StrCat(query.parameters, page_parameter);
  query.seen.insert(std::move(page_parameter));
  HttpRequest request;
  request.url = FormatUrl(url);
  request.headers = {{"Accept", "application/xml"}};
  request.timeout = timeout_;
  request.deadline = std::max(deadline_ - clock_->Steady(), absl::Milliseconds(1));
  request.max_body_bytes = kMaxRegistryPageBytes;
  request.allow_loopback = ClassifyHost(url.host) == HostClass::kLoopback;
  transport_->Send(std::move(request), [this, &query](absl::StatusOr<HttpResponse> answer) {
    OnAnswer(query, std::move(answer));
  });
}

void GocdbFetch::OnAnswer(Query& query, absl::StatusOr<HttpResponse> answer) {
  if (!answer.ok() && answer.status().code() == absl::StatusCode::kCancelled) return;
  request_count_ += answer.ok() ? answer->try_count : 1;
  List& list = *query.list;
  if (list.ended) return;
  if (!answer.ok()) {
    Finish(list, answer.status());
    return;
  }
  absl::StatusOr<std::string> next = AddPage(query, *answer);
  if (!next.ok()) {
    Finish(list, next.status());
  } else if (!next->empty()) {
    Ask(query, *std::move(next));
  } else if (--list.open_count == 0) {
    Finish(list, absl::OkStatus());
  }
}

// Keeps the page. Returns the parameter of the next one; empty if this was the last.
absl::StatusOr<std::string> GocdbFetch::AddPage(Query& query, const HttpResponse& answer) {
  Url url = url_;
  url.query = query.parameters;
  const std::string place = RedactUrl(FormatUrl(url));
  CIS_RETURN_IF_ERROR(HttpStatusToStatus(answer.status, absl::StrCat("GET ", place)));
  CIS_ASSIGN_OR_RETURN(GocdbPage page, ParseGocdb(answer.body, place, remarks_));
  for (RegistrySite& site : page.sites) {
    if (site.certification.empty()) site.certification = query.certification;
    if (site.infrastructure.empty()) site.infrastructure = query.infrastructure;
  }
  std::string next;
  if (!page.next_cursor.empty()) {
    next = absl::StrCat("&next_cursor=", PercentEncode(page.next_cursor));
  } else if (!page.next_page.empty()) {
    next = absl::StrCat("&page=", PercentEncode(page.next_page));
  }
  // GOCDB names a next page after the last full one, too; it is empty.
  if (page.entry_count == 0) next.clear();
  CIS_RETURN_IF_ERROR(query.list->assembler.Add(std::move(page), place, remarks_));
  if (next.empty()) return next;
  if (query.seen.contains(next)) {
    return MakeError(absl::StatusCode::kDataLoss, ErrorClass::kParse,
                     absl::StrCat(place, ": its pages form a loop"));
  }
  if (++query.page_count >= kMaxRegistryPages) {
    return MakeError(
        absl::StatusCode::kResourceExhausted, ErrorClass::kLimit,
        absl::StrCat(place, ": more than ", kMaxRegistryPages, " pages (kMaxRegistryPages)"));
  }
  return next;
}

void GocdbFetch::Finish(List& list, const absl::Status& status) {
  if (list.ended) return;
  list.ended = true;
  if (!status.ok()) {
    done_(list.part, status);
    return;
  }
  RegistryUpdate update = list.assembler.Take(list.part, list.time);
  // The list of sites in production is complete, so other sites are not in production.
  for (RegistrySite& site : update.sites) {
    if (site.infrastructure.empty()) site.infrastructure = std::string(kNotProduction);
  }
  done_(list.part, std::move(update));
}

}  // namespace cis::crawler
