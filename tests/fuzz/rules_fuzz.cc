// Any text as a table of rules: the first byte chooses the table. Refused with its place, or rows
// as wide as the header.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/match.h"
#include "crawler/normalize/table.h"
#include "crawler/normalize/table_check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const auto& names = cis::crawler::EmbeddedTableNames();
  const std::string& name = names[data[0] % names.size()];
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const absl::Status status =
      cis::crawler::CheckTable(name, "FILE", text, cis::crawler::EmbeddedTable("distros"));
  if (!status.ok()) {
    if (!absl::StartsWith(status.message(), "FILE:")) std::abort();
    return 0;
  }
  const auto rows = cis::crawler::ParseTable(text);
  if (rows.empty() || rows.front().size() != cis::crawler::LoadTable(name).front().size())
    std::abort();
  return 0;
}
