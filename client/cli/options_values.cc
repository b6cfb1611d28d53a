// SPDX-License-Identifier: Apache-2.0
#include "client/cli/options_values.h"

#include <algorithm>
#include <iterator>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "client/cli/quantity.h"
#include "schema/base/status_macros.h"

namespace cis::client {
namespace {

constexpr absl::string_view kCriteria[] = {"fit", "network", "os", "health", "freshness"};

absl::StatusOr<int64_t> ParseWhole(absl::string_view text) {
  int64_t value = 0;
  if (absl::SimpleAtoi(text, &value)) return value;
  return absl::InvalidArgumentError(
      absl::StrCat("\"", text, "\" is not a whole number; write for example 10"));
}

}  // namespace

absl::StatusOr<int32_t> ParseInt32(absl::string_view text) {
  int32_t value = 0;
  if (absl::SimpleAtoi(text, &value)) return value;
  return absl::InvalidArgumentError(
      absl::StrCat("\"", text, "\" is not a whole number; write for example 10"));
}

absl::StatusOr<int64_t> ParseLimit(absl::string_view text) {
  CIS_ASSIGN_OR_RETURN(const int64_t value, ParseWhole(text));
  if (value < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", text, "\" is negative; write 0 for all, or for example 10"));
  }
  return value;
}

absl::StatusOr<int64_t> ParsePick(absl::string_view text) {
  CIS_ASSIGN_OR_RETURN(const int64_t value, ParseWhole(text));
  if (value < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", text, "\" must be 1 or more; 1 is the best placement"));
  }
  return value;
}

absl::StatusOr<std::vector<std::pair<std::string, double>>> ParseWeights(absl::string_view text) {
  std::vector<std::pair<std::string, double>> weights;
  for (const absl::string_view part : absl::StrSplit(text, ',')) {
    const std::pair<absl::string_view, absl::string_view> entry = absl::StrSplit(part, '=');
    double value = 0;
    const auto* known = std::find(std::begin(kCriteria), std::end(kCriteria), entry.first);
    if (known == std::end(kCriteria) || !absl::SimpleAtod(entry.second, &value)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "\"", part, "\" is not a weight; write for example fit=0.5; the criteria are ",
          absl::StrJoin(kCriteria, ", ")));
    }
    weights.emplace_back(entry.first, value);
  }
  return weights;
}

absl::StatusOr<std::string> ParseUsableAs(absl::string_view text) {
  for (const absl::string_view use : {"floating-pool", "direct", "tenant", "none"}) {
    if (text == use) return std::string(text);
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "\"", text, "\" is not a use of networks; write floating-pool, direct, tenant or none"));
}

}  // namespace cis::client
