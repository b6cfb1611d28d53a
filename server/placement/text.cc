#include "server/placement/text.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace cis {

bool ContainsIgnoreCase(absl::string_view text, absl::string_view part) {
  return std::search(text.begin(), text.end(), part.begin(), part.end(),
                     [](char a, char b) {
                       return absl::ascii_tolower(static_cast<unsigned char>(a)) ==
                              absl::ascii_tolower(static_cast<unsigned char>(b));
                     }) != text.end() ||
         part.empty();
}

}  // namespace cis
