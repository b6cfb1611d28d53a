#include "crawler/source/paging.h"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "crawler/source/answer.h"
#include "crawler/source/limits.h"
#include "crawler/source/service_endpoint.h"
#include "nlohmann/json.hpp"

namespace cis {
namespace {

using nlohmann::json;

// The link to the next page; empty if this is the last one.
std::string NextLink(const json& body, const std::string& list_key) {
  std::string next = StringAt(body, "next");
  if (!next.empty()) return next;
  const auto links = body.find(absl::StrCat(list_key, "_links"));
  if (links == body.end() || !links->is_array()) return "";
  for (const json& link : *links) {
    if (StringAt(link, "rel") == "next") return StringAt(link, "href");
  }
  return "";
}

bool IsTolerated(const std::vector<int>& tolerated, const Answer& answer) {
  return answer.response.ok() &&
         std::find(tolerated.begin(), tolerated.end(), answer.response->status) != tolerated.end();
}

// One listing under way. Kept alive by the handler of its one open request.
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
      done_(marker.status());
    } else if (marker->empty()) {
      done_(std::move(result_));
    } else {
      Ask(*marker);
    }
  }

  // Keeps the page. Returns the marker of the next one; empty if this was the last.
  absl::StatusOr<std::string> AddPage(const Answer& answer) {
    const std::string& name = spec_.document_name;
    absl::StatusOr<json> body = ParseAnswer(name, answer, client_.token());
    if (!body.ok()) return body.status();
    const auto list = body->find(spec_.list_key);
    if (list == body->end() || !list->is_array()) {
      return MakeSourceError(ErrorClass::kParse,
                             absl::StrCat(name, ": the answer of ", answer.url, " has no list \"",
                                          spec_.list_key, "\""));
    }
    object_count_ += static_cast<int64_t>(list->size());
    byte_count_ += static_cast<int64_t>(answer.response->body.size());
    result_.documents.push_back(MakeDocument(name, answer));
    if (object_count_ > kMaxListObjects) {
      return MakeSourceLimitError(
          ErrorClass::kLimit, Limit::kListObjects,
          absl::StrCat(name, ": more than ", kMaxListObjects, " objects (kMaxListObjects)"));
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
                                                              " lead on but bring nothing new"));
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
      return MakeSourceError(ErrorClass::kParse, absl::StrCat(name, ": the pages of ", answer.url,
                                                              " go round in a circle"));
    }
    return marker;
  }

  // False if this page and the ones before it show that the listing will not end: all its objects
  // were there already, or too many pages in a row are empty. Objects without an id count as new.
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

}  // namespace

void FetchList(ServiceClient& client, ListSpec spec,
               absl::AnyInvocable<void(absl::StatusOr<ListResult>)> done) {
  std::make_shared<ListFetch>(client, std::move(spec), std::move(done))->Ask("");
}

void FetchDocument(ServiceClient& client, Kind kind, std::string document_name, std::string path,
                   std::string key, std::vector<int> tolerated,
                   absl::AnyInvocable<void(absl::StatusOr<Document>)> done, GetOptions options) {
  client.Get(
      kind, std::move(path), std::move(options),
      [&client, name = std::move(document_name), key = std::move(key),
       tolerated = std::move(tolerated), done = std::move(done)](const Answer& answer) mutable {
        if (IsTolerated(tolerated, answer)) {
          done(MakeDocument(name, answer));
          return;
        }
        const absl::StatusOr<json> body = ParseAnswer(name, answer, client.token());
        if (!body.ok()) {
          done(body.status());
        } else if (body->count(key) == 0) {
          done(MakeSourceError(
              ErrorClass::kParse,
              absl::StrCat(name, ": the answer of ", answer.url, " has no \"", key, "\"")));
        } else {
          done(MakeDocument(name, answer));
        }
      });
}

}  // namespace cis
