#pragma once

// How fields.h describes one field of a noun, and the two macros that its lists are made of.

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace cis {

enum class Unit { kNone, kMib, kGib, kBytes, kHours };

// "MiB", "GiB", "bytes", "hours"; empty for kNone.
absl::string_view FormatUnit(Unit unit);

// The words that a field may hold.
struct WordSet {
  // Of the values of the API's enum: "GPU_KIND_". Empty = there is no enum, because other words
  // than these are possible too.
  absl::string_view prefix;
  absl::Span<const absl::string_view> words;

  bool is_closed() const { return !prefix.empty(); }
  // The word of the list that `text` means, in any case, with `-` or `_`, with or without the
  // prefix ("floating-pool", "NETWORK_USE_FLOATING_POOL"); nullptr if it means none.
  const absl::string_view* Find(absl::string_view text) const;
};

// Which values of a text an override may set.
enum class TextForm {
  kAny,  // at most 255 bytes without control characters; one of the words if there are some
  kId,   // lower-case words as CIS spells them: "centos-stream"
  kDay,  // "2026-11-22"
};

// What a field is used for; combined with `|`.
enum FieldUse : unsigned {
  kListed =
      1U << 0U,  // requests that list the noun may filter by it, and order unless it is a list
  kSettable = 1U << 1U,  // an override may set it
  kInLines = 1U << 2U,   // `cis-crawler normalize` prints it
  kUntold = 1U << 3U,    // the journal does not tell that it changed, or tells it in another way
};

// One field of the noun `R`, without its type. Left out: what the default says.
template <typename R>
struct FieldInfo {
  absl::string_view member = "";      // of the record; overrides, evidence and JSON lines say this
  absl::string_view name = "";        // of the message's field; empty = the API does not have it
  absl::string_view column = member;  // of the database
  Unit unit = Unit::kNone;
  const WordSet* words = nullptr;  // unset = any text
  TextForm form = TextForm::kAny;
  unsigned use = 0;  // FieldUse
  // Set: the field is a release of the distribution that this member names.
  std::string R::*version_of = nullptr;
  // False for a record of which the field is not known, where its type cannot say so; unset = its
  // type says it, or it is always known.
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

// Names a noun where only its type is wanted.
template <typename R>
struct OfRecord {
  using Record = R;
};

// Where a message of protobuf has the field `api`: called with a message and `write`, it calls
// write.Set(current value, function that takes a new one) for numbers, texts and enums,
// write.Fill(function that returns what mutable_... gives) for lists, maps and messages, and
// nothing if messages of that type have no such field. So this folder knows no message.
#define CIS_MESSAGE_FIELD(api)                                                               \
  [](auto& message, auto&& write) {                                                          \
    if constexpr (requires { message.set_##api(message.api()); }) {                          \
      write.Set(message.api(), [&message](const auto& value) { message.set_##api(value); }); \
    } else if constexpr (requires { message.mutable_##api(); }) {                            \
      write.Fill([&message] { return message.mutable_##api(); });                            \
    }                                                                                        \
  }

// A field that the API calls `api`; then what differs from the defaults of FieldInfo, in its order.
// All three stand in a DescribeFields, which calls its parameters `noun` and `visit`.
#define CIS_FIELD_AS(field, api, ...)                                                              \
  visit(DescribedField{FieldInfo<decltype(noun)::Record>{.member = #field,                         \
                                                         .name = #api __VA_OPT__(, ) __VA_ARGS__}, \
                       &decltype(noun)::Record::field, CIS_MESSAGE_FIELD(api)})

// A field that the API calls as the record does.
#define CIS_FIELD(field, ...) CIS_FIELD_AS(field, field __VA_OPT__(, ) __VA_ARGS__)

// A member that the API does not have, or makes of more than it.
#define CIS_COLUMN(field, ...)                                                        \
  visit(DescribedField{                                                               \
      FieldInfo<decltype(noun)::Record>{.member = #field __VA_OPT__(, ) __VA_ARGS__}, \
      &decltype(noun)::Record::field, [](auto&, auto&&) {}})

}  // namespace cis
