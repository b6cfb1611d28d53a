// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "schema/model/observation.h"
#include "schema/store/store.h"

namespace cis::crawler {

class Rules;

// Turns an observation into records by `rules`: pure, no clock, no network, no environment, and so
// safe to call from any thread. A record that
// cannot be read, has no id or repeats one is skipped, counted and named in `skipped_reasons`; it
// never stops the others. MissingIds::kKeep leaves records without an id in, for lists that were
// not crawled. Returns INVALID_ARGUMENT naming the document and the JSON path if a document as a
// whole cannot be read (not JSON, wrong top-level shape).
enum class MissingIds { kSkip, kKeep };
absl::StatusOr<RecordSet> Normalize(const Rules& rules, const Observation& observation,
                                    MissingIds ids = MissingIds::kSkip);

// The body of `cis-crawler normalize`: converts the body of a raw API list to JSON records, one per
// line. `kind` is kFlavors, kImages or kNetworks. Next to a list of images, "site_name" and
// "keystone_url" may name the site that it is from, for the site's conventions. Records that cannot
// be read are named in `skipped`, which may be null. `correct` is called with the records before
// they are written; it may be null. Returns INVALID_ARGUMENT as above.
absl::StatusOr<std::string> NormalizeToJsonLines(
    const Rules& rules, Kind kind, absl::string_view body,
    std::vector<std::string>* skipped = nullptr,
    const std::function<void(RecordSet*)>& correct = nullptr);

}  // namespace cis::crawler
