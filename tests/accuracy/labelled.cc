// SPDX-License-Identifier: Apache-2.0
#include "tests/accuracy/labelled.h"

#include <fstream>

#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "crawler/normalize/normalizer.h"
#include "tests/support/compiled_rules.h"

namespace cis::crawler {

using nlohmann::json;

std::vector<LabelledRow> ReadLabelledRows(const std::string& path) {
  std::vector<LabelledRow> rows;
  std::ifstream file(path);
  std::vector<std::string> heading;
  for (std::string line; std::getline(file, line);) {
    const std::vector<std::string> cells = absl::StrSplit(absl::StripSuffix(line, "\r"), '\t');
    if (heading.empty()) {
      heading = cells;
      continue;
    }
    LabelledRow row;
    for (std::size_t i = 0; i < heading.size() && i < cells.size(); ++i) {
      row[heading[i]] = cells[i];
    }
    rows.push_back(row);
  }
  return rows;
}

json NormalizeOne(Kind kind, const json& record) {
  const auto lines = NormalizeToJsonLines(CompiledRules(), kind, json::array({record}).dump());
  return lines.ok() && !lines->empty() ? json::parse(*lines) : json::object();
}

Answer MakeAnswer(const json& record, const std::string& field) {
  Answer answer;
  const auto found = record.find(field);
  if (found != record.end() && !found->is_null()) {
    answer.got = found->is_string() ? found->get<std::string>() : found->dump();
  }
  if (const auto confidence = record.find("confidence"); confidence != record.end()) {
    answer.confidence = confidence->value(field, "");
  }
  return answer;
}

}  // namespace cis::crawler
