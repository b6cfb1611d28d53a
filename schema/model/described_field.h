// SPDX-License-Identifier: Apache-2.0
#pragma once

// How fields.h describes one field of a noun, and the macros that its lists are made of.

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "schema/base/shared_text.h"

namespace cis {

enum class Unit { kNone, kMib, kGib, kBytes, kHours };

// "MiB", "GiB", "bytes", "hours"; empty for kNone.
absl::string_view FormatUnit(Unit unit);

// The words that a field may have as its value.
struct WordSet {
  // The prefix of the values of the API's enum, "GPU_KIND_". Empty if there is no enum, because
  // words that are not in the list are possible too.
  absl::string_view prefix;
  absl::Span<const absl::string_view> words;

  bool is_closed() const { return !prefix.empty(); }
  // Returns the word of the list that `text` means: in any case, with `-` or `_`, with or without
  // the prefix ("floating-pool", "NETWORK_USE_FLOATING_POOL"). Returns nullptr if it means none.
  const absl::string_view* Find(absl::string_view text) const;
};

// Which texts an override may set as the value of a field.
enum class TextForm {
  kAny,  // at most 255 bytes without control characters; one of the words if there are any
  kId,   // lower-case words as CIS spells them: "centos-stream"
  kDay,  // "2026-11-22"
};

// What a field is used for; combined with `|`.
enum FieldUse : unsigned {
  kListed =
      1U << 0U,  // requests that list the noun may filter by it, and order unless it is a list
  kSettable = 1U << 1U,  // an override may set it
  kInLines = 1U << 2U,   // `cis-crawler normalize` prints it
  kUntold = 1U << 3U,  // the journal does not report that it changed, or reports it in another way
};

// One field of the noun `R`, without its type. What a description leaves out has the default value.
template <typename R>
struct FieldInfo {
  absl::string_view member = "";  // of the record; the name in overrides, evidence and JSON lines
  absl::string_view name = "";    // of the message's field; empty = the API does not have it
  absl::string_view column = member;  // of the database
  Unit unit = Unit::kNone;
  const WordSet* words = nullptr;  // unset = any text
  TextForm form = TextForm::kAny;
  unsigned use = 0;  // FieldUse
  // If set, the field is a release of the distribution that this member names.
  SharedText R::*version_of = nullptr;
  // Returns false for a record whose field is not known where the type of the field cannot express
  // that. Unset if the type expresses it, or if the field is always known.
  bool (*known)(const R& record) = nullptr;

  bool Has(FieldUse one) const { return (use & one) != 0; }
  bool IsKnown(const R& record) const { return known == nullptr || known(record); }
};

// One field with its type. `access` is what CIS_MESSAGE_FIELD makes.
template <typename R, typename M, typename Access>
struct DescribedField {
  FieldInfo<R> info;
  M R::*member;
  Access access;
};
template <typename R, typename M, typename Access>
DescribedField(FieldInfo<R>, M R::*, Access) -> DescribedField<R, M, Access>;

// Names a noun where only its type is needed.
template <typename R>
struct OfRecord {
  using Record = R;
};

// Makes a function that accesses the field `api` of a protobuf message. It is called with a message
// and `write`. For numbers, texts and enums it calls write.Set(current value, function that takes a
// new one); for lists, maps and messages it calls write.Fill(function that returns what mutable_...
// gives); if messages of that type have no such field, it does nothing. So this folder does not
// depend on any message.
#define CIS_MESSAGE_FIELD(api)                                                               \
  [](auto& message, auto&& write) {                                                          \
    if constexpr (requires { message.set_##api(message.api()); }) {                          \
      write.Set(message.api(), [&message](const auto& value) { message.set_##api(value); }); \
    } else if constexpr (requires { message.mutable_##api(); }) {                            \
      write.Fill([&message] { return message.mutable_##api(); });                            \
    }                                                                                        \
  }

// A field that the API calls `api`; then the members of FieldInfo that differ from their defaults,
// in the order of FieldInfo. All three macros are used inside a DescribeFields, which calls its
// parameters `noun` and `visit`.
#define CIS_FIELD_AS(field, api, ...)                                                              \
  visit(DescribedField{FieldInfo<decltype(noun)::Record>{.member = #field,                         \
                                                         .name = #api __VA_OPT__(, ) __VA_ARGS__}, \
                       &decltype(noun)::Record::field, CIS_MESSAGE_FIELD(api)})

// A field that has the same name in the API and in the record.
#define CIS_FIELD(field, ...) CIS_FIELD_AS(field, field __VA_OPT__(, ) __VA_ARGS__)

// A member that the API does not have, or that it derives from more than this member.
#define CIS_COLUMN(field, ...)                                                        \
  visit(DescribedField{                                                               \
      FieldInfo<decltype(noun)::Record>{.member = #field __VA_OPT__(, ) __VA_ARGS__}, \
      &decltype(noun)::Record::field, [](auto&, auto&&) {}})

}  // namespace cis
