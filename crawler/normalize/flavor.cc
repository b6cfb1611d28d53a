#include "crawler/normalize/flavor.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "crawler/normalize/arch.h"
#include "crawler/normalize/gpu.h"
#include "crawler/normalize/provenance.h"
#include "crawler/normalize/scs_name.h"
#include "crawler/normalize/tokens.h"

namespace cis {
namespace {

// "a='1', b='x y'": how older command-line clients print a map.
ExtraSpecs ParsePrintedMap(absl::string_view text) {
  ExtraSpecs map;
  while (!text.empty()) {
    const std::size_t equals = text.find("='");
    if (equals == absl::string_view::npos) {
      break;
    }
    const std::string key(absl::StripAsciiWhitespace(text.substr(0, equals)));
    text.remove_prefix(equals + 2);
    std::size_t end = text.find("', ");
    if (end == absl::string_view::npos) {
      end = text.rfind('\'');
    }
    map.emplace(key, std::string(text.substr(0, end)));
    if (end == absl::string_view::npos || end + 2 >= text.size()) {
      break;
    }
    text.remove_prefix(end + 2);
  }
  return map;
}

std::optional<ExtraSpecs> InlineExtraSpecs(const JsonReader& record) {
  for (const absl::string_view key : {"extra_specs", "OS-FLV-WITH-EXT-SPECS:extra_specs"}) {
    if (record.Find(key) != nullptr) {
      return record.StringMap(key);
    }
  }
  if (const nlohmann::json* printed = record.Find("properties")) {
    if (printed->is_object()) {
      return record.StringMap("properties");
    }
    if (printed->is_string()) {
      return ParsePrintedMap(printed->get_ref<const std::string&>());
    }
  }
  return std::nullopt;
}

std::optional<int64_t> NonNegative(const JsonReader& record, absl::string_view key,
                                   Provenance* provenance) {
  const std::optional<int64_t> value = record.Int(key);
  if (value.has_value() && *value < 0) {
    AddWarning(provenance, "FIELD_UNREADABLE",
               absl::StrCat(record.path(), "/", key, " is ", *value, "; 0 or more is needed"));
    return std::nullopt;
  }
  return value;
}

// The value of a spec, in lower case; empty if it is not there.
std::string Spec(const Flavor& flavor, const std::string& key) {
  if (flavor.extra_specs.has_value()) {
    const auto found = flavor.extra_specs->find(key);
    if (found != flavor.extra_specs->end()) {
      return absl::AsciiStrToLower(absl::StripAsciiWhitespace(found->second));
    }
  }
  return "";
}

void Say(Flavor* flavor, std::string Flavor::*field, absl::string_view name,
         absl::string_view value, absl::string_view source, absl::string_view said,
         Confidence confidence) {
  flavor->*field = std::string(value);
  AddEvidence(&flavor->provenance, name, source, said);
  SetConfidence(&flavor->provenance, name, confidence);
}

void InferCpuAlloc(const std::optional<ScsName>& scs, Flavor* flavor) {
  const auto say = [&](absl::string_view value, absl::string_view source, absl::string_view said,
                       Confidence confidence) {
    Say(flavor, &Flavor::cpu_alloc, "cpu_alloc", value, source, said, confidence);
  };
  const std::string policy = Spec(*flavor, "hw:cpu_policy");
  if (policy == "dedicated") {
    return say("dedicated", "extra_spec:hw:cpu_policy", policy, Confidence::kVerified);
  }
  if (flavor->extra_specs.has_value()) {
    for (const auto& [key, value] : *flavor->extra_specs) {
      if (absl::StartsWith(key, "resources") && absl::EndsWith(key, ":PCPU") &&
          ParseInt(value).value_or(0) > 0) {
        return say("dedicated", absl::StrCat("extra_spec:", key), value, Confidence::kVerified);
      }
    }
  }
  const std::string type = Spec(*flavor, "scs:cpu-type");
  if (type == "dedicated-core" || type == "dedicated-thread") {
    return say("dedicated", "extra_spec:scs:cpu-type", type, Confidence::kVerified);
  }
  if (type == "shared-core" || type == "crowded-core") {
    return say(type == "shared-core" ? "shared" : "oversubscribed", "extra_spec:scs:cpu-type", type,
               Confidence::kVerified);
  }
  if (scs.has_value()) {
    const char suffix = scs->cpu_suffix;
    return say(suffix == 'V'   ? "shared"
               : suffix == 'L' ? "oversubscribed"
                               : "dedicated",
               "scs_name", flavor->name, Confidence::kStrong);
  }
  if (policy == "shared") {
    return say("shared", "extra_spec:hw:cpu_policy", policy, Confidence::kVerified);
  }
  if (policy == "mixed") {  // some of each: no single word fits
    AddEvidence(&flavor->provenance, "cpu_alloc", "extra_spec:hw:cpu_policy", policy);
    return;
  }
  if (flavor->extra_specs.has_value()) {  // Nova's default
    say("shared", "extra_specs", "no hw:cpu_policy", Confidence::kProbable);
  }
}

// Architecture by the traits that a host must have, or by what the site wrote.
bool ArchFromSpecs(Flavor* flavor) {
  if (!flavor->extra_specs.has_value()) {
    return false;
  }
  for (const auto& [key, value] : *flavor->extra_specs) {
    const std::string lower = absl::AsciiStrToLower(key);
    const std::string said = absl::AsciiStrToLower(absl::StripAsciiWhitespace(value));
    std::string arch;
    if (absl::StartsWith(lower, "trait") && said == "required") {
      const std::string trait = lower.substr(lower.find(':') + 1);
      absl::string_view rest = trait;
      if (absl::ConsumePrefix(&rest, "hw_arch_") || absl::ConsumePrefix(&rest, "compute_arch_")) {
        arch = ParseArch(rest);
      } else if (absl::StartsWith(trait, "hw_cpu_x86_")) {
        arch = "x86_64";
      } else if (absl::StartsWith(trait, "hw_cpu_aarch64_")) {
        arch = "aarch64";
      }
    } else if (lower == "hw_architecture" || lower == "hw:architecture" ||
               lower == "architecture" || lower == "capabilities:cpu_info:arch" ||
               lower == "capabilities:cpu_arch" || lower == "cpu_arch") {
      absl::string_view rest = said;
      absl::ConsumePrefix(&rest, "s==");
      absl::ConsumePrefix(&rest, "<in>");
      arch = ParseArch(rest);
    }
    if (!arch.empty()) {
      Say(flavor, &Flavor::arch, "arch", arch, absl::StrCat("extra_spec:", key), value,
          Confidence::kStrong);
      return true;
    }
  }
  return false;
}

void InferArch(const std::optional<ScsName>& scs, Flavor* flavor) {
  if (ArchFromSpecs(flavor)) {
    return;
  }
  if (scs.has_value() && scs->cpu_vendor != 0 && scs->cpu_vendor != 'r') {
    return Say(flavor, &Flavor::arch, "arch", scs->cpu_vendor == 'a' ? "aarch64" : "x86_64",
               "scs_name", flavor->name, Confidence::kStrong);
  }
  for (const auto& [source, text] :
       {std::pair<const char*, const std::string*>{"name", &flavor->name},
        {"description", &flavor->description}}) {
    const std::string lower = absl::AsciiStrToLower(*text);
    for (const ArchMention& mention : FindArchMentions(lower)) {
      if (mention.exact) {
        return Say(flavor, &Flavor::arch, "arch", mention.arch, source, *text, Confidence::kGuess);
      }
    }
    for (const Token& token : Tokenize(lower).tokens) {
      if (token.IsWord("arm") || token.IsWord("ampere") || token.IsWord("altra")) {
        return Say(flavor, &Flavor::arch, "arch", "aarch64", source, *text, Confidence::kGuess);
      }
    }
  }
}

bool IsBaremetal(const std::optional<ScsName>& scs, const Flavor& flavor) {
  if (scs.has_value() && scs->baremetal) {
    return true;
  }
  if (!flavor.extra_specs.has_value()) {
    return false;
  }
  for (const auto& [key, value] : *flavor.extra_specs) {
    if (absl::StartsWith(key, "resources:CUSTOM_BAREMETAL") && ParseInt(value).value_or(0) > 0) {
      return true;
    }
  }
  return Spec(flavor, "resources:VCPU") == "0" && Spec(flavor, "resources:MEMORY_MB") == "0";
}

}  // namespace

absl::StatusOr<Flavor> NormalizeFlavor(const nlohmann::json& record, const std::string& path,
                                       const std::optional<ExtraSpecs>& extra_specs) {
  if (!record.is_object()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": / is of type ", record.type_name(), "; it must be an object"));
  }
  Flavor flavor;
  Provenance* provenance = &flavor.provenance;
  const JsonReader reader(record, path, &provenance->warnings);
  flavor.id = reader.String("id");
  flavor.name = reader.String("name");
  if (flavor.id.empty() && flavor.name.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": /id is missing; a flavor needs an id or a name"));
  }
  flavor.description = reader.String("description");
  flavor.vcpu_count = NonNegative(reader, "vcpus", provenance);
  flavor.ram_mib = NonNegative(reader, "ram", provenance);
  flavor.disk_gib = NonNegative(reader, "disk", provenance);
  flavor.ephemeral_gib = NonNegative(reader, "OS-FLV-EXT-DATA:ephemeral", provenance);
  if (!flavor.ephemeral_gib.has_value()) {
    flavor.ephemeral_gib = NonNegative(reader, "ephemeral", provenance);
  }
  flavor.swap_mib = NonNegative(reader, "swap", provenance);
  if (const nlohmann::json* swap = reader.Find("swap");
      swap != nullptr && swap->is_string() && swap->get_ref<const std::string&>().empty()) {
    flavor.swap_mib = 0;  // how Nova wrote zero before microversion 2.75
  }
  flavor.is_public = reader.Bool("os-flavor-access:is_public");
  flavor.disabled = reader.Bool("OS-FLV-DISABLED:disabled");
  flavor.boot_from_volume = flavor.disk_gib == 0;
  flavor.extra_specs = extra_specs.has_value() ? extra_specs : InlineExtraSpecs(reader);
  const std::optional<ScsName> scs = ParseScsName(flavor.name);
  flavor.baremetal = IsBaremetal(scs, flavor);
  InferCpuAlloc(scs, &flavor);
  InferArch(scs, &flavor);
  InferGpu(&flavor);
  return flavor;
}

}  // namespace cis
