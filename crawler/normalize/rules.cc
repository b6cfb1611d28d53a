// SPDX-License-Identifier: Apache-2.0
#include "crawler/normalize/rules.h"

#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "crawler/normalize/table_check.h"
#include "schema/base/status_macros.h"

namespace cis::crawler {

Rules::Rules(const Tables& tables)
    : version(tables.Version()),
      arch(tables),
      retirement(tables),
      tokenizer(arch, retirement),
      os(tables, tokenizer),
      purposes(tables, tokenizer),
      image_keys(tables),
      image_sources(tables),
      egi_images(tables),
      vendor_builds(tables),
      site_logins(tables, tokenizer),
      flavor_keys(tables),
      gpu_keys(tables),
      gpu_words(tables),
      device_tokenizer(tables, tokenizer),
      gpu_models(tables, tokenizer, gpu_words),
      scs_gpus(tables, tokenizer, gpu_models),
      addresses(tables),
      network_words(tables, tokenizer) {}

std::unique_ptr<const Rules> Rules::Compiled() { return absl::WrapUnique(new Rules(Tables())); }

absl::StatusOr<std::unique_ptr<const Rules>> Rules::Replacing(
    const std::map<std::string, TableFile>& files) {
  const auto own_distros = files.find("distros");
  const absl::string_view distros =
      own_distros == files.end() ? EmbeddedTable("distros") : own_distros->second.text;
  std::map<std::string, std::string> texts;
  for (const auto& [name, file] : files) {
    CIS_RETURN_IF_ERROR(CheckTable(name, file.path, file.text, distros));
    texts.emplace(name, file.text);
  }
  // The other tables must still fit a table of distributions that is replaced.
  if (own_distros != files.end()) {
    for (const absl::string_view name : EmbeddedTableNames()) {
      if (texts.contains(std::string(name))) continue;
      CIS_RETURN_IF_ERROR(CheckTable(
          name, absl::StrCat("compiled table ", name, " beside ", own_distros->second.path),
          EmbeddedTable(name), distros));
    }
  }
  return absl::WrapUnique<const Rules>(new Rules(Tables(std::move(texts))));
}

}  // namespace cis::crawler
