// SPDX-License-Identifier: Apache-2.0
#include "tests/support/case_file.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace cis {
namespace {

enum class Part { kIntent, kInput, kExpected };

}  // namespace

absl::StatusOr<std::vector<Case>> ParseCases(absl::string_view text) {
  std::vector<Case> cases;
  std::vector<std::string> intent;
  std::vector<std::string> input;
  std::vector<std::string> expected;
  Part part = Part::kIntent;
  int first_line = 0;
  int number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    if (part == Part::kIntent) {
      if (line.empty()) {
        continue;
      }
      if (absl::StartsWith(line, "#")) {
        if (intent.empty()) first_line = number;
        absl::ConsumePrefix(&line, "#");
        absl::ConsumePrefix(&line, " ");
        intent.emplace_back(line);
        continue;
      }
      if (intent.empty()) {
        return absl::InvalidArgumentError(
            absl::StrCat("line ", number, ": a case starts with a line \"# what it shows\""));
      }
      part = Part::kInput;
    }
    if (part == Part::kInput) {
      if (line == "--") {
        part = Part::kExpected;
      } else {
        input.emplace_back(line);
      }
      continue;
    }
    if (line != "==") {
      expected.emplace_back(line);
      continue;
    }
    cases.push_back({absl::StrJoin(intent, "\n"), absl::StrJoin(input, "\n"),
                     absl::StrJoin(expected, "\n"), first_line});
    intent.clear();
    input.clear();
    expected.clear();
    part = Part::kIntent;
  }
  if (part != Part::kIntent || !intent.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("line ", first_line, ": this case does not end with \"==\""));
  }
  return cases;
}

std::string FormatCases(const std::vector<Case>& cases) {
  std::string text;
  for (const Case& one : cases) {
    if (!text.empty()) {
      absl::StrAppend(&text, "\n");
    }
    for (absl::string_view line : absl::StrSplit(one.intent, '\n')) {
      absl::StrAppend(&text, "# ", line, "\n");
    }
    absl::StrAppend(&text, one.input, "\n--\n", one.expected, one.expected.empty() ? "" : "\n",
                    "==\n");
  }
  return text;
}

absl::Status RunCaseFile(const std::string& path,
                         const std::function<std::string(const std::string&)>& run) {
  std::ifstream file(path);
  if (!file) {
    return absl::NotFoundError(absl::StrCat(path, " is not readable; it must hold cases"));
  }
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  absl::StatusOr<std::vector<Case>> cases = ParseCases(text);
  if (!cases.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", cases.status().message()));
  }
  if (cases->empty()) {
    return absl::InvalidArgumentError(absl::StrCat(path, " holds no case"));
  }
  std::string differences;
  for (Case& one : *cases) {
    std::string got = run(one.input);
    while (absl::EndsWith(got, "\n")) {
      got.pop_back();
    }
    if (got != one.expected) {
      absl::StrAppend(&differences, path, ":", one.line, ": ", one.intent, "\n-- expected\n",
                      one.expected, "\n-- got\n", got, "\n==\n");
    }
    one.expected = std::move(got);
  }
  const char* update = std::getenv("UPDATE_CASES");
  if (update != nullptr && absl::string_view(update) == "1") {
    std::ofstream(path, std::ios::trunc) << FormatCases(*cases);
    return absl::OkStatus();
  }
  return differences.empty() ? absl::OkStatus() : absl::InternalError(differences);
}

}  // namespace cis
