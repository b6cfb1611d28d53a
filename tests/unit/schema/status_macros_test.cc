// SPDX-License-Identifier: Apache-2.0
#include "schema/base/status_macros.h"

#include <gtest/gtest.h>

#include <memory>

namespace cis {
namespace {

absl::StatusOr<int> Half(int number) {
  if (number % 2 != 0) return absl::InvalidArgumentError("odd");
  return number / 2;
}

absl::StatusOr<int> Quarter(int number) {
  CIS_ASSIGN_OR_RETURN(const int half, Half(number));
  int quarter = 0;
  CIS_ASSIGN_OR_RETURN(quarter, Half(half));
  return quarter;
}

absl::Status CheckQuarter(int number, int& evaluated) {
  CIS_RETURN_IF_ERROR((++evaluated, Quarter(number).status()));
  return absl::OkStatus();
}

TEST(StatusMacros, GiveTheValueOrReturnTheStatus) {
  EXPECT_EQ(Quarter(12).value_or(-1), 3);
  EXPECT_EQ(Quarter(6).status(), absl::InvalidArgumentError("odd"));
}

TEST(StatusMacros, EvaluateOnce) {
  int evaluated = 0;
  EXPECT_TRUE(CheckQuarter(8, evaluated).ok());
  EXPECT_EQ(CheckQuarter(6, evaluated), absl::InvalidArgumentError("odd"));
  EXPECT_EQ(evaluated, 2);
}

absl::StatusOr<std::unique_ptr<int>> Move(absl::StatusOr<std::unique_ptr<int>> value) {
  CIS_ASSIGN_OR_RETURN(std::unique_ptr<int> moved, std::move(value));
  return moved;
}

TEST(StatusMacros, MoveWhatCannotBeCopied) {
  EXPECT_EQ(*Move(std::make_unique<int>(7)).value(), 7);
}

// The macro may stand inside a lambda that is its own argument.
absl::Status Nested(const absl::Status& inner) {
  CIS_RETURN_IF_ERROR([&]() -> absl::Status {
    CIS_RETURN_IF_ERROR(inner);
    return absl::OkStatus();
  }());
  return absl::NotFoundError("went on");
}

TEST(StatusMacros, MayBeNested) {
  EXPECT_EQ(Nested(absl::OkStatus()), absl::NotFoundError("went on"));
  EXPECT_EQ(Nested(absl::CancelledError("x")), absl::CancelledError("x"));
}

}  // namespace
}  // namespace cis
