// SPDX-License-Identifier: Apache-2.0
#pragma once

// Records with the records that contain them. Pointers are valid as long as the snapshot they came
// from.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "schema/base/check.h"
#include "schema/model/catalog.h"

namespace cis::server {

// Whether `list[index]` exists.
template <typename List>
bool IsIndexOf(int32_t index, const List& list) {
  return index >= 0 && static_cast<size_t>(index) < list.size();
}

// One share.
struct ShareView {
  const SiteCatalog* site = nullptr;
  const EndpointCatalog* endpoint = nullptr;
  const ShareCatalog* share = nullptr;

  const Flavor& flavor(int32_t index) const {
    CIS_CHECK(IsIndexOf(index, endpoint->flavors), "a share lists flavors of its endpoint");
    return endpoint->flavors[static_cast<size_t>(index)].record;
  }
  const Image& image(int32_t index) const {
    CIS_CHECK(IsIndexOf(index, endpoint->images), "a share lists images of its endpoint");
    return endpoint->images[static_cast<size_t>(index)].record;
  }
};

// One endpoint.
struct EndpointView {
  const SiteCatalog* site = nullptr;
  const EndpointCatalog* endpoint = nullptr;
};

// One flavor or image, and the shares that see it.
template <typename Record>
struct ItemView {
  const SiteCatalog* site = nullptr;
  const EndpointCatalog* endpoint = nullptr;
  const Stored<Record>* stored = nullptr;
  absl::Span<const int32_t> share_indexes;  // into endpoint->shares, ascending: by VO

  const Record& record() const { return stored->record; }
  const Share& share(int32_t index) const {
    CIS_CHECK(IsIndexOf(index, endpoint->shares), "a record is seen by shares of its endpoint");
    return endpoint->shares[static_cast<size_t>(index)].share;
  }
};
using FlavorView = ItemView<Flavor>;
using ImageView = ItemView<Image>;

// One network as one share sees it.
struct NetworkView {
  const SiteCatalog* site = nullptr;
  const EndpointCatalog* endpoint = nullptr;
  const ShareCatalog* share = nullptr;
  const Stored<Network>* stored = nullptr;

  const Network& record() const { return stored->record; }
};

}  // namespace cis::server
