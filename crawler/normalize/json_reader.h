// SPDX-License-Identifier: Apache-2.0
#pragma once

// Tolerant access to the data of sites: a number written as a string, a null, a wrong type or
// broken UTF-8 never stops a record; the problem is recorded and the field counts as not reported.

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "crawler/normalize/json_value.h"
#include "schema/base/shared_list.h"
#include "schema/base/shared_text.h"
#include "schema/base/utf8.h"

namespace cis::crawler {

// Longer strings are cut: no field of interest is longer, and a hostile site must not fill the
// database.
inline constexpr std::size_t kMaxStringBytes = 64UL * 1024;

// The limit on all members of a record's maps together, and on those of its lists: a flavor has
// some ten extra specs. A map or list that exceeds it counts as not shown, because a part of it
// would mean something else.
inline constexpr std::size_t kMaxMembers = 2000;
inline constexpr std::size_t kMaxMembersBytes = 256UL * 1024;

// One JSON object with its path, e.g. "flavors/3". Keeps a pointer: the value must outlive it.
class JsonReader {
 public:
  // `object` must be a JSON object. Problems are appended to `problems`, which may be null.
  JsonReader(const JsonValue& object, std::string path, SharedList<SharedText>* problems)
      : object_(&object), path_(std::move(path)), problems_(problems) {}

  const std::string& path() const { return path_; }
  const JsonValue& object() const { return *object_; }

  // Returns the value, or null if absent or JSON null.
  const JsonValue* Find(absl::string_view key) const;
  // Returns a text; numbers and booleans are converted. Empty if absent, null or structured.
  std::string String(absl::string_view key) const;
  // Returns a whole number, also from a string or from 8.0. Absent if missing, null, "" or
  // unreadable.
  std::optional<int64_t> Int(absl::string_view key) const;
  // Returns true for JSON true, "True", "yes", 1 and so on, and false for their opposites. Absent
  // if missing, null or unreadable.
  std::optional<bool> Bool(absl::string_view key) const;
  // Returns the strings of an array; other elements are left out. Empty if they are too many or too
  // long.
  std::vector<std::string> Strings(absl::string_view key) const;
  // Returns all scalar members of the object at `key` as text; absent if it is not an object, or
  // too large.
  std::optional<std::map<std::string, std::string>> StringMap(absl::string_view key) const;

 private:
  void Note(absl::string_view key, absl::string_view wanted) const;
  void NoteTooLarge(absl::string_view key, std::size_t count, std::size_t bytes) const;

  const JsonValue* object_;
  std::string path_;
  SharedList<SharedText>* problems_;
};

// Returns the scalar members of an object as text.
std::map<std::string, std::string> ScalarMembers(const JsonValue& object);
// Returns the text of a scalar as above; absent for null, objects and arrays.
std::optional<std::string> ScalarText(const JsonValue& value);
// Returns 8 for "8", "8.0", " 8 ". Absent if it is not a whole number that fits.
std::optional<int64_t> ParseInt(absl::string_view text);
// Accepts "true", "yes", "on", "1" and their opposites in any case.
std::optional<bool> ParseBool(absl::string_view text);

}  // namespace cis::crawler
