// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crawler/source/exchange.h"
#include "net/http/limit.h"
#include "nlohmann/json_fwd.hpp"
#include "schema/model/records.h"

namespace cis::crawler {

// Returns an error of class `error` with the matching code.
absl::Status MakeSourceError(ErrorClass error, absl::string_view message);

// The same for an error from a limit.
absl::Status MakeSourceLimitError(ErrorClass error, Limit limit, absl::string_view message);

// Returns why `answer` cannot be used, in one sentence that names `what` and the URL: the
// transport's error or the HTTP status with the site's own message, from which `secret` (may be
// empty) is removed. Status 2xx is an error too ("unexpected").
absl::Status AnswerError(absl::string_view what, const Answer& answer, absl::string_view secret);

// Returns `body` as JSON; a discarded value if it is not JSON. A byte that is not UTF-8 or an
// unpaired surrogate is replaced in its text and does not invalidate the whole answer.
nlohmann::json ParseBody(absl::string_view body);

// Returns the body of a 200 as a JSON object. Returns AnswerError if the status is another one; a
// parse error if the body is not a JSON object.
absl::StatusOr<nlohmann::json> ParseAnswer(absl::string_view what, const Answer& answer,
                                           absl::string_view secret);

// Returns true if the site answered with one of these statuses.
bool AnsweredWith(const Answer& answer, std::initializer_list<int> statuses);

// Returns `text` in a form for errors: one line of at most kMaxQuotedBytes, from which `secret`
// (may be empty) is removed.
std::string Quotable(std::string text, absl::string_view secret);

// Returns the answer as a document of an observation. The body is left out unless the status is
// 200.
Document MakeDocument(absl::string_view name, const Answer& answer);

// Returns a document without a body for an optional one that could not be read: `status` says why.
Document MakeFailedDocument(absl::string_view name, const Answer& answer,
                            const absl::Status& status, absl::string_view secret);

// Returns `object[key]` if that is a string, otherwise "". `object` may be any JSON value.
std::string StringAt(const nlohmann::json& object, const char* key);

}  // namespace cis::crawler
