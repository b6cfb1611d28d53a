#include "crawler/normalize/image_facts.h"

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "crawler/normalize/provenance.h"
#include "crawler/normalize/table.h"

namespace cis {
namespace {

using nlohmann::json;

struct KeyRow {
  std::string meaning;
  FactLevel level = FactLevel::kProperty;
  std::size_t rank = 0;
};

using KeyIndex = absl::flat_hash_map<std::string, KeyRow>;

const KeyIndex& Keys() {
  static const auto* const kKeys = [] {
    auto* keys = new KeyIndex();
    for (const auto& row : LoadTable("image_keys")) {
      const FactLevel level = row[2] == "asserted"   ? FactLevel::kAsserted
                              : row[2] == "property" ? FactLevel::kProperty
                                                     : FactLevel::kCustom;
      keys->emplace(row[0], KeyRow{row[1], level, keys->size()});
    }
    return keys;
  }();
  return *kKeys;
}

bool IsNothing(absl::string_view value) {
  const std::string word = absl::AsciiStrToLower(absl::StripAsciiWhitespace(value));
  return word.empty() || word == "none" || word == "null" || word == "unknown" || word == "n/a" ||
         word == "other" || word == "-";
}

// Facts of one kind of key belong together: distro and version of the same publisher.
std::string GroupOf(absl::string_view key, absl::string_view container) {
  if (absl::StartsWith(key, "org.openstack.glance.") || absl::StartsWith(key, "eu.egi.cloud.")) {
    return absl::StrCat(container, "annotations");
  }
  if (absl::StartsWith(key, "sl:") || absl::StartsWith(key, "ad:") ||
      absl::StartsWith(key, "dc:")) {
    return absl::StrCat(container, "hepix");
  }
  if (absl::StartsWith(key, "vmcatcher_")) {
    return "vmcatcher";
  }
  if (absl::StartsWith(key, "cloudkeeper_")) {
    return "cloudkeeper";
  }
  return absl::StrCat(container, "property");
}

class Gatherer {
 public:
  Gatherer(ImageFacts* facts, Provenance* provenance) : facts_(facts), provenance_(provenance) {}

  void Object(const json& object, absl::string_view container) {
    for (const auto& [name, value] : object.items()) {
      const std::string key = absl::AsciiStrToLower(name);
      if (key == "appliance_attributes" || absl::EndsWith(key, "_appliance_attributes")) {
        facts_->from_cloudkeeper |= absl::StartsWith(key, "cloudkeeper_");
        Attributes(name, value);
      } else if (key == "properties" && value.is_object() && container == "property:") {
        Object(value, "property:");
      } else if (!value.is_structured() && !value.is_null()) {
        facts_->from_cloudkeeper |= absl::StartsWith(key, "cloudkeeper_");
        // Most properties of an image are none of ours: their values are not even copied.
        if (const auto row = Keys().find(key); row != Keys().end()) {
          One(name, key, row->second, ScalarText(value).value_or(""), container);
        }
      }
    }
  }

  std::vector<ImageFact> Sorted() {
    std::stable_sort(found_.begin(), found_.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<ImageFact> facts;
    for (auto& [rank, fact] : found_) {
      facts.push_back(std::move(fact));
    }
    return facts;
  }

 private:
  // A JSON text, or the base64 of one, that repeats the publisher's metadata.
  void Attributes(const std::string& name, const json& value) {
    if (value.is_object()) {
      Object(value, absl::StrCat(name, ":"));
      return;
    }
    const std::string text = ScalarText(value).value_or("");
    if (IsNothing(text)) {
      return;
    }
    absl::StatusOr<json> parsed = ParseJson(text);
    std::string decoded;
    if (!parsed.ok() && absl::Base64Unescape(text, &decoded)) {
      parsed = ParseJson(decoded);
    }
    if (!parsed.ok() || !parsed->is_object()) {
      AddWarning(provenance_, "ATTRIBUTES_UNREADABLE",
                 absl::StrCat(name, " is not a JSON object; nothing of it was used"));
      return;
    }
    Object(*parsed, absl::StrCat(name, ":"));
  }

  void One(const std::string& name, const std::string& key, const KeyRow& row,
           const std::string& text, absl::string_view container) {
    if (IsNothing(text)) {
      return;
    }
    found_.emplace_back(
        row.rank, ImageFact{row.meaning, std::string(absl::StripAsciiWhitespace(text)),
                            absl::StrCat(container, name), GroupOf(key, container), row.level});
  }

  ImageFacts* facts_;
  Provenance* provenance_;
  std::vector<std::pair<std::size_t, ImageFact>> found_;
};

}  // namespace

std::vector<const ImageFact*> ImageFacts::Of(absl::string_view meaning) const {
  std::vector<const ImageFact*> matching;
  for (const ImageFact& fact : facts) {
    if (fact.meaning == meaning) {
      matching.push_back(&fact);
    }
  }
  return matching;
}

ImageFacts GatherImageFacts(const JsonReader& record, Provenance* provenance) {
  ImageFacts facts;
  Gatherer gatherer(&facts, provenance);
  gatherer.Object(record.object(), "property:");
  facts.facts = gatherer.Sorted();
  // A set: Glance lists the same tags in any order.
  facts.tags = record.Strings("tags");
  std::sort(facts.tags.begin(), facts.tags.end());
  return facts;
}

}  // namespace cis
