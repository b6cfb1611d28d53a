// SPDX-License-Identifier: Apache-2.0
#pragma once

// Maps each resource message to its requests, so that one template serves all nouns.

#include "absl/strings/string_view.h"
#include "cis/v1/inventory.pb.h"
#include "cis/v1/registry.pb.h"

namespace cis::client {

// Specialised below: the requests of T, its collection's name, and the items of a list response.
template <typename T>
struct Noun;

#define CIS_NOUN(Type, Plural, items_field, has_parent)                         \
  template <>                                                                   \
  struct Noun<v1::Type> {                                                       \
    using GetRequest = v1::Get##Type##Request;                                  \
    using ListRequest = v1::List##Plural##Request;                              \
    using ListResponse = v1::List##Plural##Response;                            \
    static constexpr absl::string_view kCollection = #items_field;              \
    static constexpr bool kHasParent = has_parent;                              \
    static const auto& Items(const ListResponse& r) { return r.items_field(); } \
  }

CIS_NOUN(Site, Sites, sites, false);
CIS_NOUN(Endpoint, Endpoints, endpoints, true);
CIS_NOUN(Vo, Vos, vos, false);
CIS_NOUN(Share, Shares, shares, true);
CIS_NOUN(Flavor, Flavors, flavors, true);
CIS_NOUN(Image, Images, images, true);
CIS_NOUN(Network, Networks, networks, true);
CIS_NOUN(Crawl, Crawls, crawls, false);

#undef CIS_NOUN

// For the registry: its sites need not be sites of CIS, so a filter selects among them.
#define CIS_LISTED_NOUN(Type, Plural, items_field, words)                       \
  template <>                                                                   \
  struct Noun<v1::Type> {                                                       \
    using ListRequest = v1::List##Plural##Request;                              \
    using ListResponse = v1::List##Plural##Response;                            \
    static constexpr absl::string_view kCollection = words;                     \
    static constexpr bool kHasParent = false;                                   \
    static const auto& Items(const ListResponse& r) { return r.items_field(); } \
  }

CIS_LISTED_NOUN(SiteProblem, SiteProblems, problems, "problems");
CIS_LISTED_NOUN(Offer, Offers, offers, "offers");

#undef CIS_LISTED_NOUN

}  // namespace cis::client
