#pragma once

#include <initializer_list>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "crawler/http/limit.h"
#include "crawler/source/exchange.h"
#include "nlohmann/json_fwd.hpp"
#include "schema/model/records.h"

namespace cis::crawler {

// An error of `error`'s class with the code that goes with it.
absl::Status MakeSourceError(ErrorClass error, absl::string_view message);

// The same for what a limit has ended.
absl::Status MakeSourceLimitError(ErrorClass error, Limit limit, absl::string_view message);

// Why `answer` is of no use, in one sentence that names `what` and the URL: the transport's error
// or the HTTP status with the site's own words, in which `secret` (may be empty) is struck out.
// Status 2xx is an error too ("unexpected").
absl::Status AnswerError(absl::string_view what, const Answer& answer, absl::string_view secret);

// `body` as JSON; a discarded value if it is none. A byte that is no UTF-8 and half a surrogate
// pair cost the text that holds them a replacement character, not the whole answer.
nlohmann::json ParseBody(absl::string_view body);

// The body of a 200 as a JSON object. Returns AnswerError if the status is another one; a parse
// error if the body is not a JSON object.
absl::StatusOr<nlohmann::json> ParseAnswer(absl::string_view what, const Answer& answer,
                                           absl::string_view secret);

// True if the site answered with one of these statuses.
bool AnsweredWith(const Answer& answer, std::initializer_list<int> statuses);

// `text` fit to be quoted in an error: one line of at most kMaxQuotedBytes, in which `secret` (may
// be empty) is struck out.
std::string Quotable(std::string text, absl::string_view secret);

// The answer as a document of an observation. The body is left out unless the status is 200.
Document MakeDocument(absl::string_view name, const Answer& answer);

// A document without a body in place of an optional one that could not be read: `status` says why.
Document MakeFailedDocument(absl::string_view name, const Answer& answer,
                            const absl::Status& status, absl::string_view secret);

// `object[key]` if that is a string, otherwise "". `object` may be any JSON value.
std::string StringAt(const nlohmann::json& object, const char* key);

}  // namespace cis::crawler
