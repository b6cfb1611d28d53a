// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <google/protobuf/message.h>

#include <string>

#include "absl/time/time.h"
#include "client/format/table.h"

namespace cis::client {

// Returns every field of a resource, one per line, for people: unknown values are named as such,
// times have their age, sizes their GiB, and inferred fields their confidence and evidence. Names
// are cleaned.
std::string DetailsText(const google::protobuf::Message& message, const TableStyle& style,
                        absl::Time now);

}  // namespace cis::client
