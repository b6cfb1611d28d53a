// SPDX-License-Identifier: Apache-2.0
#pragma once

// Short texts for facts, shared by tables and sentences.

#include <google/protobuf/timestamp.pb.h>

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "cis/v1/common.pb.h"
#include "cis/v1/registry.pb.h"
#include "client/format/table.h"

namespace cis::client {

// Returns the age of data and whether it may be relied on: `2 h`, `3 d, stale`, `never read`.
Cell AgeCell(v1::DataState state, bool has_time, const google::protobuf::Timestamp& time,
             absl::Time now);

// Returns `1 x NVIDIA A100`; empty if there is none, `?` if not known.
std::string GpuText(bool known, double count, absl::string_view vendor, absl::string_view model);

// `ubuntu 22.04`; empty if unknown.
std::string OsText(absl::string_view distro, absl::string_view version);

// Returns "strong" and so on; "unknown" if nothing is known.
std::string ConfidenceText(v1::Confidence confidence);

// "OS_CONFLICT: property says ubuntu, name says debian".
std::string WarningText(const v1::Warning& warning);

// "8192 MiB", "20", "unlimited".
std::string AmountText(const v1::Amount& amount);

// Seconds and nanoseconds as a time.
absl::Time ToTime(const google::protobuf::Timestamp& time);

// Returns "outage until 2026-11-30 06:00" while it is in progress, "at risk from 2026-12-01 08:00"
// before; UTC.
std::string DowntimeText(const v1::Downtime& downtime);

}  // namespace cis::client
