// SPDX-License-Identifier: Apache-2.0
#include "crawler/report/report_words.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "schema/base/columns.h"
#include "schema/base/one_line.h"
#include "schema/model/known.h"

namespace cis::crawler {

std::string FormatReportMinute(absl::Time time) {
  if (!IsKnown(time)) return "never";
  return absl::FormatTime("%Y-%m-%d %H:%M", time, absl::UTCTimeZone());
}

std::string CountOf(int64_t count, absl::string_view noun) {
  return absl::StrCat(count, " ", noun, count == 1 ? "" : "s");
}

std::string FitLine(absl::string_view text, size_t width) {
  return CutToColumns(OneLine(text), width, "...");
}

std::vector<std::string> WrapLines(absl::string_view text, size_t width, size_t max_lines) {
  std::vector<std::string> lines = WrapText(OneLine(text), width, 0);
  if (lines.size() > max_lines) {
    const auto last = lines.begin() + static_cast<std::ptrdiff_t>(max_lines - 1);
    *last = absl::StrJoin(last, lines.end(), " ");
    lines.resize(max_lines);
  }
  for (std::string& line : lines) line = FitLine(line, width);
  return lines;
}

bool IsRefusal(absl::string_view remark) {
  for (const absl::string_view status : {"400", "403", "404", "405", "406", "410", "501"}) {
    if (absl::StrContains(remark, absl::StrCat(": HTTP ", status))) return true;
  }
  return false;
}

absl::string_view AdviceFor(ErrorClass error) {
  switch (error) {
    case ErrorClass::kDns:
      return "has the endpoint moved? compare the site file with GOCDB";
    case ErrorClass::kConnect:
      return "the site is down or cut off; check its downtimes, then ask it";
    case ErrorClass::kTls:
      return "report the certificate to the site; for a private CA: ca_file";
    case ErrorClass::kTimeout:
      return "the site is slow; wait, report it, or raise --timeout";
    case ErrorClass::kAuth:
      return "renew the credential; crawl --dry-run shows which it is";
    case ErrorClass::kForbidden:
      return "add the account to the VO, or ask the site for the role";
    case ErrorClass::kNotFound:
      return "not found at the site: check project, region and URL";
    case ErrorClass::kRateLimit:
      return "lower --max-in-flight-per-endpoint, or ask the site";
    case ErrorClass::kServer:
      return "the site's own error: report the message to the site";
    case ErrorClass::kParse:
      return "not an answer of OpenStack (a portal?): report it to the site";
    case ErrorClass::kLimit:
      return "the message names the limit; net/http/README.md lists all";
    case ErrorClass::kPolicy:
      return "a URL was refused; the message names the key that allows it";
    case ErrorClass::kConfig:
      return "fix the site file or credential that the message names";
    case ErrorClass::kInternal:
      return "a bug in CIS: report it with the log";
    case ErrorClass::kBackingOff:
      return "asked again automatically; to ask now: crawl --site SITE";
    case ErrorClass::kNone:
      break;
  }
  return "";
}

}  // namespace cis::crawler
