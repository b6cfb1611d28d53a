#include "crawler/normalize/documents.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "crawler/normalize/json_reader.h"
#include "schema/base/status_macros.h"

namespace cis {
namespace {

using nlohmann::json;

std::string Where(const Document& document) {
  return document.url.empty() ? "" : absl::StrCat(" (", document.url, ")");
}

absl::StatusOr<json> ParseDocument(const Document& document) {
  absl::StatusOr<json> parsed = ParseJson(document.body);
  if (!parsed.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(document.name, ": ", parsed.status().message(), Where(document)));
  }
  return parsed;
}

}  // namespace

bool IsAnswered(const Document& document) {
  return document.status == 0 || (document.status >= 200 && document.status < 300);
}

absl::StatusOr<Listing> ReadListing(const std::vector<Document>& documents, absl::string_view name,
                                    absl::string_view key) {
  Listing listing;
  for (const Document& document : documents) {
    if (document.name != name) {
      continue;
    }
    if (!IsAnswered(document)) {
      listing.readable = listing.readable.value_or(false);
      continue;
    }
    CIS_ASSIGN_OR_RETURN(json page, ParseDocument(document));
    json* items = &page;
    if (page.is_object()) {
      const auto found = page.find(std::string(key));
      if (found == page.end() || !found->is_array()) {
        return absl::InvalidArgumentError(absl::StrCat(
            name, ": /", key, " is ", found == page.end() ? "missing" : found->type_name(),
            "; it must be an array", Where(document)));
      }
      items = &*found;
    } else if (!page.is_array()) {
      return absl::InvalidArgumentError(absl::StrCat(name, ": / is of type ", page.type_name(),
                                                     "; it must be an object with an array \"", key,
                                                     "\"", Where(document)));
    }
    listing.readable = true;
    for (json& item : *items) {
      listing.items.push_back({absl::StrCat(name, "/", listing.items.size()), std::move(item)});
    }
  }
  return listing;
}

absl::StatusOr<std::optional<json>> ReadObject(const std::vector<Document>& documents,
                                               absl::string_view name) {
  for (const Document& document : documents) {
    if (document.name != name || !IsAnswered(document)) {
      continue;
    }
    CIS_ASSIGN_OR_RETURN(json parsed, ParseDocument(document));
    if (!parsed.is_object()) {
      return absl::InvalidArgumentError(absl::StrCat(name, ": / is of type ", parsed.type_name(),
                                                     "; it must be an object", Where(document)));
    }
    return std::optional<json>(std::move(parsed));
  }
  return std::optional<json>();
}

}  // namespace cis
