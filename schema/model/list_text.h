// SPDX-License-Identifier: Apache-2.0
#pragma once

// Lists of records as one text, a JSON array of strings, and back: the form of the store's columns
// and of the history. Maps are written as key, value, key, value...

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "schema/base/shared_list.h"
#include "schema/base/shared_text.h"
#include "schema/base/text_map.h"
#include "schema/base/text_pool.h"
#include "schema/model/fact.h"

namespace cis {

std::string FormatListText(const std::vector<std::string>& list);
std::string FormatListText(const SharedList<SharedText>& list);
std::string FormatListText(const TextMap& map);
std::string FormatListText(const std::map<std::string, std::string>& map);
std::string FormatListText(const std::map<std::string, int64_t>& map);
// Field, source and value of each.
std::string FormatListText(const SharedList<Evidence>& list);
// Field and confidence of each.
std::string FormatListText(const SharedList<FieldConfidence>& list);

// Sets the last argument to the list that FormatListText wrote. Returns false if `text` is
// anything else; the list then holds what was read before the error.
bool ParseListText(absl::string_view text, std::vector<std::string>& list);
bool ParseListText(absl::string_view text, std::map<std::string, std::string>& map);
bool ParseListText(absl::string_view text, std::map<std::string, int64_t>& map);
// The same; equal texts of `pool` share their memory.
bool ParseListText(absl::string_view text, TextPool& pool, SharedList<SharedText>& list);
bool ParseListText(absl::string_view text, TextPool& pool, TextMap& map);
bool ParseListText(absl::string_view text, TextPool& pool, SharedList<Evidence>& list);
bool ParseListText(absl::string_view text, TextPool& pool, SharedList<FieldConfidence>& list);

}  // namespace cis
