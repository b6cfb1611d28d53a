// SPDX-License-Identifier: Apache-2.0
#include "schema/store/transaction_log.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "schema/base/status_macros.h"
#include "schema/model/list_text.h"
#include "schema/store/sqlite_sql.h"
#include "schema/store/zstd.h"

namespace cis {
namespace {

std::vector<std::string> FieldPairs(const std::vector<FieldText>& fields) {
  std::vector<std::string> texts;
  for (const FieldText& field : fields) {
    texts.push_back(field.name);
    texts.push_back(field.text ? absl::StrCat("=", *field.text) : "-");
  }
  return texts;
}

void BindOptional(Statement& statement, absl::string_view name,
                  const std::optional<std::string>& text) {
  text ? statement.BindText(name, *text) : statement.BindNull(name);
}

}  // namespace

std::string TransactionLog::FormatFieldList(const std::vector<FieldText>& fields) {
  return FormatListText(FieldPairs(fields));
}

template <>
std::string TransactionLog::FormatListed(const Router& record) {
  std::vector<FieldText> fields = FieldTextsOf(record);
  fields.push_back({"network_ids", FormatListText(record.network_ids)});
  fields.push_back({"subnet_ids", FormatListText(record.subnet_ids)});
  return FormatFieldList(fields);
}

void TransactionLog::Step(absl::string_view operation, absl::string_view noun, int64_t row,
                          const std::vector<std::string>& texts) {
  steps_.Add(operation);
  steps_.Add(noun);
  steps_.Add(absl::StrCat(row));
  steps_.Add(absl::StrCat(texts.size()));
  for (const std::string& text : texts) steps_.Add(text);
}

void TransactionLog::NoteFields(absl::string_view noun, int64_t row,
                                const std::vector<FieldText>& old_fields) {
  if (!old_fields.empty()) Step("=", noun, row, FieldPairs(old_fields));
}

void TransactionLog::NoteLinks(absl::string_view noun, int64_t share_row,
                               const std::vector<int64_t>& added,
                               const std::vector<int64_t>& dropped) {
  if (added.empty() && dropped.empty()) return;
  std::vector<std::string> texts;
  for (const int64_t id : added) texts.push_back(absl::StrCat("+", id));
  for (const int64_t id : dropped) texts.push_back(absl::StrCat("-", id));
  Step("i", noun, share_row, texts);
}

void TransactionLog::AddEndpointChange(int64_t endpoint_id, Change change) {
  change.cause = cause_;
  changes_.push_back({endpoint_id, 0, std::move(change)});
}

void TransactionLog::AddShareChange(int64_t endpoint_id, int64_t share_id, Change change) {
  AddShareChange(endpoint_id, share_id, std::move(change), cause_);
}

void TransactionLog::AddShareChange(int64_t endpoint_id, int64_t share_id, Change change,
                                    ChangeCause cause) {
  change.cause = cause;
  changes_.push_back({endpoint_id, share_id, std::move(change)});
}

absl::Status TransactionLog::Write(Connection& db, absl::Time time) {
  CIS_ASSIGN_OR_RETURN(const int64_t generation, db.QueryInt(sql::kGeneration));
  const int64_t time_us = absl::ToUnixMicros(time);
  const std::string steps = steps_.Finish();
  CIS_ASSIGN_OR_RETURN(const std::string frame, Compress(steps));
  CIS_ASSIGN_OR_RETURN(Statement * add, db.Use(sql::kAddHistory));
  add->BindInt("generation", generation);
  add->BindInt("time_us", time_us);
  add->BindInt("undo_bytes", static_cast<int64_t>(steps.size()));
  add->BindBlob("undo_zstd", frame);
  CIS_RETURN_IF_ERROR(add->Run());
  CIS_ASSIGN_OR_RETURN(Statement * start, db.Use(sql::kBeginHistory));
  start->BindInt("time_us", time_us);
  CIS_RETURN_IF_ERROR(start->Run());

  CIS_ASSIGN_OR_RETURN(Statement * put, db.Use(sql::kAddChange));
  put->BindInt("generation", generation);
  put->BindInt("time_us", time_us);
  for (const auto& [endpoint_id, share_id, change] : changes_) {
    put->BindInt("endpoint_id", endpoint_id);
    share_id == 0 ? put->BindNull("share_id") : put->BindInt("share_id", share_id);
    put->BindText("kind", FormatChangeKind(change.kind));
    put->BindText("event", FormatChangeEvent(change.event));
    put->BindText("upstream_id", change.upstream_id);
    put->BindText("name", change.name);
    put->BindText("field", change.field);
    BindOptional(*put, "old_value", change.old_value);
    BindOptional(*put, "new_value", change.new_value);
    put->BindText("cause", FormatChangeCause(change.cause));
    CIS_RETURN_IF_ERROR(put->Run());
  }
  return absl::OkStatus();
}

}  // namespace cis
