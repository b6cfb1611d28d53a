#include "schema/model/list_text.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "schema/base/text_list.h"

namespace cis {

std::string FormatListText(const std::vector<std::string>& list) {
  TextListWriter writer;
  for (const std::string& text : list) writer.Add(text);
  return writer.Finish();
}

std::string FormatListText(const std::map<std::string, std::string>& map) {
  TextListWriter writer;
  for (const auto& [key, value] : map) {
    writer.Add(key);
    writer.Add(value);
  }
  return writer.Finish();
}

std::string FormatListText(const std::map<std::string, int64_t>& map) {
  TextListWriter writer;
  for (const auto& [key, count] : map) {
    writer.Add(key);
    writer.Add(absl::StrCat(count));
  }
  return writer.Finish();
}

std::string FormatListText(const std::vector<Evidence>& list) {
  TextListWriter writer;
  for (const Evidence& evidence : list) {
    writer.Add(evidence.field);
    writer.Add(evidence.source);
    writer.Add(evidence.value);
  }
  return writer.Finish();
}

std::string FormatListText(const std::vector<FieldConfidence>& list) {
  TextListWriter writer;
  for (const FieldConfidence& field : list) {
    writer.Add(field.field);
    writer.Add(FormatConfidence(field.confidence));
  }
  return writer.Finish();
}

bool ParseListText(absl::string_view text, std::vector<std::string>& list) {
  list.clear();
  list.reserve(TextListReader::Count(text));
  TextListReader reader(text);
  for (std::string item; reader.Next(item);) list.push_back(std::move(item));
  return reader.ok();
}

bool ParseListText(absl::string_view text, std::map<std::string, std::string>& map) {
  map.clear();
  TextListReader reader(text);
  std::string value;
  for (std::string key; reader.Next(key);) {
    if (!reader.Next(value)) return false;
    map.insert_or_assign(key, value);
  }
  return reader.ok();
}

bool ParseListText(absl::string_view text, std::map<std::string, int64_t>& map) {
  map.clear();
  TextListReader reader(text);
  std::string value;
  for (std::string key; reader.Next(key);) {
    int64_t count = 0;
    if (!reader.Next(value) || !absl::SimpleAtoi(value, &count)) return false;
    map.insert_or_assign(key, count);
  }
  return reader.ok();
}

bool ParseListText(absl::string_view text, std::vector<Evidence>& list) {
  list.clear();
  list.reserve(TextListReader::Count(text) / 3);
  TextListReader reader(text);
  for (Evidence evidence; reader.Next(evidence.field); evidence = Evidence()) {
    if (!reader.Next(evidence.source) || !reader.Next(evidence.value)) return false;
    list.push_back(std::move(evidence));
  }
  return reader.ok();
}

bool ParseListText(absl::string_view text, std::vector<FieldConfidence>& list) {
  list.clear();
  list.reserve(TextListReader::Count(text) / 2);
  TextListReader reader(text);
  std::string confidence;
  for (FieldConfidence field; reader.Next(field.field); field = FieldConfidence()) {
    if (!reader.Next(confidence)) return false;
    field.confidence = ParseConfidence(confidence);
    list.push_back(std::move(field));
  }
  return reader.ok();
}

}  // namespace cis
