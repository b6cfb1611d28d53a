// SPDX-License-Identifier: Apache-2.0
#include "crawler/normalize/image_lifecycle.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "crawler/normalize/provenance.h"
#include "crawler/normalize/retirement.h"
#include "crawler/normalize/rules.h"

namespace cis::crawler {
namespace {

// Returns the day of "2026-12-31", "2026-12-31T22:00:00Z" or of seconds since 1970; empty for other
// texts. Publishers that mean "never" write days of later centuries, so years up to 9999 are valid.
std::string DayOf(absl::string_view text) {
  if (absl::StrContains(text, '-')) {
    absl::CivilDay day;
    const bool ends =
        text.size() == 10 || (text.size() > 10 && (text[10] == 'T' || text[10] == ' '));
    const bool is_day = ends && absl::ParseCivilTime(text.substr(0, 10), &day);
    return is_day && day.year() >= 2004 && day.year() <= 9999 ? absl::FormatCivilTime(day) : "";
  }
  // Not before 2004, not after 9999.
  constexpr int64_t kFirst = 1072915200;
  constexpr int64_t kLast = 253402300799;
  const std::optional<int64_t> seconds = ParseInt(text);
  if (seconds.value_or(0) < kFirst || seconds.value_or(0) > kLast) return "";
  return absl::FormatTime("%Y-%m-%d", absl::FromUnixSeconds(*seconds), absl::UTCTimeZone());
}

class Lifecycle {
 public:
  Lifecycle(const Rules& rules, const ImageFacts& facts, Image* image)
      : rules_(rules), facts_(facts), image_(image) {}

  void Run() {
    Promise(Meaning::kUuidValidity, "uuid_validity", &image_->uuid_validity);
    Promise(Meaning::kReplaceFrequency, "replace_frequency", &image_->replace_frequency);
    Promise(Meaning::kProvidedUntil, "provided_until", &image_->provided_until);
    if (const ImageFact* fact = facts_.First(Meaning::kHotfixHours)) {
      const std::optional<int64_t> hours = ParseInt(fact->value);
      if (hours.value_or(-1) >= 0) {
        image_->hotfix_hours = hours;
        Say("hotfix_hours", *fact, Confidence::kStrong);
      } else {
        Unreadable(*fact, "a number of hours");
      }
    }
    ReadSource();
    ReadExpiry();
  }

 private:
  void Say(absl::string_view field, const ImageFact& fact, Confidence confidence) {
    AddEvidence(&image_->provenance, field, fact.source, fact.value);
    SetConfidence(&image_->provenance, field, confidence);
  }

  void Unreadable(const ImageFact& fact, absl::string_view wanted) {
    AddWarning(
        &image_->provenance, "FIELD_UNREADABLE",
        absl::StrCat(fact.source, " is \"", CutUtf8(fact.value, 40), "\"; it must be ", wanted));
  }

  void Promise(Meaning meaning, absl::string_view field, SharedText* value) {
    const ImageFact* fact = facts_.First(meaning);
    if (fact == nullptr) return;
    *value = absl::AsciiStrToLower(fact->value);
    Say(field, *fact, Confidence::kStrong);
  }

  // Credentials and queries of a URL are not kept.
  void ReadSource() {
    for (const ImageFact* fact : facts_.Of(Meaning::kUrl)) {
      absl::string_view text = fact->value;
      std::string source;
      if (absl::EqualsIgnoreCase(text, "private")) {
        source = "private";
      } else if (const std::size_t scheme = text.find("://"); scheme != absl::string_view::npos) {
        text = text.substr(0, text.find_first_of("?#"));
        const std::size_t host = scheme + 3;
        const absl::string_view authority = text.substr(host, text.substr(host).find('/'));
        const std::size_t user = authority.rfind('@');
        source = absl::StrCat(text.substr(0, host),
                              text.substr(host + (user == absl::string_view::npos ? 0 : user + 1)));
      } else {
        continue;
      }
      image_->image_source = source;
      AddEvidence(&image_->provenance, "image_source", fact->source, source);
      SetConfidence(&image_->provenance, "image_source", Confidence::kStrong);
      return;
    }
  }

  bool Expires(absl::string_view day, absl::string_view source, absl::string_view value,
               Confidence confidence) {
    if (day.empty()) return false;
    image_->expire_date = std::string(day);
    AddEvidence(&image_->provenance, "expire_date", source, value);
    SetConfidence(&image_->provenance, "expire_date", confidence);
    return true;
  }

  // In this order: what the publisher says, how long the site keeps the id, what a name says, until
  // when newer builds come.
  void ReadExpiry() {
    const Retirement named = FindRetirement(rules_, image_->name);
    if (!named.word.empty()) Retired("name", named.word);
    for (const SharedText& tag : image_->tags) {
      if (const std::string word = FindRetirement(rules_, tag).word; !word.empty())
        Retired("tag", tag);
    }
    for (const ImageFact* fact : facts_.Of(Meaning::kExpired)) {
      if (ParseBool(fact->value).value_or(false)) Retired(fact->source, fact->value);
    }
    for (const ImageFact* fact : facts_.Of(Meaning::kExpires)) {
      if (Expires(DayOf(fact->value), fact->source, fact->value, Confidence::kStrong)) return;
      Unreadable(*fact, "a date such as 2026-12-31");
    }
    if (const ImageFact* fact = facts_.First(Meaning::kUuidValidity);
        fact != nullptr &&
        Expires(DayOf(fact->value), fact->source, fact->value, Confidence::kStrong)) {
      return;
    }
    if (Expires(named.date, "name", image_->name, Confidence::kGuess)) return;
    if (const ImageFact* fact = facts_.First(Meaning::kProvidedUntil)) {
      Expires(DayOf(fact->value), fact->source, fact->value, Confidence::kGuess);
    }
  }

  void Retired(absl::string_view source, absl::string_view value) {
    AddWarning(&image_->provenance, "IMAGE_RETIRED",
               absl::StrCat(source, " says \"", CutUtf8(value, 40), "\""));
  }

  const Rules& rules_;
  const ImageFacts& facts_;
  Image* image_;
};

}  // namespace

void InferLifecycle(const Rules& rules, const ImageFacts& facts, Image* image) {
  Lifecycle(rules, facts, image).Run();
}

}  // namespace cis::crawler
