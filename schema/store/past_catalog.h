// SPDX-License-Identifier: Apache-2.0
#pragma once

// Turns today's catalog into an earlier one by the steps of transaction_log.h. Pure.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "schema/model/catalog.h"
#include "schema/store/load_rows.h"

namespace cis {

// Not thread-safe. Undo the transactions from the newest to the oldest, then take the sites.
class PastCatalog {
 public:
  // `sites` are as LoadSite returns them; `rows` are the rows that they were read from, in the same
  // order.
  PastCatalog(std::vector<std::shared_ptr<SiteCatalog>> sites, std::vector<SiteRows> rows);
  PastCatalog(const PastCatalog&) = delete;
  PastCatalog& operator=(const PastCatalog&) = delete;

  // Undoes one transaction. Returns DATA_LOSS if `steps` was not written by TransactionLog. Steps
  // of rows that do not exist any more are ignored.
  absl::Status Undo(absl::string_view steps);

  // Returns the resulting sites, each with its generation set to `generation`. Call once.
  std::vector<std::shared_ptr<const SiteCatalog>> Finish(int64_t generation);

 private:
  struct Step {
    std::string operation;
    std::string noun;
    int64_t row = 0;
    std::vector<std::string> texts;
  };
  // The items of one noun by row; nullptr once the item did not exist yet.
  template <typename Item>
  using Places = absl::flat_hash_map<int64_t, Item*>;
  // The rows of flavors or images that a share sees.
  using Links = absl::flat_hash_set<int64_t>;
  struct ShareLinks {
    Links flavors;
    Links images;
  };

  absl::Status Apply(const Step& step);
  absl::Status SetRow(const Step& step);
  absl::Status SetList(const Step& step);
  absl::Status SetLinks(const Step& step);
  absl::Status SetKind(const Step& step);
  void Remove(const Step& step);
  void FinishEndpoint(const EndpointRows& rows, EndpointCatalog* endpoint);

  std::vector<std::shared_ptr<SiteCatalog>> sites_;
  const std::vector<SiteRows> rows_;
  Places<SiteCatalog> site_places_;
  Places<EndpointCatalog> endpoint_places_;
  Places<ShareCatalog> share_places_;
  Places<Stored<Flavor>> flavor_places_;
  Places<Stored<Image>> image_places_;
  Places<Stored<Network>> network_places_;
  absl::flat_hash_map<int64_t, ShareLinks> links_;  // by row of the share
};

}  // namespace cis
