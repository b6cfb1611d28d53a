#pragma once

// Messages as rows of CSV (RFC 4180).

#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/message.h>

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace cis {

// One column: the fields that lead to its value.
struct CsvColumn {
  std::string head;  // `ram_mib`, `flavor.ram_mib`
  std::vector<const google::protobuf::FieldDescriptor*> path;
};

// The columns of a message type in the order of its fields' numbers; fields of inner messages
// follow as `inner.field`. Maps and repeated messages have no column (JSON has them). With a mask,
// only what it names, in its order; unknown paths are left out.
std::vector<CsvColumn> CsvColumnsOf(const google::protobuf::Descriptor& type,
                                    const google::protobuf::FieldMask& mask);

// The message's text in each column, not quoted: empty if not known, enums as lower-case words,
// times in RFC 3339, elements of a repeated field joined by `;`.
std::vector<std::string> CsvCells(const google::protobuf::Message& message,
                                  absl::Span<const CsvColumn> columns);

// A line of CSV with its CR LF. Quotes what holds a comma, quote, line end or border space.
std::string CsvLine(absl::Span<const std::string> cells);

}  // namespace cis
