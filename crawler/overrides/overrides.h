#pragma once

// An operator's corrections of facts, as a YAML file says them.

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "schema/model/records.h"

namespace cis::crawler {

// One entry of the file: which records, which fields, and who says so.
struct Override {
  std::string place;  // "FILE:LINE", for messages
  std::string site;   // GOCDB name, any case; "*" = every site
  std::string vo;     // empty = every VO; networks only, the rest holds for all VOs of a site
  Kind kind = Kind::kImages;
  // Exactly one of these is not empty.
  std::string id;
  std::string name;
  std::string glob;
  std::vector<std::pair<std::string, std::string>> set;  // field and value, checked
  std::vector<std::pair<std::string, std::string>> was;  // what the site said when it was written
  std::string author;
  std::string date;  // ISO day
  std::string reason;

  friend bool operator==(const Override&, const Override&) = default;
};

// Reads the text of an overrides file; `file` is what messages call it. Returns INVALID_ARGUMENT
// with all that is wrong, a line each: "FILE:LINE: what is wrong; what is right".
absl::StatusOr<std::vector<Override>> ParseOverrides(absl::string_view file,
                                                     const std::string& text);

// ParseOverrides of a file's content. Returns NOT_FOUND if it cannot be opened, too.
absl::StatusOr<std::vector<Override>> LoadOverrides(const std::string& path);

}  // namespace cis::crawler
