// SPDX-License-Identifier: Apache-2.0
#pragma once

// Twenty times today's federation: 800 endpoints, 4800 shares, 140,000 flavors and images.

#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "schema/model/catalog.h"
#include "tests/support/builders.h"

namespace cis::server {

inline constexpr int kSites = 800;
inline constexpr int kSharesPerSite = 6;
inline constexpr int kFlavorsPerSite = 60;
inline constexpr int kImagesPerSite = 115;

inline std::shared_ptr<const SiteCatalog> MakeSiteCatalog(int number) {
  auto site = std::make_shared<SiteCatalog>();
  const std::string name = absl::StrCat("SITE-", number);
  site->site = MakeSite(name);
  EndpointCatalog& endpoint = site->endpoints.emplace_back();
  endpoint.endpoint = MakeEndpoint(name);
  for (int i = 0; i < kFlavorsPerSite; ++i) {
    Stored<Flavor>& stored = endpoint.flavors.Mutable()->emplace_back();
    stored.record = MakeFlavor(absl::StrCat("flavor.", number, ".", i), 1 + i % 32, 1024 * (i + 1));
  }
  for (int i = 0; i < kImagesPerSite; ++i) {
    Stored<Image>& stored = endpoint.images.Mutable()->emplace_back();
    stored.record = MakeImage(absl::StrCat("image ", number, " ", i));
    stored.record.id = absl::StrFormat("%08x-0000-4000-8000-%012x", number, i);
  }
  for (int s = 0; s < kSharesPerSite; ++s) {
    ShareCatalog& share = endpoint.shares.emplace_back();
    share.share = MakeShare(endpoint.endpoint, absl::StrCat("vo.", s, ".example.org"));
    for (const Kind kind : kAllKinds) share.kinds.push_back(MakeKindState(kind));
    for (int32_t i = 0; i < kFlavorsPerSite; ++i) share.flavor_indexes.push_back(i);
    for (int32_t i = 0; i < kImagesPerSite; ++i) share.image_indexes.push_back(i);
  }
  return site;
}

inline const Catalog& LargeCatalog() {
  static const Catalog& catalog = *[] {
    auto* made = new Catalog();
    for (int i = 0; i < kSites; ++i) made->sites.push_back(MakeSiteCatalog(i));
    made->generation = 1;
    return made;
  }();
  return catalog;
}

}  // namespace cis::server
