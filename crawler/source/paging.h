#pragma once

#include <string>
#include <vector>

#include "crawler/source/exchange.h"
#include "crawler/source/limits.h"
#include "crawler/source/service_client.h"

namespace cis::crawler {

// One listing to fetch whole.
struct ListSpec {
  Kind kind = Kind::kFlavors;
  std::string document_name;        // "flavors"
  std::string path;                 // "/flavors/detail?limit=1000"
  std::string list_key;             // member of the body that holds the objects
  std::vector<HttpHeader> headers;  // sent with every page
  std::vector<int> tolerated;       // statuses of the first page that are an answer too
  bool leads_on = false;            // further pages are likely; later ones lead on in any case
  Need need = Need::kKind;
  Audience audience = Audience::kShare;
  int64_t max_objects = kMaxListObjects;
  Limit max_objects_limit = Limit::kListObjects;  // whose bound `max_objects` is
};

// What a listing gave: its pages in order. With a tolerated status, or an optional one that failed,
// it is one document without a body.
struct ListResult {
  std::vector<Document> documents;
  Answer first;  // the first page's answer, without its body
};

// Fetches all pages of `spec`. The next page is asked from our own URL with the marker of the link
// (`LIST_links` rel next, or Glance's `next`), because links are known to name inner hosts.
// A listing fails if any page is not 200 with a JSON object that holds the list, a marker comes
// twice, pages bring nothing new, or a bound of limits.h is hit: a part of a list is none. `done`
// then gets the error or, unless the listing defines its kind, a document that says it. `client`
// must outlive the fetch.
void FetchList(ServiceClient& client, ListSpec spec,
               absl::AnyInvocable<void(absl::StatusOr<ListResult>)> done);

// One optional document to fetch.
struct DocumentSpec {
  Kind kind = Kind::kQuotas;
  std::string name;  // "nova_limits"
  std::string path;  // "/limits"
  // What the body must hold, member by member: an object, or an array if `holds_list`.
  std::vector<std::string> members;
  bool holds_list = false;
  Need need = Need::kFacts;
  Audience audience = Audience::kShare;
  bool leads_on = false;
  bool shows_base = false;  // GetOptions'
};

// Fetches `spec`: `done` gets the document and OK, or a document without a body and why. `client`
// must outlive the fetch.
void FetchDocument(ServiceClient& client, DocumentSpec spec,
                   absl::AnyInvocable<void(Document, absl::Status)> done);

}  // namespace cis::crawler
