// SPDX-License-Identifier: Apache-2.0
#include "tests/accuracy/scoreboard.h"

#include <cstdlib>
#include <iostream>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "schema/model/fact.h"

namespace cis::crawler {
namespace {

// Lower case, without the brand words that people leave out.
std::string Plain(absl::string_view text) {
  std::string plain;
  for (absl::string_view word : absl::StrSplit(absl::AsciiStrToLower(text), ' ')) {
    if (word != "tesla" && word != "geforce" && word != "rtx" && word != "gtx") {
      absl::StrAppend(&plain, plain.empty() ? "" : " ", word);
    }
  }
  return plain == "oracle" ? "ol" : plain;
}

bool SameNumber(const std::string& a, const std::string& b) {
  char* end_a = nullptr;
  char* end_b = nullptr;
  const double x = std::strtod(a.c_str(), &end_a);
  const double y = std::strtod(b.c_str(), &end_b);
  return *end_a == 0 && *end_b == 0 && x == y;
}

}  // namespace

Scoreboard::Verdict Scoreboard::Judge(const Answer& answer) {
  const std::string& label = answer.label;
  const std::string& got = answer.got;
  if (label.empty()) {
    return Verdict::kUnlabelled;
  }
  if (label == "?") {
    return got.empty() || answer.confidence == "guess" ? Verdict::kRight : Verdict::kWrong;
  }
  if (got.empty()) {
    return Verdict::kUnknown;
  }
  if (Plain(label) == Plain(got) || (answer.field == "gpu_count" && SameNumber(label, got))) {
    return Verdict::kRight;
  }
  if (answer.field == "version" &&
      (absl::StartsWith(label, got + ".") || absl::StartsWith(got, label + "."))) {
    return Verdict::kCoarse;
  }
  return Verdict::kWrong;
}

void Scoreboard::Count(const Answer& answer) {
  const Verdict verdict = Judge(answer);
  const std::string where = absl::StrCat(answer.field, ": ", answer.subject);
  if (verdict == Verdict::kUnlabelled) {
    if (lists_.unlabelled && !answer.got.empty()) {
      lines_.push_back(absl::StrCat("unlabelled ", where, " -> ", answer.got, " (",
                                    answer.confidence, ") [", answer.set, "]"));
    }
    return;
  }
  Counts& counts = counts_[{answer.set, answer.field}];
  const bool too_sure = verdict != Verdict::kUnknown && verdict != Verdict::kWrong &&
                        !answer.most.empty() &&
                        ParseConfidence(answer.confidence) > ParseConfidence(answer.most);
  if (too_sure) {
    ++counts.overconfident;
    lines_.push_back(absl::StrCat("overconfident ", where, " is ", answer.got, ", but as ",
                                  answer.confidence, " [", answer.set, "]"));
  }
  switch (verdict) {
    case Verdict::kRight:
      ++counts.right;
      break;
    case Verdict::kCoarse:
      ++counts.coarse;
      if (lists_.unknown) {
        lines_.push_back(absl::StrCat("coarse ", where, " is ", answer.label, ", said ", answer.got,
                                      " [", answer.set, "]"));
      }
      break;
    case Verdict::kUnknown:
      ++counts.unknown;
      if (lists_.unknown) {
        lines_.push_back(
            absl::StrCat("unknown ", where, " is ", answer.label, " [", answer.set, "]"));
      }
      break;
    case Verdict::kWrong:
      ++counts.wrong;
      counts.overconfident += answer.confidence == "guess" ? 0 : 1;
      lines_.push_back(absl::StrCat("wrong ", where, " is ", answer.label, ", not ", answer.got,
                                    " (", answer.confidence, ") [", answer.set, "]"));
      break;
    case Verdict::kUnlabelled:
      break;
  }
}

int Scoreboard::Print() const {
  for (const std::string& line : lines_) {
    std::cout << line << "\n";
  }
  int wrong = 0;
  std::cout << absl::StreamFormat("%-34s %-10s %6s %7s %8s %6s %14s\n", "labelled by", "field",
                                  "right", "coarse", "unknown", "wrong", "overconfident");
  for (const auto& [key, counts] : counts_) {
    std::cout << absl::StreamFormat("%-34s %-10s %6d %7d %8d %6d %14d\n", key.first, key.second,
                                    counts.right, counts.coarse, counts.unknown, counts.wrong,
                                    counts.overconfident);
    wrong += counts.wrong;
  }
  return wrong;
}

}  // namespace cis::crawler
