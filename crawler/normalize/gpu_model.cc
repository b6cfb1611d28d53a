#include "crawler/normalize/gpu_model.h"

#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "crawler/normalize/table.h"

namespace cis {
namespace {

struct Spelling {
  std::vector<std::string> words;
  std::vector<bool> glued;  // to the word before, as "a" and "100" of "a100"
  GpuModel model;
};

const std::vector<Spelling>& Spellings() {
  static const auto* const kSpellings = [] {
    auto* spellings = new std::vector<Spelling>();
    for (const auto& row : LoadTable("gpu_models")) {
      for (absl::string_view text : absl::StrSplit(row[0], '|', absl::SkipEmpty())) {
        Spelling spelling;
        for (const Token& token : Tokenize(text).tokens) {
          spelling.words.push_back(token.text);
          spelling.glued.push_back(token.gap.empty());
        }
        spelling.model.vendor = row[1];
        spelling.model.model = row[2];
        spelling.model.clear = row[3] == "yes";
        spellings->push_back(std::move(spelling));
      }
    }
    return spellings;
  }();
  return *kSpellings;
}

bool Matches(const Spelling& spelling, const std::vector<Token>& tokens, std::size_t at) {
  if (at + spelling.words.size() > tokens.size()) {
    return false;
  }
  for (std::size_t i = 0; i < spelling.words.size(); ++i) {
    const Token& token = tokens[at + i];
    if (token.text != spelling.words[i] || (i > 0 && spelling.glued[i] && !token.gap.empty())) {
      return false;
    }
  }
  // "a10" is not in "a100"; a letter may follow only as the word of a longer spelling or a size,
  // "80g", so a one-letter word glued to it makes it another product.
  const std::size_t end = at + spelling.words.size();
  if (end < tokens.size() && tokens[end].gap.empty() && tokens[end].kind == Token::Kind::kWord &&
      tokens[end].text.size() <= 2) {
    return false;
  }
  return true;
}

// NVIDIA's vGPU profiles: the memory and one of the letters of its four series, "48Q".
bool IsProfile(const std::vector<Token>& tokens, std::size_t at) {
  if (at + 1 >= tokens.size() || tokens[at].kind != Token::Kind::kNumber ||
      !tokens[at + 1].gap.empty()) {
    return false;
  }
  const std::string& series = tokens[at + 1].text;
  return series == "a" || series == "b" || series == "c" || series == "q";
}

}  // namespace

std::optional<GpuModel> FindGpuModel(const std::vector<Token>& tokens) {
  std::optional<GpuModel> found;
  for (std::size_t at = 0; at < tokens.size();) {
    const Spelling* best = nullptr;
    for (const Spelling& spelling : Spellings()) {
      if ((best == nullptr || spelling.words.size() > best->words.size()) &&
          Matches(spelling, tokens, at)) {
        best = &spelling;
      }
    }
    if (best == nullptr) {
      ++at;
      continue;
    }
    if (found.has_value() && found->model != best->model.model) {
      return std::nullopt;
    }
    found = best->model;
    found->begin = at;
    found->end = at + best->words.size();
    found->is_slice = IsProfile(tokens, found->end);
    at = found->end;
  }
  return found;
}

DeviceWord FindDeviceWord(const std::vector<Token>& tokens) {
  static const auto* const kWords = [] {
    auto* words = new std::map<std::string, DeviceWord>();
    for (const auto& row : LoadTable("gpu_words")) {
      words->emplace(row[0], row[1] == "gpu"    ? DeviceWord::kGpu
                             : row[1] == "vgpu" ? DeviceWord::kVgpu
                             : row[1] == "mig"  ? DeviceWord::kMig
                                                : DeviceWord::kOther);
    }
    return words;
  }();
  DeviceWord result = DeviceWord::kUnknown;
  for (const Token& token : tokens) {
    const auto found = kWords->find(token.text);
    if (found == kWords->end()) {
      continue;
    }
    if (found->second == DeviceWord::kOther) {
      return DeviceWord::kOther;
    }
    if (result == DeviceWord::kUnknown || result == DeviceWord::kGpu) {
      result = found->second;
    }
  }
  return result;
}

std::optional<GpuModel> FindGpuByPciId(absl::string_view vendor_id, absl::string_view product_id) {
  for (const auto& row : LoadTable("gpu_pci_ids")) {
    if (absl::EqualsIgnoreCase(row[0], vendor_id) && absl::EqualsIgnoreCase(row[1], product_id)) {
      GpuModel model;
      model.vendor = row[2];
      model.model = row[3];
      model.clear = true;
      return model;
    }
  }
  return std::nullopt;
}

std::string FormatGpuVendor(absl::string_view vendor) {
  const std::string lower = absl::AsciiStrToLower(vendor);
  if (absl::StrContains(lower, "nvidia")) {
    return "NVIDIA";
  }
  if (absl::StrContains(lower, "advanced micro devices") || lower == "amd" ||
      absl::StartsWith(lower, "amd ") || lower == "ati") {
    return "AMD";
  }
  if (absl::StartsWith(lower, "intel")) {
    return "Intel";
  }
  return std::string(absl::StripAsciiWhitespace(vendor));
}

}  // namespace cis
