// SPDX-License-Identifier: Apache-2.0
#include "crawler/normalize/os_version.h"

#include <array>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace cis::crawler {
namespace {

// The tokens from one position on, with the tests that schemes need.
class Cursor {
 public:
  Cursor(const std::vector<Token>& tokens, std::size_t index) : tokens_(tokens), index_(index) {}

  const Token* At(std::size_t offset) const {
    const std::size_t at = index_ + offset;
    return at < tokens_.size() && tokens_[at].mark == Token::Mark::kNone ? &tokens_[at] : nullptr;
  }
  // The number at `offset`, -1 if there is none of at most five digits.
  int Number(std::size_t offset) const {
    const Token* token = At(offset);
    int value = -1;
    if (token == nullptr || !token->IsNumber() || token->text.size() > 5 ||
        !absl::SimpleAtoi(token->text, &value)) {
      return -1;
    }
    return value;
  }
  std::size_t Digits(std::size_t offset) const {
    const Token* token = At(offset);
    return token == nullptr || !token->IsNumber() ? 0 : token->text.size();
  }
  bool Gap(std::size_t offset, absl::string_view gaps) const {
    const Token* token = At(offset);
    return token != nullptr && token->gap.size() == 1 &&
           gaps.find(token->gap[0]) != absl::string_view::npos;
  }
  bool Glued(std::size_t offset) const {
    const Token* token = At(offset);
    return token != nullptr && token->gap.empty();
  }
  bool Word(std::size_t offset, absl::string_view word) const {
    const Token* token = At(offset);
    return token != nullptr && token->IsWord(word);
  }
  // How many tokens from 0 on are numbers joined by dots.
  std::size_t DottedCount() const {
    std::size_t count = 0;
    while (Number(count) >= 0 && (count == 0 || Gap(count, "."))) {
      ++count;
    }
    return count;
  }
  std::string Joined(std::size_t count) const {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
      absl::StrAppend(&text, i == 0 ? "" : ".", At(i)->text);
    }
    return text;
  }

 private:
  const std::vector<Token>& tokens_;
  std::size_t index_;
};

using Match = std::optional<VersionMatch>;

bool IsUbuntuMonth(int year, int month) {
  return month == 4 || month == 10 || (year == 6 && month == 6);
}

// Year and month glued, dotted or joined otherwise.
Match MatchYearMonth(const Cursor& at, bool any_month) {
  const auto good = [&](int year, int month) {
    return year >= 4 && year <= 49 &&
           (any_month ? month >= 1 && month <= 12 : IsUbuntuMonth(year, month));
  };
  const int first = at.Number(0);
  if (at.Digits(0) == 4) {
    if (good(first / 100, first % 100)) {
      return VersionMatch{absl::StrFormat("%02d.%02d", first / 100, first % 100), 1};
    }
    return std::nullopt;
  }
  if (at.Digits(0) == 0 || at.Digits(0) > 2) {
    return std::nullopt;
  }
  if (at.Digits(1) == 2 && at.Gap(1, ".-_ ") && good(first, at.Number(1))) {
    const std::size_t point_release = at.Gap(2, ".") && at.Number(2) >= 0 ? 1 : 0;
    return VersionMatch{absl::StrFormat("%d.%02d", first, at.Number(1)), 2 + point_release};
  }
  if (!any_month && at.Digits(0) == 2 && first >= 10 && first <= 49 &&
      (at.Number(1) < 0 || !at.Gap(1, "."))) {
    return VersionMatch{absl::StrCat(first), 1};
  }
  return std::nullopt;
}

Match MatchDebian(const Cursor& at) {
  const int major = at.Number(0);
  if (major < 4 || major > 30 || at.Digits(0) > 2) {  // until 3.1 the numbering was another
    return std::nullopt;
  }
  return VersionMatch{absl::StrCat(major), std::min<std::size_t>(at.DottedCount(), 3)};
}

// "79" and "610": major and minor without their dot, if no release has that number. 32, 64 and 86
// mean the word size of a machine.
Match MatchGluedMinor(const Cursor& at) {
  const int number = at.Number(0);
  const int major = at.Digits(0) == 2 ? number / 10 : number / 100;
  const int minor = at.Digits(0) == 2 ? number % 10 : number % 100;
  const bool width = number == 64 || number == 86;
  const bool three = at.Digits(0) == 3 && minor == 10;
  if (at.DottedCount() != 1 || width || (at.Digits(0) != 2 && !three) || major < 6 || major > 9) {
    return std::nullopt;
  }
  return VersionMatch{absl::StrCat(major, ".", minor), 1};
}

// Updates are minors: "9U4", "9 Update 4", and after "OracleLinux" also "R9-U4".
Match MatchElUpdate(const Cursor& at) {
  const std::size_t first = at.Word(0, "r") && at.Glued(1) ? 1 : 0;
  const int major = at.Number(first);
  const bool word = at.Word(first + 1, "u") || at.Word(first + 1, "update");
  const bool glued = at.Word(first + 1, "update") || at.Glued(first + 2);
  const int minor = at.Number(first + 2);
  if (major < 3 || major > 12 || !word || !glued || minor < 0 || minor > 12 ||
      at.Digits(first + 2) > 2) {
    return std::nullopt;
  }
  return VersionMatch{absl::StrCat(major, ".", minor), first + 3};
}

Match MatchEl(const Cursor& at) {
  if (Match update = MatchElUpdate(at)) {
    return update;
  }
  const int major = at.Number(0);
  if (major > 12) {
    return MatchGluedMinor(at);
  }
  if (major < 3 || major > 12 || at.Digits(0) > 2) {
    return std::nullopt;
  }
  const std::size_t dotted = at.DottedCount();
  if (dotted >= 2 && at.Digits(1) <= 2 && at.Number(1) <= 12) {
    return VersionMatch{at.Joined(2), std::min<std::size_t>(dotted, 3)};
  }
  return VersionMatch{absl::StrCat(major), dotted >= 2 && at.Digits(1) == 4 ? 2U : 1U};
}

Match MatchInteger(const Cursor& at) {
  const int number = at.Number(0);
  if (number < 1 || number > 60 || at.Digits(0) > 2) {
    return std::nullopt;
  }
  return VersionMatch{absl::StrCat(number), at.DottedCount()};
}

Match MatchLeap(const Cursor& at) {
  if (at.Word(0, "tumbleweed")) {
    return VersionMatch{"tumbleweed", 1};
  }
  const int major = at.Number(0);
  if (at.Digits(0) == 3 && at.DottedCount() == 1 &&
      (major / 10 == 15 || major / 10 == 42)) {  // "423"
    return VersionMatch{absl::StrCat(major / 10, ".", major % 10), 1};
  }
  if (!((major >= 10 && major <= 16) || major == 42)) {
    return std::nullopt;
  }
  if (at.DottedCount() >= 2 && at.Digits(1) == 1) {
    return VersionMatch{at.Joined(2), 2};
  }
  // "15-5": Leap has no release without a minor, so the next digit is it.
  if ((major == 15 || major == 42) && at.Digits(1) == 1 && at.Gap(1, "-_") &&
      at.Number(1) <= (major == 15 ? 6 : 3) && !at.Gap(2, ".")) {
    return VersionMatch{absl::StrCat(major, ".", at.Number(1)), 2};
  }
  return VersionMatch{absl::StrCat(major), 1};
}

Match MatchSles(const Cursor& at) {
  const int major = at.Number(0);
  if (major < 9 || major > 16) {
    return std::nullopt;
  }
  if (at.Word(1, "sp") && at.Digits(2) == 1 && at.Glued(2)) {
    return VersionMatch{absl::StrCat(major, ".", at.Number(2)), 3};
  }
  if (at.DottedCount() >= 2 && at.Digits(1) == 1) {
    return at.Number(1) == 0 ? VersionMatch{absl::StrCat(major), 2} : VersionMatch{at.Joined(2), 2};
  }
  return VersionMatch{absl::StrCat(major), 1};
}

Match MatchWindows(const Cursor& at) {
  constexpr std::array<int, 8> kServers = {2000, 2003, 2008, 2012, 2016, 2019, 2022, 2025};
  int number = at.Number(0);
  std::size_t used = 1;
  if (number == 2 && at.Word(1, "k") && at.Glued(1) && at.Number(2) >= 3) {  // "2k19"
    number = 2000 + at.Number(2);
    used = 3;
  }
  for (const int server : kServers) {
    if (number == server) {
      // Only 2003, 2008 and 2012 had a second release.
      const bool r2 =
          number < 2016 && at.Word(used, "r") && at.Number(used + 1) == 2 && at.Glued(used + 1);
      return r2 ? VersionMatch{absl::StrCat(number, " r2"), used + 2}
                : VersionMatch{absl::StrCat(number), used};
    }
  }
  if (number == 7 || number == 10 || number == 11) {
    return VersionMatch{absl::StrCat(number), 1};
  }
  if (number == 8) {
    return at.DottedCount() >= 2 && at.Number(1) == 1 ? VersionMatch{"8.1", 2}
                                                      : VersionMatch{"8", 1};
  }
  return std::nullopt;
}

Match MatchComponents(const Cursor& at, std::size_t least, std::size_t most);

// OpenShift's "4.14.0", also as build stamps write it: "414.92.202310210434-0".
Match MatchOpenShift(const Cursor& at) {
  const int number = at.Number(0);
  if (at.Digits(0) == 3 && number / 100 == 4) {
    return VersionMatch{absl::StrCat(number / 100, ".", number % 100), at.DottedCount()};
  }
  return MatchComponents(at, 2, 4);
}

Match MatchComponents(const Cursor& at, std::size_t least, std::size_t most) {
  const std::size_t dotted = at.DottedCount();
  if (dotted < least) {
    return std::nullopt;
  }
  return VersionMatch{at.Joined(std::min(dotted, most)), dotted};
}

}  // namespace

Match MatchVersion(absl::string_view scheme, const std::vector<Token>& tokens, std::size_t index) {
  const Cursor at(tokens, index);
  if (at.At(0) == nullptr) {
    return std::nullopt;
  }
  if (scheme == "ubuntu") return MatchYearMonth(at, false);
  if (scheme == "euler") return MatchYearMonth(at, true);
  if (scheme == "debian") return MatchDebian(at);
  if (scheme == "el") return MatchEl(at);
  if (scheme == "integer") return MatchInteger(at);
  if (scheme == "leap") return MatchLeap(at);
  if (scheme == "sles") return MatchSles(at);
  if (scheme == "windows") return MatchWindows(at);
  if (scheme == "minor") return MatchComponents(at, 1, 2);
  if (scheme == "dotted") return MatchComponents(at, 2, 2);
  if (scheme == "full") return MatchComponents(at, 2, 4);
  if (scheme == "ocp") return MatchOpenShift(at);
  if (scheme == "container") {  // "1068.8.0": the first number counts days
    return at.Digits(0) >= 3 ? MatchComponents(at, 2, 3) : std::nullopt;
  }
  if (scheme == "amazon") {
    return at.Number(0) == 2 || at.Number(0) == 2023 ? Match(VersionMatch{at.Joined(1), 1})
                                                     : std::nullopt;
  }
  if (scheme == "alt") {  // "p9"
    if ((at.Word(0, "p") || at.Word(0, "c")) && at.Number(1) > 0 && at.Glued(1)) {
      return VersionMatch{absl::StrCat(at.At(0)->text, at.Number(1)), 2};
    }
  }
  return std::nullopt;
}

}  // namespace cis::crawler
