// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "crawler/registry/gocdb_fetch.h"
#include "crawler/registry/registry_files.h"
#include "net/http/transport.h"
#include "schema/base/clock.h"
#include "schema/store/store.h"

namespace cis::crawler {

// Returns INVALID_ARGUMENT unless `sources` is one URL of GOCDB, or files and folders.
absl::Status CheckRegistrySources(const std::vector<std::string>& sources);

// Reads the registry of sites, from files at once or from GOCDB during a crawl on the same
// transport, and stores each list as soon as it is complete. A list that cannot be read keeps its
// last good data, and the error is logged. Not thread-safe; all arguments must outlive it.
class RegistryRefresh {
 public:
  RegistryRefresh(HttpTransport* transport, StoreWriter* store, const Clock* clock);
  ~RegistryRefresh();
  RegistryRefresh(const RegistryRefresh&) = delete;
  RegistryRefresh& operator=(const RegistryRefresh&) = delete;

  // Reads the files, or sends the first requests, each attempt with `timeout`. `sources` must pass
  // CheckRegistrySources; none = nothing is read.
  void Start(const std::vector<std::string>& sources, absl::Duration timeout);

  // Call this once the transport has run: logs the remarks. Returns the store's first error.
  absl::Status Finish();

  int refreshed_count() const { return refreshed_count_; }  // lists
  int failed_count() const { return failed_count_; }
  int64_t request_count() const { return fetch_ == nullptr ? 0 : fetch_->request_count(); }

 private:
  void Store(RegistryPart part, const absl::StatusOr<RegistryUpdate>& list);

  HttpTransport* transport_;
  StoreWriter* store_;
  const Clock* clock_;
  std::unique_ptr<GocdbFetch> fetch_;
  Remarks file_remarks_;
  absl::Status store_status_;
  int refreshed_count_ = 0;
  int failed_count_ = 0;
};

// Finds the problems of all sites in the content of the store at `db`, and stores them there.
// Returns the errors of the store.
absl::Status RefreshSiteProblems(const std::string& db, StoreWriter* store, absl::Time now);

}  // namespace cis::crawler
