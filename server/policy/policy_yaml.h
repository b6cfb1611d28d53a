// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reads the YAML of a policy strictly. A key that is not known, given twice or of the wrong type is
// an error, because a misspelled key could grant more than its author meant.

#include <yaml-cpp/yaml.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace cis::server {

// Collects the errors of one document, each as "FILE:LINE: KEY ...". Not thread-safe.
class PolicyYaml {
 public:
  // `file` is the name of the file in messages.
  explicit PolicyYaml(absl::string_view file) : file_(file) {}

  // Parses `text`, which must hold one mapping without repeated keys. Returns INVALID_ARGUMENT with
  // "FILE:LINE: ..." otherwise.
  absl::StatusOr<YAML::Node> Parse(const std::string& text) const;

  // OK, or INVALID_ARGUMENT with all errors, one per line.
  absl::Status status() const;
  void Error(const YAML::Node& node, absl::string_view text);

  // Records each key of the mapping `node` that is not in `keys`. Returns false, with an error, if
  // `node` is not a mapping.
  bool CheckKeys(const YAML::Node& node, absl::string_view path,
                 absl::Span<const absl::string_view> keys);

  // Each returns the value of `key` in the mapping `map`, or nothing if the key is absent or, with
  // an error, of another type or empty. `form` says what would be right.
  std::optional<std::string> Text(const YAML::Node& map, absl::string_view key,
                                  absl::string_view path, absl::string_view form);
  std::optional<bool> Flag(const YAML::Node& map, absl::string_view key, absl::string_view path);
  // A list of at least one text.
  std::optional<std::vector<std::string>> Texts(const YAML::Node& map, absl::string_view key,
                                                absl::string_view path, absl::string_view form);
  // The entries of a list; empty if the key is absent or, with an error, not a list.
  std::vector<YAML::Node> Items(const YAML::Node& map, absl::string_view key,
                                absl::string_view path, absl::string_view form);
  // Text() of a key that must exist.
  std::string Needed(const YAML::Node& map, absl::string_view key, absl::string_view path,
                     absl::string_view form);

 private:
  std::string Where(const YAML::Node& node) const;

  const std::string file_;
  std::vector<std::string> errors_;
};

// Returns the value of `key` in a mapping; an undefined node if there is none.
YAML::Node FindPolicyKey(const YAML::Node& map, absl::string_view key);

// "rules[2].may" and "vos" make "rules[2].may.vos".
std::string JoinPolicyPath(absl::string_view path, absl::string_view key);

}  // namespace cis::server
