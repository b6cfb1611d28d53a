#pragma once

#include <string>
#include <vector>

#include "crawler/source/exchange.h"
#include "crawler/source/service_client.h"

namespace cis {

// One listing to fetch whole.
struct ListSpec {
  Kind kind = Kind::kFlavors;
  std::string document_name;        // "flavors"
  std::string path;                 // "/flavors/detail?limit=1000"
  std::string list_key;             // member of the body that holds the objects
  std::vector<HttpHeader> headers;  // sent with every page
  std::vector<int> tolerated;       // statuses of the first page that mean "not offered to us"
  bool leads_on = false;            // further pages are likely; later ones lead on in any case
};

// What a listing gave: its pages in order. With a tolerated status it is one document with that
// status and no body.
struct ListResult {
  std::vector<Document> documents;
  Answer first;  // the first page's answer, without its body
};

// Fetches all pages of `spec`. The next page is asked from our own URL with the marker of the link
// (`LIST_links` rel next, or Glance's `next`), because links are known to name inner hosts.
// `done` gets an error if any page is not 200 with a JSON object that holds the list, a marker
// comes twice, pages bring nothing new, or a bound of limits.h is hit. `client` must outlive the
// fetch.
void FetchList(ServiceClient& client, ListSpec spec,
               absl::AnyInvocable<void(absl::StatusOr<ListResult>)> done);

// One optional or required document: `done` gets it if the status is 200 and the body a JSON object
// with `key`, or if the status is one of `tolerated`; otherwise the error.
void FetchDocument(ServiceClient& client, Kind kind, std::string document_name, std::string path,
                   std::string key, std::vector<int> tolerated,
                   absl::AnyInvocable<void(absl::StatusOr<Document>)> done,
                   GetOptions options = {});

}  // namespace cis
