#include "server/placement/placement_query.h"

#include "absl/strings/ascii.h"

namespace cis {

std::string CanonicalArch(absl::string_view text) {
  std::string arch = absl::AsciiStrToLower(absl::StripAsciiWhitespace(text));
  if (arch == "amd64" || arch == "x64" || arch == "x86-64") return "x86_64";
  if (arch == "arm64" || arch == "armv8") return "aarch64";
  if (arch == "i386" || arch == "i486" || arch == "i586" || arch == "x86") return "i686";
  if (arch == "ppc64el") return "ppc64le";
  return arch;
}

}  // namespace cis
