// SPDX-License-Identifier: Apache-2.0
#include "crawler/source/quotas.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "crawler/source/answer.h"
#include "crawler/source/gather.h"
#include "crawler/source/limits.h"
#include "net/http/http_error.h"
#include "nlohmann/json.hpp"

namespace cis::crawler {
namespace {

DocumentSpec Spec(absl::string_view name, absl::string_view path,
                  std::vector<std::string> members) {
  DocumentSpec spec;
  spec.name = std::string(name);
  spec.path = std::string(path);
  spec.members = std::move(members);
  return spec;
}

DocumentSpec Zones(absl::string_view name) {
  DocumentSpec spec = Spec(name, "/os-availability-zone", {"availabilityZoneInfo"});
  spec.holds_list = true;
  spec.need = Need::kExtras;
  // The answers of Nova and Cinder do not depend on the project.
  spec.audience = Audience::kEndpoint;
  return spec;
}

// Fetches Cinder's quota of the project or, if that is refused, its absolute limits, which have the
// totals.
void FetchVolumeQuota(ServiceClient& client, const std::string& project_id,
                      const std::shared_ptr<Gather>& gather) {
  DocumentSpec spec = Spec(
      "cinder_quota", absl::StrCat("/os-quota-sets/", PercentEncode(project_id), "?usage=true"),
      {"quota_set"});
  spec.need = Need::kExtras;
  spec.shows_base = true;
  FetchDocument(
      client, std::move(spec),
      [&client, gather, part = gather->Add()](Document quota, const absl::Status& status) {
        // A service that gave no answer is not asked again.
        if (status.ok() || quota.status == 0) {
          gather->Put(part, std::vector<Document>{std::move(quota)});
          return;
        }
        DocumentSpec limits = Spec("cinder_limits", "/limits", {"limits", "absolute"});
        limits.need = Need::kExtras;
        FetchDocument(
            client, std::move(limits),
            [gather, part, quota = std::move(quota)](Document document,
                                                     const absl::Status&) mutable {
              gather->Put(part, std::vector<Document>{std::move(quota), std::move(document)});
            });
      });
}

}  // namespace

void FetchQuotaPart(ServiceClient& client, DocumentSpec spec, QuotaPartDone done) {
  FetchDocument(client, std::move(spec),
                [done = std::move(done)](Document document, const absl::Status& status) mutable {
                  done({std::move(document)}, status);
                });
}

void FetchComputeLimits(ServiceClient& client, QuotaPartDone done) {
  FetchQuotaPart(client, Spec("nova_limits", "/limits", {"limits", "absolute"}), std::move(done));
}

void FetchComputeZones(ServiceClient& client, QuotaPartDone done) {
  FetchQuotaPart(client, Zones("nova_zones"), std::move(done));
}

void FetchVolumes(ServiceClient& client, const std::string& project_id, QuotaPartDone done) {
  auto gather = std::make_shared<Gather>(
      [done = std::move(done)](absl::StatusOr<std::vector<Document>> documents) mutable {
        done(*std::move(documents), absl::OkStatus());
      });
  FetchVolumeQuota(client, project_id, gather);
  ListSpec types;
  types.kind = Kind::kQuotas;
  types.document_name = "cinder_types";
  types.path = absl::StrCat("/types?limit=", kPageSize);
  types.list_key = "volume_types";
  types.need = Need::kExtras;
  FetchList(client, std::move(types), Gather::ListPart(gather));
  DocumentSpec default_type = Spec("cinder_default_type", "/types/default", {"volume_type"});
  default_type.need = Need::kExtras;
  FetchDocument(client, std::move(default_type), Gather::DocumentPart(gather));
  FetchDocument(client, Zones("cinder_zones"), Gather::DocumentPart(gather));
  gather->Seal();
}

void QuotaGather::Put(Part part, std::vector<Document> documents, const absl::Status& status) {
  documents_[static_cast<size_t>(part)] = std::move(documents);
  if (part == Part::kComputeLimits || part == Part::kNetwork) status_.Update(status);
  if (--open_count_ == 0) Finish();
}

void QuotaGather::PutUnasked(Part part, absl::string_view name, const absl::Status& why,
                             absl::Time time) {
  // A catalog without the service has no such limits.
  if (GetErrorClass(why) == ErrorClass::kNotFound) {
    Put(part, {}, absl::OkStatus());
  } else {
    Put(part, {MakeFailedDocument(name, Answer{"", why, time}, why, "")}, why);
  }
}

void QuotaGather::Finish() {
  std::vector<Document> all;
  bool is_told = false;
  for (std::vector<Document>& part : documents_) {
    for (Document& document : part) {
      is_told = is_told || ((document.name == "nova_limits" || document.name == "neutron_quota") &&
                            document.error.empty());
      all.push_back(std::move(document));
    }
  }
  if (is_told) {
    done_(std::move(all));
    return;
  }
  const std::string why = "quotas: neither compute nor network reports the project's limits";
  done_(status_.ok() ? MakeSourceError(ErrorClass::kNotFound, why)
                     : Reword(status_, absl::StrCat(why, "; ", status_.message())));
}

}  // namespace cis::crawler
