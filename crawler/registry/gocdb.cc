// SPDX-License-Identifier: Apache-2.0
#include "crawler/registry/gocdb.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "crawler/registry/limits.h"
#include "crawler/registry/xml_reader.h"
#include "crawler/sites/keystone_url.h"
#include "crawler/source/service_endpoint.h"
#include "schema/base/one_line.h"
#include "schema/base/status_macros.h"
#include "schema/base/utf8.h"

namespace cis::crawler {
namespace {

// At most `max_bytes` of `text` on one line, cut between characters.
std::string Cut(absl::string_view text, size_t max_bytes) {
  std::string line = OneLine(text);
  if (line.size() <= max_bytes) return line;
  return absl::StrCat(CutUtf8(line, max_bytes - 3), "...");
}

class PageReader {
 public:
  PageReader(absl::string_view place, Remarks& remarks) : place_(place), remarks_(remarks) {}

  absl::StatusOr<GocdbPage> Read(const XmlElement& root) {
    if (root.name == "error") {
      return absl::InvalidArgumentError(
          absl::StrCat(place_, ": GOCDB answers: ", Cut(root.text, kMaxNameBytes)));
    }
    if (root.name != "results") {
      return absl::InvalidArgumentError(absl::StrCat(place_, ": the root element is <",
                                                     Cut(root.name, kMaxNameBytes),
                                                     ">; in a list of GOCDB it is <results>"));
    }
    if (!root.text.empty()) NoteStrayText("results", root.text);
    page_.next_page = std::string(root.Attribute("next"));
    for (const XmlElement& entry : root.children) ReadEntry(entry);
    if (page_.sites.size() > kMaxRegistrySites || page_.services.size() > kMaxRegistryServices ||
        page_.downtimes.size() > kMaxRegistryDowntimes) {
      return absl::ResourceExhaustedError(
          absl::StrCat(place_,
                       ": more entries than any registry has (kMaxRegistrySites, "
                       "kMaxRegistryServices, kMaxRegistryDowntimes)"));
    }
    return std::move(page_);
  }

 private:
  void ReadEntry(const XmlElement& entry) {
    if (entry.name == "meta") {
      ReadMeta(entry);
      return;
    }
    ++page_.entry_count;
    if (entry.name == "SITE") {
      ReadSite(entry);
    } else if (entry.name == "SERVICE_ENDPOINT") {
      ReadService(entry);
    } else if (entry.name == "DOWNTIME") {
      ReadDowntime(entry);
    } else {
      remarks_.Add(absl::StrCat(place_, " kind ", entry.name),
                   absl::StrCat(place_, ": entries <", Cut(entry.name, kMaxNameBytes),
                                "> are ignored; only sites, services and downtimes are read"));
      return;
    }
    if (!entry.text.empty()) NoteStrayText(entry.name, entry.text);
  }

  void ReadMeta(const XmlElement& meta) {
    for (const XmlElement& link : meta.children) {
      if (link.name == "link" && link.Attribute("rel") == "next") {
        page_.next_cursor = QueryParameter(link.Attribute("href"), "next_cursor");
        if (page_.next_cursor.empty()) {
          page_.next_page = QueryParameter(link.Attribute("href"), "page");
        }
      }
    }
  }

  void ReadSite(const XmlElement& entry) {
    RegistrySite site;
    // NAME is the official name in old lists, the short one in new ones.
    absl::string_view name = entry.ChildText("SHORT_NAME");
    if (name.empty()) name = entry.Attribute("NAME");
    site.name = NameText(name);
    site.primary_key = KeyOf(entry, site.name);
    site.country_code = Country(Either(entry, "COUNTRY_CODE"), site.name);
    site.roc = NameText(Either(entry, "ROC"));
    site.infrastructure = NameText(entry.ChildText("PRODUCTION_INFRASTRUCTURE"));
    site.certification = NameText(entry.ChildText("CERTIFICATION_STATUS"));
    if (site.name.empty()) {
      Skip("a SITE has no name (SHORT_NAME or NAME)", site.primary_key);
      return;
    }
    page_.sites.push_back(std::move(site));
  }

  void ReadService(const XmlElement& entry) {
    RegistryService service;
    service.site_name = NameText(entry.ChildText("SITENAME"));
    service.service_type = NameText(entry.ChildText("SERVICE_TYPE"));
    service.hostname = absl::AsciiStrToLower(NameText(entry.ChildText("HOSTNAME")));
    service.primary_key = KeyOf(entry, service.hostname);
    if (service.site_name.empty() || service.service_type.empty()) {
      Skip("a SERVICE_ENDPOINT needs SITENAME and SERVICE_TYPE", service.hostname);
      return;
    }
    AddUrl(entry.ChildText("URL"), &service.urls);
    if (const XmlElement* endpoints = entry.Child("ENDPOINTS"); endpoints != nullptr) {
      for (const XmlElement& endpoint : endpoints->children) {
        AddUrl(endpoint.ChildText("URL"), &service.urls);
      }
    }
    service.country_code = Country(entry.ChildText("COUNTRY_CODE"), service.site_name);
    service.in_production = YesNo(entry, "IN_PRODUCTION", service.hostname);
    service.monitored = YesNo(entry, "NODE_MONITORED", service.hostname);
    if (service.service_type == kCloudServiceType) {
      service.keystone_urls = KeystoneUrls(service.urls, service.hostname);
    }
    page_.services.push_back(std::move(service));
  }

  void ReadDowntime(const XmlElement& entry) {
    Downtime downtime;
    downtime.id = KeyOf(entry, entry.ChildText("HOSTNAME"));
    const absl::string_view severity = entry.ChildText("SEVERITY");
    downtime.is_outage = absl::EqualsIgnoreCase(severity, "OUTAGE");
    if (!downtime.is_outage && !absl::EqualsIgnoreCase(severity, "WARNING")) {
      remarks_.Add(absl::StrCat(place_, " severity ", severity),
                   absl::StrCat(place_, ": downtime ", downtime.id, " has the severity \"",
                                Cut(severity, kMaxNameBytes),
                                "\", which is read as WARNING; it must be OUTAGE or WARNING"));
    }
    downtime.is_scheduled = absl::EqualsIgnoreCase(Either(entry, "CLASSIFICATION"), "SCHEDULED");
    downtime.description = Cut(entry.ChildText("DESCRIPTION"), kMaxDowntimeTextBytes);
    const std::optional<absl::Time> start = Instant(entry.ChildText("START_DATE"));
    const std::optional<absl::Time> end = Instant(entry.ChildText("END_DATE"));
    if (!start || !end || *end <= *start) {
      Skip("a DOWNTIME needs START_DATE and a later END_DATE in seconds since 1970", downtime.id);
      return;
    }
    downtime.start = *start;
    downtime.end = *end;
    const XmlElement* services = entry.Child("SERVICES");
    if (services == nullptr) {
      AddDowntime(entry, downtime);
      return;
    }
    for (const XmlElement& service : services->children) AddDowntime(service, downtime);
  }

  // `entry` identifies the service and the site, `downtime` has the rest.
  void AddDowntime(const XmlElement& entry, Downtime downtime) {
    downtime.site_name = NameText(entry.ChildText("HOSTED_BY"));
    downtime.service_type = NameText(entry.ChildText("SERVICE_TYPE"));
    downtime.hostname = absl::AsciiStrToLower(NameText(entry.ChildText("HOSTNAME")));
    if (downtime.site_name.empty() || downtime.service_type.empty()) {
      Skip("a DOWNTIME needs HOSTED_BY and SERVICE_TYPE", downtime.id);
      return;
    }
    std::vector<std::string> urls;
    if (const XmlElement* affected = entry.Child("AFFECTED_ENDPOINTS"); affected != nullptr) {
      for (const XmlElement& endpoint : affected->children) {
        AddUrl(endpoint.ChildText("URL"), &urls);
      }
    }
    if (downtime.service_type == kCloudServiceType) {
      downtime.keystone_urls = KeystoneUrls(urls, downtime.hostname);
    }
    page_.downtimes.push_back(std::move(downtime));
  }

  // PRIMARY_KEY is an attribute, an element, or both.
  std::string KeyOf(const XmlElement& entry, absl::string_view of) {
    const absl::string_view attribute = entry.Attribute("PRIMARY_KEY");
    const absl::string_view element = entry.ChildText("PRIMARY_KEY");
    if (!attribute.empty() && !element.empty() && attribute != element) {
      remarks_.Add(absl::StrCat(place_, " two keys"),
                   absl::StrCat(place_, ": ", entry.name, " ", Cut(of, kMaxNameBytes),
                                " has two primary keys, ", Cut(attribute, kMaxNameBytes), " and ",
                                Cut(element, kMaxNameBytes), "; the first is used"));
    }
    return NameText(attribute.empty() ? element : attribute);
  }

  static absl::string_view Either(const XmlElement& entry, absl::string_view name) {
    const absl::string_view element = entry.ChildText(name);
    return element.empty() ? entry.Attribute(name) : element;
  }

  static std::string NameText(absl::string_view text) { return Cut(text, kMaxNameBytes); }

  std::string Country(absl::string_view code, absl::string_view site) {
    if (code.empty()) return "";
    if (code.size() == 2 && absl::ascii_isalpha(static_cast<unsigned char>(code[0])) &&
        absl::ascii_isalpha(static_cast<unsigned char>(code[1]))) {
      return absl::AsciiStrToUpper(code);
    }
    remarks_.Add(absl::StrCat(place_, " country"),
                 absl::StrCat(place_, ": the country code of ", Cut(site, kMaxNameBytes), " is \"",
                              Cut(code, kMaxNameBytes), "\"; it should be two letters, e.g. ES"));
    return "";
  }

  std::optional<bool> YesNo(const XmlElement& entry, absl::string_view name, absl::string_view of) {
    const absl::string_view text = entry.ChildText(name);
    if (absl::EqualsIgnoreCase(text, "Y")) return true;
    if (absl::EqualsIgnoreCase(text, "N")) return false;
    if (!text.empty()) {
      remarks_.Add(absl::StrCat(place_, " ", name),
                   absl::StrCat(place_, ": ", name, " of ", Cut(of, kMaxNameBytes), " is \"",
                                Cut(text, kMaxNameBytes), "\"; it should be Y or N"));
    }
    return std::nullopt;
  }

  // Seconds since 1970, of this or the next century.
  static std::optional<absl::Time> Instant(absl::string_view text) {
    constexpr int64_t kLatest = 7'258'118'400;  // 2200-01-01
    int64_t seconds = 0;
    if (!absl::SimpleAtoi(text, &seconds) || seconds <= 0 || seconds > kLatest) {
      return std::nullopt;
    }
    return absl::FromUnixSeconds(seconds);
  }

  void AddUrl(absl::string_view url, std::vector<std::string>* urls) {
    if (url.empty()) return;
    if (url.size() > kMaxUrlBytes || urls->size() >= kMaxServiceUrls) {
      remarks_.Add(absl::StrCat(place_, " long"),
                   absl::StrCat(place_, ": a URL is longer than ", kMaxUrlBytes,
                                " bytes (kMaxUrlBytes), or a service has more than ",
                                kMaxServiceUrls, " (kMaxServiceUrls); it is not used"));
      return;
    }
    std::string line = OneLine(url);
    if (std::find(urls->begin(), urls->end(), line) == urls->end())
      urls->push_back(std::move(line));
  }

  std::vector<std::string> KeystoneUrls(const std::vector<std::string>& urls,
                                        absl::string_view hostname) {
    std::vector<std::string> keystone_urls;
    for (const std::string& url : urls) {
      absl::StatusOr<std::string> keystone_url = NormalizeKeystoneUrl(url);
      if (!keystone_url.ok()) {
        remarks_.Add(absl::StrCat(place_, " keystone"),
                     absl::StrCat(place_, ": ", kCloudServiceType, " of ", hostname, ": ",
                                  keystone_url.status().message()));
      } else if (std::find(keystone_urls.begin(), keystone_urls.end(), *keystone_url) ==
                 keystone_urls.end()) {
        keystone_urls.push_back(*std::move(keystone_url));
      }
    }
    return keystone_urls;
  }

  void Skip(absl::string_view why, absl::string_view which) {
    ++page_.skipped_count;
    remarks_.Add(absl::StrCat(place_, " skip ", why),
                 absl::StrCat(place_, ": ", why, "; one is left out",
                              which.empty() ? "" : absl::StrCat(" (", which, ")")));
  }

  void NoteStrayText(absl::string_view element, absl::string_view text) {
    remarks_.Add(absl::StrCat(place_, " stray"),
                 absl::StrCat(place_, ": the text \"", Cut(text, 40), "\" in <", element,
                              "> is outside of its elements; it is not used"));
  }

  absl::string_view place_;
  Remarks& remarks_;
  GocdbPage page_;
};

}  // namespace

absl::StatusOr<GocdbPage> ParseGocdb(absl::string_view bytes, absl::string_view place,
                                     Remarks& remarks) {
  XmlBounds bounds;
  bounds.max_bytes = kMaxRegistryPageBytes;
  const absl::StatusOr<XmlElement> root = ParseXml(bytes, bounds);
  if (!root.ok()) {
    return absl::Status(root.status().code(), absl::StrCat(place, ": ", root.status().message()));
  }
  return PageReader(place, remarks).Read(*root);
}

}  // namespace cis::crawler
