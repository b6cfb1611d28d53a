// SPDX-License-Identifier: Apache-2.0
#pragma once

// What one write transaction changes: the steps that undo it, and the entries of the journal. Both
// are written in the same transaction, so that rows, history and journal always agree.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "schema/base/text_list.h"
#include "schema/model/change.h"
#include "schema/model/field_text.h"
#include "schema/store/sqlite.h"

namespace cis {

// The steps that undo the transaction, as texts: operation, noun, row, number of texts, these
// texts.
//
//   "+": the row was added; before, it did not exist
//
//   "=": fields had these values: "name" "=value", or "name" "-" for one that was not known
//
//   "l": the list was this one; each text is a record, itself a list of texts as above
//
//   "i": of the rows linked to a share, "+id" was added and "-id" was removed
//
// Nouns are tables. The noun of a kind of a share is "share_kind/KIND" with the row of the share; a
// list has the row of the noun that it belongs to. When steps are applied, unknown names of fields
// are ignored, and members that are not named stay as they are, so that a program with more fields
// can read them too.
class TransactionLog {
 public:
  explicit TransactionLog(ChangeCause cause) : cause_(cause) {}

  void set_cause(ChangeCause cause) { cause_ = cause; }

  void NoteCreated(absl::string_view noun, int64_t row) { Step("+", noun, row, {}); }
  // Does nothing if `old_fields` is empty.
  void NoteFields(absl::string_view noun, int64_t row, const std::vector<FieldText>& old_fields);
  // The members of `before` that differ from `after`.
  template <typename Record>
  void NoteChanged(absl::string_view noun, int64_t row, const Record& before, const Record& after) {
    NoteFields(noun, row, DifferingFields(FieldTextsOf(before), FieldTextsOf(after)));
  }
  template <typename Record>
  void NoteList(absl::string_view noun, int64_t row, const std::vector<Record>& before) {
    std::vector<std::string> texts;
    for (const Record& record : before) texts.push_back(FormatListed(record));
    Step("l", noun, row, texts);
  }
  // Does nothing if both are empty.
  void NoteLinks(absl::string_view noun, int64_t share_row, const std::vector<int64_t>& added,
                 const std::vector<int64_t>& dropped);

  // A change of an endpoint, or of one share of it. Cause and kind of owner are set here.
  void AddEndpointChange(int64_t endpoint_id, Change change);
  void AddShareChange(int64_t endpoint_id, int64_t share_id, Change change);
  // The same with its own cause.
  void AddShareChange(int64_t endpoint_id, int64_t share_id, Change change, ChangeCause cause);

  // Writes everything at the generation that the transaction has set, stamped with `time`. Needs an
  // open write transaction. Returns the errors of Statement::Step() and Compress().
  absl::Status Write(Connection& db, absl::Time time);

 private:
  struct Entry {
    int64_t endpoint_id = 0;
    int64_t share_id = 0;  // 0 = of the endpoint
    Change change;
  };

  static std::string FormatFieldList(const std::vector<FieldText>& fields);
  template <typename Record>
  static std::string FormatListed(const Record& record) {
    return FormatFieldList(FieldTextsOf(record));
  }
  void Step(absl::string_view operation, absl::string_view noun, int64_t row,
            const std::vector<std::string>& texts);

  ChangeCause cause_;
  TextListWriter steps_;
  std::vector<Entry> changes_;
};

// Writes routers with their networks and subnets, which VisitFields does not visit.
template <>
std::string TransactionLog::FormatListed(const Router& record);

}  // namespace cis
