#include "crawler/source/quotas.h"

#include <utility>

#include "crawler/source/answer.h"
#include "crawler/source/paging.h"
#include "nlohmann/json.hpp"

namespace cis {

void FetchComputeLimits(ServiceClient& client, DocumentsDone done) {
  FetchDocument(client, Kind::kQuotas, "nova_limits", "/limits", "limits", {403, 404},
                [done = std::move(done)](absl::StatusOr<Document> document) mutable {
                  if (document.ok()) {
                    done(std::vector<Document>{*std::move(document)});
                  } else {
                    done(document.status());
                  }
                });
}

void FetchVolumeLimits(ServiceClient& client, DocumentsDone done) {
  client.Get(Kind::kQuotas, "/limits", {},
             [&client, done = std::move(done)](const Answer& answer) mutable {
               std::vector<Document> documents;
               const auto body = ParseAnswer("cinder_limits", answer, client.token());
               // A refusal is worth keeping; an outage, or a page that is not Cinder's, is not.
               if ((body.ok() && body->count("limits") != 0) || AnsweredWith(answer, {403, 404})) {
                 documents.push_back(MakeDocument("cinder_limits", answer));
               }
               done(std::move(documents));
             });
}

void QuotaGather::Put(Part part, std::optional<absl::StatusOr<std::vector<Document>>> documents) {
  parts_[static_cast<size_t>(part)] = std::move(documents);
  if (--open_count_ == 0) Finish();
}

void QuotaGather::Finish() {
  std::vector<Document> all;
  bool is_told = false;
  for (auto& part : parts_) {
    if (!part.has_value()) continue;
    if (!part->ok()) {
      done_(part->status());
      return;
    }
    for (Document& document : **part) {
      is_told = is_told || (document.name != "cinder_limits" && document.status == 200);
      all.push_back(std::move(document));
    }
  }
  if (!is_told) {
    done_(MakeSourceError(ErrorClass::kNotFound,
                          "quotas: neither compute nor network tells the project's limits"));
    return;
  }
  done_(std::move(all));
}

}  // namespace cis
