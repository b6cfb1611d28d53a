// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define CIS_MACRO_CONCAT_INNER(a, b) a##b
#define CIS_MACRO_CONCAT(a, b) CIS_MACRO_CONCAT_INNER(a, b)

// Returns from the enclosing function if `expr`, an absl::Status, is not OK. `expr` may hold a
// lambda that uses the macro on a line of its own.
#define CIS_RETURN_IF_ERROR(expr) \
  CIS_RETURN_IF_ERROR_INNER(CIS_MACRO_CONCAT(cis_status_, __LINE__), expr)
#define CIS_RETURN_IF_ERROR_INNER(tmp, expr)    \
  do {                                          \
    if (absl::Status tmp = (expr); !tmp.ok()) { \
      return tmp;                               \
    }                                           \
  } while (false)

// Declares or assigns `lhs` from `expr`, an absl::StatusOr<T>; returns its status if not OK.
#define CIS_ASSIGN_OR_RETURN(lhs, expr) \
  CIS_ASSIGN_OR_RETURN_INNER(CIS_MACRO_CONCAT(cis_statusor_, __LINE__), lhs, expr)
#define CIS_ASSIGN_OR_RETURN_INNER(tmp, lhs, expr) \
  auto tmp = (expr);                               \
  if (!tmp.ok()) {                                 \
    return std::move(tmp).status();                \
  }                                                \
  lhs = *std::move(tmp)
