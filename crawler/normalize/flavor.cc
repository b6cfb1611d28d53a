// SPDX-License-Identifier: Apache-2.0
#include "crawler/normalize/flavor.h"

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "crawler/normalize/basics.h"
#include "crawler/normalize/gpu.h"
#include "crawler/normalize/gpu_keys.h"
#include "crawler/normalize/provenance.h"
#include "crawler/normalize/rules.h"
#include "crawler/normalize/scs_name.h"

namespace cis::crawler {
namespace {

// "a='1', b='x y'": how older command-line clients print a map.
ExtraSpecs ParsePrintedMap(absl::string_view text) {
  std::map<std::string, std::string> map;
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
    const JsonValue* value = record.Find(key);
    if (value == nullptr) {
      continue;
    }
    if (value->is_string()) {  // printed by a client: a JSON object in a text
      const absl::StatusOr<JsonDocument> printed = ParseJson(value->as_string());
      if (printed.ok() && printed->root().is_object()) {
        return ScalarMembers(printed->root());
      }
    }
    return record.StringMap(key);
  }
  if (const JsonValue* printed = record.Find("properties")) {
    if (printed->is_object()) {
      return record.StringMap("properties");
    }
    if (printed->is_string()) {
      return ParsePrintedMap(printed->as_string());
    }
  }
  return std::nullopt;
}

std::optional<int64_t> ReadNonNegative(const JsonReader& record, absl::string_view key,
                                       Provenance* provenance) {
  const std::optional<int64_t> value = record.Int(key);
  if (value.has_value() && *value < 0) {
    AddWarning(provenance, "FIELD_UNREADABLE",
               absl::StrCat(record.path(), "/", key, " is ", *value, "; it must be 0 or more"));
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

void AddFlavorFact(Flavor* flavor, SharedText Flavor::*field, absl::string_view name,
                   absl::string_view value, absl::string_view source, absl::string_view said,
                   Confidence confidence) {
  flavor->*field = value;
  AddEvidence(&flavor->provenance, name, source, said);
  SetConfidence(&flavor->provenance, name, confidence);
}

// Whether the flavor asks placement for a resource whose name starts with `resource`.
bool AsksFor(const Flavor& flavor, absl::string_view resource) {
  if (!flavor.extra_specs.has_value()) {
    return false;
  }
  for (const auto& [key, value] : *flavor.extra_specs) {
    const std::size_t colon = key.view().find(':');
    if (colon != absl::string_view::npos && absl::StartsWith(key, "resources") &&
        absl::StartsWith(key.view().substr(colon + 1), resource) &&
        ParseInt(value).value_or(0) > 0) {
      return true;
    }
  }
  return false;
}

void InferCpuAlloc(const std::optional<ScsName>& scs, Flavor* flavor) {
  const auto say = [&](absl::string_view value, absl::string_view source, absl::string_view said,
                       Confidence confidence) {
    AddFlavorFact(flavor, &Flavor::cpu_alloc, "cpu_alloc", value, source, said, confidence);
  };
  if (flavor->baremetal) {
    return say("dedicated", "baremetal", "the whole machine", Confidence::kVerified);
  }
  const std::string policy = Spec(*flavor, "hw:cpu_policy");
  if (policy == "dedicated") {
    return say("dedicated", "extra_spec:hw:cpu_policy", policy, Confidence::kVerified);
  }
  const bool pinned = AsksFor(*flavor, "PCPU");
  if (policy == "mixed" || (pinned && AsksFor(*flavor, "VCPU"))) {
    // Some of each: no single word is right.
    AddEvidence(&flavor->provenance, "cpu_alloc", "extra_specs", "dedicated and shared CPUs");
    return;
  }
  if (pinned) {
    return say("dedicated", "extra_spec:resources:PCPU", "more than 0", Confidence::kVerified);
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
  if (flavor->extra_specs.has_value()) {  // Nova's default
    say("shared", "extra_specs", "no hw:cpu_policy", Confidence::kProbable);
  }
}

// Architecture by a trait that a host must have; empty if it says nothing of it.
std::string ArchOfTrait(const Rules& rules, absl::string_view trait) {
  if (absl::ConsumePrefix(&trait, "hw_arch_") || absl::ConsumePrefix(&trait, "compute_arch_")) {
    return rules.arch.Parse(trait);
  }
  if (absl::StartsWith(trait, "hw_cpu_x86_")) {
    return "x86_64";
  }
  return absl::StartsWith(trait, "hw_cpu_aarch64_") ? "aarch64" : "";
}

// Keys in which sites write the architecture of the hosts; flavors have no field for it.
struct ArchKey {
  std::string arch;
  Confidence confidence = Confidence::kStrong;
};
ArchKey ArchOfKey(const Rules& rules, absl::string_view meaning, absl::string_view value) {
  if (meaning == "cpu_vendor") {
    const std::string vendor = absl::AsciiStrToLower(value);
    const bool x86 = vendor == "intel" || vendor == "amd" || vendor == "genuineintel" ||
                     vendor == "authenticamd";
    return {x86 ? "x86_64" : vendor == "arm" ? "aarch64" : "", Confidence::kProbable};
  }
  if (const std::string arch = rules.arch.Parse(value); !arch.empty() && arch != "i686") {
    return {arch};
  }
  for (const Token& token :
       rules.tokenizer.Tokenize(value).tokens) {  // "x86_architecture": of the current hosts
    if (token.text == "arm") {
      return {"aarch64", Confidence::kProbable};
    }
  }
  return {absl::StartsWithIgnoreCase(value, "x86") ? "x86_64" : "", Confidence::kProbable};
}

bool ArchFromSpecs(const Rules& rules, Flavor* flavor) {
  if (!flavor->extra_specs.has_value()) {
    return false;
  }
  ArchKey best;
  std::string source;
  std::string said;
  bool conflict = false;
  for (const auto& [key, value] : *flavor->extra_specs) {
    const std::string lower = absl::AsciiStrToLower(absl::StripAsciiWhitespace(key));
    const SpecValue read = ReadSpecValue(value);
    ArchKey found;
    if (absl::StartsWith(lower, "trait")) {
      if (absl::EqualsIgnoreCase(read.text, "required")) {
        found.arch = ArchOfTrait(rules, absl::string_view(lower).substr(lower.find(':') + 1));
      }
    } else if (const absl::string_view meaning = rules.flavor_keys.MeaningOf(lower);
               !meaning.empty() && !read.negated) {
      found = ArchOfKey(rules, meaning, read.text);
    }
    if (found.arch.empty()) {
      continue;
    }
    conflict |= !best.arch.empty() && best.arch != found.arch;
    if (best.arch.empty() || found.confidence > best.confidence) {
      best = found;
      source = absl::StrCat("extra_spec:", key);
      said = std::string(value);
    }
  }
  if (best.arch.empty()) {
    return false;
  }
  if (conflict) {
    AddWarning(&flavor->provenance, "ARCH_CONFLICT", "extra specs name two architectures");
    best.confidence = Confidence::kGuess;
  }
  AddFlavorFact(flavor, &Flavor::arch, "arch", best.arch, source, said, best.confidence);
  return true;
}

void InferArch(const Rules& rules, const std::optional<ScsName>& scs, Flavor* flavor) {
  if (ArchFromSpecs(rules, flavor)) {
    return;
  }
  if (scs.has_value() && scs->cpu_vendor != 0) {
    return AddFlavorFact(flavor, &Flavor::arch, "arch",
                         scs->cpu_vendor == 'a'   ? "aarch64"
                         : scs->cpu_vendor == 'r' ? "riscv64"
                                                  : "x86_64",
                         "scs_name", flavor->name, Confidence::kStrong);
  }
  for (const auto& [source, text] :
       {std::pair<const char*, const SharedText*>{"name", &flavor->name},
        {"description", &flavor->description}}) {
    const std::string lower = absl::AsciiStrToLower(*text);
    const std::vector<ArchMention> mentions = rules.arch.FindMentions(lower);
    for (const bool exact : {true, false}) {
      for (const ArchMention& mention : mentions) {
        // "x64" and widths in a flavor's name may be sizes.
        const bool named = !mention.width && !mention.windows_only && mention.arch != "x86_64";
        if (exact ? mention.exact : named) {
          return AddFlavorFact(flavor, &Flavor::arch, "arch", mention.arch, source, *text,
                               Confidence::kGuess);
        }
      }
    }
    const std::vector<Token> tokens = rules.tokenizer.Tokenize(lower).tokens;
    const DeviceWord device = rules.gpu_words.FindDeviceWord(tokens);
    for (const Token& token : tokens) {
      // Ampere makes Arm processors, and NVIDIA GPUs of that name.
      const bool ampere = token.IsWord("ampere") && device == DeviceWord::kUnknown &&
                          !rules.gpu_models.Find(tokens).has_value();
      if (token.IsWord("altra") || ampere) {
        return AddFlavorFact(flavor, &Flavor::arch, "arch", "aarch64", source, *text,
                             Confidence::kGuess);
      }
    }
  }
}

// A name promises a minimum; checks that the API's numbers keep it.
void CheckScsName(const ScsName& scs, Flavor* flavor) {
  const bool cpu = flavor->vcpu_count.has_value() && *flavor->vcpu_count < scs.cpu_count;
  const bool ram = flavor->ram_mib.has_value() && static_cast<double>(*flavor->ram_mib) <
                                                      scs.ram_gib * static_cast<double>(kMibPerGib);
  const bool disk =
      flavor->disk_gib.has_value() && scs.disk_gib.has_value() && *flavor->disk_gib < *scs.disk_gib;
  if (cpu || ram || disk) {
    AddWarning(&flavor->provenance, "SCS_NAME_OVERSTATES",
               absl::StrCat("the SCS name promises more ",
                            cpu   ? "vCPUs"
                            : ram ? "RAM"
                                  : "disk",
                            " than the flavor has"));
  }
}

bool IsBaremetal(const std::optional<ScsName>& scs, const Flavor& flavor) {
  if (scs.has_value() && scs->baremetal) {
    return true;
  }
  if (AsksFor(flavor, "CUSTOM_BAREMETAL")) {
    return true;
  }
  for (const char* key : {"capabilities:hypervisor_type", "hypervisor_type"}) {
    const SpecValue type = ReadSpecValue(Spec(flavor, key));
    if (!type.negated && (type.text == "ironic" || type.text == "baremetal")) {
      return true;
    }
  }
  return Spec(flavor, "resources:VCPU") == "0" && Spec(flavor, "resources:MEMORY_MB") == "0";
}

}  // namespace

absl::StatusOr<Flavor> NormalizeFlavor(const Rules& rules, const JsonValue& record,
                                       const std::string& path,
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
  flavor.vcpu_count = ReadNonNegative(reader, "vcpus", provenance);
  flavor.ram_mib = ReadNonNegative(reader, "ram", provenance);
  flavor.disk_gib = ReadNonNegative(reader, "disk", provenance);
  flavor.ephemeral_gib = ReadNonNegative(reader, "OS-FLV-EXT-DATA:ephemeral", provenance);
  if (!flavor.ephemeral_gib.has_value()) {
    flavor.ephemeral_gib = ReadNonNegative(reader, "ephemeral", provenance);
  }
  flavor.swap_mib = ReadNonNegative(reader, "swap", provenance);
  if (const JsonValue* swap = reader.Find("swap");
      swap != nullptr && swap->is_string() && swap->as_string().empty()) {
    flavor.swap_mib = 0;  // how Nova wrote zero before microversion 2.75
  }
  flavor.is_public = reader.Bool("os-flavor-access:is_public");
  flavor.disabled = reader.Bool("OS-FLV-DISABLED:disabled");
  flavor.boot_from_volume = flavor.disk_gib == 0;
  flavor.extra_specs = extra_specs.has_value() ? extra_specs : InlineExtraSpecs(reader);
  const std::optional<ScsName> scs = FindScsName(flavor.name, flavor.extra_specs);
  flavor.baremetal = IsBaremetal(scs, flavor);
  InferCpuAlloc(scs, &flavor);
  InferArch(rules, scs, &flavor);
  InferGpu(rules, &flavor);
  if (scs.has_value()) {
    CheckScsName(*scs, &flavor);
  }
  return flavor;
}

}  // namespace cis::crawler
