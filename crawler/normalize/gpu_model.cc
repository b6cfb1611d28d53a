// SPDX-License-Identifier: Apache-2.0
#include "crawler/normalize/gpu_model.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace cis::crawler {
namespace {

bool IsGluedWord(const std::vector<Token>& tokens, std::size_t at) {
  return at < tokens.size() && tokens[at].gap.empty() && tokens[at].kind == Token::Kind::kWord;
}

int NumberAt(const std::vector<Token>& tokens, std::size_t at) {
  int number = -1;
  const bool readable = at < tokens.size() && tokens[at].kind == Token::Kind::kNumber &&
                        tokens[at].text.size() <= 4 && absl::SimpleAtoi(tokens[at].text, &number);
  return readable ? number : -1;
}

bool IsGigabyteWord(absl::string_view word) { return word == "g" || word == "gb" || word == "gib"; }

// NVIDIA's vGPU profiles: the memory (0 is half a GiB) and the letter of the licence, "48Q"; "me"
// and "gfx" stand for engines of a divided card, "5CME", a digit for displays, "2B4".
bool IsProfile(const std::vector<Token>& tokens, std::size_t at) {
  if (NumberAt(tokens, at) < 0 || !IsGluedWord(tokens, at + 1)) {
    return false;
  }
  absl::string_view series = tokens[at + 1].text;
  const char licence = series.front();
  series.remove_prefix(1);
  return (licence == 'a' || licence == 'b' || licence == 'c' || licence == 'q') &&
         (series.empty() || series == "me" || series == "gfx");
}

// Returns the token after the profile at `at`; `at` if there is none. For an instance of a divided
// card, a number of slices comes before it: "1-5C".
std::size_t EndOfProfile(const std::vector<Token>& tokens, std::size_t at) {
  std::size_t memory = at;
  if (NumberAt(tokens, at) >= 1 && NumberAt(tokens, at) <= 7 && IsProfile(tokens, at + 1) &&
      !tokens[at + 1].gap.empty()) {
    ++memory;
  }
  if (!IsProfile(tokens, memory)) {
    return at;
  }
  const std::size_t end = memory + 2;
  const bool displays = NumberAt(tokens, end) >= 0 && tokens[end].gap.empty();
  return displays ? end + 1 : end;
}

bool IsGeForceNumber(int number) {
  const int series = number / 100;
  const int place = number % 100;
  switch (series) {
    case 10:
    case 16:
      return place >= 30 && place <= 80 && place % 10 == 0;
    case 20:
    case 30:
    case 40:
    case 50:
      return place >= 50 && place <= 90 && place % 10 == 0;
    default:
      return false;
  }
}

// Reads "RTX 3090", "geforce-1080", "NVIDIA1080TI", "2080 ti", "GTX 980": a number of the series
// and a word that identifies it.
std::optional<GpuModel> ReadGeForce(const std::vector<Token>& tokens, std::size_t at) {
  const int number = NumberAt(tokens, at);
  const std::string before = at > 0 ? tokens[at - 1].text : "";
  const bool branded =
      before == "gtx" || before == "rtx" || before == "geforce" || before == "nvidia";
  const bool old = number >= 400 && number < 1000 && number % 10 == 0 && before == "gtx";
  if (!old && !IsGeForceNumber(number)) {
    return std::nullopt;
  }
  std::size_t end = at + 1;
  std::string suffix;
  const auto is_suffix = [&](absl::string_view word) {
    return end < tokens.size() && tokens[end].text == word;
  };
  if (is_suffix("tisuper")) {
    suffix = " Ti Super";
    ++end;
  } else {
    if (is_suffix("ti")) {
      suffix = " Ti";
      ++end;
    }
    if (is_suffix("super")) {
      absl::StrAppend(&suffix, " Super");
      ++end;
    }
  }
  if ((!branded && suffix.empty()) || IsGluedWord(tokens, end)) {
    return std::nullopt;
  }
  GpuModel model;
  model.vendor = "NVIDIA";
  model.base = absl::StrCat("GeForce ", number >= 2000 ? "RTX " : "GTX ", number, suffix);
  model.model = model.base;
  model.clear = true;
  model.begin = at;
  model.end = end;
  return model;
}

}  // namespace

GpuModelRules::GpuModelRules(const Tables& tables, const Tokenizer& tokenizer,
                             const GpuWordRules& words)
    : words_(words) {
  for (const auto& row : tables.Rows("vgpu_forms")) vgpu_forms_.insert(row[0]);
  ReadProducts(tables, tokenizer);
  ReadPciIds(tables, tokenizer);  // uses the products' names of models
}

void GpuModelRules::ReadProducts(const Tables& tables, const Tokenizer& tokenizer) {
  for (const auto& row : tables.Rows("gpu_models")) {
    Product product;
    product.model.vendor = row[1];
    product.model.base = row[2];
    product.model.clear = row[5] == "yes";
    for (absl::string_view size : absl::StrSplit(row[3], '|', absl::SkipEmpty())) {
      int gib = 0;
      if (absl::SimpleAtoi(size, &gib)) {
        product.sizes.push_back(gib);
      }
    }
    product.forms = absl::StrSplit(row[4], '|', absl::SkipEmpty());
    for (absl::string_view text : absl::StrSplit(row[0], '|', absl::SkipEmpty())) {
      Spelling spelling;
      spelling.product = products_.size();
      for (const Token& token : tokenizer.Tokenize(text).tokens) {
        spelling.words.push_back(token.text);
        spelling.glued.push_back(token.gap.empty());
      }
      if (spelling.words.empty()) continue;
      std::string first = spelling.words.front();
      spellings_.emplace(std::move(first), std::move(spelling));
    }
    products_.push_back(std::move(product));
  }
}

void GpuModelRules::ReadPciIds(const Tables& tables, const Tokenizer& tokenizer) {
  for (const auto& row : tables.Rows("gpu_pci_ids")) {
    GpuModel model = Find(tokenizer.Tokenize(row[3]).tokens).value_or(GpuModel());
    model.vendor = row[2];
    model.model = row[3];
    if (model.base.empty()) {
      model.base = row[3];
    }
    model.clear = true;
    pci_ids_.push_back({row[0], row[1], std::move(model)});
  }
}

bool GpuModelRules::Spelling::StandsAt(const std::vector<Token>& tokens, std::size_t at) const {
  if (at + words.size() > tokens.size()) {
    return false;
  }
  for (std::size_t i = 0; i < words.size(); ++i) {
    const Token& token = tokens[at + i];
    if (token.text != words[i] || (i > 0 && glued[i] && !token.gap.empty())) {
      return false;
    }
  }
  return true;
}

// Whether `spelling` at `at` is the whole name of a product. "a10" is not in "a100"; a letter may
// follow only as the word of a longer spelling or a size, "80g", so a one-letter word glued to it
// makes it another product. "V620VF" and "A100x2" (two of them) are none.
bool GpuModelRules::IsWholeName(const Spelling& spelling, const std::vector<Token>& tokens,
                                std::size_t at) const {
  const std::size_t end = at + spelling.words.size();
  const auto is_counted = [&](std::size_t x) {
    return x < tokens.size() && tokens[x].text == "x" && NumberAt(tokens, x + 1) > 0 &&
           tokens[x + 1].gap.empty();
  };
  if (spelling.words.size() > 1 && spelling.words.back() == "x" && is_counted(end - 1)) {
    return false;
  }
  return !IsGluedWord(tokens, end) || tokens[end].text.size() > 2 || is_counted(end) ||
         words_.IsDeviceWord(tokens[end].text);
}

// The token after the letters of a virtual GPU's form at `at`, "DX" of "A100DX-80C"; `at` if there
// are none or no profile follows.
std::size_t GpuModelRules::EndOfForm(const std::vector<Token>& tokens, std::size_t at) const {
  if (!IsGluedWord(tokens, at)) {
    return at;
  }
  std::string letters = tokens[at].text;
  std::size_t end = at + 1;
  if (letters == "x" && IsGluedWord(tokens, end)) {  // an "x" behind a number is a token of its own
    letters += tokens[end++].text;
  }
  return vgpu_forms_.contains(letters) && EndOfProfile(tokens, end) != end ? end : at;
}

// Reads size, form and profile behind a model: "-SXM4-80GB", " 80GB PCIe", "-1-5C".
class GpuModelRules::DetailReader {
 public:
  DetailReader(const GpuModelRules& rules, const Product& product, const std::vector<Token>& tokens,
               GpuModel* model)
      : rules_(rules), product_(product), tokens_(tokens), model_(model) {}

  void Run(GpuText text) {
    std::size_t at = model_->end;
    while (at < tokens_.size()) {
      const std::size_t before = at;
      if (!TakeProfile(&at) && !TakeForm(&at) && text == GpuText::kDevice) {
        TakeSize(&at);
      }
      if (at == before) {
        break;
      }
    }
    model_->end = at;
    if (model_->memory_gib == 0 && product_.sizes.size() == 1) {
      model_->memory_gib = product_.sizes.front();
    }
    model_->model = model_->base;
    if (stated_gib_ > 0 && product_.sizes.size() > 1) {
      absl::StrAppend(&model_->model, " ", stated_gib_, "GB");
    }
    if (!form_.empty()) {
      absl::StrAppend(&model_->model, " ", form_);
    }
  }

 private:
  bool TakeProfile(std::size_t* at) {
    const std::size_t begin = rules_.EndOfForm(tokens_, *at);
    const std::size_t end = EndOfProfile(tokens_, begin);
    if (!model_->kind.empty() || end == begin) {
      return false;
    }
    model_->kind = "vgpu";
    model_->slice_gib = NumberAt(tokens_, IsProfile(tokens_, begin) ? begin : begin + 1);
    *at = end;
    return true;
  }

  bool TakeForm(std::size_t* at) {
    const std::string& word = tokens_[*at].text;
    if (!form_.empty() || tokens_[*at].kind != Token::Kind::kWord) {
      return false;
    }
    std::string written = word;
    std::size_t end = *at + 1;
    if (word == "sxm" && NumberAt(tokens_, end) >= 2 && NumberAt(tokens_, end) <= 9 &&
        tokens_[end].gap.empty() && !IsGluedWord(tokens_, end + 1)) {
      absl::StrAppend(&written, tokens_[end].text);
      ++end;
    }
    const std::string* found = nullptr;
    for (const std::string& form : product_.forms) {
      if (absl::StartsWithIgnoreCase(form, written) &&
          (form.size() == written.size() || word == "sxm")) {
        if (found != nullptr) {
          return false;  // "sxm" of a card that had two of them
        }
        found = &form;
      }
    }
    if (found == nullptr) {
      return false;
    }
    form_ = *found;
    *at = end;
    return true;
  }

  void TakeSize(std::size_t* at) {
    const int gib = NumberAt(tokens_, *at);
    if (stated_gib_ > 0 ||
        std::find(product_.sizes.begin(), product_.sizes.end(), gib) == product_.sizes.end()) {
      return;
    }
    if (*at + 1 < tokens_.size() && IsGigabyteWord(tokens_[*at + 1].text)) {
      *at += 2;
    } else if (!IsGluedWord(tokens_, *at + 1)) {  // "v100_32"
      *at += 1;
    } else {
      return;
    }
    stated_gib_ = gib;
    model_->memory_gib = gib;
  }

  const GpuModelRules& rules_;
  const Product& product_;
  const std::vector<Token>& tokens_;
  GpuModel* model_;
  std::string form_;
  int stated_gib_ = 0;
};

std::optional<GpuModel> GpuModelRules::ReadModelAt(const std::vector<Token>& tokens, std::size_t at,
                                                   GpuText text) const {
  const auto range = spellings_.equal_range(tokens[at].text);
  const Spelling* best = nullptr;
  bool best_has_form = false;
  for (auto it = range.first; it != range.second; ++it) {
    const Spelling& spelling = it->second;
    if (!spelling.StandsAt(tokens, at)) {
      continue;
    }
    const std::size_t name_end = at + spelling.words.size();
    const bool has_form = EndOfForm(tokens, name_end) != name_end;
    if (!has_form && !IsWholeName(spelling, tokens, at)) {
      continue;
    }
    // "A100X-10C" is a card with the letter for a virtual GPU, not the card with the letter in its
    // name.
    const bool longer = best == nullptr || spelling.words.size() > best->words.size();
    if (has_form == best_has_form ? longer : has_form) {
      best = &spelling;
      best_has_form = has_form;
    }
  }
  if (best == nullptr) {
    return ReadGeForce(tokens, at);
  }
  const Product& product = products_[best->product];
  GpuModel model = product.model;
  model.begin = at;
  model.end = at + best->words.size();
  DetailReader(*this, product, tokens, &model).Run(text);
  return model;
}

std::optional<GpuModel> GpuModelRules::Find(const std::vector<Token>& tokens, GpuText text) const {
  std::optional<GpuModel> found;
  for (std::size_t at = 0; at < tokens.size();) {
    std::optional<GpuModel> here = ReadModelAt(tokens, at, text);
    if (!here.has_value()) {
      ++at;
      continue;
    }
    if (found.has_value() && found->base != here->base) {
      return std::nullopt;
    }
    at = here->end;
    if (!found.has_value()) {
      found = std::move(here);
    }
  }
  return found;
}

std::optional<GpuModel> GpuModelRules::FindByPciId(absl::string_view vendor_id,
                                                   absl::string_view product_id) const {
  for (const PciId& known : pci_ids_) {
    if (absl::EqualsIgnoreCase(known.vendor, vendor_id) &&
        absl::EqualsIgnoreCase(known.product, product_id)) {
      return known.model;
    }
  }
  return std::nullopt;
}

std::optional<int> FindMigProfile(const std::vector<Token>& tokens) {
  for (std::size_t at = 0; at + 3 < tokens.size(); ++at) {
    const int slices = NumberAt(tokens, at);
    const int gib = NumberAt(tokens, at + 2);
    const std::string& unit = tokens[at + 3].text;
    if (slices >= 1 && slices <= 7 && tokens[at + 1].text == "g" && IsGluedWord(tokens, at + 1) &&
        gib > 0 && (unit == "gb" || unit == "gbme" || unit == "gbgfx") &&
        IsGluedWord(tokens, at + 3)) {
      return gib;
    }
  }
  return std::nullopt;
}

std::optional<int> FindGigabytes(const std::vector<Token>& tokens) {
  for (std::size_t at = 0; at + 1 < tokens.size(); ++at) {
    if (NumberAt(tokens, at) > 0 && IsGigabyteWord(tokens[at + 1].text) &&
        (tokens[at + 1].gap.empty() || tokens[at + 1].text != "g")) {
      return NumberAt(tokens, at);
    }
  }
  return std::nullopt;
}

bool IsGpuVendorId(absl::string_view vendor_id) {
  return absl::EqualsIgnoreCase(vendor_id, "10de") || vendor_id == "1002";
}

std::string FormatGpuVendor(const Tokenizer& tokenizer, absl::string_view vendor) {
  const std::string lower = absl::AsciiStrToLower(absl::StripAsciiWhitespace(vendor));
  if (absl::StrContains(lower, "nvidia") || lower == "10de" || lower == "0x10de") {
    return "NVIDIA";
  }
  if (absl::StrContains(lower, "advanced micro devices") || lower == "1002" || lower == "0x1002") {
    return "AMD";
  }
  for (const Token& token : tokenizer.Tokenize(lower).tokens) {
    if (token.text == "amd" || token.text == "ati") {
      return "AMD";
    }
    if (token.text == "intel") {
      return "Intel";
    }
  }
  if (lower == "8086" || lower == "0x8086") {
    return "Intel";
  }
  return std::string(absl::StripAsciiWhitespace(vendor));
}

}  // namespace cis::crawler
