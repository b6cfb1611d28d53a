// SPDX-License-Identifier: Apache-2.0
#include "crawler/normalize/tokens.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/time/civil_time.h"
#include "crawler/normalize/basics.h"

namespace cis::crawler {
namespace {

constexpr std::array<absl::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                       "jul", "aug", "sep", "oct", "nov", "dec"};

int NumberOfToken(const Token& token) {
  int value = -1;
  if (token.text.size() > 9 || !absl::SimpleAtoi(token.text, &value)) {
    return -1;
  }
  return value;
}

bool IsDateGap(absl::string_view gap) { return gap == "-" || gap == "." || gap == "_"; }

std::string FormatDay(int year, int month, int day) {
  return absl::StrFormat("%04d-%02d-%02d", year, month, day);
}

// Returns the date if only one order of day and month is a date.
std::string FormatDayEitherWay(int year, int first, int second) {
  if (IsPlausibleDate(year, first, second)) {
    return FormatDay(year, first, second);
  }
  if (IsPlausibleDate(year, second, first)) {
    return FormatDay(year, second, first);
  }
  return "";
}

// A run of 8, 10, 12 or 14 digits that starts with a plausible day: YYYYMMDD[hh[mm[ss]]].
std::string CompactDate(absl::string_view digits) {
  if (digits.size() != 8 && digits.size() != 10 && digits.size() != 12 && digits.size() != 14) {
    return "";
  }
  int year = 0;
  int first = 0;
  int second = 0;
  if (!absl::SimpleAtoi(digits.substr(0, 4), &year) ||
      !absl::SimpleAtoi(digits.substr(4, 2), &first) ||
      !absl::SimpleAtoi(digits.substr(6, 2), &second)) {
    return "";
  }
  return FormatDayEitherWay(year, first, second);
}

bool IsYear(const Token& token) {
  const int year = NumberOfToken(token);
  return token.text.size() == 4 && year >= 2004 && year <= 2049;
}

bool AfterWindows(const std::vector<Token>& tokens, std::size_t index) {
  for (std::size_t back = 1; back <= 3 && back <= index; ++back) {
    const std::string& word = tokens[index - back].text;
    if (word == "windows" || word == "win") {
      return true;
    }
  }
  return false;
}

// NumberOfToken of tokens of the date at `index`, 0 if there is none; `date` gets its text.
std::size_t MatchDate(const std::vector<Token>& tokens, std::size_t index, std::string* date) {
  const Token& first = tokens[index];
  date->clear();
  if (first.kind == Token::Kind::kNumber) {
    *date = CompactDate(first.text);
    if (!date->empty()) {
      return 1;
    }
    if (IsYear(first) && index + 1 < tokens.size()) {
      const Token& month = tokens[index + 1];
      const bool month_follows =
          month.kind == Token::Kind::kNumber && IsDateGap(month.gap) && month.text.size() == 2;
      if (month_follows && index + 2 < tokens.size()) {
        const Token& day = tokens[index + 2];
        if (day.kind == Token::Kind::kNumber && IsDateGap(day.gap) && day.text.size() == 2) {
          *date =
              FormatDayEitherWay(NumberOfToken(first), NumberOfToken(month), NumberOfToken(day));
          if (!date->empty()) {
            return 3;
          }
        }
      }
      if (month_follows && NumberOfToken(month) >= 1 && NumberOfToken(month) <= 12 &&
          !AfterWindows(tokens, index)) {
        return 2;  // a month: enough to know that it is no release
      }
    }
    return 0;
  }
  // "Dec-12-2017"
  const auto* const month = std::find(kMonths.begin(), kMonths.end(), first.text);
  if (month != kMonths.end() && index + 2 < tokens.size()) {
    const int day = NumberOfToken(tokens[index + 1]);
    if (tokens[index + 1].kind == Token::Kind::kNumber && IsYear(tokens[index + 2]) && day >= 1) {
      const int number = static_cast<int>(month - kMonths.begin()) + 1;
      if (IsPlausibleDate(NumberOfToken(tokens[index + 2]), number, day)) {
        *date = FormatDay(NumberOfToken(tokens[index + 2]), number, day);
        return 3;
      }
    }
  }
  return 0;
}

bool IsHex(char c) { return absl::ascii_isxdigit(static_cast<unsigned char>(c)); }

struct Span {
  std::size_t begin;
  std::size_t end;
  Token::Mark mark;
};

// UUIDs and hex runs of at least 12 with both letters and digits.
std::vector<Span> FindIds(absl::string_view text) {
  std::vector<Span> spans;
  for (std::size_t pos = 0; pos < text.size();) {
    if (!IsAlnum(text[pos])) {
      ++pos;
      continue;
    }
    std::size_t end = pos;
    bool letters = false;
    bool digits = false;
    while (end < text.size() && IsHex(text[end])) {
      (IsDigit(text[end]) ? digits : letters) = true;
      ++end;
    }
    const bool whole = end == text.size() || !IsAlnum(text[end]);
    if (whole && letters && digits && end - pos >= 12) {
      spans.push_back({pos, end, Token::Mark::kId});
    } else if (whole && end - pos == 8 && text.size() - pos >= 36) {
      constexpr std::array<std::size_t, 4> kDashes = {8, 13, 18, 23};
      bool uuid = true;
      for (std::size_t i = 0; i < 36; ++i) {
        const bool dash = std::find(kDashes.begin(), kDashes.end(), i) != kDashes.end();
        if (dash ? text[pos + i] != '-' : !IsHex(text[pos + i])) {
          uuid = false;
          break;
        }
      }
      if (uuid) {
        end = pos + 36;
        spans.push_back({pos, end, Token::Mark::kId});
      }
    }
    while (end < text.size() && IsAlnum(text[end])) {
      ++end;
    }
    pos = end;
  }
  return spans;
}

}  // namespace

bool IsPlausibleDate(int year, int month, int day) {
  if (year < 2004 || year > 2049 || month < 1 || month > 12 || day < 1 || day > 31) {
    return false;
  }
  const absl::CivilDay civil(year, month, day);
  return civil.month() == month && civil.day() == day;
}

std::string Tokenizer::LeadingDate(absl::string_view text) const {
  const TokenList list = Tokenize(absl::StripAsciiWhitespace(text));
  if (list.tokens.empty() || list.tokens[0].mark != Token::Mark::kDate || list.dates.empty()) {
    return "";
  }
  return list.dates[0].date;
}

TokenList Tokenizer::Tokenize(absl::string_view text) const {
  TokenList list;
  const std::string lower = absl::AsciiStrToLower(text.substr(0, kMaxTextBytes));
  std::vector<Span> spans = FindIds(lower);
  list.arches = arch_.FindMentions(lower);
  for (const ArchMention& mention : list.arches) {
    spans.push_back({mention.begin, mention.end, Token::Mark::kArch});
  }
  std::size_t last_end = 0;
  for (std::size_t pos = 0; pos < lower.size();) {
    if (!IsAlnum(lower[pos])) {
      ++pos;
      continue;
    }
    const bool number = IsDigit(lower[pos]);
    std::size_t end = pos;
    while (end < lower.size() && IsAlnum(lower[end]) && IsDigit(lower[end]) == number) {
      ++end;
    }
    // "2xA100": the sign between a number and what it counts is a token of its own.
    if (!number && lower[pos] == 'x' && end - pos > 1 && pos > 0 && IsDigit(lower[pos - 1])) {
      end = pos + 1;
    }
    Token token;
    token.kind = number ? Token::Kind::kNumber : Token::Kind::kWord;
    token.text = lower.substr(pos, end - pos);
    token.gap = list.tokens.empty() ? std::string("^") : lower.substr(last_end, pos - last_end);
    token.begin = pos;
    token.end = end;
    for (const Span& span : spans) {
      if (pos >= span.begin && end <= span.end) {
        token.mark = span.mark;
      }
    }
    last_end = end;
    pos = end;
    list.tokens.push_back(std::move(token));
  }
  for (std::size_t i = 0; i < list.tokens.size();) {
    NameDate found;
    const std::size_t count =
        list.tokens[i].mark == Token::Mark::kNone ? MatchDate(list.tokens, i, &found.date) : 0;
    if (count == 0) {
      ++i;
      continue;
    }
    // The word before a date may say that it is an end, not a build.
    found.expired = i > 0 && retirement_.IsEndWord(list.tokens[i - 1].text);
    for (std::size_t k = i; k < i + count; ++k) {
      list.tokens[k].mark = Token::Mark::kDate;
    }
    list.dates.push_back(std::move(found));
    i += count;
  }
  return list;
}

}  // namespace cis::crawler
