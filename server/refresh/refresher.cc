// SPDX-License-Identifier: Apache-2.0
#include "server/refresh/refresher.h"

#include <sys/stat.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "schema/base/log.h"
#include "schema/base/status_macros.h"
#include "schema/model/known.h"

namespace cis::server {

Refresher::Refresher(RefresherOptions options, Publish publish)
    : options_(std::move(options)),
      clock_(options_.clock == nullptr ? &system_clock_ : options_.clock),
      publish_(std::move(publish)) {}

Refresher::~Refresher() { Stop(); }

Refresher::FileIdentity Refresher::Identify(const std::string& path) {
  struct stat file = {};
  if (stat(path.c_str(), &file) != 0) return {};
  return {static_cast<uint64_t>(file.st_dev), static_cast<uint64_t>(file.st_ino)};
}

absl::StatusOr<bool> Refresher::Poll() {
  absl::StatusOr<bool> published = Look();
  // The next look opens the file again: it may have been replaced, restored or migrated.
  if (!published.ok()) reader_.reset();
  Report(published.status());
  return published;
}

absl::StatusOr<CatalogVersion> Refresher::ReadVersion() {
  const FileIdentity identity = Identify(options_.path);
  if (identity == FileIdentity()) {
    return absl::NotFoundError(absl::StrCat("there is no database file ", options_.path,
                                            "; a crawl into ", options_.path, " creates it"));
  }
  if (reader_ == nullptr || identity != identity_) {
    reader_.reset();
    CIS_ASSIGN_OR_RETURN(reader_, options_.open(options_.path));
    identity_ = identity;
  }
  absl::StatusOr<CatalogVersion> version = reader_->Version();
  if (absl::IsAborted(version.status())) {  // changed on a read-only file system
    CIS_ASSIGN_OR_RETURN(reader_, options_.open(options_.path));
    version = reader_->Version();
  }
  return version;
}

absl::StatusOr<bool> Refresher::Look() {
  const absl::Time start = clock_->Steady();
  CIS_ASSIGN_OR_RETURN(const CatalogVersion version, ReadVersion());
  if (snapshot_ != nullptr) {
    const CatalogVersion served = snapshot_->catalog().version();
    if (version == served) return false;
    if (version.database_id == served.database_id && version.generation < served.generation) {
      return absl::FailedPreconditionError(
          absl::StrCat(options_.path, " is an older copy (generation ", version.generation,
                       ") of what is served (generation ", served.generation,
                       "); put the newer file back, or restart the server to serve this one"));
    }
  }
  CIS_ASSIGN_OR_RETURN(Catalog catalog,
                       reader_->Load(snapshot_ == nullptr ? nullptr : &snapshot_->catalog()));
  snapshot_ = Snapshot::Build(std::move(catalog), snapshot_.get());
  publish_(snapshot_);
  MutexLock lock(&mu_);
  state_.publish_time = clock_->Now();
  state_.build_duration = clock_->Steady() - start;
  return true;
}

void Refresher::Report(const absl::Status& status) {
  const std::string problem = status.ok() ? "" : status.ToString();
  {
    MutexLock lock(&mu_);
    state_.problem = std::string(status.message());
    if (status.ok()) {
      state_.failing_since = absl::InfinitePast();
    } else if (!IsKnown(state_.failing_since)) {
      state_.failing_since = clock_->Now();
    }
  }
  if (problem == reported_) return;
  if (problem.empty()) {
    Log(LogLevel::kInfo, "refresher.recovered", {{"db", options_.path}});
  } else {
    Log(LogLevel::kWarning, "refresher.failed",
        {{"db", options_.path},
         {"code", absl::StatusCodeToString(status.code())},
         {"error", status.message()}});
  }
  reported_ = problem;
}

RefreshState Refresher::state() const {
  MutexLock lock(&mu_);
  return state_;
}

void Refresher::Start() {
  thread_ = std::thread([this] { Run(); });
}

void Refresher::Run() {
  mu_.Lock();
  while (!stopping_) {
    mu_.Unlock();
    Poll().IgnoreError();  // reported by Poll itself
    mu_.Lock();
    if (!stopping_) wake_.wait_for(mu_, absl::ToChronoNanoseconds(options_.interval));
  }
  mu_.Unlock();
}

void Refresher::Stop() {
  {
    MutexLock lock(&mu_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

}  // namespace cis::server
