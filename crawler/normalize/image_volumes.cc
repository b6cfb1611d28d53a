// SPDX-License-Identifier: Apache-2.0
#include "crawler/normalize/image_volumes.h"

#include <limits>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "crawler/normalize/provenance.h"

namespace cis::crawler {
namespace {

constexpr absl::string_view kMapping = "block_device_mapping";
constexpr absl::string_view kNewFormat = "bdm_v2";

// The property of that key, at the top level or under "properties"; null if there is none.
const JsonValue* FindProperty(const JsonReader& record, absl::string_view key) {
  if (const JsonValue* value = record.Find(key); value != nullptr) return value;
  const JsonValue* properties = record.Find("properties");
  if (properties == nullptr || !properties->is_object()) return nullptr;
  const JsonValue* value = properties->Find(key);
  return value == nullptr || value->is_null() ? nullptr : value;
}

std::string Text(const JsonValue& entry, absl::string_view key) {
  const JsonValue* value = entry.Find(key);
  return value == nullptr ? "" : ScalarText(*value).value_or("");
}

std::optional<int64_t> NumberOf(const JsonValue& entry, absl::string_view key) {
  const std::optional<int64_t> number = ParseInt(Text(entry, key));
  return number.has_value() && *number >= 0 ? number : std::nullopt;
}

// What an entry gives a machine: nothing from Cinder, a new volume, or an existing volume.
enum class Use { kNone, kNew, kExisting };

// The present format names source and destination; see BlockDeviceDict of nova/block_device.py.
Use UseOf(const JsonValue& entry) {
  if (Text(entry, "destination_type") != "volume") return Use::kNone;
  return Text(entry, "source_type") == "volume" ? Use::kExisting : Use::kNew;
}

// The older one is read as BlockDeviceDict.from_legacy reads it.
Use UseOfLegacy(const JsonValue& entry) {
  const std::string name = Text(entry, "virtual_name");
  if (name == "swap" || absl::StartsWith(name, "ephemeral")) return Use::kNone;
  if (!Text(entry, "snapshot_id").empty()) return Use::kNew;
  return Text(entry, "volume_id").empty() ? Use::kNone : Use::kExisting;
}

// Returns the sum, or the largest number if the sum is larger: numbers from sites cannot be
// trusted.
int64_t Sum(int64_t a, int64_t b) {
  int64_t out = 0;
  return __builtin_add_overflow(a, b, &out) ? std::numeric_limits<int64_t>::max() : out;
}

void Count(const JsonValue& mapping, bool is_legacy, Image* image) {
  bool has_volumes = false;
  int64_t count = 0;
  std::optional<int64_t> gib = 0;
  for (const JsonValue& entry : mapping.elements()) {
    if (!entry.is_object() || ParseBool(Text(entry, "no_device")).value_or(false)) continue;
    const Use use = is_legacy ? UseOfLegacy(entry) : UseOf(entry);
    if (use == Use::kNone) continue;
    has_volumes = true;
    if (use == Use::kExisting) continue;
    ++count;
    const std::optional<int64_t> size = NumberOf(entry, "volume_size");
    gib = gib && size ? std::optional<int64_t>(Sum(*gib, *size)) : std::nullopt;
  }
  if (!has_volumes) return;
  image->volume_count = count;
  image->volume_gib = gib;
}

}  // namespace

void InferVolumes(const JsonReader& record, Image* image) {
  const JsonValue* mapping = FindProperty(record, kMapping);
  if (mapping == nullptr) return;
  // Nova takes any text except an empty one for yes.
  const JsonValue* format = FindProperty(record, kNewFormat);
  const bool is_legacy = format == nullptr || format->is_structured() ||
                         ScalarText(*format).value_or("").empty() ||
                         (format->is_bool() && !format->as_bool());
  if (mapping->is_array()) return Count(*mapping, is_legacy, image);
  const std::string text = ScalarText(*mapping).value_or("");
  if (absl::StripAsciiWhitespace(text).empty()) return;
  const absl::StatusOr<JsonDocument> parsed = ParseJson(text);
  if (!parsed.ok() || !parsed->root().is_array()) {
    AddWarning(&image->provenance, "MAPPING_UNREADABLE",
               "block_device_mapping is not a JSON array; the volumes of the image are not known");
    return;
  }
  Count(parsed->root(), is_legacy, image);
}

}  // namespace cis::crawler
