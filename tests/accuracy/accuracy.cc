// SPDX-License-Identifier: Apache-2.0

// Counts right, unknown, wrong and overconfident answers of the normalisation on labelled lists
// (see labelled.h for their form) and prints each wrong one.

#include <iostream>
#include <string>

#include "tests/accuracy/labelled.h"

namespace cis::crawler {
namespace {

int Main(int argc, char** argv) {
  Scoreboard::Lists lists;
  bool strict = false;
  std::string folder;
  bool usage = argc < 2;
  for (int i = 1; i < argc; ++i) {
    const std::string arg = argv[i];
    if (arg == "--fail-on-wrong") {
      strict = true;
    } else if (arg == "--unknown") {
      lists.unknown = true;
    } else if (arg == "--unlabelled") {
      lists.unlabelled = true;
    } else if (folder.empty() && !arg.empty() && arg[0] != '-') {
      folder = arg;
    } else {
      usage = true;
    }
  }
  if (usage || folder.empty()) {
    std::cerr << "usage: cis_accuracy [--fail-on-wrong] [--unknown] [--unlabelled] FOLDER\n";
    return 2;
  }
  Scoreboard board(lists);
  MeasureImages(folder, &board);
  MeasureEgiImages(folder, &board);
  MeasureFlavors(folder, &board);
  MeasureNetworks(folder, &board);
  if (board.empty()) {
    std::cerr << folder << " holds no labelled list; images.tsv, flavors.tsv or networks.tsv"
              << " is needed\n";
    return 2;
  }
  return board.Print() > 0 && strict ? 1 : 0;
}

}  // namespace
}  // namespace cis::crawler

int main(int argc, char** argv) { return cis::crawler::Main(argc, argv); }
