// SPDX-License-Identifier: Apache-2.0
#pragma once

// What each source says about an image's operating system, before it is weighed.

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "crawler/normalize/image_facts.h"
#include "crawler/normalize/os_text.h"
#include "schema/model/records.h"

namespace cis::crawler {

class Rules;

// Kinds of sources, strongest first.
enum class OsSource { kAsserted, kProperty, kUrl, kTag, kName, kDescription };

// What one source says about the operating system.
struct OsClaim {
  OsSource level = OsSource::kName;
  std::string source;
  std::string version_source;  // the source of said_version, if it is another key
  std::string value;
  std::string said_distro;  // as spelled; empty if the source does not name one
  std::string said_version;
  OsGuess guess;
  bool implausible = false;  // names a release that the distribution never had
  bool stated = false;       // a property or tag that names systems, not a name or description
};

// Returns the distribution if `url` is on a vendor's server; empty if it is not. "centos" also
// serves CentOS Stream.
std::string VendorOfUrl(const Rules& rules, absl::string_view url);

// Returns the claims of all sources of `image`, strongest first.
std::vector<OsClaim> GatherOsClaims(const Rules& rules, const ImageFacts& facts,
                                    const Image& image);

}  // namespace cis::crawler
