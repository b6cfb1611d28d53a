// SPDX-License-Identifier: Apache-2.0
#include "crawler/crawl/registry_refresh.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "crawler/registry/site_problems.h"
#include "net/http/http_error.h"
#include "schema/base/log.h"
#include "schema/base/status_macros.h"

namespace cis::crawler {
namespace {

bool IsUrl(const std::string& source) { return absl::StrContains(source, "://"); }

}  // namespace

absl::Status CheckRegistrySources(const std::vector<std::string>& sources) {
  const auto urls = std::count_if(sources.begin(), sources.end(), IsUrl);
  if (urls == 0) return absl::OkStatus();
  if (sources.size() > 1) {
    return absl::InvalidArgumentError(
        "--gocdb names a URL and something else; it must be one URL, or files and folders");
  }
  const absl::StatusOr<Url> url = ParseGocdbUrl(sources.front());
  if (url.ok()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("--gocdb: ", url.status().message()));
}

RegistryRefresh::RegistryRefresh(HttpTransport* transport, StoreWriter* store, const Clock* clock)
    : transport_(transport), store_(store), clock_(clock) {}

RegistryRefresh::~RegistryRefresh() = default;

void RegistryRefresh::Start(const std::vector<std::string>& sources, absl::Duration timeout) {
  if (sources.empty()) return;
  if (!IsUrl(sources.front())) {
    for (const auto& [part, list] : ReadRegistryFiles(sources, clock_->Now(), file_remarks_)) {
      Store(part, list);
    }
    return;
  }
  absl::StatusOr<Url> url = ParseGocdbUrl(sources.front());
  if (!url.ok()) {
    for (const RegistryPart part : kAllRegistryParts) Store(part, url.status());
    return;
  }
  fetch_ = std::make_unique<GocdbFetch>(
      transport_, clock_, *std::move(url), timeout,
      [this](RegistryPart part, const absl::StatusOr<RegistryUpdate>& list) { Store(part, list); });
  fetch_->Start();
}

void RegistryRefresh::Store(RegistryPart part, const absl::StatusOr<RegistryUpdate>& list) {
  absl::Status stored;
  if (list.ok()) {
    ++refreshed_count_;
    stored = store_->ReplaceRegistry(*list);
  } else {
    ++failed_count_;
    const ErrorClass error = GetErrorClass(list.status());
    Log(LogLevel::kWarning, "registry.failure",
        {{"list", FormatRegistryPart(part)},
         {"error", FormatErrorClass(error)},
         {"message", list.status().message()}});
    stored = store_->RecordRegistryFailure(part, error, list.status().message(), clock_->Now());
  }
  if (store_status_.ok()) store_status_ = stored;
}

absl::Status RegistryRefresh::Finish() {
  const Remarks& remarks = fetch_ == nullptr ? file_remarks_ : fetch_->remarks();
  for (const std::string& sentence : remarks.Sentences()) {
    Log(LogLevel::kInfo, "registry.remark", {{"message", sentence}});
  }
  return store_status_;
}

absl::Status RefreshSiteProblems(const std::string& db, StoreWriter* store, absl::Time now) {
  CIS_ASSIGN_OR_RETURN(const std::unique_ptr<StoreReader> reader, OpenStoreReader(db));
  CIS_ASSIGN_OR_RETURN(const Catalog catalog, reader->Load(nullptr));
  return store->ReplaceSiteProblems(FindSiteProblems(catalog), now);
}

}  // namespace cis::crawler
