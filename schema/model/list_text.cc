// SPDX-License-Identifier: Apache-2.0
#include "schema/model/list_text.h"

#include <iterator>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "schema/base/text_list.h"

namespace cis {
namespace {

template <typename Items>
SharedList<typename Items::value_type> MoveToList(Items items) {
  return {std::make_move_iterator(items.begin()), std::make_move_iterator(items.end())};
}

}  // namespace

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

std::string FormatListText(const TextMap& map) {
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

std::string FormatListText(const SharedList<SharedText>& list) {
  TextListWriter writer;
  for (const SharedText& text : list) writer.Add(text);
  return writer.Finish();
}

std::string FormatListText(const SharedList<Evidence>& list) {
  TextListWriter writer;
  for (const Evidence& evidence : list) {
    writer.Add(evidence.field);
    writer.Add(evidence.source);
    writer.Add(evidence.value);
  }
  return writer.Finish();
}

std::string FormatListText(const SharedList<FieldConfidence>& list) {
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
  for (std::string item; reader.Next(&item);) list.push_back(std::move(item));
  return reader.ok();
}

bool ParseListText(absl::string_view text, std::map<std::string, std::string>& map) {
  map.clear();
  TextListReader reader(text);
  std::string value;
  for (std::string key; reader.Next(&key);) {
    if (!reader.Next(&value)) return false;
    map.insert_or_assign(key, value);
  }
  return reader.ok();
}

bool ParseListText(absl::string_view text, std::map<std::string, int64_t>& map) {
  map.clear();
  TextListReader reader(text);
  std::string value;
  for (std::string key; reader.Next(&key);) {
    int64_t count = 0;
    if (!reader.Next(&value) || !absl::SimpleAtoi(value, &count)) return false;
    map.insert_or_assign(key, count);
  }
  return reader.ok();
}

bool ParseListText(absl::string_view text, TextPool& pool, SharedList<SharedText>& list) {
  absl::InlinedVector<SharedText, 16> read;
  TextListReader reader(text);
  for (absl::string_view item; reader.Next(&item);) read.push_back(pool.Get(item));
  list = MoveToList(std::move(read));
  return reader.ok();
}

bool ParseListText(absl::string_view text, TextPool& pool, TextMap& map) {
  std::vector<TextMap::Entry> read;
  TextListReader reader(text);
  for (absl::string_view item; reader.Next(&item);) {
    SharedText key = pool.Get(item);
    if (!reader.Next(&item)) return false;
    read.emplace_back(std::move(key), pool.Get(item));
  }
  map = TextMap(std::move(read));
  return reader.ok();
}

bool ParseListText(absl::string_view text, TextPool& pool, SharedList<Evidence>& list) {
  absl::InlinedVector<Evidence, 16> read;
  TextListReader reader(text);
  for (absl::string_view item; reader.Next(&item);) {
    Evidence& evidence = read.emplace_back();
    evidence.field = pool.Get(item);
    if (!reader.Next(&item)) return false;
    evidence.source = pool.Get(item);
    if (!reader.Next(&item)) return false;
    evidence.value = pool.Get(item);
  }
  list = MoveToList(std::move(read));
  return reader.ok();
}

bool ParseListText(absl::string_view text, TextPool& pool, SharedList<FieldConfidence>& list) {
  absl::InlinedVector<FieldConfidence, 16> read;
  TextListReader reader(text);
  for (absl::string_view item; reader.Next(&item);) {
    FieldConfidence& field = read.emplace_back();
    field.field = pool.Get(item);
    if (!reader.Next(&item)) return false;
    field.confidence = ParseConfidence(item);
  }
  list = MoveToList(std::move(read));
  return reader.ok();
}

}  // namespace cis
