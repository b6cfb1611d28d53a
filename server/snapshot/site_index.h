// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "schema/model/catalog.h"
#include "server/snapshot/views.h"

namespace cis::server {

// The resources of one site, in the order of their names. Immutable, so that a new snapshot can
// reuse those of the sites that did not change. Safe to read from any number of threads.
class SiteIndex {
 public:
  explicit SiteIndex(std::shared_ptr<const SiteCatalog> site);
  SiteIndex(const SiteIndex&) = delete;
  SiteIndex& operator=(const SiteIndex&) = delete;

  const std::shared_ptr<const SiteCatalog>& site() const { return site_; }
  // The last part of "sites/{site}".
  const std::string& site_id() const { return site_id_; }

  absl::Span<const EndpointView> endpoints() const { return endpoints_; }
  absl::Span<const ShareView> shares() const { return shares_; }
  absl::Span<const FlavorView> flavors() const { return flavors_; }
  absl::Span<const ImageView> images() const { return images_; }
  absl::Span<const NetworkView> networks() const { return networks_; }

  // Each finds a resource by its resource id, the last part of the name. nullptr if absent.
  const EndpointView* FindEndpoint(absl::string_view id) const;
  const ShareView* FindShare(absl::string_view id) const;
  const FlavorView* FindFlavor(absl::string_view id) const;
  const ImageView* FindImage(absl::string_view id) const;
  const NetworkView* FindNetwork(absl::string_view id) const;

 private:
  std::shared_ptr<const SiteCatalog> site_;
  std::string site_id_;
  std::vector<std::vector<int32_t>> share_lists_;  // spans of flavors and images point into these
  std::vector<EndpointView> endpoints_;
  std::vector<ShareView> shares_;
  std::vector<FlavorView> flavors_;
  std::vector<ImageView> images_;
  std::vector<NetworkView> networks_;
};

// Returns the last part of the name of these resources.
std::string ResourceIdOf(const EndpointView& view);
std::string ResourceIdOf(const ShareView& view);
std::string ResourceIdOf(const FlavorView& view);
std::string ResourceIdOf(const ImageView& view);
std::string ResourceIdOf(const NetworkView& view);

}  // namespace cis::server
