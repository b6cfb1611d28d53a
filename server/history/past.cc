// SPDX-License-Identifier: Apache-2.0
#include "server/history/past.h"

#include <algorithm>

#include "schema/base/status_macros.h"

namespace cis::server {
namespace {

size_t CountRecords(const Catalog& catalog) {
  size_t count = 0;
  for (const auto& site : catalog.sites) {
    for (const EndpointCatalog& endpoint : site->endpoints) {
      count += endpoint.flavors.size() + endpoint.images.size();
      for (const ShareCatalog& share : endpoint.shares) count += share.networks.size();
    }
  }
  return count;
}

}  // namespace

absl::Status Past::Read(absl::FunctionRef<absl::Status(HistoryReader&)> use) {
  if (reader_ != nullptr) {
    absl::Status status = use(*reader_);
    if (!absl::IsUnavailable(status) && !absl::IsAborted(status)) return status;
    // The path leads to another file now; the kept snapshots are of the old one.
    reader_.reset();
    kept_.clear();
  }
  CIS_ASSIGN_OR_RETURN(reader_, options_.open(options_.path));
  return use(*reader_);
}

void Past::Keep(std::shared_ptr<const ServingState> state) {
  const size_t record_count = CountRecords(state->snapshot->catalog());
  kept_.push_front({std::move(state), record_count});
  size_t total = 0;
  size_t count = 0;
  const auto last = std::find_if(kept_.begin(), kept_.end(), [&](const Kept& kept) {
    total += kept.record_count;
    ++count;
    // The snapshot that was just requested stays, whatever its size.
    return count > 1 && (count > options_.max_snapshots || total > options_.max_records);
  });
  kept_.erase(last, kept_.end());
}

absl::StatusOr<std::shared_ptr<const ServingState>> Past::At(absl::Time time) {
  std::shared_ptr<const ServingState> found;
  CIS_RETURN_IF_ERROR(Read([&](HistoryReader& reader) -> absl::Status {
    CIS_ASSIGN_OR_RETURN(const int64_t generation, reader.GenerationAt(time));
    const auto it = std::find_if(kept_.begin(), kept_.end(), [&](const Kept& kept) {
      return kept.state->snapshot->generation() == generation;
    });
    if (it != kept_.end()) {
      kept_.splice(kept_.begin(), kept_, it);
      found = it->state;
      return absl::OkStatus();
    }
    CIS_ASSIGN_OR_RETURN(Catalog catalog, reader.LoadAt(generation));
    found = std::make_shared<const ServingState>(
        ServingState::Build(Snapshot::Build(std::move(catalog))));
    Keep(found);
    return absl::OkStatus();
  }));
  return found;
}

}  // namespace cis::server
