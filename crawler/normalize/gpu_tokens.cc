// SPDX-License-Identifier: Apache-2.0
#include "crawler/normalize/gpu_tokens.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_split.h"

namespace cis::crawler {
namespace {

constexpr std::size_t kMinLeadBytes = 3;   // "gpu", "rtx", "amd"; shorter ones are in any word
constexpr std::size_t kMaxWordBytes = 40;  // no maker and model together are longer

}  // namespace

DeviceTokenizer::DeviceTokenizer(const Tables& tables, const Tokenizer& tokenizer)
    : tokenizer_(tokenizer) {
  for (const char* table : {"gpu_words", "gpu_vendor_words"}) {
    for (const auto& row : tables.Rows(table)) {
      if (row[1] != "other") AddLead(row[0]);
    }
  }
  for (const auto& row : tables.Rows("gpu_models")) {
    for (absl::string_view spelling : absl::StrSplit(row[0], '|', absl::SkipEmpty())) {
      const std::vector<Token> tokens = tokenizer.Tokenize(spelling).tokens;
      for (std::size_t i = 0; i < tokens.size(); ++i) {
        if (tokens[i].kind != Token::Kind::kWord) continue;
        AddLead(tokens[i].text);
        if (i + 1 < tokens.size() && tokens[i + 1].kind == Token::Kind::kNumber) {
          models_.emplace(tokens[i].text, tokens[i + 1].text);
        }
      }
    }
  }
}

void DeviceTokenizer::AddLead(const std::string& word) {
  if (word.size() >= kMinLeadBytes) leads_.insert(word);
}

// Lengths of the device words that `word` consists of, long ones first; empty if it does not.
DeviceTokenizer::Sizes DeviceTokenizer::LeadSizes(absl::string_view word) const {
  if (leads_.contains(word)) return {word.size()};
  for (std::size_t size = word.size(); size-- > kMinLeadBytes;) {
    if (!leads_.contains(word.substr(0, size))) continue;
    Sizes rest = LeadSizes(word.substr(size));
    if (!rest.empty()) {
      rest.insert(rest.begin(), size);
      return rest;
    }
  }
  return {};
}

// Lengths of the pieces of `word`, which `number` follows at once ("" = none). The letters of a
// model come first: "gpuv" is a word of its own ("GPUv2"), but not in "GPUv100".
DeviceTokenizer::Sizes DeviceTokenizer::PieceSizes(absl::string_view word,
                                                   const std::string& number) const {
  Sizes whole = {word.size()};
  const auto is_model = [&](absl::string_view letters) {
    return !number.empty() && models_.contains({std::string(letters), number});
  };
  if (word.size() <= kMinLeadBytes || word.size() > kMaxWordBytes || is_model(word)) return whole;
  for (std::size_t size = word.size() - 1; size >= kMinLeadBytes; --size) {
    if (!is_model(word.substr(size))) continue;
    Sizes sizes = LeadSizes(word.substr(0, size));
    if (!sizes.empty()) {
      sizes.push_back(word.size() - size);
      return sizes;
    }
  }
  const Sizes leads = LeadSizes(word);
  return leads.empty() ? whole : leads;
}

std::vector<Token> DeviceTokenizer::Tokenize(absl::string_view text) const {
  std::vector<Token> tokens = tokenizer_.Tokenize(text).tokens;
  std::vector<Token> cut;
  cut.reserve(tokens.size());
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    Token& token = tokens[i];
    if (token.kind != Token::Kind::kWord) {
      cut.push_back(std::move(token));
      continue;
    }
    const bool completed = i + 1 < tokens.size() && tokens[i + 1].gap.empty() &&
                           tokens[i + 1].kind == Token::Kind::kNumber;
    std::size_t from = 0;
    for (const std::size_t size : PieceSizes(token.text, completed ? tokens[i + 1].text : "")) {
      Token piece = token;
      piece.text = token.text.substr(from, size);
      piece.begin = token.begin + from;
      piece.end = piece.begin + size;
      if (from > 0) piece.gap.clear();
      from += size;
      cut.push_back(std::move(piece));
    }
  }
  return cut;
}

}  // namespace cis::crawler
