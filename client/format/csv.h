#pragma once

// Messages as rows of CSV (RFC 4180).

#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/message.h>

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace cis::client {

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

// A line of CSV with its CR LF. Quotes what holds a comma, quote, line end, tab or border space.
// What could act on a terminal or a spreadsheet is made harmless:
// - Control characters but line ends and tabs, and invisible format characters, are written as
// visible
//   escapes, as CleanText does.
// - A cell that a spreadsheet could take for a formula gets a "'" before it: one whose first
// character
//   other than "'" and spaces is =, +, -, @, a tab, a line end or one of the full-width ＝＋－＠.
//   Numbers
//   ("-5") stay as they are.
std::string CsvLine(absl::Span<const std::string> cells);

// The inverse of the "'" that CsvLine puts before a cell: what any other reader has to do as well.
absl::string_view CsvValue(absl::string_view cell);

}  // namespace cis::client
