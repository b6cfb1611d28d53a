// SPDX-License-Identifier: Apache-2.0
#include "crawler/source/answer.h"

#include <algorithm>
#include <initializer_list>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "crawler/source/limits.h"
#include "net/http/http_error.h"
#include "net/http/http_status.h"
#include "nlohmann/json.hpp"
#include "schema/base/one_line.h"
#include "schema/base/utf8.h"

namespace cis::crawler {
namespace {

using nlohmann::json;

absl::StatusCode CodeOf(ErrorClass error) {
  switch (error) {
    case ErrorClass::kDns:
    case ErrorClass::kConnect:
    case ErrorClass::kRateLimit:
    case ErrorClass::kServer:
      return absl::StatusCode::kUnavailable;
    case ErrorClass::kTimeout:
      return absl::StatusCode::kDeadlineExceeded;
    case ErrorClass::kAuth:
      return absl::StatusCode::kUnauthenticated;
    case ErrorClass::kForbidden:
      return absl::StatusCode::kPermissionDenied;
    case ErrorClass::kNotFound:
      return absl::StatusCode::kNotFound;
    case ErrorClass::kParse:
      return absl::StatusCode::kDataLoss;
    case ErrorClass::kLimit:
      return absl::StatusCode::kResourceExhausted;
    case ErrorClass::kTls:
    case ErrorClass::kPolicy:
    case ErrorClass::kConfig:
      return absl::StatusCode::kFailedPrecondition;
    case ErrorClass::kNone:
    case ErrorClass::kInternal:
    case ErrorClass::kBackingOff:
      break;
  }
  return absl::StatusCode::kInternal;
}

// Returns the site's message in an error body: {"badRequest": {"message": …}}, {"NeutronError":
// {…}}, {"error": {…}}, {"errors": [{"detail": …}]}; nothing for HTML.
std::string UpstreamMessage(absl::string_view body) {
  const json parsed = ParseBody(body);
  if (!parsed.is_object()) return "";
  for (const json& value : parsed) {
    const json* inner = &value;
    if (value.is_array() && !value.empty()) inner = &value.front();
    for (const char* key : {"message", "detail"}) {
      std::string text = StringAt(*inner, key);
      if (!text.empty()) return text;
    }
  }
  return "";
}

}  // namespace

std::string Quotable(std::string text, absl::string_view secret) {
  if (!secret.empty()) text = absl::StrReplaceAll(text, {{secret, "***"}});
  text = OneLine(text);
  if (text.size() > kMaxQuotedBytes) {
    text.resize(CutUtf8(text, kMaxQuotedBytes).size());
    text += "…";
  }
  return std::string(absl::StripAsciiWhitespace(text));
}

absl::Status MakeSourceError(ErrorClass error, absl::string_view message) {
  return MakeError(CodeOf(error), error, message);
}

absl::Status MakeSourceLimitError(ErrorClass error, Limit limit, absl::string_view message) {
  return MakeLimitError(CodeOf(error), error, limit, message);
}

absl::Status AnswerError(absl::string_view what, const Answer& answer, absl::string_view secret) {
  if (!answer.response.ok()) {
    const absl::Status& from = answer.response.status();
    return Reword(from, absl::StrCat(what, ": ", from.message()));
  }
  const int code = answer.response->status;
  if (code >= 200 && code < 400) {
    return MakeSourceError(ErrorClass::kParse,
                           absl::StrCat(what, ": unexpected HTTP ", code, " from ", answer.url));
  }
  const std::string words = Quotable(UpstreamMessage(answer.response->body), secret);
  return MakeSourceError(
      HttpErrorClass(code),
      absl::StrCat(what, ": HTTP ", code, " from ", answer.url, words.empty() ? "" : ": ", words));
}

json ParseBody(absl::string_view body) {
  json parsed = json::parse(body.begin(), body.end(), nullptr, false);
  if (!parsed.is_discarded()) return parsed;
  const std::string clean = PairedSurrogates(ValidUtf8(body));
  return clean == body ? parsed : json::parse(clean, nullptr, false);
}

absl::StatusOr<json> ParseAnswer(absl::string_view what, const Answer& answer,
                                 absl::string_view secret) {
  if (!AnsweredWith(answer, {200})) return AnswerError(what, answer, secret);
  json parsed = ParseBody(answer.response->body);
  if (!parsed.is_object()) {
    return MakeSourceError(ErrorClass::kParse, absl::StrCat(what, ": the answer from ", answer.url,
                                                            " is not a JSON object"));
  }
  return parsed;
}

bool AnsweredWith(const Answer& answer, std::initializer_list<int> statuses) {
  return answer.response.ok() &&
         std::find(statuses.begin(), statuses.end(), answer.response->status) != statuses.end();
}

Document MakeDocument(absl::string_view name, const Answer& answer) {
  Document document;
  document.name = std::string(name);
  document.url = answer.url;
  document.fetch_time = answer.time;
  if (answer.response.ok()) {
    document.status = answer.response->status;
    if (document.status == 200) document.body = answer.response->body;
  }
  return document;
}

Document MakeFailedDocument(absl::string_view name, const Answer& answer,
                            const absl::Status& status, absl::string_view secret) {
  Document document;
  document.name = std::string(name);
  document.url = answer.url;
  document.fetch_time = answer.time;
  if (answer.response.ok()) {
    document.status = answer.response->status;
    if (document.status != 200) {
      const std::string words = UpstreamMessage(answer.response->body);
      document.error = absl::StrCat("HTTP ", document.status, words.empty() ? "" : ": ", words);
    }
  }
  if (document.error.empty()) {
    document.error = std::string(status.message());
    // The document names the request already. A request that was not sent has no URL.
    if (!answer.url.empty()) {
      document.error =
          absl::StrReplaceAll(document.error, {{absl::StrCat("GET ", answer.url, ": "), ""},
                                               {absl::StrCat(" of ", answer.url), ""},
                                               {absl::StrCat(" from ", answer.url), ""},
                                               {absl::StrCat(answer.url, ": "), ""}});
    }
    const std::string prefix = absl::StrCat(name, ": ");
    if (absl::StartsWith(document.error, prefix)) document.error.erase(0, prefix.size());
  }
  document.error = Quotable(std::move(document.error), secret);
  if (document.error.empty()) document.error = "not read";
  return document;
}

std::string StringAt(const json& object, const char* key) {
  if (!object.is_object()) return "";
  const auto it = object.find(key);
  return it != object.end() && it->is_string() ? it->get<std::string>() : "";
}

}  // namespace cis::crawler
