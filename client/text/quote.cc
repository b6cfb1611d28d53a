// SPDX-License-Identifier: Apache-2.0
#include "client/text/quote.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"

namespace cis::client {
namespace {

// Returns `text` in double quotes, with the escapes that JSON, HCL and YAML have in common.
std::string QuoteDouble(absl::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (absl::ascii_iscntrl(static_cast<unsigned char>(c))) {
      absl::StrAppendFormat(&out, "\\u%04X", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out + "\"";
}

}  // namespace

std::string QuoteHcl(absl::string_view text) {
  // Terraform looks for `${` before it reads escapes.
  return absl::StrReplaceAll(QuoteDouble(text), {{"${", "\\u0024{"}, {"%{", "\\u0025{"}});
}

std::string QuoteAnsible(absl::string_view text) {
  const bool template_like = absl::StrContains(text, "{{") || absl::StrContains(text, "{%") ||
                             absl::StrContains(text, "{#");
  // Characters that end a line or disappear in YAML although they are not ASCII control characters.
  std::string quoted = absl::StrReplaceAll(QuoteDouble(text), {{"\xc2\x85", "\\u0085"},
                                                               {"\xe2\x80\xa8", "\\u2028"},
                                                               {"\xe2\x80\xa9", "\\u2029"},
                                                               {"\xef\xbb\xbf", "\\uFEFF"}});
  return absl::StrCat(template_like ? "!unsafe " : "", quoted);
}

}  // namespace cis::client
