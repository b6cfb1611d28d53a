// SPDX-License-Identifier: Apache-2.0
#include "server/placement/reason_words.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "schema/base/duration_text.h"
#include "schema/base/utf8.h"
#include "server/placement/nova_rules.h"

namespace cis::server {
namespace {

std::string Singular(absl::string_view noun) {
  if (absl::ConsumeSuffix(&noun, "sses")) return absl::StrCat(noun, "ss");
  absl::ConsumeSuffix(&noun, "s");
  return std::string(noun);
}

std::optional<NovaRefusal> RefusalOf(const Reason& reason) {
  if (reason.image == nullptr) return std::nullopt;
  if (reason.code == ReasonCode::kImagePropertyRefused) return RefusalOfImage(*reason.image);
  if (reason.flavor == nullptr) return std::nullopt;
  return reason.code == ReasonCode::kImageFlavorTraitConflict
             ? TraitConflict(*reason.flavor, *reason.image)
             : PropertyConflict(*reason.flavor, *reason.image);
}

// Returns "hw_cpu_policy=dedicated of image A", "image A without hw_cpu_policy", or nothing.
std::string Side(absl::string_view key, absl::string_view value, absl::string_view what,
                 absl::string_view name) {
  if (key.empty()) return "";
  if (value.empty()) return absl::StrCat(what, " ", name, " without ", key);
  return absl::StrCat(key, "=", value, " of ", what, " ", name);
}

}  // namespace

std::string FormatBytes(int64_t bytes) {
  constexpr double kMib = 1024.0 * 1024.0;
  const auto size = static_cast<double>(bytes);
  if (size < 1024.0 * kMib) return absl::StrFormat("%.1f MiB", size / kMib);
  return absl::StrFormat("%.2f GiB", size / (1024.0 * kMib));
}

std::string FormatNumber(ReasonUnit unit, absl::string_view noun, int64_t value) {
  switch (unit) {
    case ReasonUnit::kNone:
      return "";
    case ReasonUnit::kVcpu:
      return absl::StrCat(value, value == 1 ? " vCPU" : " vCPUs");
    case ReasonUnit::kMib:
      return absl::StrCat(value, " MiB");
    case ReasonUnit::kGib:
      return absl::StrCat(value, " GiB");
    case ReasonUnit::kGpu:
      return absl::StrCat(value, value == 1 ? " GPU" : " GPUs");
    case ReasonUnit::kBytes:
      return FormatBytes(value);
    case ReasonUnit::kSeconds:
      return FormatDurationText(absl::Seconds(value));
    case ReasonUnit::kCount:
      return absl::StrCat(value, " ", value == 1 ? Singular(noun) : std::string(noun));
  }
  return "";
}

std::string OsOf(const Image& image) {
  if (image.os_distro.empty()) return "";
  return image.os_version.empty() ? std::string(image.os_distro)
                                  : absl::StrCat(image.os_distro, " ", image.os_version);
}

std::string NameOrId(absl::string_view name, absl::string_view id) {
  return std::string(name.empty() ? id : name);
}

std::string Shown(absl::string_view text) {
  const absl::string_view cut = CutUtf8(text, kMaxShownBytes);
  return absl::StrCat(cut, cut.size() < text.size() ? "…" : "");
}

std::string AnyOf(const std::vector<std::string>& names) {
  constexpr size_t kMaxNames = 3;
  std::vector<std::string> shown;
  for (const std::string& name : names) {
    if (shown.size() < kMaxNames) shown.push_back(Shown(name));
  }
  const size_t left = names.size() - shown.size();
  if (left > 0) shown.push_back(absl::StrCat(left, left == 1 ? " other" : " others"));
  return absl::StrJoin(shown, " or ");
}

std::string RefusalText(const Reason& reason) {
  const std::optional<NovaRefusal> refusal = RefusalOf(reason);
  if (!refusal) return "";
  const std::string image = Side(refusal->image_key, refusal->image_value, "image",
                                 NameOrId(reason.image->name, reason.image->id));
  const std::string flavor = reason.flavor == nullptr
                                 ? ""
                                 : Side(refusal->flavor_key, refusal->flavor_value, "flavor",
                                        NameOrId(reason.flavor->name, reason.flavor->id));
  return absl::StrCat(image, image.empty() || flavor.empty() ? "" : " with ", flavor, " (",
                      refusal->why, ")");
}

}  // namespace cis::server
