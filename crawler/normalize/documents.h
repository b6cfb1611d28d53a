// SPDX-License-Identifier: Apache-2.0
#pragma once

// Extracts single records from the documents of an observation: pages are joined, shapes are
// checked.

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crawler/normalize/json_value.h"
#include "schema/model/observation.h"

namespace cis::crawler {

// One record of a listing with its position, e.g. path "flavors/3".
struct ListItem {
  std::string path;
  JsonValue value;
};

// A listing made of all documents of one name.
struct Listing {
  // Absent: the site was never asked. false: the site refused, does not offer it, or gave no usable
  // answer.
  std::optional<bool> readable;
  std::vector<ListItem> items;
  std::vector<JsonDocument> pages;  // hold the items
};

// Joins the pages of `name`; each is an object with an array under `key` (or the bare array).
// Returns INVALID_ARGUMENT naming document and JSON path if a page is not JSON or has no such
// array.
absl::StatusOr<Listing> ReadListing(const std::vector<Document>& documents, absl::string_view name,
                                    absl::string_view key);

// The same for a listing that only adds facts: if it cannot be read, `readable` is false and
// `remarks` (may be null) says why.
Listing ReadOptionalListing(const std::vector<Document>& documents, absl::string_view name,
                            absl::string_view key, std::vector<std::string>* remarks);

// Returns the parsed body of the only document of that name; absent if there is none or the site
// refused it. Returns INVALID_ARGUMENT if it is not a JSON object.
absl::StatusOr<std::optional<JsonDocument>> ReadObject(const std::vector<Document>& documents,
                                                       absl::string_view name);
// The same for a document that only adds facts, as ReadOptionalListing().
std::optional<JsonDocument> ReadOptionalObject(const std::vector<Document>& documents,
                                               absl::string_view name,
                                               std::vector<std::string>* remarks);

// Returns whether the site answered with the document's content.
bool IsAnswered(const Document& document);

}  // namespace cis::crawler
