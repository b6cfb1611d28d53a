// SPDX-License-Identifier: Apache-2.0
#include "crawler/source/paging.h"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "crawler/source/answer.h"
#include "crawler/source/limits.h"
#include "crawler/source/service_endpoint.h"
#include "nlohmann/json.hpp"

namespace cis::crawler {
namespace {

using nlohmann::json;

// The link to the next page; empty if this is the last one.
std::string NextLink(const json& body, const std::string& list_key) {
  std::string next = StringAt(body, "next");
  if (!next.empty()) return next;
  // The link list of "volume_types" in Cinder is called "volume_type_links".
  absl::string_view singular = list_key;
  absl::ConsumeSuffix(&singular, "s");
  for (const absl::string_view key : {absl::string_view(list_key), singular}) {
    const auto links = body.find(absl::StrCat(key, "_links"));
    if (links == body.end() || !links->is_array()) continue;
    for (const json& link : *links) {
      if (StringAt(link, "rel") == "next") return StringAt(link, "href");
    }
  }
  return "";
}

bool IsTolerated(const std::vector<int>& tolerated, const Answer& answer) {
  return answer.response.ok() &&
         std::find(tolerated.begin(), tolerated.end(), answer.response->status) != tolerated.end();
}

// One listing in progress. The handler of its one open request keeps it alive.
class ListFetch : public std::enable_shared_from_this<ListFetch> {
 public:
  ListFetch(ServiceClient& client, ListSpec spec,
            absl::AnyInvocable<void(absl::StatusOr<ListResult>)> done)
      : client_(client), spec_(std::move(spec)), done_(std::move(done)) {}

  void Ask(absl::string_view marker) {
    std::string path = spec_.path;
    if (!marker.empty()) {
      absl::StrAppend(&path, absl::StrContains(path, '?') ? "&" : "?",
                      "marker=", PercentEncode(marker));
    }
    GetOptions options;
    options.headers = spec_.headers;
    options.audience = spec_.audience;
    options.need = spec_.need;
    options.part = spec_.document_name;
    options.leads_on = marker.empty()
                           ? spec_.leads_on
                           : result_.documents.size() < static_cast<size_t>(kMaxLeadingPages);
    client_.Get(spec_.kind, std::move(path), std::move(options),
                [self = shared_from_this()](const Answer& answer) { self->OnPage(answer); });
  }

 private:
  void OnPage(const Answer& answer) {
    if (result_.documents.empty()) {
      result_.first = answer;
      if (result_.first.response.ok()) result_.first.response->body.clear();
      if (IsTolerated(spec_.tolerated, answer)) {
        result_.documents.push_back(MakeDocument(spec_.document_name, answer));
        done_(std::move(result_));
        return;
      }
    }
    absl::StatusOr<std::string> marker = AddPage(answer);
    if (!marker.ok()) {
      Fail(answer, marker.status());
    } else if (marker->empty()) {
      done_(std::move(result_));
    } else {
      Ask(*marker);
    }
  }

  void Fail(const Answer& answer, const absl::Status& status) {
    if (spec_.need == Need::kKind) {
      done_(status);
      return;
    }
    client_.CountLimit(status);
    result_.documents.clear();
    result_.documents.push_back(
        MakeFailedDocument(spec_.document_name, answer, status, client_.token()));
    done_(std::move(result_));
  }

  // Keeps the page. Returns the marker of the next one; empty if this was the last.
  absl::StatusOr<std::string> AddPage(const Answer& answer) {
    const std::string& name = spec_.document_name;
    absl::StatusOr<json> body = ParseAnswer(name, answer, client_.token());
    if (!body.ok()) return body.status();
    const auto list = body->find(spec_.list_key);
    if (list == body->end() || !list->is_array()) {
      return MakeSourceError(ErrorClass::kParse,
                             absl::StrCat(name, ": the answer from ", answer.url, " has no list \"",
                                          spec_.list_key, "\""));
    }
    object_count_ += static_cast<int64_t>(list->size());
    byte_count_ += static_cast<int64_t>(answer.response->body.size());
    result_.documents.push_back(MakeDocument(name, answer));
    if (object_count_ > spec_.max_objects) {
      return MakeSourceLimitError(
          ErrorClass::kLimit, spec_.max_objects_limit,
          absl::StrCat(name, ": more than ", spec_.max_objects, " objects, the limit (",
                       FormatLimit(spec_.max_objects_limit), ")"));
    }
    if (byte_count_ > kMaxListBytes) {
      return MakeSourceLimitError(
          ErrorClass::kLimit, Limit::kListBytes,
          absl::StrCat(name, ": more than ", kMaxListBytes, " bytes (kMaxListBytes)"));
    }
    const std::string next = NextLink(*body, spec_.list_key);
    if (next.empty()) return std::string();
    if (!CountNew(*list)) {
      if (empty_count_ > kMaxEmptyPages) {
        return MakeSourceLimitError(ErrorClass::kParse, Limit::kEmptyPages,
                                    absl::StrCat(name, ": ", empty_count_, " pages of ", answer.url,
                                                 " in a row are empty"));
      }
      return MakeSourceError(ErrorClass::kParse, absl::StrCat(name, ": the pages of ", answer.url,
                                                              " continue without anything new"));
    }
    if (result_.documents.size() >= static_cast<size_t>(kMaxListPages)) {
      return MakeSourceLimitError(
          ErrorClass::kLimit, Limit::kListPages,
          absl::StrCat(name, ": more than ", kMaxListPages, " pages (kMaxListPages)"));
    }
    std::string marker = QueryParameter(next, "marker");
    if (marker.empty()) {
      return MakeSourceError(
          ErrorClass::kParse,
          absl::StrCat(name, ": the link to the next page in ", answer.url, " has no marker"));
    }
    if (!markers_.insert(marker).second) {
      return MakeSourceError(ErrorClass::kParse,
                             absl::StrCat(name, ": the pages of ", answer.url, " form a loop"));
    }
    return marker;
  }

  // Returns false if this page and the ones before it show that the listing will not end: it
  // repeated only known objects, or too many pages in a row are empty. Objects without an id count
  // as new.
  bool CountNew(const json& list) {
    if (list.empty()) return ++empty_count_ <= kMaxEmptyPages;
    empty_count_ = 0;
    bool is_new = false;
    for (const json& object : list) {
      const bool has_id = object.is_object() && object.count("id") != 0;
      if (!has_id || ids_.insert(object["id"].dump()).second) is_new = true;
    }
    return is_new;
  }

  ServiceClient& client_;
  ListSpec spec_;
  absl::AnyInvocable<void(absl::StatusOr<ListResult>)> done_;
  ListResult result_;
  std::set<std::string> markers_;
  std::set<std::string> ids_;
  int empty_count_ = 0;
  int64_t object_count_ = 0;
  int64_t byte_count_ = 0;
};

absl::Status CheckMembers(const DocumentSpec& spec, const Answer& answer, const json& body) {
  const json* value = &body;
  for (const std::string& member : spec.members) {
    const bool has_member = value->is_object() && value->contains(member);
    value = has_member ? &(*value)[member] : nullptr;
    if (value == nullptr) break;
  }
  if (value != nullptr && (spec.holds_list ? value->is_array() : value->is_object())) {
    return absl::OkStatus();
  }
  return MakeSourceError(
      ErrorClass::kParse,
      absl::StrCat(spec.name, ": the answer from ", answer.url, " has no ",
                   spec.holds_list ? "list" : "object", " /", absl::StrJoin(spec.members, "/")));
}

}  // namespace

void FetchList(ServiceClient& client, ListSpec spec,
               absl::AnyInvocable<void(absl::StatusOr<ListResult>)> done) {
  std::make_shared<ListFetch>(client, std::move(spec), std::move(done))->Ask("");
}

void FetchDocument(ServiceClient& client, DocumentSpec spec,
                   absl::AnyInvocable<void(Document, absl::Status)> done) {
  GetOptions options;
  options.audience = spec.audience;
  options.leads_on = spec.leads_on;
  options.need = spec.need;
  options.part = spec.name;
  options.shows_base = spec.shows_base;
  const Kind kind = spec.kind;
  std::string path = spec.path;
  client.Get(
      kind, std::move(path), std::move(options),
      [&client, spec = std::move(spec), done = std::move(done)](const Answer& answer) mutable {
        const absl::StatusOr<json> body = ParseAnswer(spec.name, answer, client.token());
        absl::Status status = body.status();
        if (body.ok()) status = CheckMembers(spec, answer, *body);
        if (status.ok()) {
          done(MakeDocument(spec.name, answer), status);
        } else {
          done(MakeFailedDocument(spec.name, answer, status, client.token()), status);
        }
      });
}

}  // namespace cis::crawler
