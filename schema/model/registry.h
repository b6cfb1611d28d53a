// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the federation's registry of sites (GOCDB) reports, and where it and the site files
// disagree. Plain structs, and functions that find the endpoints that a service or a downtime of
// the registry is about.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "schema/model/records.h"

namespace cis {

// The service type whose URL is the Keystone URL of a site.
inline constexpr absl::string_view kCloudServiceType = "org.openstack.nova";

// A site as the registry has it. Key: `name`.
struct RegistrySite {
  std::string name;            // short name, unchanged: "CESGA-CLOUD"
  std::string primary_key;     // "1234G0"; stays when the site is renamed
  std::string country_code;    // ISO 3166-1 alpha-2, upper case; empty if not reported
  std::string roc;             // its NGI or operations centre: "NGI_IBERGRID"
  std::string infrastructure;  // "Production", "Test", "not Production"...; empty if not reported
  std::string certification;   // "Certified", "Candidate", "Uncertified", "Suspended", "Closed"
  std::string former_name;     // the name before it was renamed, if CIS saw that; else empty
  bool active = true;          // false once the registry does not list it any more
  absl::Time first_seen = absl::InfinitePast();
  absl::Time last_seen = absl::InfinitePast();

  friend bool operator==(const RegistrySite&, const RegistrySite&) = default;
};

// One service of a site. Key: (site_name, service_type, hostname, primary_key).
struct RegistryService {
  std::string site_name;
  std::string service_type;  // "org.openstack.nova", "ARC-CE", "eu.egi.cloud.accounting"...
  std::string hostname;
  std::string primary_key;
  std::vector<std::string> urls;           // as written; the service's own URL first
  std::vector<std::string> keystone_urls;  // of kCloudServiceType: normalised as Endpoint's
  std::string country_code;                // as RegistrySite's
  std::optional<bool> in_production;
  std::optional<bool> monitored;

  friend bool operator==(const RegistryService&, const RegistryService&) = default;
};

// A period in which one service of a site is announced to be down or at risk.
struct Downtime {
  std::string site_name;
  std::string id;  // primary key; several services may share a downtime
  std::string service_type;
  std::string hostname;
  std::vector<std::string> keystone_urls;  // of the affected endpoints, normalised; empty = all
  bool is_outage = false;                  // severity OUTAGE; false = WARNING, at risk
  bool is_scheduled = false;               // announced ahead
  std::string description;                 // at most 1000 bytes
  absl::Time start = absl::InfinitePast();
  absl::Time end = absl::InfinitePast();

  bool IsRunning(absl::Time now) const { return start <= now && now < end; }
  friend bool operator==(const Downtime&, const Downtime&) = default;
};

// The lists of the registry. Each is fetched and stored by itself and has its own age.
enum class RegistryPart { kSites = 0, kServices, kDowntimes };
inline constexpr RegistryPart kAllRegistryParts[] = {RegistryPart::kSites, RegistryPart::kServices,
                                                     RegistryPart::kDowntimes};

// "sites", "services", "downtimes".
absl::string_view FormatRegistryPart(RegistryPart part);
std::optional<RegistryPart> ParseRegistryPart(absl::string_view text);

// The results of the fetches of one part.
struct RegistryState {
  RegistryPart part = RegistryPart::kSites;
  absl::Time success_time = absl::InfinitePast();  // of the data that is served
  absl::Time attempt_time = absl::InfinitePast();
  ErrorClass error = ErrorClass::kNone;  // of the last attempt
  std::string error_message;
  absl::Time failing_since = absl::InfinitePast();
  int64_t failure_count = 0;  // attempts that failed in a row
  int64_t skipped_count = 0;  // entries that could not be read at last success

  friend bool operator==(const RegistryState&, const RegistryState&) = default;
};

// One part, complete, as it is in the registry now. Only the member for `part` is used.
struct RegistryUpdate {
  RegistryPart part = RegistryPart::kSites;
  absl::Time time = absl::InfinitePast();  // when it was read; required
  std::vector<RegistrySite> sites;         // active, former_name and times are not used
  std::vector<RegistryService> services;
  std::vector<Downtime> downtimes;
  int64_t skipped_count = 0;
};

// A disagreement between site files, registry and sites, or a condition of a site that its users
// should know about. Key: (site_name, code, subject).
struct SiteProblem {
  std::string site_name;  // GOCDB name as the site file writes it, else as the registry does
  std::string code;       // stable, e.g. "URL_DIFFERS"; all are in crawler/registry/README.md
  std::string subject;    // what it is about at the site: a URL, a VO, a project; empty = the site
  std::string message;    // one sentence
  absl::Time since = absl::InfinitePast();  // when CIS first saw it

  friend bool operator==(const SiteProblem&, const SiteProblem&) = default;
};

// Everything that the store knows about the registry.
struct Registry {
  std::vector<RegistryState> states;      // of the parts that were ever tried, in their order
  std::vector<RegistrySite> sites;        // by name; inactive ones included
  std::vector<RegistryService> services;  // by site, service type, hostname, primary key
  std::vector<Downtime> downtimes;        // by site, start, id, service type, hostname
  std::vector<SiteProblem> problems;      // by site, code, subject
  int64_t revision = 0;                   // opaque; equal revisions mean equal contents

  // Returns the state of `part`; nullptr if it was never tried.
  const RegistryState* FindState(RegistryPart part) const;
  // Returns whether `part` was ever read.
  bool Knows(RegistryPart part) const;
  // Finds a site by name, ignoring case. Returns nullptr if absent.
  const RegistrySite* FindSite(absl::string_view name) const;
  // Returns the services of a site. Ignores case.
  absl::Span<const RegistryService> ServicesOf(absl::string_view site_name) const;
  absl::Span<const Downtime> DowntimesOf(absl::string_view site_name) const;
  absl::Span<const SiteProblem> ProblemsOf(absl::string_view site_name) const;
};

// Sorts everything into the order that Registry documents.
void SortRegistry(Registry* registry);

// Returns the host of a normalised Keystone URL: "[2001:db8::1]" for
// "https://[2001:db8::1]:5000/x".
absl::string_view HostOfKeystoneUrl(absl::string_view keystone_url);

// Returns the cloud service of the site that is registered for the endpoint with this (normalised)
// Keystone URL: the one with the same URL, else one on a host of the same name (with another port
// or path); nullptr if there is none.
const RegistryService* FindCloudService(absl::Span<const RegistryService> services,
                                        absl::string_view keystone_url);

// Returns whether `downtime` is about the cloud service of an endpoint of its site, by its affected
// URLs, its host, or the service at its host. A downtime of the site's cloud service that matches
// no service is about the endpoints that match no service either.
bool AffectsEndpoint(const Downtime& downtime, absl::Span<const RegistryService> services,
                     absl::string_view keystone_url);

// Returns whether users should know about `a` before `b`: an outage before a risk, then the one
// that ends last.
bool IsWorseDowntime(const Downtime& a, const Downtime& b);

}  // namespace cis
