// SPDX-License-Identifier: Apache-2.0
#pragma once

// Counts answers against labels: right, coarser or finer, unknown, wrong, and how many claimed more
// than they may: wrong ones that were no guess, and any that are surer than their evidence allows.

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace cis::crawler {

// One labelled field of one record and what the normalisation says of it.
struct Answer {
  std::string set;         // rows of the scoreboard, e.g. "images.tsv (name)"
  std::string field;       // "distro", "gpu_model" ...
  std::string subject;     // what a person recognises the record by
  std::string label;       // the truth; empty = not labelled; "?" = nobody can tell: no more than a
                           // guess is right
  std::string got;         // empty = unknown
  std::string confidence;  // of `got`: "verified" ... "guess"; empty = not told
  std::string most;        // the surest that the evidence allows; empty = no limit
};

class Scoreboard {
 public:
  enum class Verdict { kRight, kCoarse, kUnknown, kWrong, kUnlabelled };

  // What to print besides the counts and the wrong answers.
  struct Lists {
    bool unknown = false;     // labelled, not answered or not as finely
    bool unlabelled = false;  // answered, not labelled: worth reading by eye
  };

  explicit Scoreboard(Lists lists) : lists_(lists) {}

  void Count(const Answer& answer);

  // The listed lines, then one line for each set and field. Returns the number of wrong answers.
  int Print() const;

  bool empty() const { return counts_.empty(); }

  // Whether `got` answers `label` in `field`: case, brand words and the spelling of numbers do not
  // count; a version that is the beginning of the other is coarse.
  static Verdict Judge(const Answer& answer);

 private:
  struct Counts {
    int right = 0;
    int coarse = 0;
    int unknown = 0;
    int wrong = 0;
    int overconfident = 0;
  };

  Lists lists_;
  std::vector<std::string> lines_;
  std::map<std::pair<std::string, std::string>, Counts> counts_;
};

}  // namespace cis::crawler
