// SPDX-License-Identifier: Apache-2.0
#pragma once

// A site made of canned answers, and a driver that carries a source's requests to it. No sockets.

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "crawler/source/openstack_source.h"
#include "tests/support/builders.h"

namespace cis::crawler {

// Answers requests by "METHOD URL". Unknown URLs get a 404 in HTML, as from a web server.
class FakeSite {
 public:
  using Responder = std::function<absl::StatusOr<HttpResponse>(const HttpRequest&)>;

  static HttpResponse Json(int status, absl::string_view body) {
    HttpResponse response;
    response.status = status;
    response.headers = {{"Content-Type", "application/json"}};
    response.body = std::string(body);
    return response;
  }

  void On(absl::string_view method_and_url, Responder responder) {
    responders_[std::string(method_and_url)] = std::move(responder);
  }
  void On(absl::string_view method_and_url, HttpResponse response) {
    On(method_and_url, [response](const HttpRequest&) { return response; });
  }
  void On(absl::string_view method_and_url, int status, absl::string_view body) {
    On(method_and_url, Json(status, body));
  }
  void OnGet(absl::string_view url, absl::string_view body) {
    On(absl::StrCat("GET ", url), 200, body);
  }
  void Break(absl::string_view method_and_url, absl::Status error) {
    On(method_and_url, [error](const HttpRequest&) { return error; });
  }

  absl::StatusOr<HttpResponse> Answer(const HttpRequest& request) {
    requests.push_back(request);
    const auto it = responders_.find(absl::StrCat(request.method, " ", request.url));
    if (it == responders_.end()) return Json(404, "<html>no such page</html>");
    return it->second(request);
  }

  // Requests for this URL so far.
  int CountOf(absl::string_view url) const {
    int count = 0;
    for (const HttpRequest& request : requests) count += request.url == url ? 1 : 0;
    return count;
  }

  // What a request for an unscoped token gets; the argument is the token refused.
  std::function<absl::StatusOr<UnscopedToken>(const std::string& refused)> unscoped;

  std::vector<HttpRequest> requests;  // all, in order
  std::vector<Limit> limits;          // that Drive() saw

 private:
  std::map<std::string, Responder> responders_;
};

inline absl::Time SourceTestTime() { return absl::FromUnixSeconds(1767323045); }

// Runs `source` against `site` to its end. With `newest_first` the answers come in reverse order.
inline std::vector<SourceEvent> Drive(Source& source, FakeSite& site, bool newest_first = false) {
  std::vector<SourceEvent> events;
  std::deque<SourceRequest> open;
  absl::Time now = SourceTestTime();
  const std::function<void(SourceStep)> take = [&](SourceStep step) {
    site.limits.insert(site.limits.end(), step.limits.begin(), step.limits.end());
    for (SourceEvent& event : step.events) events.push_back(std::move(event));
    for (SourceRequest& request : step.requests) open.push_back(std::move(request));
    for (const UnscopedRequest& request : step.unscoped_requests) {
      take(source.OnUnscopedToken(request.tag, site.unscoped(request.refused), now));
    }
  };
  take(source.Start(now));
  while (!open.empty()) {
    SourceRequest next = newest_first ? std::move(open.back()) : std::move(open.front());
    newest_first ? open.pop_back() : open.pop_front();
    now += absl::Seconds(1);
    take(source.OnResponse(next.tag, site.Answer(next.request), now));
  }
  return events;
}

inline const SourceEvent* FindEvent(const std::vector<SourceEvent>& events, SourceEvent::Type type,
                                    Kind kind) {
  for (const SourceEvent& event : events) {
    if (event.type == type && event.kind == kind) return &event;
  }
  return nullptr;
}
inline const SourceEvent* FindObservation(const std::vector<SourceEvent>& events, Kind kind) {
  return FindEvent(events, SourceEvent::Type::kObservation, kind);
}
inline const SourceEvent* FindFailure(const std::vector<SourceEvent>& events, Kind kind) {
  return FindEvent(events, SourceEvent::Type::kFailure, kind);
}
inline std::vector<std::string> DocumentNames(const Observation& observation) {
  std::vector<std::string> names;
  for (const Document& document : observation.documents) names.push_back(document.name);
  return names;
}

inline constexpr char kSecretToken[] = "gAAAAAB-very-secret-token";
inline constexpr char kPassword[] = "very-secret-password";

// One row of a catalog: type, region, interface, URL.
struct CatalogRow {
  std::string type, region, url;
  std::string interface = "public";
};

inline std::string TokenJson(const std::vector<CatalogRow>& rows, absl::string_view project_id) {
  std::string catalog;
  for (const CatalogRow& row : rows) {
    absl::StrAppend(&catalog, catalog.empty() ? "" : ",", R"({"type":")", row.type,
                    R"(","name":"x","endpoints":[{"interface":")", row.interface, R"(","region":")",
                    row.region, R"(","region_id":")", row.region, R"(","url":")", row.url,
                    R"("}]})");
  }
  const std::string project =
      project_id.empty() ? ""
                         : absl::StrCat(R"("project":{"id":")", project_id,
                                        R"(","name":"the-vo","domain":{"name":"egi.eu"}},)");
  return absl::StrCat(R"({"token":{"methods":["password"],)", project,
                      R"("user":{"name":"cis","domain":{"id":"default","name":"Default"}},)",
                      R"("expires_at":"2026-01-02T04:04:05.000000Z","catalog":[)", catalog, "]}}");
}

inline HttpResponse TokenResponse(const std::vector<CatalogRow>& rows,
                                  absl::string_view project_id = "p1") {
  HttpResponse response = FakeSite::Json(201, TokenJson(rows, project_id));
  response.headers.push_back({"X-Subject-Token", kSecretToken});
  return response;
}

inline constexpr char kKeystone[] = "https://site.example.org:5000";
inline constexpr char kTokens[] = "POST https://site.example.org:5000/v3/auth/tokens";
inline constexpr char kNova[] = "https://site.example.org:8774/v2.1";
inline constexpr char kGlance[] = "https://site.example.org:9292";
inline constexpr char kNeutron[] = "https://site.example.org:9696";
inline constexpr char kCinder[] = "https://site.example.org:8776/v3/p1";

inline constexpr char kPortsPath[] =
    "/ports?limit=1000&fields=id&fields=network_id&fields=device_id&fields=device_owner"
    "&fields=fixed_ips";

inline std::vector<CatalogRow> UsualCatalog() {
  return {{"compute", "RegionOne", kNova},
          {"image", "RegionOne", kGlance},
          {"network", "RegionOne", kNeutron}};
}

inline ShareTarget PasswordTarget() {
  ShareTarget target;
  target.share.endpoint.site_name = "SITE";
  target.share.endpoint.keystone_url = kKeystone;
  target.share.vo = "the-vo";
  target.share.project_key = "p1";
  target.share.project_id = "p1";
  target.credentials.type = Credentials::Type::kPassword;
  target.credentials.username = "cis";
  target.credentials.user_domain_name = "Default";
  target.credentials.password = kPassword;
  target.config_origin = "sites/SITE.yaml:3";
  return target;
}

// A site where everything works: two flavors at microversion 2.61, one image, one network.
inline FakeSite WorkingSite() {
  FakeSite site;
  site.On(kTokens, TokenResponse(UsualCatalog()));
  HttpResponse flavors = FakeSite::Json(
      200, R"({"flavors":[{"id":"1","name":"small","extra_specs":{}},{"id":"2","name":"big",)"
           R"("extra_specs":{"hw:cpu_policy":"dedicated"}}]})");
  flavors.headers.push_back({"OpenStack-API-Version", "compute 2.61"});
  site.On(absl::StrCat("GET ", kNova, "/flavors/detail?limit=1000"), flavors);
  site.OnGet(absl::StrCat(kNova, "/limits"), R"({"limits":{"absolute":{"maxTotalCores":20}}})");
  site.OnGet(absl::StrCat(kNova, "/os-availability-zone"),
             R"({"availabilityZoneInfo":[{"zoneName":"az1","zoneState":{"available":true}}]})");
  const std::string images = absl::StrCat(kGlance, "/v2/images?limit=1000");
  site.OnGet(images, R"({"images":[{"id":"i1","name":"Ubuntu"}],"schema":"/v2/schemas/images"})");
  site.OnGet(absl::StrCat(images, "&os_hidden=true"), R"({"images":[]})");
  site.OnGet(absl::StrCat(images, "&visibility=community"), R"({"images":[]})");
  site.OnGet(absl::StrCat(images, "&visibility=shared&member_status=pending"), R"({"images":[]})");
  const std::string net = absl::StrCat(kNeutron, "/v2.0");
  site.OnGet(absl::StrCat(net, "/networks?limit=1000"), R"({"networks":[{"id":"n1"}]})");
  site.OnGet(absl::StrCat(net, "/subnets?limit=1000"), R"({"subnets":[]})");
  site.OnGet(absl::StrCat(net, "/routers?limit=1000"), R"({"routers":[]})");
  site.OnGet(absl::StrCat(net, kPortsPath), R"({"ports":[]})");
  site.OnGet(absl::StrCat(net, "/floatingips?limit=1000"), R"({"floatingips":[]})");
  site.OnGet(absl::StrCat(net, "/extensions"),
             R"({"extensions":[{"alias":"quota_details"},{"alias":"router"}]})");
  site.OnGet(absl::StrCat(net, "/quotas/p1/details.json"),
             R"({"quota":{"floatingip":{"limit":5,"used":1,"reserved":0}}})");
  return site;
}

// The same with Cinder and all that is asked of Neutron, each list with one object.
inline FakeSite FullSite() {
  FakeSite site = WorkingSite();
  std::vector<CatalogRow> rows = UsualCatalog();
  rows.push_back({"volumev3", "RegionOne", kCinder});
  site.On(kTokens, TokenResponse(rows));
  const std::string net = absl::StrCat(kNeutron, "/v2.0");
  site.OnGet(absl::StrCat(net, "/extensions"),
             R"({"extensions":[{"alias":"quota_details"},{"alias":"floatingip-pools"},)"
             R"({"alias":"subnet_allocation"}]})");
  site.OnGet(absl::StrCat(net, "/networks?limit=1000"),
             R"({"networks":[{"id":"e","router:external":true,"shared":false,"subnets":["s1"]},)"
             R"({"id":"n","project_id":"p1","shared":false,"subnets":["s2"]}]})");
  site.OnGet(absl::StrCat(net, "/subnets?limit=1000"),
             R"({"subnets":[{"id":"s2","network_id":"n","cidr":"10.0.0.0/24","ip_version":4,)"
             R"("gateway_ip":"10.0.0.1","enable_dhcp":true,)"
             R"("allocation_pools":[{"start":"10.0.0.2","end":"10.0.0.254"}]}]})");
  site.OnGet(absl::StrCat(net, "/routers?limit=1000"),
             R"({"routers":[{"id":"r","external_gateway_info":{"network_id":"e"}}]})");
  site.OnGet(absl::StrCat(net, kPortsPath),
             R"({"ports":[{"id":"p","network_id":"n","device_id":"r",)"
             R"("device_owner":"network:router_interface",)"
             R"("fixed_ips":[{"subnet_id":"s2","ip_address":"10.0.0.1"}]}]})");
  site.OnGet(absl::StrCat(net, "/floatingips?limit=1000"),
             R"({"floatingips":[{"id":"f","floating_network_id":"e"}]})");
  site.OnGet(
      absl::StrCat(net, "/floatingip_pools"),
      R"({"floatingip_pools":[{"network_id":"e","subnet_id":"s1","cidr":"193.144.35.0/24"}]})");
  site.OnGet(absl::StrCat(net, "/subnetpools?limit=1000&shared=true"),
             R"({"subnetpools":[{"id":"sp","prefixes":["2001:720::/48"],"ip_version":6}]})");
  site.OnGet(absl::StrCat(kCinder, "/os-quota-sets/p1?usage=true"),
             R"({"quota_set":{"id":"p1","volumes":{"limit":10,"in_use":2,"reserved":1}}})");
  site.OnGet(absl::StrCat(kCinder, "/types?limit=1000"),
             R"({"volume_types":[{"id":"t1","name":"ssd"}]})");
  site.OnGet(absl::StrCat(kCinder, "/types/default"), R"({"volume_type":{"id":"t1"}})");
  site.OnGet(absl::StrCat(kCinder, "/os-availability-zone"),
             R"({"availabilityZoneInfo":[{"zoneName":"az1","zoneState":{"available":true}}]})");
  return site;
}

inline std::vector<SourceEvent> CrawlSite(const ShareTarget& target, FakeSite& site,
                                          bool newest_first = false) {
  OpenStackSource source(target, SourceOptions{});
  std::vector<SourceEvent> events = Drive(source, site, newest_first);
  return events;
}

}  // namespace cis::crawler
