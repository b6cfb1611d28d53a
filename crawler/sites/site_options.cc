// SPDX-License-Identifier: Apache-2.0
#include "crawler/sites/site_options.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "crawler/sites/auth_config.h"
#include "crawler/sites/secret_file.h"

namespace cis::crawler {
namespace {

bool IsCountryCode(const std::string& text) {
  return text.size() == 2 && std::all_of(text.begin(), text.end(),
                                         [](unsigned char c) { return absl::ascii_isupper(c); });
}

}  // namespace

SiteOptions ReadSiteOptions(YamlReader& reader, const YAML::Node& cis, absl::string_view path,
                            const SecretSources& secrets, const SiteOptions& wider) {
  static const auto* known = new std::set<std::string>{
      "allow_http",        "allow_loopback", "allow_hosts", "auth", "ca_file", "country",
      "identity_provider", "interface",      "protocol",    "site", "vo"};
  SiteOptions options = wider;
  if (!cis.IsMap()) return options;
  reader.NoteUnknown(cis, *known, path);
  const auto replace = [&](absl::string_view key, std::string* field) {
    if (std::string text = reader.Text(cis, key, path); !text.empty()) *field = std::move(text);
  };
  replace("interface", &options.interface);
  replace("identity_provider", &options.identity_provider);
  replace("protocol", &options.protocol);
  replace("site", &options.site);
  replace("vo", &options.vo);
  if (options.interface != "public" && options.interface != "internal" &&
      options.interface != "admin") {
    reader.Error(FindKey(cis, "interface"),
                 absl::StrCat(path, ".interface is \"", options.interface,
                              "\"; it must be public, internal or admin"));
    options.interface = wider.interface;
  }
  if (std::string file = reader.Text(cis, "ca_file", path); !file.empty()) {
    options.ca_file = ResolvePath(reader.file(), file);
  }
  if (std::string country = reader.Text(cis, "country", path); !country.empty()) {
    options.country = absl::AsciiStrToUpper(country);
    if (!IsCountryCode(options.country)) {
      reader.Error(FindKey(cis, "country"),
                   absl::StrCat(path, ".country is \"", country,
                                "\"; it must be two letters as in ISO 3166-1, e.g. ES"));
      options.country = wider.country;
    }
  }
  options.allow_http = reader.Flag(cis, "allow_http", path, wider.allow_http);
  options.allow_loopback = reader.Flag(cis, "allow_loopback", path, wider.allow_loopback);
  for (std::string& host : reader.Texts(cis, "allow_hosts", path)) {
    options.allow_hosts.push_back(absl::AsciiStrToLower(host));
  }
  const std::string auth_path = absl::StrCat(path, ".auth");
  const YAML::Node auth = reader.Map(cis, "auth", path);
  if (auth.IsMap()) options.credentials = ReadAuth(reader, auth, auth_path, secrets);
  return options;
}

void ApplySiteOptions(const SiteOptions& options, ShareTarget* target) {
  target->interface = options.interface;
  target->ca_file = options.ca_file;
  target->allow_http = options.allow_http;
  target->allow_loopback = options.allow_loopback;
  target->allow_hosts = options.allow_hosts;
}

}  // namespace cis::crawler
