#include "crawler/normalize/gpu_words.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <map>

#include "crawler/normalize/table.h"

namespace cis::crawler {
namespace {

const std::map<std::string, DeviceWord, std::less<>>& DeviceWords() {
  static const auto* const kWords = [] {
    auto* words = new std::map<std::string, DeviceWord, std::less<>>();
    for (const auto& row : LoadTable("gpu_words")) {
      words->emplace(row[0], row[1] == "gpu"        ? DeviceWord::kGpu
                             : row[1] == "vgpu"     ? DeviceWord::kVgpu
                             : row[1] == "mig"      ? DeviceWord::kMig
                             : row[1] == "function" ? DeviceWord::kFunction
                                                    : DeviceWord::kOther);
    }
    return words;
  }();
  return *kWords;
}

}  // namespace

DeviceWord FindDeviceWord(const std::vector<Token>& tokens) {
  constexpr std::array<absl::string_view, 4> kDenials = {"no", "non", "not", "without"};
  DeviceWord result = DeviceWord::kUnknown;
  bool function = false;
  for (std::size_t at = 0; at < tokens.size(); ++at) {
    const auto found = DeviceWords().find(tokens[at].text);
    if (found == DeviceWords().end()) {
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

std::string FindGpuVendor(const std::vector<Token>& tokens) {
  static const auto* const kVendors = [] {
    auto* vendors = new std::map<std::string, std::string>();
    for (const auto& row : LoadTable("gpu_vendor_words")) vendors->emplace(row[0], row[1]);
    return vendors;
  }();
  std::string vendor;
  for (const Token& token : tokens) {
    const auto found = kVendors->find(token.text);
    if (found == kVendors->end()) continue;
    if (!vendor.empty() && vendor != found->second) return "";
    vendor = found->second;
  }
  return vendor;
}

ResourceWord FindResourceWord(const std::vector<Token>& tokens) {
  static const auto* const kMeanings = [] {
    auto* meanings = new std::map<std::string, std::string>();
    for (const auto& row : LoadTable("resource_words")) meanings->emplace(row[0], row[1]);
    return meanings;
  }();
  bool other = false;
  bool whole = false;
  bool unexplained = false;
  for (const Token& token : tokens) {
    if (token.kind != Token::Kind::kWord) continue;
    const auto found = kMeanings->find(token.text);
    if (found == kMeanings->end()) {
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

bool IsDeviceWord(absl::string_view word) {
  return DeviceWords().find(word) != DeviceWords().end();
}

}  // namespace cis::crawler
