// SPDX-License-Identifier: Apache-2.0
#pragma once

// The search for one kind of machine of a query that may have several.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "server/placement/placement_query.h"
#include "server/placement/search_context.h"
#include "server/placement/share_search.h"

namespace cis::server {

// A part of a query with its own search.
class PartSearch {
 public:
  // For a query of one kind: searches the query itself.
  PartSearch(const SearchContext& context, bool explains) : search_(context, explains) {}
  // For the group or alternative with that number.
  PartSearch(const SearchContext& context, size_t number, bool explains)
      : query_(QueryOfPart(*context.query, context.query->parts()[number])),
        context_(ContextOf(context, *query_)),
        search_(*context_, explains),
        bit_(PartBit(number)) {}
  PartSearch(const PartSearch&) = delete;
  PartSearch& operator=(const PartSearch&) = delete;

  ShareSearch& search() { return search_; }
  // The bit in Reason::parts; 0 for a query of one kind.
  uint16_t bit() const { return bit_; }
  // Marks reasons as being about this part.
  void Mark(std::vector<Reason>* reasons) const {
    for (Reason& reason : *reasons) reason.parts = bit_;
  }

 private:
  static SearchContext ContextOf(const SearchContext& context, const PlacementQuery& query) {
    SearchContext out = context;
    out.query = &query;
    out.systems = FitSystems(*context.index, query);
    return out;
  }

  std::optional<PlacementQuery> query_;
  std::optional<SearchContext> context_;
  ShareSearch search_;
  uint16_t bit_ = 0;
};

using PartSearches = std::vector<std::unique_ptr<PartSearch>>;

}  // namespace cis::server
