#pragma once

// Properties of images that a site has named itself (data/image_key_words.tsv).

#include <optional>

#include "absl/strings/string_view.h"
#include "crawler/normalize/image_facts.h"

namespace cis::crawler {

// Returns the meaning of `key`, as written: "default_ssh_username", "cpuArch", "distro-version".
// Absent if one of its words is not in the table, or if the words have no or several meanings.
std::optional<Meaning> ReadImageKey(absl::string_view key);

}  // namespace cis::crawler
