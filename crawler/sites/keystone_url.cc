// SPDX-License-Identifier: Apache-2.0
#include "crawler/sites/keystone_url.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "net/http/url.h"
#include "schema/base/status_macros.h"

namespace cis::crawler {

absl::StatusOr<std::string> NormalizeKeystoneUrl(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  // Letters before "//" are a scheme, possibly a misspelt one ("https//host"), and not a host.
  const absl::string_view before = text.substr(0, text.find("//"));
  const bool has_scheme = before.size() < text.size() &&
                          (absl::EndsWith(before, ":") ||
                           std::all_of(before.begin(), before.end(),
                                       [](unsigned char c) { return absl::ascii_isalpha(c); }));
  CIS_ASSIGN_OR_RETURN(Url url,
                       ParseUrl(has_scheme ? std::string(text) : absl::StrCat("https://", text)));
  url.query.clear();
  absl::string_view path = url.path;
  while (absl::ConsumeSuffix(&path, "/")) {
  }
  for (absl::string_view version : {"/v3", "/v2.0"}) {
    if (absl::EndsWithIgnoreCase(path, version)) {
      path.remove_suffix(version.size());
      break;
    }
  }
  while (absl::ConsumeSuffix(&path, "/")) {
  }
  return absl::StrCat(FormatOrigin(url), path);
}

}  // namespace cis::crawler
