#pragma once

// Options as requests. Pure.

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cis/v1/changes.pb.h"
#include "cis/v1/placement.pb.h"
#include "client/cli/options.h"
#include "client/rpc/nouns.h"

namespace cis::client {

// How many placements are wanted; 0 = all.
int64_t PlacementLimit(const PlaceOptions& options);

// The query of the file and the flags together; what flags say comes after or in place of what the
// file says. Values are sent as they were written: the server is the one that
// judges them. Returns INVALID_ARGUMENT if `--os`, `--gpu-kind`, `--cpu-alloc`, `--next`,
// `--group`,
// `--alternative` or the file is not understood, NOT_FOUND if the file cannot be read.
absl::StatusOr<v1::PlacementQuery> MakeQuery(const PlaceOptions& options);

// The request for its placements. Errors as MakeQuery.
absl::StatusOr<v1::FindPlacementsRequest> MakeFindRequest(const PlaceOptions& options);

// For `changes` and `watch`.
absl::StatusOr<v1::ListChangesRequest> MakeChangesRequest(const Options& options, absl::Time now);
absl::StatusOr<v1::WatchChangesRequest> MakeWatchRequest(const Options& options,
                                                         absl::string_view resume_token);

// A text as a quoted filter value; `*` at its ends keeps its meaning.
std::string QuoteFilterValue(absl::string_view text);

// `field op "a"`, or `(field op "a" OR field op "b")`; empty if there are no values.
std::string MakeAnyOf(absl::string_view field, absl::string_view op,
                      const std::vector<std::string>& values);

// One alternative of `--os` as a filter on images: `ubuntu`, `ubuntu:22.04`, `ubuntu~22.04`,
// `ubuntu>=22.04`, `el>8`, `linux`. Returns INVALID_ARGUMENT for anything else.
absl::StatusOr<std::string> MakeOsFilter(absl::string_view os);

// The list request for T's command: its flags and `--filter` joined by AND. Returns
// INVALID_ARGUMENT if `--os` is not understood.
template <typename T>
absl::StatusOr<typename Noun<T>::ListRequest> MakeListRequest(const ListOptions& options,
                                                              Format format);

}  // namespace cis::client
