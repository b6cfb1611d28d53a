// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reads YAML and keeps positions: every problem is reported as "FILE:LINE: ...". Only crawler/sites
// and client use yaml-cpp.

#include <yaml-cpp/yaml.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace cis::crawler {

// The findings from reading the configuration, over all files.
struct Findings {
  struct UnknownKey {
    std::string first_place;  // "FILE:LINE"
    int count = 0;
    std::string known;  // "a, b, c"
  };
  std::vector<std::string> errors;
  std::vector<std::string> warnings;
  // By the key's path without list positions, "vos.auth.project": reported once, however many files
  // have it.
  std::map<std::string, UnknownKey> unknown_keys;
};

// Reads one YAML document and collects its errors, so that a person sees all of them at once. Not
// thread-safe.
class YamlReader {
 public:
  // `file` is the name of the file in messages. `findings` must outlive the reader.
  YamlReader(absl::string_view file, Findings* findings) : file_(file), findings_(findings) {}

  // Parses `text`, which must hold one mapping without repeated keys. Returns INVALID_ARGUMENT with
  // "FILE:LINE: ..." otherwise.
  absl::StatusOr<YAML::Node> Parse(const std::string& text) const;

  const std::string& file() const { return file_; }
  Findings& findings() { return *findings_; }
  // Returns "FILE:LINE" of a node.
  std::string Where(const YAML::Node& node) const;
  void Error(const YAML::Node& node, absl::string_view text);
  void Warn(const YAML::Node& node, absl::string_view text);

  // Each returns the value of `key` in `map`. Absent and null give "" / `fallback` / an empty list
  // / a null node; a value of another type is an error and gives the same. `path` is the name of
  // the key in messages, e.g. "vos[2].auth.project_id".
  std::string Text(const YAML::Node& map, absl::string_view key, absl::string_view path);
  // Text() for a required key; if it is missing, the error is "KEY is missing; HINT".
  std::string Needed(const YAML::Node& map, absl::string_view key, absl::string_view path,
                     absl::string_view hint);
  bool Flag(const YAML::Node& map, absl::string_view key, absl::string_view path, bool fallback);
  std::vector<std::string> Texts(const YAML::Node& map, absl::string_view key,
                                 absl::string_view path);
  YAML::Node Map(const YAML::Node& map, absl::string_view key, absl::string_view path);

  // Records each key of `map` that is not in `known`.
  void NoteUnknown(const YAML::Node& map, const std::set<std::string>& known,
                   absl::string_view path);

 private:
  const std::string file_;
  Findings* const findings_;
};

// Returns the value of `key` in a mapping; a null node if `map` is not a mapping or has no such
// key.
YAML::Node FindKey(const YAML::Node& map, absl::string_view key);

}  // namespace cis::crawler
