#include "crawler/normalize/gpu_claims.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "crawler/normalize/gpu_model.h"
#include "crawler/normalize/json_reader.h"
#include "crawler/normalize/scs_name.h"
#include "crawler/normalize/table.h"
#include "crawler/normalize/tokens.h"

namespace cis {
namespace {

constexpr double kMaxGpus = 1024;
constexpr int64_t kMibPerGib = 1024;

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
    if (model->is_slice) {
      claim->kind = "vgpu";
    }
  }
}

class GpuReader {
 public:
  explicit GpuReader(const Flavor& flavor) : flavor_(flavor) {}

  GpuClaims Run() {
    if (flavor_.extra_specs.has_value()) {
      for (const auto& [key, value] : *flavor_.extra_specs) {
        lower_.emplace_back(absl::AsciiStrToLower(key), std::make_pair(key, value));
      }
      FromResources();
      FromOwnWords();
      FromAliases();
      FromDeviceProfile();
      FromTraits();
    }
    FromScsName();
    if (flavor_.extra_specs.has_value()) {
      FromOtherKeys();
    }
    FromNames();
    return std::move(found_);
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
    found_.claims.push_back(std::move(claim));
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
    if (claim->kind.empty()) {
      claim->kind = mdev ? "vgpu" : KindOf(word);
    }
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
    if (claim.vendor.empty()) {
      if (const auto model = FindGpuModel(Tokenize(claim.model).tokens)) {
        claim.vendor = model->vendor;
      }
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
    found_.claims.push_back(std::move(claim));
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
          found_.unknown_count += *count;
          continue;
        }
        named = true;
        sum += *count;
        TakeModel(model, &claim);
        if (claim.kind.empty()) {
          claim.kind = KindOf(word).empty() ? "passthrough" : KindOf(word);
        }
      }
      claim.source = "extra_spec:pci_passthrough:alias";
      claim.value = spec.second;
      if (named) {
        claim.present = true;
        claim.count = sum;
        claim.confidence = Confidence::kProbable;
        found_.claims.push_back(std::move(claim));
      } else if (unknown_alias) {
        found_.unknown_device = true;
        found_.unknown_source = claim.source;
        found_.unknown_value = claim.value;
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
        if (word == DeviceWord::kUnknown) {
          found_.unknown_device = true;
          found_.unknown_source = "extra_spec:accel:device_profile";
          found_.unknown_value = spec.second;
        }
        continue;
      }
      GpuClaim claim;
      claim.present = true;
      TakeModel(model, &claim);
      claim.kind = KindOf(word);
      claim.source = "extra_spec:accel:device_profile";
      claim.value = spec.second;
      found_.claims.push_back(std::move(claim));
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
      found_.claims.push_back(std::move(claim));
    }
  }

  // 6. "SCS-16T-64-200s_GNa-72-24_ib"
  void FromScsName() {
    const std::optional<ScsName> scs = ParseScsName(flavor_.name);
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
    claim.value = flavor_.name;
    found_.claims.push_back(std::move(claim));
  }

  // 7. Any other key that holds the word GPU and is not switched off.
  void FromOtherKeys() {
    for (const auto& [lower, spec] : lower_) {
      if (std::find(used_.begin(), used_.end(), lower) != used_.end() ||
          absl::StartsWith(lower, "resources") || absl::StartsWith(lower, "trait")) {
        continue;
      }
      // Hosts of a GPU aggregate are a hint too: "aggregate_instance_extra_specs:type=gpu".
      const bool aggregate = absl::StartsWith(lower, "aggregate_instance_extra_specs:");
      const DeviceWord word = FindDeviceWord(
          Tokenize(aggregate ? absl::StrCat(lower, " ", spec.second) : lower).tokens);
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
      found_.claims.push_back(std::move(claim));
    }
  }

  // 8. Name and description, for want of anything better.
  void FromNames() {
    for (const auto& [source, text] :
         {std::pair<const char*, const std::string*>{"name", &flavor_.name},
          {"description", &flavor_.description}}) {
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
      found_.claims.push_back(std::move(claim));
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

  const Flavor& flavor_;
  std::vector<std::pair<std::string, Spec>> lower_;  // by key in lower case
  std::vector<std::string> used_;                    // keys that a rule has understood
  GpuClaims found_;
};

}  // namespace

GpuClaims GatherGpuClaims(const Flavor& flavor) { return GpuReader(flavor).Run(); }

}  // namespace cis
