// SPDX-License-Identifier: Apache-2.0
#include "schema/base/one_line.h"

#include "absl/strings/ascii.h"

namespace cis {

std::string OneLine(absl::string_view text) {
  std::string line(text);
  for (char& c : line) {
    if (absl::ascii_iscntrl(static_cast<unsigned char>(c))) c = ' ';
  }
  return line;
}

}  // namespace cis
