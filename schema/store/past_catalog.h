#pragma once

// Today's catalog, led back to an earlier one by the steps of transaction_log.h. Pure.

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
  // `sites` as LoadSite leaves them, and the rows they came from, in the same order.
  PastCatalog(std::vector<std::shared_ptr<SiteCatalog>> sites, std::vector<SiteRows> rows);
  PastCatalog(const PastCatalog&) = delete;
  PastCatalog& operator=(const PastCatalog&) = delete;

  // Leads back over one transaction. Returns DATA_LOSS if `steps` is not what TransactionLog
  // writes. Steps of rows that are not there any more are passed over.
  absl::Status Undo(absl::string_view steps);

  // What is left, each site with its generation set to `generation`. Call once.
  std::vector<std::shared_ptr<const SiteCatalog>> Finish(int64_t generation);

 private:
  struct Step {
    std::string operation;
    std::string noun;
    int64_t row = 0;
    std::vector<std::string> texts;
  };
  // Rows of one noun: where each is, nullptr once it was not there yet.
  template <typename Item>
  using Places = absl::flat_hash_map<int64_t, Item*>;
  // What a share sees: rows of flavors or images.
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
  void FinishEndpoint(EndpointCatalog& endpoint, const EndpointRows& rows);

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
