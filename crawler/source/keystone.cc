// SPDX-License-Identifier: Apache-2.0
#include "crawler/source/keystone.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "crawler/source/answer.h"
#include "crawler/source/limits.h"
#include "crawler/source/service_endpoint.h"
#include "nlohmann/json.hpp"

namespace cis::crawler {
namespace {

using nlohmann::json;

json DomainJson(const std::string& name, const std::string& id) {
  if (!id.empty()) return {{"id", id}};
  return {{"name", name.empty() ? "Default" : name}};
}

json ScopeJson(const ProjectScope& scope) {
  if (!scope.id.empty()) return {{"project", {{"id", scope.id}}}};
  return {{"project",
           {{"name", scope.name}, {"domain", DomainJson(scope.domain_name, scope.domain_id)}}}};
}

std::string AuthBody(const char* method, json details, const ProjectScope& scope) {
  json auth = {{"identity", {{"methods", json::array({method})}, {method, std::move(details)}}}};
  if (!scope.empty()) auth["scope"] = ScopeJson(scope);
  return json{{"auth", std::move(auth)}}.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string NameOrId(const json& object) {
  std::string name = StringAt(object, "name");
  return name.empty() ? StringAt(object, "id") : name;
}

const json& At(const json& object, const char* key) {
  static const json kNothing;
  if (!object.is_object()) return kNothing;
  const auto it = object.find(key);
  return it == object.end() ? kNothing : *it;
}

std::vector<CatalogEntry> ParseCatalog(const json& catalog) {
  std::vector<CatalogEntry> entries;
  if (!catalog.is_array()) return entries;
  for (const json& service : catalog) {
    const json& endpoints = At(service, "endpoints");
    if (!endpoints.is_array()) continue;
    for (const json& endpoint : endpoints) {
      CatalogEntry entry;
      entry.type = StringAt(service, "type");
      entry.interface = StringAt(endpoint, "interface");
      entry.region = StringAt(endpoint, "region_id");
      if (entry.region.empty()) entry.region = StringAt(endpoint, "region");
      entry.url = StringAt(endpoint, "url");
      if (!entry.url.empty()) entries.push_back(std::move(entry));
    }
  }
  return entries;
}

// The types a service goes by, the preferred one first (service-types-authority).
const std::vector<absl::string_view>& TypesOf(ServiceType type) {
  static const std::vector<absl::string_view> kCompute = {"compute"};
  static const std::vector<absl::string_view> kImage = {"image"};
  static const std::vector<absl::string_view> kNetwork = {"network"};
  static const std::vector<absl::string_view> kVolume = {"volumev3", "block-storage",
                                                         "block-store"};
  switch (type) {
    case ServiceType::kCompute:
      return kCompute;
    case ServiceType::kImage:
      return kImage;
    case ServiceType::kNetwork:
      return kNetwork;
    case ServiceType::kVolume:
      break;
  }
  return kVolume;
}

std::string QuoteAll(const std::set<std::string>& names) {
  return absl::StrJoin(names, ", ", [](std::string* out, const std::string& name) {
    absl::StrAppend(out, "\"", name, "\"");
  });
}

}  // namespace

ProjectScope ScopeOf(const ShareTarget& target) {
  ProjectScope scope;
  scope.id = target.share.project_id;
  scope.name = target.credentials.project_name;
  scope.domain_name = target.credentials.project_domain_name;
  scope.domain_id = target.credentials.project_domain_id;
  return scope;
}

std::string PasswordAuthBody(const Credentials& credentials, const ProjectScope& scope) {
  return AuthBody(
      "password",
      {{"user",
        {{"name", credentials.username},
         {"domain", DomainJson(credentials.user_domain_name, credentials.user_domain_id)},
         {"password", credentials.password}}}},
      scope);
}

std::string ApplicationCredentialAuthBody(const Credentials& credentials) {
  // An application credential is bound to its project; Keystone rejects an additional scope.
  return AuthBody("application_credential",
                  {{"id", credentials.credential_id}, {"secret", credentials.credential_secret}},
                  {});
}

std::string TokenAuthBody(absl::string_view token, const ProjectScope& scope) {
  return AuthBody("token", {{"id", std::string(token)}}, scope);
}

std::string FederationAuthPath(absl::string_view identity_provider, absl::string_view protocol) {
  return absl::StrCat("/v3/OS-FEDERATION/identity_providers/", PercentEncode(identity_provider),
                      "/protocols/", PercentEncode(protocol), "/auth");
}

std::string KeystoneBase(absl::string_view url) {
  while (absl::ConsumeSuffix(&url, "/")) {
  }
  if (absl::ConsumeSuffix(&url, "/v3")) {
    while (absl::ConsumeSuffix(&url, "/")) {
    }
  }
  return std::string(url);
}

absl::StatusOr<KeystoneToken> ParseKeystoneToken(const HttpResponse& response) {
  const json body = json::parse(response.body, nullptr, false);
  const json& token = At(body, "token");
  if (!token.is_object()) {
    return MakeSourceError(ErrorClass::kParse, "Keystone's answer has no token");
  }
  KeystoneToken result;
  result.value = std::string(response.Header("X-Subject-Token"));
  const json& project = At(token, "project");
  result.project_id = StringAt(project, "id");
  result.project_name = StringAt(project, "name");
  result.project_domain = NameOrId(At(project, "domain"));
  result.user_domain = NameOrId(At(At(token, "user"), "domain"));
  absl::Time expire_time;
  if (absl::ParseTime(absl::RFC3339_full, StringAt(token, "expires_at"), &expire_time, nullptr)) {
    result.expire_time = expire_time;
  }
  result.catalog = ParseCatalog(At(token, "catalog"));
  return result;
}

bool TokenMatches(const KeystoneToken& token, const ProjectScope& scope) {
  if (token.project_id.empty()) return false;
  if (!scope.id.empty()) return token.project_id == scope.id;
  return scope.name.empty() || token.project_name == scope.name;
}

absl::StatusOr<RegionChoice> ChooseRegion(const std::vector<CatalogEntry>& catalog,
                                          absl::string_view interface,
                                          absl::string_view configured) {
  constexpr ServiceType kNeeded[] = {ServiceType::kCompute, ServiceType::kImage,
                                     ServiceType::kNetwork};
  std::map<std::string, std::set<std::string>> services_of;  // region -> needed services
  std::set<std::string> all;
  for (const CatalogEntry& entry : catalog) {
    all.insert(entry.region);
    if (entry.interface != interface) continue;
    for (const ServiceType type : kNeeded) {
      if (entry.type == TypesOf(type).front()) services_of[entry.region].insert(entry.type);
    }
  }
  RegionChoice choice;
  if (!configured.empty()) {
    if (!all.contains(std::string(configured))) {
      return MakeSourceError(ErrorClass::kConfig,
                             absl::StrCat("the catalog has no region \"", configured, "\"; it has ",
                                          all.empty() ? "none" : QuoteAll(all)));
    }
    choice.found = true;
    choice.region = std::string(configured);
    return choice;
  }
  std::vector<std::string> complete;
  for (const auto& [region, services] : services_of) {
    if (services.size() == std::size(kNeeded)) complete.push_back(region);
  }
  if (complete.size() > 1) {
    if (complete.size() > kMaxRegions) {
      return MakeSourceLimitError(
          ErrorClass::kLimit, Limit::kRegions,
          absl::StrCat("the catalog has ", complete.size(), " regions; at most ", kMaxRegions,
                       " (kMaxRegions) are crawled unless `region` names one"));
    }
    choice.regions = std::move(complete);
    return choice;
  }
  if (complete.empty() && services_of.size() != 1) {
    return MakeSourceError(
        ErrorClass::kConfig,
        absl::StrCat("no region of the catalog offers compute, image and network at interface \"",
                     interface, "\"; regions: ", all.empty() ? "none" : QuoteAll(all)));
  }
  choice.found = true;
  choice.region = complete.empty() ? services_of.begin()->first : complete.front();
  return choice;
}

absl::string_view FormatServiceType(ServiceType type) {
  switch (type) {
    case ServiceType::kCompute:
      return "compute";
    case ServiceType::kImage:
      return "image";
    case ServiceType::kNetwork:
      return "network";
    case ServiceType::kVolume:
      break;
  }
  return "volume";
}

absl::StatusOr<std::string> FindServiceUrl(const std::vector<CatalogEntry>& catalog,
                                           ServiceType type, absl::string_view interface,
                                           absl::string_view region) {
  std::set<std::string> elsewhere;
  for (const absl::string_view name : TypesOf(type)) {
    for (const CatalogEntry& entry : catalog) {
      if (entry.type != name) continue;
      if (entry.interface == interface && entry.region == region) return entry.url;
      elsewhere.insert(absl::StrCat(entry.interface, " in ", entry.region));
    }
  }
  return MakeSourceError(
      ErrorClass::kNotFound,
      absl::StrCat("the catalog has no ", interface, " ", FormatServiceType(type),
                   " endpoint in region \"", region, "\"",
                   elsewhere.empty() ? "" : absl::StrCat("; it has ", QuoteAll(elsewhere))));
}

}  // namespace cis::crawler
