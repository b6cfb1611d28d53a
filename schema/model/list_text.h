#pragma once

// Lists of records as one text, a JSON array of strings, and back: the form of the store's columns
// and of the history. Maps are written as key, value, key, value...

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "schema/model/fact.h"

namespace cis {

std::string FormatListText(const std::vector<std::string>& list);
std::string FormatListText(const std::map<std::string, std::string>& map);
std::string FormatListText(const std::map<std::string, int64_t>& map);
// Field, source and value of each.
std::string FormatListText(const std::vector<Evidence>& list);
// Field and confidence of each.
std::string FormatListText(const std::vector<FieldConfidence>& list);

// Sets the second argument to the list that FormatListText wrote. Returns false if `text` is
// anything else; the list then holds what was read before the error.
bool ParseListText(absl::string_view text, std::vector<std::string>& list);
bool ParseListText(absl::string_view text, std::map<std::string, std::string>& map);
bool ParseListText(absl::string_view text, std::map<std::string, int64_t>& map);
bool ParseListText(absl::string_view text, std::vector<Evidence>& list);
bool ParseListText(absl::string_view text, std::vector<FieldConfidence>& list);

}  // namespace cis
