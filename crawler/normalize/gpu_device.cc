// SPDX-License-Identifier: Apache-2.0
#include "crawler/normalize/gpu_device.h"

#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "crawler/normalize/basics.h"
#include "crawler/normalize/json_reader.h"
#include "crawler/normalize/rules.h"
#include "crawler/normalize/tokens.h"

namespace cis::crawler {
namespace {

using Role = GpuKey::Role;

constexpr double kMaxGpus = 1024;

// "N/A" and the like, with which people fill forms.
bool IsPlaceholder(absl::string_view text) {
  const std::string lower = absl::AsciiStrToLower(absl::StripAsciiWhitespace(text));
  return lower.empty() || lower == "n/a" || lower == "na" || lower == "none" ||
         lower == "unknown" || lower == "null" || lower == "-" || lower == "unset";
}

// The model under its one spelling; as the site wrote it if it is none that we know.
void ReadModel(const Rules& rules, const std::string& value, GpuClaim* claim) {
  const Device device = ReadDevice(rules, value);
  const std::string vendor = claim->vendor;
  const std::optional<int64_t> memory = claim->memory_mib;
  TakeDevice(device, claim);
  if (!vendor.empty()) claim->vendor = vendor;
  if (memory.has_value()) claim->memory_mib = memory;
  if (device.model.has_value()) {
    return;
  }
  absl::string_view rest = absl::StripAsciiWhitespace(value);
  const absl::string_view first = rest.substr(0, rest.find(' '));
  const std::string named = FormatGpuVendor(rules.tokenizer, first);
  if (named == "NVIDIA" || named == "AMD" || named == "Intel") {
    if (claim->vendor.empty()) claim->vendor = named;
    rest.remove_prefix(first.size());
    rest = absl::StripAsciiWhitespace(rest);
  }
  claim->model = std::string(rest);
}

void ReadKind(const Rules& rules, absl::string_view value, GpuClaim* claim) {
  const std::string lower = absl::AsciiStrToLower(value);
  if (absl::StrContains(lower, "passthrough") || absl::StrContains(lower, "pass-through") ||
      absl::StrContains(lower, "pass through")) {
    claim->kind = "passthrough";
  } else if (absl::StrContains(lower, "vgpu") || absl::StrContains(lower, "virtual")) {
    claim->kind = "vgpu";
  } else if (rules.gpu_words.FindDeviceWord(rules.tokenizer.Tokenize(lower).tokens) ==
             DeviceWord::kMig) {
    claim->kind = "mig";
  }
}

// "2xK20m", "4gpu", "gpux2".
std::optional<double> CountInName(const std::vector<Token>& tokens,
                                  const std::optional<GpuModel>& model) {
  const auto count_at = [&](std::size_t at) -> std::optional<double> {
    if (at >= tokens.size() || tokens[at].kind != Token::Kind::kNumber) {
      return std::nullopt;
    }
    const std::optional<double> count = ParseGpuCount(tokens[at].text);
    return count.has_value() && *count >= 1 && *count <= 16 ? count : std::nullopt;
  };
  const auto count_before = [&](std::size_t at) -> std::optional<double> {
    if (at >= 2 && tokens[at - 1].text == "x" && tokens[at - 1].gap.empty() &&
        tokens[at].gap.empty()) {
      return count_at(at - 2);
    }
    return std::nullopt;
  };
  if (model.has_value()) {
    if (const std::optional<double> count = count_before(model->begin)) {
      return count;
    }
  }
  for (std::size_t at = 0; at < tokens.size(); ++at) {
    const std::string& word = tokens[at].text;
    if (word == "gpux" && at + 1 < tokens.size() && tokens[at + 1].gap.empty()) {
      return count_at(at + 1);
    }
    if (word != "gpu" && word != "gpus") {
      continue;
    }
    if (const std::optional<double> count = count_before(at)) {
      return count;
    }
    if (at >= 1 && tokens[at].gap.empty()) {
      if (const std::optional<double> count = count_at(at - 1)) return count;
    }
  }
  return std::nullopt;
}

}  // namespace

bool SaysGpu(DeviceWord word) {
  return word == DeviceWord::kGpu || word == DeviceWord::kVgpu || word == DeviceWord::kMig;
}

std::string GpuKindOf(DeviceWord word) {
  return word == DeviceWord::kVgpu ? "vgpu" : word == DeviceWord::kMig ? "mig" : "";
}

Device ReadDevice(const Rules& rules, absl::string_view text) {
  const std::vector<Token> tokens = rules.device_tokenizer.Tokenize(text);
  Device device{rules.gpu_words.FindDeviceWord(tokens), rules.gpu_models.Find(tokens),
                rules.gpu_words.FindVendor(tokens)};
  // A function of a card that is known to be a GPU is a virtual GPU: "V620_VF".
  if (device.word == DeviceWord::kFunction && device.model.has_value()) {
    device.word = DeviceWord::kVgpu;
  }
  if (const std::optional<int> gib = FindMigProfile(tokens)) {
    device.is_mig = true;
    device.slice_gib = *gib;
    device.vendor = "NVIDIA";
  } else if (device.word == DeviceWord::kVgpu) {
    device.slice_gib = FindGigabytes(tokens).value_or(0);
  }
  return device;
}

void TakeModel(const GpuModel& model, GpuClaim* claim) {
  claim->vendor = model.vendor;
  claim->model = model.model;
  claim->base = model.base;
  if (!model.kind.empty()) {
    claim->kind = model.kind;
  }
  if (model.slice_gib > 0) {
    claim->memory_mib = model.slice_gib * kMibPerGib;
  }
  if (model.memory_gib > 0) {
    claim->card_memory_mib = model.memory_gib * kMibPerGib;
  }
}

void TakeDevice(const Device& device, GpuClaim* claim) {
  if (claim->kind.empty()) {
    claim->kind = device.is_mig ? "mig" : GpuKindOf(device.word);
  }
  if (device.model.has_value()) {
    TakeModel(*device.model, claim);
  } else if (claim->vendor.empty()) {
    claim->vendor = device.vendor;
  }
  if (device.slice_gib > 0) {
    claim->memory_mib = device.slice_gib * kMibPerGib;
  }
}

std::optional<double> ParseGpuCount(absl::string_view text) {
  double count = 0;
  if (absl::SimpleAtod(absl::StripAsciiWhitespace(text), &count) && std::isfinite(count) &&
      count >= 0 && count <= kMaxGpus) {
    return count;
  }
  return std::nullopt;
}

bool ReadGpuValue(const Rules& rules, const GpuKey& key, const std::string& value,
                  GpuClaim* claim) {
  if (IsPlaceholder(value)) {
    return true;
  }
  switch (key.role) {
    case Role::kCount:
      claim->count = ParseGpuCount(value);
      break;
    case Role::kVendor:
      claim->vendor = FormatGpuVendor(rules.tokenizer, value);
      break;
    case Role::kModel:
      ReadModel(rules, value, claim);
      break;
    case Role::kMemory:
      if (const auto mib = ParseGpuMemoryMib(value, key.memory_unit_mib)) {
        claim->memory_mib = mib;
      }
      break;
    case Role::kKind:
      ReadKind(rules, value, claim);
      break;
    case Role::kType:
    case Role::kWhole: {
      const std::optional<double> count = ParseGpuCount(value);
      if (count.has_value()) {
        claim->count = count;
      } else if (const std::optional<bool> on = ParseBool(value)) {
        return *on;
      } else if (ReadDevice(rules, value).is_gpu()) {
        ReadModel(rules, value, claim);
      } else {
        ReadKind(rules, value, claim);
      }
      break;
    }
    case Role::kOther:
    case Role::kHint:
      break;
  }
  return true;
}

std::optional<GpuClaim> ReadGpuName(const Rules& rules, absl::string_view text) {
  const std::vector<Token> tokens = rules.device_tokenizer.Tokenize(text);
  const DeviceWord word = rules.gpu_words.FindDeviceWord(tokens);
  std::optional<GpuModel> model = rules.gpu_models.Find(tokens, GpuText::kFlavorName);
  if (model.has_value() && !model->clear && !SaysGpu(word)) {
    model.reset();
  }
  if (!SaysGpu(word) && !model.has_value()) {
    return std::nullopt;
  }
  GpuClaim claim;
  claim.present = true;
  claim.count = CountInName(tokens, model);
  claim.kind = GpuKindOf(word);
  if (model.has_value()) {
    TakeModel(*model, &claim);
  }
  claim.value = std::string(text);
  return claim;
}

}  // namespace cis::crawler
