// SPDX-License-Identifier: Apache-2.0
#include "crawler/normalize/scs_name.h"

#include <cmath>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "crawler/normalize/basics.h"

namespace cis::crawler {
namespace {

// Cuts the characters that `keep` accepts off the front of `text`.
template <typename Keep>
absl::string_view TakeWhile(absl::string_view* text, Keep keep) {
  std::size_t size = 0;
  while (size < text->size() && keep((*text)[size])) {
    ++size;
  }
  const absl::string_view taken = text->substr(0, size);
  text->remove_prefix(size);
  return taken;
}

char TakeOneOf(absl::string_view* text, absl::string_view letters) {
  if (text->empty() || letters.find(text->front()) == absl::string_view::npos) {
    return 0;
  }
  const char letter = text->front();
  text->remove_prefix(1);
  return letter;
}

std::optional<int> TakeInt(absl::string_view* text) {
  const absl::string_view digits = TakeWhile(text, IsDigit);
  int value = 0;
  if (digits.empty() || digits.size() > 6 || !absl::SimpleAtoi(digits, &value)) {
    return std::nullopt;
  }
  return value;
}

// "4V", "8Ti", then "-32uo".
bool ParseCpuRam(absl::string_view* text, ScsName* name) {
  const std::optional<int> count = TakeInt(text);
  const char suffix = TakeOneOf(text, "LVTC");
  TakeOneOf(text, "i");
  if (!count.has_value() || *count == 0 || suffix == 0 || !absl::ConsumePrefix(text, "-")) {
    return false;
  }
  name->cpu_count = *count;
  name->cpu_suffix = suffix;
  const absl::string_view ram = TakeWhile(text, [](char c) { return IsDigit(c) || c == '.'; });
  if (!absl::SimpleAtod(ram, &name->ram_gib) || !(name->ram_gib > 0) || name->ram_gib > 1e6 ||
      name->ram_gib * 2 != std::floor(name->ram_gib * 2)) {
    return false;
  }
  TakeOneOf(text, "u");
  TakeOneOf(text, "o");
  return true;
}

// "-50s", "-2x200p", "-", "-n".
bool ParseDisk(absl::string_view* text, ScsName* name) {
  if (!absl::ConsumePrefix(text, "-")) {
    return true;
  }
  name->has_disk = true;
  std::optional<int> first = TakeInt(text);
  if (absl::ConsumePrefix(text, "x")) {
    if (!first.has_value()) {
      return false;
    }
    name->disk_count = first;
    first = TakeInt(text);
    if (!first.has_value()) {
      return false;
    }
  }
  name->disk_gib = first;
  name->disk_kind = TakeOneOf(text, "nhsp");
  return true;
}

// "GNa-72h-24h".
bool ParseGpu(absl::string_view* text, ScsName* name) {
  name->gpu_kind = TakeOneOf(text, "Gg");
  name->gpu_vendor = TakeOneOf(text, "NAI");
  if (name->gpu_vendor == 0) {
    return false;
  }
  name->gpu_generation =
      std::string(TakeWhile(text, [](char c) { return c != '-' && c != 'h' && c != '_'; }));
  if (absl::ConsumePrefix(text, "-")) {
    name->gpu_unit_count = TakeInt(text);
    if (!name->gpu_unit_count.has_value()) {
      return false;
    }
  }
  TakeWhile(text, [](char c) { return c == 'h'; });
  if (absl::ConsumePrefix(text, "-")) {
    name->gpu_memory_gib = TakeInt(text);
    if (!name->gpu_memory_gib.has_value()) {
      return false;
    }
    TakeWhile(text, [](char c) { return c == 'h'; });
  }
  return true;
}

// The extensions, in the grammar's order.
bool ParseExtensions(absl::string_view text, ScsName* name) {
  for (const absl::string_view hypervisor : {"_kvm", "_xen", "_vmw", "_hyv", "_bms", "_chy"}) {
    if (absl::ConsumePrefix(&text, hypervisor)) {
      name->baremetal = hypervisor == "_bms";
      break;
    }
  }
  absl::ConsumePrefix(&text, "_hwv");
  if (text.size() >= 2 && text[0] == '_' &&
      absl::string_view("zar").find(text[1]) != absl::string_view::npos) {
    name->cpu_vendor = text[1];
  } else if (text.size() >= 2 && text[0] == '_' && text[1] == 'i' &&
             !absl::StartsWith(text, "_ib")) {
    name->cpu_vendor = 'i';
  }
  if (name->cpu_vendor != 0) {
    text.remove_prefix(2);
    TakeWhile(&text, IsDigit);
    TakeWhile(&text, [](char c) { return c == 'h'; });
  }
  if (absl::StartsWith(text, "_G") || absl::StartsWith(text, "_g")) {
    text.remove_prefix(1);
    if (!ParseGpu(&text, name)) {
      return false;
    }
  }
  name->infiniband = absl::ConsumePrefix(&text, "_ib");
  return text.empty();
}

}  // namespace

std::optional<ScsName> ParseScsName(absl::string_view name) {
  ScsName parsed;
  // Version 1 separated the sizes by ":" and the extensions by "-".
  std::string second;
  if (absl::StartsWith(name, "SCS-") && absl::StrContains(name, ":")) {
    second = absl::StrReplaceAll(name.substr(4), {{"-", "_"}, {":", "-"}});
    if (absl::StrContains(name, "_")) {
      return std::nullopt;
    }
    second = absl::StrCat("SCS-", second);
    name = second;
  }
  if (!absl::ConsumePrefix(&name, "SCS-") || !ParseCpuRam(&name, &parsed) ||
      !ParseDisk(&name, &parsed) || !ParseExtensions(name, &parsed)) {
    return std::nullopt;
  }
  return parsed;
}

std::optional<ScsName> FindScsName(absl::string_view name,
                                   const std::optional<TextMap>& extra_specs) {
  std::optional<ScsName> found = ParseScsName(name);
  if (found.has_value() || !extra_specs.has_value()) {
    return found;
  }
  int newest = 0;
  for (const auto& [key, value] : *extra_specs) {
    absl::string_view rest = key;
    int version = 0;
    if (absl::ConsumePrefix(&rest, "scs:name-v") && absl::SimpleAtoi(rest, &version) &&
        version > newest) {
      if (std::optional<ScsName> parsed = ParseScsName(absl::StripAsciiWhitespace(value))) {
        found = std::move(parsed);
        newest = version;
      }
    }
  }
  return found;
}

}  // namespace cis::crawler
