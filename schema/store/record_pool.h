// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tuple>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "schema/base/shared_list.h"
#include "schema/base/shared_text.h"
#include "schema/base/text_map.h"
#include "schema/base/text_pool.h"
#include "schema/model/fact.h"
#include "schema/model/list_text.h"

namespace cis {

// What records that are read together have in common: equal texts and equal lists are kept once.
// A reader of many records makes one and drops it afterwards.
class RecordPool {
 public:
  SharedText GetText(absl::string_view text) { return texts_.Get(text); }

  // Sets `list` to what FormatListText wrote. Returns false if `text` is anything else.
  template <typename List>
  bool GetList(absl::string_view text, List& list) {
    if (text == "[]") {
      list = List();
      return true;
    }
    if constexpr (std::is_same_v<List, SharedList<Evidence>>) {
      return ParseListText(text, texts_, list);  // hardly two records have the same evidence
    } else {
      auto& known = std::get<Known<List>>(lists_);
      const auto it = known.find(text);
      if (it != known.end()) {
        list = it->second;
        return true;
      }
      if (!ParseListText(text, texts_, list)) return false;
      known.emplace(text, list);
      return true;
    }
  }

 private:
  template <typename List>
  using Known = absl::flat_hash_map<std::string, List>;

  TextPool texts_;
  std::tuple<Known<SharedList<FieldConfidence>>, Known<SharedList<SharedText>>, Known<TextMap>>
      lists_;
};

}  // namespace cis
