// SPDX-License-Identifier: Apache-2.0
#include "crawler/source/nova.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "crawler/source/answer.h"
#include "crawler/source/limits.h"
#include "crawler/source/paging.h"
#include "crawler/source/service_endpoint.h"
#include "nlohmann/json.hpp"

namespace cis::crawler {
namespace {

using nlohmann::json;

// The first microversion whose flavor listing has `extra_specs` (Rocky, 2018).
constexpr int kExtraSpecsMinor = 61;

// The microversion an answer was made with; -1 if it names none, as /v2 does.
int AnsweredMinor(const Answer& answer) {
  if (!answer.response.ok()) return -1;
  absl::string_view text = answer.response->Header("OpenStack-API-Version");
  if (!absl::ConsumePrefix(&text, "compute ")) {
    text = answer.response->Header("X-OpenStack-Nova-API-Version");
  }
  return ParseMicroversionMinor(text).value_or(-1);
}

std::string FlavorId(const json& flavor) {
  if (!flavor.is_object()) return "";
  const auto id = flavor.find("id");
  if (id == flavor.end()) return "";
  if (id->is_number_integer()) return absl::StrCat(id->get<int64_t>());
  return StringAt(flavor, "id");
}

}  // namespace

std::vector<std::string> FlavorsWithoutExtraSpecs(const std::vector<Document>& pages) {
  std::vector<std::string> ids;
  for (const Document& page : pages) {
    const json body = ParseBody(page.body);
    if (!body.is_object() || body.count("flavors") == 0) continue;
    for (const json& flavor : body["flavors"]) {
      if (!flavor.is_object() || flavor.count("extra_specs") != 0 ||
          flavor.count("OS-FLV-WITH-EXT-SPECS:extra_specs") != 0) {
        continue;
      }
      std::string id = FlavorId(flavor);
      if (!id.empty()) ids.push_back(std::move(id));
    }
  }
  return ids;
}

void FlavorFetch::Start(DocumentsDone done) {
  done_ = std::move(done);
  List(absl::StrCat("2.", kExtraSpecsMinor));
}

void FlavorFetch::List(const std::string& microversion) {
  ListSpec spec;
  spec.kind = Kind::kFlavors;
  spec.document_name = "flavors";
  spec.path = absl::StrCat("/flavors/detail?limit=", kPageSize);
  spec.list_key = "flavors";
  spec.leads_on = true;
  if (!microversion.empty()) {
    spec.headers = {{"OpenStack-API-Version", absl::StrCat("compute ", microversion)},
                    {"X-OpenStack-Nova-API-Version", microversion}};
  }
  // 406: this Nova is older than the microversion. Asked at most once.
  if (microversion == absl::StrCat("2.", kExtraSpecsMinor)) spec.tolerated = {406};
  FetchList(*client_, std::move(spec), [this](absl::StatusOr<ListResult> list) {
    if (!list.ok()) {
      Finish(list.status());
      return;
    }
    if (AnsweredWith(list->first, {406})) {
      AskVersion();
      return;
    }
    documents_ = std::move(list->documents);
    // From 2.61 on, a missing extra_specs means that policy hides them: no further request helps.
    if (AnsweredMinor(list->first) < kExtraSpecsMinor) {
      flavor_ids_ = FlavorsWithoutExtraSpecs(documents_);
    }
    if (flavor_ids_.size() > static_cast<size_t>(kMaxExtraSpecRequests)) {
      const absl::Status status = MakeSourceLimitError(
          ErrorClass::kLimit, Limit::kExtraSpecRequests,
          absl::StrCat("not read, because ", flavor_ids_.size(),
                       " flavors would need one request each; the limit (",
                       FormatLimit(Limit::kExtraSpecRequests), ") is ", kMaxExtraSpecRequests));
      client_->CountLimit(status);
      documents_.push_back(
          MakeFailedDocument("extra_specs", Answer{"", status, list->first.time}, status, ""));
      Finish();
    } else if (flavor_ids_.empty()) {
      Finish();
    } else {
      // Request one alone first: if policy hides them, one refusal is enough.
      AskExtraSpecs(flavor_ids_.front(), true);
    }
  });
}

void FlavorFetch::AskVersion() {
  client_->GetVersionDocument(Kind::kFlavors, [this](const Answer& answer) {
    std::string newest;
    if (AnsweredWith(answer, {200, 300})) newest = FindMaxMicroversion(answer.response->body);
    // Without a usable answer, use the base version, which every v2.1 supports.
    const int minor = ParseMicroversionMinor(newest).value_or(0);
    List(minor > 0 && minor < kExtraSpecsMinor ? newest : "");
  });
}

void FlavorFetch::AskExtraSpecs(const std::string& flavor_id, bool is_first) {
  ++open_count_;
  GetOptions options;
  options.leads_on = is_first;
  options.need = Need::kFacts;
  options.part = "extra_specs";
  client_->Get(Kind::kFlavors,
               absl::StrCat("/flavors/", PercentEncode(flavor_id), "/os-extra_specs"),
               std::move(options), [this, flavor_id, is_first](const Answer& answer) {
                 OnExtraSpecs(flavor_id, is_first, answer);
               });
}

void FlavorFetch::OnExtraSpecs(const std::string& flavor_id, bool is_first, const Answer& answer) {
  --open_count_;
  const std::string name = absl::StrCat("extra_specs/", flavor_id);
  absl::StatusOr<json> body = ParseAnswer(name, answer, client_->token());
  if (body.ok() && (body->count("extra_specs") == 0 || !(*body)["extra_specs"].is_object())) {
    body = MakeSourceError(ErrorClass::kParse, absl::StrCat(name, ": the answer from ", answer.url,
                                                            " has no object \"extra_specs\""));
  }
  if (body.ok()) {
    documents_.push_back(MakeDocument(name, answer));
  } else {
    documents_.push_back(MakeFailedDocument(name, answer, body.status(), client_->token()));
  }
  // 404: the flavor was deleted since it was listed. Any other failure would be the same for all.
  if (is_first && (body.ok() || AnsweredWith(answer, {404}))) {
    for (size_t i = 1; i < flavor_ids_.size(); ++i) AskExtraSpecs(flavor_ids_[i], false);
  }
  if (open_count_ == 0) Finish();
}

void FlavorFetch::Finish(absl::Status status) {
  if (status.ok()) {
    done_(std::move(documents_));
  } else {
    done_(std::move(status));
  }
}

}  // namespace cis::crawler
