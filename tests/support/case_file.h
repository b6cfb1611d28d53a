// SPDX-License-Identifier: Apache-2.0
#pragma once

// Text cases: many inputs with their expected outputs in one readable file.
//
//   # what the case shows (one or more lines)
//   input
//   --
//   expected output
//   ==

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace cis {

struct Case {
  std::string intent;    // comment lines without "# ", joined by newlines
  std::string input;     // without the final newline
  std::string expected;  // without the final newline
  int line = 0;          // of the first comment line
};

// Returns INVALID_ARGUMENT naming the line if the text does not follow the form above or a case has
// no intent.
absl::StatusOr<std::vector<Case>> ParseCases(absl::string_view text);

// Returns the text of `cases`; ParseCases of it returns them.
std::string FormatCases(const std::vector<Case>& cases);

// Reads the file at `path`, calls `run` with every input and compares. With the environment
// variable UPDATE_CASES=1 the file is rewritten with the results of `run`, and the diff is
// reviewed. Returns OK or a status whose message shows every case that differs.
absl::Status RunCaseFile(const std::string& path,
                         const std::function<std::string(const std::string&)>& run);

}  // namespace cis
