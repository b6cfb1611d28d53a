#pragma once

#include <google/protobuf/message.h>

#include <string>

#include "absl/time/time.h"
#include "client/format/table.h"

namespace cis::client {

// Every field of a resource, one a line, for people: what is not known says so, times have their
// age, sizes their GiB, and inferred fields how sure they are and what told them. Names are
// cleaned.
std::string DetailsText(const google::protobuf::Message& message, const TableStyle& style,
                        absl::Time now);

}  // namespace cis::client
