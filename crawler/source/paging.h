// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "crawler/source/exchange.h"
#include "crawler/source/limits.h"
#include "crawler/source/service_client.h"

namespace cis::crawler {

// A listing to fetch completely.
struct ListSpec {
  Kind kind = Kind::kFlavors;
  std::string document_name;        // "flavors"
  std::string path;                 // "/flavors/detail?limit=1000"
  std::string list_key;             // member of the body that holds the objects
  std::vector<HttpHeader> headers;  // sent with every page
  std::vector<int> tolerated;       // statuses of the first page that count as an answer too
  bool leads_on = false;            // further pages are likely; later ones lead on in any case
  Need need = Need::kKind;
  Audience audience = Audience::kShare;
  int64_t max_objects = kMaxListObjects;
  Limit max_objects_limit = Limit::kListObjects;  // whose bound `max_objects` is
};

// The result of a listing: its pages in order. With a tolerated status, or if an optional listing
// failed, it is one document without a body.
struct ListResult {
  std::vector<Document> documents;
  Answer first;  // the first page's answer, without its body
};

// Fetches all pages of `spec`. The next page is requested from our own URL with the marker of the
// link (`LIST_links` rel next, or Glance's `next`), because sites are known to publish internal
// hosts in links. A listing fails if any page is not 200 with a JSON object that contains the list,
// if a marker repeats, if pages contain nothing new, or if a limit of limits.h is exceeded: a
// partial list is not used. `done` then gets the error or, unless the listing defines its kind, a
// document that says why. `client` must outlive the fetch.
void FetchList(ServiceClient& client, ListSpec spec,
               absl::AnyInvocable<void(absl::StatusOr<ListResult>)> done);

// One optional document to fetch.
struct DocumentSpec {
  Kind kind = Kind::kQuotas;
  std::string name;  // "nova_limits"
  std::string path;  // "/limits"
  // The members that the body must contain: objects, or arrays if `holds_list`.
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
