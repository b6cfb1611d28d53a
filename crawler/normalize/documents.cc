// SPDX-License-Identifier: Apache-2.0
#include "crawler/normalize/documents.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "crawler/normalize/remarks.h"
#include "schema/base/status_macros.h"

namespace cis::crawler {
namespace {

std::string Where(const Document& document) {
  return document.url.empty() ? "" : absl::StrCat(" (", document.url, ")");
}

absl::StatusOr<JsonDocument> ParseDocument(const Document& document) {
  absl::StatusOr<JsonDocument> parsed = ParseJson(document.body);
  if (!parsed.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(document.name, ": ", parsed.status().message(), Where(document)));
  }
  return parsed;
}

}  // namespace

bool IsAnswered(const Document& document) {
  return document.error.empty() &&
         (document.status == 0 || (document.status >= 200 && document.status < 300));
}

absl::StatusOr<Listing> ReadListing(const std::vector<Document>& documents, absl::string_view name,
                                    absl::string_view key) {
  Listing listing;
  for (const Document& document : documents) {
    if (document.name != name) {
      continue;
    }
    if (!IsAnswered(document)) {
      // A partial list is not used.
      listing = Listing();
      listing.readable = false;
      return listing;
    }
    CIS_ASSIGN_OR_RETURN(JsonDocument page, ParseDocument(document));
    const JsonValue* items = &page.root();
    if (items->is_object()) {
      const JsonValue* found = items->Find(key);
      if (found == nullptr || !found->is_array()) {
        return absl::InvalidArgumentError(absl::StrCat(
            name, ": /", key, " is ", found == nullptr ? "missing" : found->type_name(),
            "; it must be an array", Where(document)));
      }
      items = found;
    } else if (!items->is_array()) {
      return absl::InvalidArgumentError(absl::StrCat(name, ": / is of type ", items->type_name(),
                                                     "; it must be an object with an array \"", key,
                                                     "\"", Where(document)));
    }
    listing.readable = true;
    for (const JsonValue& item : items->elements()) {
      listing.items.push_back({absl::StrCat(name, "/", listing.items.size()), item});
    }
    listing.pages.push_back(std::move(page));
  }
  return listing;
}

Listing ReadOptionalListing(const std::vector<Document>& documents, absl::string_view name,
                            absl::string_view key, std::vector<std::string>* remarks) {
  absl::StatusOr<Listing> listing = ReadListing(documents, name, key);
  if (listing.ok()) return *std::move(listing);
  if (remarks != nullptr) {
    remarks->push_back(UnreadableRemark(name, listing.status().message(), documents));
  }
  Listing unread;
  unread.readable = false;
  return unread;
}

std::optional<JsonDocument> ReadOptionalObject(const std::vector<Document>& documents,
                                               absl::string_view name,
                                               std::vector<std::string>* remarks) {
  absl::StatusOr<std::optional<JsonDocument>> object = ReadObject(documents, name);
  if (object.ok()) return *std::move(object);
  if (remarks != nullptr) {
    remarks->push_back(UnreadableRemark(name, object.status().message(), documents));
  }
  return std::nullopt;
}

absl::StatusOr<std::optional<JsonDocument>> ReadObject(const std::vector<Document>& documents,
                                                       absl::string_view name) {
  for (const Document& document : documents) {
    if (document.name != name || !IsAnswered(document)) {
      continue;
    }
    CIS_ASSIGN_OR_RETURN(JsonDocument parsed, ParseDocument(document));
    if (!parsed.root().is_object()) {
      return absl::InvalidArgumentError(absl::StrCat(name, ": / is of type ",
                                                     parsed.root().type_name(),
                                                     "; it must be an object", Where(document)));
    }
    return std::optional<JsonDocument>(std::move(parsed));
  }
  return std::optional<JsonDocument>();
}

}  // namespace cis::crawler
