// SPDX-License-Identifier: Apache-2.0

// Any text as a name: refused with the form, or parsed into parts that give the text back; and any
// text of a site becomes a name that parses.

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "schema/model/resource_name.h"
#include "server/service/errors.h"
#include "server/service/lookup.h"
#include "tests/support/builders.h"

namespace {

void Check(bool good) {
  if (!good) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  for (const char* collection : {"sites", "vos", "crawls", "flavors", "networks"}) {
    const auto name = cis::server::ParseNameField("name", text, collection);
    if (!name.ok()) {
      Check(cis::server::ErrorReason(name.status()) == "INVALID_RESOURCE_NAME");
      continue;
    }
    const bool is_top = text.rfind(std::string(collection) + "/", 0) == 0;
    const std::string formatted =
        is_top ? absl::StrCat(collection, "/", name->id)
               : absl::StrCat("sites/", name->site_id, "/", collection, "/", name->id);
    Check(formatted == text);
  }
  const cis::Endpoint endpoint = cis::MakeEndpoint("SITE-A");
  const std::string flavor = cis::FormatFlavorName(endpoint, text);
  Check(cis::ParseResourceName(flavor, "flavors").ok());
  Check(cis::ParseResourceName(cis::FormatVoName(text), "vos").ok());
  Check(cis::FormatSlug(text).size() <= 63);
  return 0;
}
