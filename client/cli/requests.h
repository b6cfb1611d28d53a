// SPDX-License-Identifier: Apache-2.0
#pragma once

// Turns options into requests. Pure.

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cis/v1/changes.pb.h"
#include "cis/v1/placement.pb.h"
#include "client/cli/options.h"
#include "client/rpc/nouns.h"

namespace cis::client {

// Returns how many placements to request; 0 = all.
int64_t PlacementLimit(const PlaceOptions& options);

// Returns the query of the file and the flags together; flags add to the values of the file or
// replace them. Values are sent as written: the server checks them. Returns INVALID_ARGUMENT if
// `--os`, `--gpu-kind`, `--cpu-alloc`, `--next`, `--group`, `--alternative` or the file cannot be
// parsed, NOT_FOUND if the file cannot be read.
absl::StatusOr<v1::PlacementQuery> MakeQuery(const PlaceOptions& options);

// Returns the request for its placements. Returns the errors of MakeQuery.
absl::StatusOr<v1::FindPlacementsRequest> MakeFindRequest(const PlaceOptions& options);

// For `changes` and `watch`.
absl::StatusOr<v1::ListChangesRequest> MakeChangesRequest(const Options& options, absl::Time now);
absl::StatusOr<v1::WatchChangesRequest> MakeWatchRequest(const Options& options,
                                                         absl::string_view resume_token);

// Returns a text as a quoted filter value; `*` at its ends keeps its meaning.
std::string QuoteFilterValue(absl::string_view text);

// Returns `field op "a"`, or `(field op "a" OR field op "b")`; empty if there are no values.
std::string MakeAnyOf(absl::string_view field, absl::string_view op,
                      const std::vector<std::string>& values);

// Returns one alternative of `--os` as a filter on images: `ubuntu`, `ubuntu:22.04`,
// `ubuntu~22.04`, `ubuntu>=22.04`, `el>8`, `linux`. Returns INVALID_ARGUMENT for anything else.
absl::StatusOr<std::string> MakeOsFilter(absl::string_view os);

// Returns the list request for T's command: its flags and `--filter` joined by AND. Returns
// INVALID_ARGUMENT if `--os` cannot be parsed.
template <typename T>
absl::StatusOr<typename Noun<T>::ListRequest> MakeListRequest(const ListOptions& options,
                                                              Format format);

}  // namespace cis::client
