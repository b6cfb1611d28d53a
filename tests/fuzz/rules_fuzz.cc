// SPDX-License-Identifier: Apache-2.0

// Any text as a table of rules: the first byte chooses the table. Refused with its place, or rows
// as wide as the header, of which rules are made.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/match.h"
#include "crawler/normalize/rules.h"
#include "crawler/normalize/table.h"
#include "crawler/normalize/table_check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const auto names = cis::crawler::EmbeddedTableNames();
  const absl::string_view name = names[data[0] % names.size()];
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const absl::Status status =
      cis::crawler::CheckTable(name, "FILE", text, cis::crawler::EmbeddedTable("distros"));
  const auto rules = cis::crawler::Rules::Replacing({{std::string(name), {"FILE", text}}});
  if (!status.ok()) {
    if (!absl::StartsWith(status.message(), "FILE:") || rules.status() != status) std::abort();
    return 0;
  }
  // A table of distributions may be valid by itself and not fit the others.
  if (!rules.ok() && name != "distros") std::abort();
  const auto rows = cis::crawler::ParseTable(text);
  if (rows.empty() || rows.front().size() != cis::crawler::Tables().Rows(name).front().size())
    std::abort();
  return 0;
}
