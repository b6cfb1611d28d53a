// SPDX-License-Identifier: Apache-2.0
#include "crawler/normalize/gpu_words.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace cis::crawler {

GpuWordRules::GpuWordRules(const Tables& tables) {
  for (const auto& row : tables.Rows("gpu_words")) {
    devices_.emplace(row[0], row[1] == "gpu"        ? DeviceWord::kGpu
                             : row[1] == "vgpu"     ? DeviceWord::kVgpu
                             : row[1] == "mig"      ? DeviceWord::kMig
                             : row[1] == "function" ? DeviceWord::kFunction
                                                    : DeviceWord::kOther);
  }
  for (const auto& row : tables.Rows("gpu_vendor_words")) vendors_.emplace(row[0], row[1]);
  for (const auto& row : tables.Rows("resource_words")) resources_.emplace(row[0], row[1]);
}

DeviceWord GpuWordRules::FindDeviceWord(const std::vector<Token>& tokens) const {
  constexpr std::array<absl::string_view, 4> kDenials = {"no", "non", "not", "without"};
  DeviceWord result = DeviceWord::kUnknown;
  bool function = false;
  for (std::size_t at = 0; at < tokens.size(); ++at) {
    const auto found = devices_.find(tokens[at].text);
    if (found == devices_.end()) {
      continue;
    }
    if (found->second == DeviceWord::kOther) {
      return DeviceWord::kOther;
    }
    if (found->second == DeviceWord::kFunction) {
      function = true;
      continue;
    }
    const bool denied = at > 0 && std::find(kDenials.begin(), kDenials.end(),
                                            tokens[at - 1].text) != kDenials.end();
    if (!denied && (result == DeviceWord::kUnknown || result == DeviceWord::kGpu)) {
      result = found->second;
    }
  }
  if (function && result == DeviceWord::kUnknown) {
    return DeviceWord::kFunction;
  }
  return function && result == DeviceWord::kGpu ? DeviceWord::kVgpu : result;
}

std::string GpuWordRules::FindVendor(const std::vector<Token>& tokens) const {
  std::string vendor;
  for (const Token& token : tokens) {
    const auto found = vendors_.find(token.text);
    if (found == vendors_.end()) continue;
    if (!vendor.empty() && vendor != found->second) return "";
    vendor = found->second;
  }
  return vendor;
}

ResourceWord GpuWordRules::FindResourceWord(const std::vector<Token>& tokens) const {
  bool other = false;
  bool whole = false;
  bool unexplained = false;
  for (const Token& token : tokens) {
    if (token.kind != Token::Kind::kWord) continue;
    const auto found = resources_.find(token.text);
    if (found == resources_.end()) {
      unexplained = true;
    } else if (found->second == "device") {
      return ResourceWord::kUnknown;
    } else {
      other |= found->second == "other";
      whole |= found->second == "whole";
    }
  }
  return other || (whole && !unexplained) ? ResourceWord::kOther : ResourceWord::kUnknown;
}

bool MeasuresMemory(const std::vector<Token>& tokens) {
  constexpr std::array<absl::string_view, 9> kMemory = {
      "memory", "mem", "ram", "vram", "framebuffer", "fb", "mb", "mib", "gib"};
  return std::any_of(tokens.begin(), tokens.end(), [&](const Token& token) {
    return !token.gap.empty() &&
           std::find(kMemory.begin(), kMemory.end(), token.text) != kMemory.end();
  });
}

}  // namespace cis::crawler
