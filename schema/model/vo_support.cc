// SPDX-License-Identifier: Apache-2.0
#include "schema/model/vo_support.h"

namespace cis {

absl::string_view FormatVoSupport(VoSupport support) {
  switch (support) {
    case VoSupport::kUnknown:
      return "unknown";
    case VoSupport::kAuthenticated:
      return "authenticated";
    case VoSupport::kRefused:
      return "refused";
  }
  return "unknown";
}

VoSupport ParseVoSupport(absl::string_view text) {
  if (text == "authenticated") return VoSupport::kAuthenticated;
  if (text == "refused") return VoSupport::kRefused;
  return VoSupport::kUnknown;
}

}  // namespace cis
