// SPDX-License-Identifier: Apache-2.0
#pragma once

// Messages as rows of CSV (RFC 4180).

#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/message.h>

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace cis::client {

// One column: the path of fields to its value.
struct CsvColumn {
  std::string head;  // `ram_mib`, `flavor.ram_mib`
  std::vector<const google::protobuf::FieldDescriptor*> path;
};

// Returns the columns of a message type in the order of its fields' numbers; fields of inner
// messages follow as `inner.field`. Maps and repeated messages have no column (JSON has them). With
// a mask, returns only the columns that it names, in its order; unknown paths are left out.
std::vector<CsvColumn> CsvColumnsOf(const google::protobuf::Descriptor& type,
                                    const google::protobuf::FieldMask& mask);

// Returns the message's text in each column, not quoted: empty if not known, enums as lower-case
// words, times in RFC 3339, elements of a repeated field joined by `;`.
std::vector<std::string> CsvCells(const google::protobuf::Message& message,
                                  absl::Span<const CsvColumn> columns);

// Returns a line of CSV with its CR LF. Cells with a comma, a quote, a line end, a tab, or a space
// at an end are quoted. What could act on a terminal or a spreadsheet is made harmless. Control
// characters except line ends and tabs, and invisible format characters, are written as visible
// escapes, as CleanText does. A cell that a spreadsheet could take for a formula gets a "'" before
// it: one whose first character other than "'" and spaces is =, +, -, @, a tab, a line end or one
// of the full-width ＝＋－＠. Numbers ("-5") stay as they are.
std::string CsvLine(absl::Span<const std::string> cells);

// Removes the "'" that CsvLine puts before a cell, as any other reader has to.
absl::string_view CsvValue(absl::string_view cell);

}  // namespace cis::client
