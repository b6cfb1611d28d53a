#include "crawler/normalize/gpu.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "crawler/normalize/gpu_model.h"
#include "crawler/normalize/json_reader.h"
#include "crawler/normalize/provenance.h"
#include "crawler/normalize/scs_name.h"
#include "crawler/normalize/table.h"
#include "crawler/normalize/tokens.h"

namespace cis {
namespace {

constexpr double kMaxGpus = 1024;
constexpr int64_t kMibPerGib = 1024;

// What one kind of evidence says; fields it does not know stay empty.
struct GpuClaim {
  bool present = false;
  std::optional<double> count;
  std::string vendor;
  std::string model;
  std::string kind;
  std::optional<int64_t> memory_mib;
  Confidence confidence = Confidence::kGuess;
  std::string source;
  std::string value;
};

std::optional<double> ParseCount(absl::string_view text) {
  double count = 0;
  if (absl::SimpleAtod(absl::StripAsciiWhitespace(text), &count) && std::isfinite(count) &&
      count >= 0 && count <= kMaxGpus) {
    return count;
  }
  return std::nullopt;
}

std::string KindOf(DeviceWord word) {
  return word == DeviceWord::kVgpu ? "vgpu" : word == DeviceWord::kMig ? "mig" : "";
}

void TakeModel(const std::optional<GpuModel>& model, GpuClaim* claim) {
  if (model.has_value()) {
    claim->vendor = model->vendor;
    claim->model = model->model;
  }
}

class GpuInference {
 public:
  explicit GpuInference(Flavor* flavor) : flavor_(flavor) {}

  void Run() {
    if (flavor_->extra_specs.has_value()) {
      for (const auto& [key, value] : *flavor_->extra_specs) {
        lower_.emplace_back(absl::AsciiStrToLower(key), std::make_pair(key, value));
      }
      FromResources();
      FromOwnWords();
      FromAliases();
      FromDeviceProfile();
      FromTraits();
    }
    FromScsName();
    if (flavor_->extra_specs.has_value()) {
      FromOtherKeys();
    }
    FromNames();
    Merge();
  }

 private:
  using Spec = std::pair<std::string, std::string>;  // key as written, value

  // 1. "resources:VGPU", "resources1:PGPU", "resources:CUSTOM_NVIDIA_A100_1G_5GB"
  void FromResources() {
    GpuClaim claim;
    double sum = 0;
    std::vector<std::string> written;
    for (const auto& [lower, spec] : lower_) {
      const std::size_t colon = spec.first.find(':');
      if (!absl::StartsWith(lower, "resources") || colon == std::string::npos) {
        continue;
      }
      const std::string resource = spec.first.substr(colon + 1);
      const std::optional<double> count = ParseCount(spec.second);
      if (!count.has_value() || *count == 0) {
        continue;
      }
      if (resource == "PGPU" || resource == "VGPU") {
        claim.kind = resource == "PGPU" ? "passthrough" : "vgpu";
      } else if (!ReadCustomResource(resource, &claim)) {
        continue;
      }
      sum += *count;
      written.push_back(absl::StrCat(spec.first, "=", spec.second));
    }
    if (written.empty()) {
      return;
    }
    claim.present = true;
    claim.count = sum;
    claim.confidence = Confidence::kVerified;
    claim.source = "extra_spec:resources";
    claim.value = absl::StrJoin(written, ", ");
    claims_.push_back(std::move(claim));
  }

  static bool ReadCustomResource(const std::string& resource, GpuClaim* claim) {
    absl::string_view rest = resource;
    if (!absl::ConsumePrefix(&rest, "CUSTOM_")) {
      return false;
    }
    const std::vector<std::string> parts = absl::StrSplit(rest, '_');
    if (parts.size() >= 3 && parts[0] == "PCI") {  // CUSTOM_PCI_10DE_20B0
      const std::optional<GpuModel> model = FindGpuByPciId(parts[1], parts[2]);
      if (!model.has_value()) {
        return false;
      }
      TakeModel(model, claim);
      claim->kind = "passthrough";
      return true;
    }
    const std::vector<Token> tokens = Tokenize(rest).tokens;
    const DeviceWord word = FindDeviceWord(tokens);
    const std::optional<GpuModel> model = FindGpuModel(tokens);
    if (word == DeviceWord::kOther || (word == DeviceWord::kUnknown && !model.has_value())) {
      return false;
    }
    TakeModel(model, claim);
    if (claim->vendor.empty() && absl::StrContains(rest, "NVIDIA")) {
      claim->vendor = "NVIDIA";
    }
    // "NVIDIA_700" is an mdev type: a virtual GPU. A named kind or model says more.
    const bool mdev = parts.size() == 2 && parts[0] == "NVIDIA" && ParseInt(parts[1]).has_value();
    claim->kind = mdev ? "vgpu" : KindOf(word);
    return true;
  }

  // 2. "Accelerator:Number" and the like: what the site wrote about it on purpose.
  void FromOwnWords() {
    static const auto* const kKeys = [] {
      auto* keys = new std::map<std::string, std::string>();
      for (const auto& row : LoadTable("gpu_keys")) {
        keys->emplace(row[0], row[1]);
      }
      return keys;
    }();
    GpuClaim claim;
    bool other_type = false;
    std::vector<std::string> written;
    for (const auto& [lower, spec] : lower_) {
      const auto key = kKeys->find(lower);
      if (key == kKeys->end()) {
        continue;
      }
      used_.push_back(lower);
      const std::string& value = spec.second;
      const std::string& meaning = key->second;
      if (meaning == "type") {
        other_type = FindDeviceWord(Tokenize(value).tokens) != DeviceWord::kGpu;
      } else if (meaning == "count") {
        claim.count = ParseCount(value);
      } else if (meaning == "vendor") {
        claim.vendor = FormatGpuVendor(value);
      } else if (meaning == "model") {
        claim.model = std::string(absl::StripAsciiWhitespace(value));
      } else if (meaning == "memory_gib") {
        const std::optional<double> gib = ParseCount(value);
        if (gib.has_value() && *gib > 0) {
          claim.memory_mib = static_cast<int64_t>(*gib * kMibPerGib);
        }
      } else if (meaning == "kind") {
        ReadKind(value, &claim);
        if (lower == ":category" && claim.kind.empty()) {
          continue;
        }
      }
      written.push_back(absl::StrCat(spec.first, "=", value));
    }
    if (written.empty() || other_type) {
      return;
    }
    // "gpu=true" and "gpu=false" are no counts.
    claim.present = claim.count.value_or(1) > 0;
    for (const auto& [lower, spec] : lower_) {
      if ((lower == "gpu" || lower == "gpus") && ParseBool(spec.second) == false) {
        claim.present = false;
        claim.count = 0;
      }
    }
    claim.confidence = Confidence::kStrong;
    claim.source = "extra_spec:site";
    claim.value = absl::StrJoin(written, ", ");
    claims_.push_back(std::move(claim));
  }

  static void ReadKind(absl::string_view value, GpuClaim* claim) {
    const std::string lower = absl::AsciiStrToLower(value);
    if (absl::StrContains(lower, "passthrough") || absl::StrContains(lower, "pass-through")) {
      claim->kind = "passthrough";
    } else if (absl::StrContains(lower, "vgpu") || absl::StrContains(lower, "virtual")) {
      claim->kind = "vgpu";
    } else if (absl::StrContains(lower, "mig")) {
      claim->kind = "mig";
    }
  }

  // 3. "pci_passthrough:alias" = "a100:2,nvme:1"
  void FromAliases() {
    for (const auto& [lower, spec] : lower_) {
      if (lower != "pci_passthrough:alias") {
        continue;
      }
      used_.push_back(lower);
      GpuClaim claim;
      double sum = 0;
      bool unknown_alias = false;
      bool named = false;
      for (absl::string_view part : absl::StrSplit(spec.second, ',')) {
        const std::pair<absl::string_view, absl::string_view> alias =
            absl::StrSplit(absl::StripAsciiWhitespace(part), absl::MaxSplits(':', 1));
        const std::optional<double> count = ParseCount(alias.second);
        if (!count.has_value() || *count == 0) {
          continue;
        }
        const std::vector<Token> tokens = Tokenize(alias.first).tokens;
        const std::vector<std::string> ids = absl::StrSplit(alias.first, absl::ByAnyChar("-_:"));
        std::optional<GpuModel> model =
            ids.size() == 2 ? FindGpuByPciId(ids[0], ids[1]) : std::nullopt;
        if (!model.has_value()) {
          model = FindGpuModel(tokens);
        }
        const DeviceWord word = FindDeviceWord(tokens);
        if (word == DeviceWord::kOther) {
          continue;
        }
        if (word == DeviceWord::kUnknown && !model.has_value()) {
          unknown_alias = true;
          unknown_sum_ += *count;
          continue;
        }
        named = true;
        sum += *count;
        TakeModel(model, &claim);
        claim.kind = KindOf(word).empty() ? "passthrough" : KindOf(word);
      }
      claim.source = "extra_spec:pci_passthrough:alias";
      claim.value = spec.second;
      if (named) {
        claim.present = true;
        claim.count = sum;
        claim.confidence = Confidence::kProbable;
        claims_.push_back(std::move(claim));
      } else if (unknown_alias) {
        unknown_device_ = true;
        AddEvidence(&flavor_->provenance, "gpu_count", claim.source, claim.value);
      }
    }
  }

  // 4. Cyborg: only if the profile's name says GPU.
  void FromDeviceProfile() {
    for (const auto& [lower, spec] : lower_) {
      if (lower != "accel:device_profile") {
        continue;
      }
      used_.push_back(lower);
      const std::vector<Token> tokens = Tokenize(spec.second).tokens;
      const DeviceWord word = FindDeviceWord(tokens);
      const std::optional<GpuModel> model = FindGpuModel(tokens);
      if (word == DeviceWord::kOther || (word == DeviceWord::kUnknown && !model.has_value())) {
        unknown_device_ = unknown_device_ || word != DeviceWord::kOther;
        continue;
      }
      GpuClaim claim;
      claim.present = true;
      TakeModel(model, &claim);
      claim.kind = KindOf(word);
      claim.source = "extra_spec:accel:device_profile";
      claim.value = spec.second;
      claims_.push_back(std::move(claim));
    }
  }

  // 5. A required trait that only a GPU host has: a GPU, number unknown.
  void FromTraits() {
    for (const auto& [lower, spec] : lower_) {
      if (!absl::StartsWith(lower, "trait") ||
          !absl::EqualsIgnoreCase(absl::StripAsciiWhitespace(spec.second), "required")) {
        continue;
      }
      const std::size_t colon = lower.find(':');
      const std::string trait = colon == std::string::npos ? "" : lower.substr(colon + 1);
      const std::vector<Token> tokens = Tokenize(trait).tokens;
      const DeviceWord word = FindDeviceWord(tokens);
      const bool standard = absl::StartsWith(trait, "hw_gpu_");
      const bool custom = absl::StartsWith(trait, "custom_") && word != DeviceWord::kUnknown &&
                          word != DeviceWord::kOther;
      if (!standard && !custom) {
        continue;
      }
      used_.push_back(lower);
      GpuClaim claim;
      claim.present = true;
      TakeModel(FindGpuModel(tokens), &claim);
      claim.kind = KindOf(word);
      claim.confidence = Confidence::kProbable;
      claim.source = absl::StrCat("extra_spec:", spec.first);
      claim.value = spec.second;
      claims_.push_back(std::move(claim));
    }
  }

  // 6. "SCS-16T-64-200s_GNa-72-24_ib"
  void FromScsName() {
    const std::optional<ScsName> scs = ParseScsName(flavor_->name);
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
    claim.confidence = Confidence::kProbable;
    claim.source = "scs_name";
    claim.value = flavor_->name;
    claims_.push_back(std::move(claim));
  }

  // 7. Any other key that holds the word GPU and is not switched off.
  void FromOtherKeys() {
    for (const auto& [lower, spec] : lower_) {
      if (std::find(used_.begin(), used_.end(), lower) != used_.end() ||
          absl::StartsWith(lower, "resources") || absl::StartsWith(lower, "trait")) {
        continue;
      }
      const std::vector<Token> tokens = Tokenize(lower).tokens;
      const DeviceWord word = FindDeviceWord(tokens);
      if (word == DeviceWord::kUnknown || word == DeviceWord::kOther) {
        continue;
      }
      const std::string value(absl::StripAsciiWhitespace(spec.second));
      if (value.empty() || ParseBool(value) == false || absl::EqualsIgnoreCase(value, "none")) {
        continue;
      }
      GpuClaim claim;
      claim.present = true;
      const std::optional<int64_t> count = ParseInt(value);
      if (count.has_value() && *count > 0 && *count <= 64) {
        claim.count = static_cast<double>(*count);
      }
      TakeModel(FindGpuModel(Tokenize(value).tokens), &claim);
      claim.kind = KindOf(word);
      claim.source = absl::StrCat("extra_spec:", spec.first);
      claim.value = value;
      claims_.push_back(std::move(claim));
    }
  }

  // 8. Name and description, for want of anything better.
  void FromNames() {
    for (const auto& [source, text] :
         {std::pair<const char*, const std::string*>{"name", &flavor_->name},
          {"description", &flavor_->description}}) {
      const std::vector<Token> tokens = Tokenize(*text).tokens;
      const DeviceWord word = FindDeviceWord(tokens);
      std::optional<GpuModel> model = FindGpuModel(tokens);
      const bool says_gpu = word != DeviceWord::kUnknown && word != DeviceWord::kOther;
      if (model.has_value() && !model->clear && !says_gpu) {
        model.reset();
      }
      if (!says_gpu && !model.has_value()) {
        continue;
      }
      GpuClaim claim;
      claim.present = true;
      TakeModel(model, &claim);
      claim.kind = KindOf(word);
      claim.count = CountInName(tokens, model);
      claim.source = source;
      claim.value = *text;
      claims_.push_back(std::move(claim));
    }
  }

  // "2xK20m", "4gpu", "1 GPU".
  static std::optional<double> CountInName(const std::vector<Token>& tokens,
                                           const std::optional<GpuModel>& model) {
    const auto number_before = [&](std::size_t at) -> std::optional<double> {
      if (at >= 2 && tokens[at - 1].text == "x" && tokens[at - 1].gap.empty() &&
          tokens[at].gap.empty() && tokens[at - 2].kind == Token::Kind::kNumber) {
        return ParseCount(tokens[at - 2].text);
      }
      return std::nullopt;
    };
    if (model.has_value()) {
      if (const std::optional<double> count = number_before(model->begin)) {
        return *count <= 16 ? count : std::nullopt;
      }
    }
    for (std::size_t at = 1; at < tokens.size(); ++at) {
      if (tokens[at].text == "gpu" || tokens[at].text == "gpus" || tokens[at].text == "xgpu") {
        if (tokens[at - 1].kind == Token::Kind::kNumber && tokens[at].gap.empty()) {
          const std::optional<double> count = ParseCount(tokens[at - 1].text);
          if (count.has_value() && *count >= 1 && *count <= 16) {
            return count;
          }
        }
        if (const std::optional<double> count = number_before(at)) {
          return *count <= 16 ? count : std::nullopt;
        }
      }
    }
    return std::nullopt;
  }

  // Stronger evidence comes first; each field is taken from the first claim that knows it.
  void Merge() {
    Provenance* provenance = &flavor_->provenance;
    const GpuClaim* strongest = nullptr;
    for (const GpuClaim& claim : claims_) {
      if (strongest == nullptr || claim.confidence > strongest->confidence) {
        strongest = &claim;
      }
    }
    const bool only_names =
        strongest != nullptr && (strongest->source == "name" || strongest->source == "description");
    if (strongest == nullptr || (!strongest->present && !only_names)) {
      Settle(strongest);
      return;
    }
    Confidence count_confidence = Confidence::kUnknown;
    std::vector<const GpuClaim*> ordered;
    for (const GpuClaim& claim : claims_) {
      if (claim.present) ordered.push_back(&claim);
    }
    std::stable_sort(ordered.begin(), ordered.end(), [](const GpuClaim* a, const GpuClaim* b) {
      return a->confidence > b->confidence;
    });
    for (const GpuClaim* claim : ordered) {
      AddEvidence(provenance, "gpu_count", claim->source, claim->value);
      // A free-text guess never adds a number to a certain GPU of unknown number.
      const bool may_count =
          claim->confidence > Confidence::kGuess || only_names || claim->source != "name";
      if (claim->count.has_value() && !flavor_->gpu_count.has_value() && may_count) {
        flavor_->gpu_count = claim->count;
        count_confidence = claim->confidence;
      }
      if (flavor_->gpu_model.empty() && !claim->model.empty()) {
        flavor_->gpu_model = claim->model;
        SetConfidence(provenance, "gpu_model", claim->confidence);
      }
      if (flavor_->gpu_vendor.empty()) flavor_->gpu_vendor = claim->vendor;
      if (flavor_->gpu_kind.empty()) flavor_->gpu_kind = claim->kind;
      if (!flavor_->gpu_memory_mib.has_value()) flavor_->gpu_memory_mib = claim->memory_mib;
    }
    if (!flavor_->gpu_count.has_value() && unknown_device_) {
      // ":category=vgpu" with the alias "Inference_Small:1": the alias tells the number.
      flavor_->gpu_count = unknown_sum_;
      count_confidence = Confidence::kGuess;
    }
    if (only_names && flavor_->extra_specs.has_value() && !unknown_device_) {
      // Everything is shown and nothing but the name speaks of a GPU: a flavor with a GPU that the
      // scheduler does not know of is pinned by host aggregates, so it is possible but not told.
      flavor_->gpu_count.reset();
      count_confidence = Confidence::kUnknown;
      AddWarning(provenance, "GPU_ONLY_IN_NAME",
                 absl::StrCat("no extra spec of \"", flavor_->name, "\" asks for a GPU"));
    }
    SetConfidence(provenance, "gpu_count", count_confidence);
  }

  // No GPU is asked for: none, if we were shown everything.
  void Settle(const GpuClaim* claim) {
    if (claim != nullptr) {
      AddEvidence(&flavor_->provenance, "gpu_count", claim->source, claim->value);
    }
    if (!flavor_->extra_specs.has_value() || unknown_device_) {
      SetConfidence(&flavor_->provenance, "gpu_count", Confidence::kUnknown);
      return;
    }
    flavor_->gpu_count = 0;
    AddEvidence(&flavor_->provenance, "gpu_count", "extra_specs", "no key asks for a GPU");
    SetConfidence(&flavor_->provenance, "gpu_count", Confidence::kStrong);
  }

  Flavor* flavor_;
  std::vector<std::pair<std::string, Spec>> lower_;  // by key in lower case
  std::vector<std::string> used_;                    // keys that a rule has understood
  std::vector<GpuClaim> claims_;
  bool unknown_device_ = false;  // a device of unknown kind is passed through
  double unknown_sum_ = 0;
};

}  // namespace

void InferGpu(Flavor* flavor) { GpuInference(flavor).Run(); }

}  // namespace cis
