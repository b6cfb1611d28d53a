// SPDX-License-Identifier: Apache-2.0
#pragma once

// An operator's corrections of facts, from a YAML file.

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "schema/model/records.h"

namespace cis::crawler {

// One entry of the file: which records, which fields, and the author.
struct Override {
  std::string place;  // "FILE:LINE", for messages
  std::string site;   // GOCDB name, any case; "*" = every site
  std::string vo;     // empty = every VO; networks only, the rest is the same for all VOs of a site
  Kind kind = Kind::kImages;
  // Exactly one of these is not empty.
  std::string id;
  std::string name;
  std::string glob;
  std::vector<std::pair<std::string, std::string>> set;  // field and value, checked
  std::vector<std::pair<std::string, std::string>> was;  // the site's value at that time
  std::string author;
  std::string date;  // ISO day
  std::string reason;

  friend bool operator==(const Override&, const Override&) = default;
};

// Reads the text of an overrides file; messages call it `file`. Returns INVALID_ARGUMENT with all
// errors, one per line: "FILE:LINE: what is wrong; what is right".
absl::StatusOr<std::vector<Override>> ParseOverrides(absl::string_view file,
                                                     const std::string& text);

// Reads a file with ParseOverrides. Also returns NOT_FOUND if it cannot be opened.
absl::StatusOr<std::vector<Override>> LoadOverrides(const std::string& path);

}  // namespace cis::crawler
