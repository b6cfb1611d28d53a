// SPDX-License-Identifier: Apache-2.0
#include "crawler/normalize/gpu_claims.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "crawler/normalize/basics.h"
#include "crawler/normalize/gpu_device.h"
#include "crawler/normalize/gpu_keys.h"
#include "crawler/normalize/gpu_model.h"
#include "crawler/normalize/json_reader.h"
#include "crawler/normalize/rules.h"
#include "crawler/normalize/scs_name.h"

namespace cis::crawler {
namespace {

constexpr int64_t kMaxBareCount = 16;  // a larger number in a key of unknown meaning is no count

using Role = GpuKey::Role;
using Subject = GpuKey::Subject;

class GpuReader {
 public:
  GpuReader(const Rules& rules, const Flavor& flavor) : rules_(rules), flavor_(flavor) {}

  GpuClaims Run() {
    if (flavor_.extra_specs.has_value()) {
      for (const auto& [key, value] : *flavor_.extra_specs) {
        std::string lower = absl::AsciiStrToLower(absl::StripAsciiWhitespace(key));
        specs_.push_back({std::string(key), std::move(lower), std::string(value), false});
      }
      FromResources();
      FromOwnWords(/*scheduler=*/false);
      FromAliases();
      FromDeviceProfile();
      FromTraits();
    }
    FromScsName();
    if (flavor_.extra_specs.has_value()) {
      FromOwnWords(/*scheduler=*/true);
      FromOtherKeys();
    }
    for (const auto& [source, text] :
         {std::pair<const char*, const SharedText*>{"name", &flavor_.name},
          {"description", &flavor_.description}}) {
      if (std::optional<GpuClaim> claim = ReadGpuName(rules_, *text)) {
        claim->source = source;
        found_.claims.push_back(*std::move(claim));
      }
    }
    return std::move(found_);
  }

 private:
  struct Spec {
    std::string key;    // as written
    std::string lower;  // trimmed, in lower case
    std::string value;
    bool used = false;  // a rule has understood it
  };

  // Returns the part after the colon of "resources1:VGPU", "trait_gpu:HW_GPU_API_VULKAN"; empty if
  // the key is of another kind.
  static std::string PlacementName(const Spec& spec, absl::string_view kind) {
    const std::size_t colon = spec.lower.find(':');
    if (!absl::StartsWith(spec.lower, kind) || colon == std::string::npos) {
      return "";
    }
    return absl::AsciiStrToUpper(spec.lower.substr(colon + 1));
  }

  void FindUnknown(absl::string_view source, absl::string_view value, double count) {
    found_.unknown_device = true;
    found_.unknown_count += count;
    found_.unknown_source = std::string(source);
    found_.unknown_value = std::string(value);
  }

  // 1. "resources:VGPU", "resources1:PGPU", "resources:CUSTOM_NVIDIA_A100_1G_5GB"
  void FromResources() {
    GpuClaim claim;
    claim.model_confidence = Confidence::kProbable;
    double sum = 0;
    bool counted = true;
    std::vector<std::string> written;
    std::vector<std::string> unknown;
    double unknown_count = 0;
    for (Spec& spec : specs_) {
      const std::string resource = PlacementName(spec, "resources");
      const std::optional<double> count = ParseGpuCount(spec.value);
      if (resource.empty() || count == 0) {
        continue;
      }
      GpuClaim one;
      one.model_confidence = Confidence::kProbable;
      if (resource == "PGPU" || resource == "VGPU") {
        one.kind = resource == "PGPU" ? "passthrough" : "vgpu";
      } else if (!ReadCustomResource(resource, &one)) {
        if (IsUnknownGpuProduct(resource)) {
          unknown.push_back(spec.key);
          unknown_count += count.value_or(0);
        } else if (IsUnknownResource(resource)) {
          unknown.push_back(spec.key);
        }
        continue;
      }
      // Counts machines or GiB, not GPUs.
      counted &= count.has_value() && !absl::StartsWith(resource, "CUSTOM_BAREMETAL") &&
                 !MeasuresMemory(rules_.device_tokenizer.Tokenize(resource));
      sum += count.value_or(0);
      Join(one, written.empty(), &claim);
      written.push_back(absl::StrCat(spec.key, "=", spec.value));
    }
    if (written.empty()) {
      if (!unknown.empty()) {
        FindUnknown("extra_spec:resources", absl::StrJoin(unknown, ", "), unknown_count);
      }
      return;
    }
    claim.present = true;
    if (counted) {
      claim.count = sum;
    }
    claim.confidence = Confidence::kVerified;
    claim.source = "extra_spec:resources";
    claim.value = absl::StrJoin(written, ", ");
    found_.claims.push_back(std::move(claim));
  }

  // Adds a class to those before it: fields in which they differ are unknown for the sum.
  static void Join(const GpuClaim& one, bool first, GpuClaim* claim) {
    if (first) {
      *claim = one;
      return;
    }
    if (claim->kind != one.kind) claim->kind.clear();
    if (claim->vendor != one.vendor) claim->vendor.clear();
    if (claim->memory_mib != one.memory_mib) claim->memory_mib.reset();
    if (claim->card_memory_mib != one.card_memory_mib) claim->card_memory_mib.reset();
    if (claim->model != one.model) {
      claim->model.clear();
      claim->base.clear();
    }
    claim->model_confidence = std::min(claim->model_confidence, one.model_confidence);
  }

  bool ReadCustomResource(absl::string_view resource, GpuClaim* claim) const {
    if (!absl::ConsumePrefix(&resource, "CUSTOM_")) {
      return false;
    }
    const std::vector<std::string> parts = absl::StrSplit(resource, '_');
    if (parts.size() >= 3 && parts[0] == "PCI") {  // CUSTOM_PCI_10DE_20B0
      const std::optional<GpuModel> model = rules_.gpu_models.FindByPciId(parts[1], parts[2]);
      if (!model.has_value()) {
        return false;
      }
      TakeModel(*model, claim);
      claim->kind = "passthrough";
      claim->model_confidence = Confidence::kVerified;
      return true;
    }
    const Device device = ReadDevice(rules_, resource);
    if (!device.is_gpu()) {
      return false;
    }
    TakeDevice(device, claim);
    if (claim->vendor.empty() && absl::StrContains(resource, "NVIDIA")) {
      claim->vendor = "NVIDIA";
    }
    // "NVIDIA_700" is an mdev type: a virtual GPU. A named kind or model says more.
    if (claim->kind.empty() && parts.size() == 2 && parts[0] == "NVIDIA" &&
        ParseInt(parts[1]).has_value()) {
      claim->kind = "vgpu";
    }
    return true;
  }

  static bool IsUnknownGpuProduct(const std::string& resource) {
    const std::vector<std::string> parts = absl::StrSplit(resource, '_');
    return parts.size() >= 4 && parts[1] == "PCI" && IsGpuVendorId(parts[2]);
  }

  // A class that a site has made, of which no rule knows what it is: it may be a GPU.
  bool IsUnknownResource(absl::string_view resource) const {
    if (resource == "PCI_DEVICE") return true;
    if (!absl::ConsumePrefix(&resource, "CUSTOM_")) return false;
    const std::vector<std::string> parts = absl::StrSplit(resource, '_');
    if (parts.size() >= 3 && parts[0] == "PCI" && parts[1].size() == 4) {
      return false;  // of another vendor than those of GPUs
    }
    const std::vector<Token> tokens = rules_.device_tokenizer.Tokenize(resource);
    const DeviceWord word = rules_.gpu_words.FindDeviceWord(tokens);
    return word != DeviceWord::kOther && word != DeviceWord::kFunction &&
           rules_.gpu_words.FindResourceWord(tokens) == ResourceWord::kUnknown;
  }

  // 2. "Accelerator:Number" and the like: keys that the site wrote to describe its GPUs. Keys of
  // the scheduler's filters use the same words, but select a host: they are only a hint.
  void FromOwnWords(bool scheduler) {
    GpuClaim claim;
    bool other_type = false;
    bool off = false;
    bool gpu_subject = false;
    std::vector<std::string> written;
    for (Spec& spec : specs_) {
      const std::optional<GpuKey> key = rules_.gpu_keys.Read(spec.lower);
      if (spec.used || !key.has_value() || key->subject == Subject::kNone ||
          key->scheduler != scheduler) {
        continue;
      }
      spec.used = true;
      const SpecValue value = ReadSpecValue(spec.value);
      if (value.negated || value.text.empty()) {
        continue;
      }
      const bool is_gpu_key = key->subject != Subject::kAccelerator;
      if (key->role == Role::kType && !is_gpu_key) {
        const Device device = ReadDevice(rules_, value.text);
        other_type |= !device.is_gpu();
        gpu_subject |= device.is_gpu();
        if (device.is_gpu()) TakeDevice(device, &claim);
      } else {
        gpu_subject |= is_gpu_key;
        off |= !ReadGpuValue(rules_, *key, value.text, &claim);
      }
      if (key->subject == Subject::kVgpu && claim.kind.empty()) claim.kind = "vgpu";
      written.push_back(absl::StrCat(spec.key, "=", spec.value));
    }
    if (written.empty()) {
      return;
    }
    const std::string source = scheduler ? "extra_spec:scheduler" : "extra_spec:site";
    if (other_type) {
      explained_ = true;
      return;
    }
    if (!gpu_subject && claim.base.empty() && claim.vendor != "NVIDIA" && claim.vendor != "AMD") {
      return FindUnknown(source, absl::StrJoin(written, ", "), 0);
    }
    if (off) claim.count = 0;
    claim.present = claim.count.value_or(1) > 0;
    claim.confidence = scheduler     ? Confidence::kGuess
                       : gpu_subject ? Confidence::kStrong
                                     : Confidence::kProbable;
    claim.model_confidence = claim.confidence;
    claim.source = source;
    claim.value = absl::StrJoin(written, ", ");
    found_.claims.push_back(std::move(claim));
  }

  // 3. "pci_passthrough:alias" = "a100:2,nvme:1". Aliases are free text: a guess, unless something
  // else mentions a GPU too (see gpu.cc).
  void FromAliases() {
    for (Spec& spec : specs_) {
      if (spec.lower != "pci_passthrough:alias") {
        continue;
      }
      spec.used = true;
      GpuClaim claim;
      double sum = 0;
      double unknown = 0;
      bool named = false;
      for (absl::string_view part : absl::StrSplit(spec.value, ',', absl::SkipWhitespace())) {
        const std::pair<absl::string_view, absl::string_view> alias =
            absl::StrSplit(absl::StripAsciiWhitespace(part), absl::MaxSplits(':', 1));
        const double count = ParseGpuCount(alias.second).value_or(1);
        GpuClaim one;
        const std::optional<bool> gpu = ReadAlias(alias.first, &one);
        if (count == 0 || gpu == false) {
          continue;
        }
        if (!gpu.has_value()) {
          unknown += count;
          continue;
        }
        Join(one, !named, &claim);
        named = true;
        sum += count;
      }
      if (named) {
        claim.present = true;
        claim.count = sum;
        claim.confidence = claim.model_confidence;
        claim.source = "extra_spec:pci_passthrough:alias";
        claim.value = spec.value;
        found_.claims.push_back(std::move(claim));
      } else if (unknown > 0 && !explained_) {
        FindUnknown("extra_spec:pci_passthrough:alias", spec.value, unknown);
      }
    }
  }

  // True for a GPU, false for another device, absent if the name does not say.
  std::optional<bool> ReadAlias(absl::string_view name, GpuClaim* claim) const {
    const std::vector<std::string> ids = absl::StrSplit(name, absl::ByAnyChar("-_:"));
    if (ids.size() >= 2) {
      if (const auto model = rules_.gpu_models.FindByPciId(ids[ids.size() - 2], ids.back())) {
        TakeModel(*model, claim);
        claim->kind = "passthrough";
        claim->model_confidence = Confidence::kProbable;
        return true;
      }
    }
    const Device device = ReadDevice(rules_, name);
    if (!device.is_gpu()) {
      const bool other = device.word == DeviceWord::kOther || device.word == DeviceWord::kFunction;
      return other ? std::optional<bool>(false) : std::nullopt;
    }
    TakeDevice(device, claim);
    if (claim->kind.empty()) claim->kind = "passthrough";
    if (claim->vendor.empty() && absl::StrContains(absl::AsciiStrToLower(name), "nvidia")) {
      claim->vendor = "NVIDIA";
    }
    return true;
  }

  // 4. Cyborg: only if the profile's name says GPU.
  void FromDeviceProfile() {
    for (Spec& spec : specs_) {
      if (spec.lower != "accel:device_profile") {
        continue;
      }
      spec.used = true;
      const Device device = ReadDevice(rules_, spec.value);
      if (!device.is_gpu()) {
        if (device.word == DeviceWord::kUnknown && !explained_) {
          FindUnknown("extra_spec:accel:device_profile", spec.value, 0);
        }
        continue;
      }
      GpuClaim claim;
      claim.present = true;
      TakeDevice(device, &claim);
      claim.source = "extra_spec:accel:device_profile";
      claim.value = spec.value;
      found_.claims.push_back(std::move(claim));
    }
  }

  // 5. A required trait that only a GPU host has: a GPU, number unknown.
  void FromTraits() {
    for (Spec& spec : specs_) {
      const std::string trait = PlacementName(spec, "trait");
      if (trait.empty() ||
          !absl::EqualsIgnoreCase(absl::StripAsciiWhitespace(spec.value), "required")) {
        continue;
      }
      const Device device = ReadDevice(rules_, trait);
      const bool standard = absl::StartsWith(trait, "HW_GPU_");
      if (!standard && !(absl::StartsWith(trait, "CUSTOM_") && device.is_gpu())) {
        continue;
      }
      spec.used = true;
      GpuClaim claim;
      claim.present = true;
      if (device.is_gpu()) TakeDevice(device, &claim);
      if (absl::StartsWith(trait, "HW_GPU_CUDA_")) claim.vendor = "NVIDIA";
      const bool sure = standard || SaysGpu(device.word) || device.is_mig || device.model->clear;
      claim.confidence = sure ? Confidence::kProbable : Confidence::kGuess;
      claim.model_confidence = claim.confidence;
      claim.source = absl::StrCat("extra_spec:", spec.key);
      claim.value = spec.value;
      found_.claims.push_back(std::move(claim));
    }
  }

  // 6. "SCS-16T-64-200s_GNa-72-24_ib"
  void FromScsName() {
    const std::optional<ScsName> scs = FindScsName(flavor_.name, flavor_.extra_specs);
    if (!scs.has_value() || scs->gpu_kind == 0) {
      return;
    }
    GpuClaim claim;
    claim.present = true;
    claim.count = 1;
    claim.kind = scs->gpu_kind == 'G' ? "passthrough" : "vgpu";
    claim.vendor = scs->gpu_vendor == 'N' ? "NVIDIA" : scs->gpu_vendor == 'A' ? "AMD" : "Intel";
    if (scs->gpu_memory_gib.has_value()) {
      claim.memory_mib = *scs->gpu_memory_gib * kMibPerGib;
    }
    if (const ScsGpu* card = rules_.scs_gpus.Find(*scs)) {
      claim.model = card->model;
      claim.base = card->base;
    }
    claim.confidence = Confidence::kProbable;
    claim.model_confidence = Confidence::kProbable;
    claim.source = "scs_name";
    claim.value = std::string(flavor_.name);
    found_.claims.push_back(std::move(claim));
  }

  // 7. Any other key that holds the word GPU and is not switched off, or that classes the flavor.
  void FromOtherKeys() {
    for (Spec& spec : specs_) {
      if (spec.used || absl::StartsWith(spec.lower, "resources") ||
          absl::StartsWith(spec.lower, "trait")) {
        continue;
      }
      const std::optional<GpuKey> key = rules_.gpu_keys.Read(spec.lower);
      // Hosts of a GPU aggregate are a hint too: "aggregate_instance_extra_specs:flavor=gpu".
      const bool hint = (key.has_value() && key->role == Role::kHint) ||
                        absl::StartsWith(spec.lower, "aggregate_instance_extra_specs:");
      const SpecValue value = ReadSpecValue(spec.value);
      const DeviceWord in_key =
          rules_.gpu_words.FindDeviceWord(rules_.device_tokenizer.Tokenize(spec.lower));
      const Device in_value = hint ? ReadDevice(rules_, value.text) : Device();
      const bool by_value =
          SaysGpu(in_value.word) ||
          (in_value.is_gpu() && in_value.model.has_value() && in_value.model->clear);
      if (value.negated || value.text.empty() || ParseBool(value.text) == false ||
          in_key == DeviceWord::kOther || (!SaysGpu(in_key) && !by_value)) {
        continue;
      }
      GpuClaim claim;
      claim.present = true;
      const std::optional<int64_t> count = ParseInt(value.text);
      const bool ends_in_gpu =
          absl::EndsWith(spec.lower, "gpu") || absl::EndsWith(spec.lower, "gpus");
      if (ends_in_gpu && count.has_value() && *count > 0 && *count <= kMaxBareCount) {
        claim.count = static_cast<double>(*count);
      }
      TakeDevice(ReadDevice(rules_, value.text), &claim);
      if (claim.kind.empty()) claim.kind = GpuKindOf(in_key);
      claim.source = absl::StrCat("extra_spec:", spec.key);
      claim.value = spec.value;
      found_.claims.push_back(std::move(claim));
    }
  }

  const Rules& rules_;
  const Flavor& flavor_;
  std::vector<Spec> specs_;
  bool explained_ = false;  // the site says that its device is no GPU
  GpuClaims found_;
};

}  // namespace

GpuClaims GatherGpuClaims(const Rules& rules, const Flavor& flavor) {
  return GpuReader(rules, flavor).Run();
}

}  // namespace cis::crawler
