// SPDX-License-Identifier: Apache-2.0
#include "crawler/normalize/image_facts.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "crawler/normalize/provenance.h"
#include "crawler/normalize/rules.h"

namespace cis::crawler {
namespace {

bool IsNothing(absl::string_view value) {
  const std::string word = absl::AsciiStrToLower(absl::StripAsciiWhitespace(value));
  return word.empty() || word == "none" || word == "null" || word == "unknown" || word == "n/a" ||
         word == "other" || word == "-";
}

// Promises for which "none" is a valid value.
bool SaysNone(Meaning meaning) {
  return meaning == Meaning::kUuidValidity || meaning == Meaning::kProvidedUntil ||
         meaning == Meaning::kReplaceFrequency;
}

// Returns the group of a key: distro and version from the same publisher belong together.
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

constexpr absl::string_view kAttributes = "appliance_attributes";

class Gatherer {
 public:
  Gatherer(const ImageKeyRules& keys, ImageFacts* facts, Provenance* provenance)
      : keys_(keys), facts_(facts), provenance_(provenance) {}

  void Object(const JsonValue& object, absl::string_view container) {
    for (const JsonMember& member : object.members()) {
      const JsonValue& value = member.value;
      const std::string key = absl::AsciiStrToLower(member.key);
      if (absl::EndsWith(key, "appliance_attributes") &&
          (key.size() == kAttributes.size() || key[key.size() - kAttributes.size() - 1] == '_')) {
        facts_->from_cloudkeeper |= absl::StartsWith(key, "cloudkeeper_");
        Attributes(member.key, value);
      } else if (key == "properties" && value.is_object() && container == "property:") {
        Object(value, "property:");
      } else if (!value.is_null()) {
        facts_->from_cloudkeeper |= absl::StartsWith(key, "cloudkeeper_");
        // Most properties of an image are none of ours: their values are not even copied.
        const std::optional<ImageKey> known = keys_.Find(member.key, key);
        // Glance stores texts only; a client may have parsed the JSON in one.
        if (known.has_value() && !value.is_structured()) {
          One(member.key, key, *known, ScalarText(value).value_or(""), container);
        } else if (known.has_value() && known->meaning == Meaning::kDiskMap) {
          One(member.key, key, *known, value.elements().empty() ? "[]" : "[...]", container);
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
  // Reads a JSON text, or the base64 of one, that repeats the publisher's metadata.
  void Attributes(absl::string_view name, const JsonValue& value) {
    if (value.is_object()) {
      Object(value, absl::StrCat(name, ":"));
      return;
    }
    const std::string text = ScalarText(value).value_or("");
    if (IsNothing(text)) {
      return;
    }
    absl::StatusOr<JsonDocument> parsed = ParseJson(text);
    std::string decoded;
    if (!parsed.ok() && absl::Base64Unescape(text, &decoded)) {
      parsed = ParseJson(decoded);
    }
    if (!parsed.ok() || !parsed->root().is_object()) {
      AddWarning(provenance_, "ATTRIBUTES_UNREADABLE",
                 absl::StrCat(name, " is not a JSON object; nothing of it was used"));
      return;
    }
    Object(parsed->root(), absl::StrCat(name, ":"));
  }

  void One(absl::string_view name, absl::string_view key, const ImageKey& row,
           absl::string_view text, absl::string_view container) {
    if (SaysNone(row.meaning) ? text.empty() : IsNothing(text)) {
      return;
    }
    found_.emplace_back(
        row.rank, ImageFact{row.meaning, std::string(absl::StripAsciiWhitespace(text)),
                            absl::StrCat(container, name), GroupOf(key, container), row.level});
  }

  const ImageKeyRules& keys_;
  ImageFacts* facts_;
  Provenance* provenance_;
  std::vector<std::pair<std::size_t, ImageFact>> found_;
};

}  // namespace

std::vector<const ImageFact*> ImageFacts::Of(Meaning meaning) const {
  std::vector<const ImageFact*> matching;
  for (const ImageFact& fact : facts) {
    if (fact.meaning == meaning) {
      matching.push_back(&fact);
    }
  }
  return matching;
}

const ImageFact* ImageFacts::First(Meaning meaning) const {
  for (const ImageFact& fact : facts) {
    if (fact.meaning == meaning) return &fact;
  }
  return nullptr;
}

ImageFacts GatherImageFacts(const Rules& rules, const JsonReader& record, Provenance* provenance) {
  ImageFacts facts;
  Gatherer gatherer(rules.image_keys, &facts, provenance);
  gatherer.Object(record.object(), "property:");
  facts.facts = gatherer.Sorted();
  // A set: Glance lists the same tags in any order.
  facts.tags = record.Strings("tags");
  std::sort(facts.tags.begin(), facts.tags.end());
  return facts;
}

}  // namespace cis::crawler
