// SPDX-License-Identifier: Apache-2.0
#pragma once

// What an administrator of a site can change so that a fact of a record changes: one table for
// `cis-crawler lint` and `cisquery show --explain`.

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace cis {

// The nouns of OpenStack's client.
enum class RemedyNoun { kImage, kFlavor, kNetwork };

// Returns whether the table has a row for `field`, a field of the API such as `os_distro`.
bool HasRemedy(RemedyNoun noun, absl::string_view field);

// Returns the arguments of `openstack NOUN set` that give `field` the value, for example
// `--property`, `os_version=22.04`. An empty value is replaced by a placeholder in capitals. Empty
// if there is no such command for `field`.
std::vector<std::string> RemedyArguments(RemedyNoun noun, absl::string_view field,
                                         absl::string_view value);

// Returns `openstack NOUN VERB ARGUMENT... ID` for a shell, on one line, quoted whatever the site
// wrote.
std::string OpenStackCommand(absl::string_view noun, absl::string_view verb,
                             const std::vector<std::string>& arguments, absl::string_view id);

// Returns what changes `field` of the record `id`: a command, or in words what it follows from.
// Empty without a row.
std::string RemedyText(RemedyNoun noun, absl::string_view field, absl::string_view value,
                       absl::string_view id);

}  // namespace cis
