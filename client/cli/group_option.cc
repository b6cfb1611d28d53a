// SPDX-License-Identifier: Apache-2.0
#include "client/cli/group_option.h"

#include <algorithm>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "client/cli/options_values.h"
#include "client/cli/quantity.h"
#include "schema/base/status_macros.h"

namespace cis::client {
namespace {

using Setter = std::function<absl::Status(const std::string& value, GroupOption* out)>;

template <typename Parse>
Setter Parsed(Range PlaceOptions::*field, Parse parse) {
  return [field, parse](const std::string& value, GroupOption* out) -> absl::Status {
    CIS_ASSIGN_OR_RETURN(out->machine.*field, parse(value));
    return absl::OkStatus();
  };
}

Setter Text(std::string PlaceOptions::*field) {
  return [field](const std::string& value, GroupOption* out) {
    out->machine.*field = value;
    return absl::OkStatus();
  };
}

Setter Texts(std::vector<std::string> PlaceOptions::*field) {
  return [field](const std::string& value, GroupOption* out) {
    (out->machine.*field).push_back(value);
    return absl::OkStatus();
  };
}

// `no` sets the field `no_field`, if there is one; `any` sets nothing.
Setter FlagSetter(bool PlaceOptions::*field, bool PlaceOptions::*no_field, bool is_network) {
  return [=](const std::string& value, GroupOption* out) -> absl::Status {
    if (is_network) out->has_network = true;
    if (value.empty() || value == "yes") {
      out->machine.*field = true;
    } else if (value == "no" && no_field != nullptr) {
      out->machine.*no_field = true;
    } else if (value != "no" && !(value == "any" && is_network)) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", value, "\" is not understood; write yes or no"));
    }
    return absl::OkStatus();
  };
}

const std::map<std::string, Setter, std::less<>>& Setters() {
  using P = PlaceOptions;
  static const auto* const kSetters = new std::map<std::string, Setter, std::less<>>{
      {"vcpus", Parsed(&P::vcpu_count, ParseCountRange)},
      {"ram", Parsed(&P::ram_mib, ParseSizeRangeMib)},
      {"disk", Parsed(&P::disk_gib, ParseSizeRangeGib)},
      {"ephemeral", Parsed(&P::ephemeral_gib, ParseSizeRangeGib)},
      {"gpus", Parsed(&P::gpu_count, ParseCountRange)},
      {"gpu-model", Text(&P::gpu_model)},
      {"gpu-vendor", Text(&P::gpu_vendor)},
      {"gpu-memory", Parsed(&P::gpu_memory_mib, ParseSizeRangeMib)},
      {"total-gpu-memory", Parsed(&P::total_gpu_memory_mib, ParseSizeRangeMib)},
      {"gpu-kind", Text(&P::gpu_kind)},
      {"cpu-alloc", Text(&P::cpu_alloc)},
      {"arch", Text(&P::arch)},
      {"flavor", Texts(&P::flavors)},
      {"not-flavor", Texts(&P::excluded_flavors)},
      {"like", Text(&P::like)},
      {"zone", Text(&P::zone)},
      {"no-volume", FlagSetter(&P::no_volume, nullptr, false)},
      {"os", Texts(&P::os)},
      {"image", Text(&P::image)},
      {"image-name", Texts(&P::images)},
      {"not-image", Texts(&P::excluded_images)},
      {"public-ip", FlagSetter(&P::public_ip, &P::no_public_ip, true)},
      {"prefer-public-ip", FlagSetter(&P::prefer_public_ip, nullptr, true)},
      {"no-public-ip", FlagSetter(&P::no_public_ip, nullptr, true)},
      {"ipv6", FlagSetter(&P::ipv6, &P::no_ipv6, true)},
      {"prefer-ipv6", FlagSetter(&P::prefer_ipv6, nullptr, true)},
      {"no-ipv6", FlagSetter(&P::no_ipv6, nullptr, true)},
      {"network", [](const std::string& value, GroupOption* out) {
         out->has_network = true;
         out->machine.network = value;
         return absl::OkStatus();
       }}};
  return *kSetters;
}

absl::Status NotUnderstood(absl::string_view text) {
  return absl::InvalidArgumentError(
      absl::StrCat("\"", text,
                   "\" is not understood; write NAME:COUNT:KEY=VALUE,..., for example "
                   "workers:8:vcpus=16,ram=32G,public-ip=no"));
}

// The parts between commas that have no backslash before them.
std::vector<std::string> SplitRequirements(absl::string_view text) {
  std::vector<std::string> parts(1);
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      parts.back() += text[++i];
    } else if (text[i] == ',') {
      parts.emplace_back();
    } else {
      parts.back() += text[i];
    }
  }
  return parts;
}

std::string KnownKeys() {
  return absl::StrJoin(Setters(), ", ",
                       [](std::string* out, const auto& entry) { out->append(entry.first); });
}

}  // namespace

absl::StatusOr<GroupOption> ParseGroupOption(absl::string_view text) {
  GroupOption out;
  const size_t first = text.find(':');
  if (first == absl::string_view::npos) return NotUnderstood(text);
  const absl::string_view rest = text.substr(first + 1);
  const size_t second = std::min(rest.find(':'), rest.size());
  out.name = std::string(text.substr(0, first));
  if (const absl::string_view count = rest.substr(0, second); !count.empty()) {
    const absl::StatusOr<int32_t> number = ParseInt32(count);
    if (!number.ok()) return NotUnderstood(text);
    out.count = *number;
  }
  if (second == rest.size()) return out;
  for (const std::string& part : SplitRequirements(rest.substr(second + 1))) {
    if (part.empty()) continue;
    const std::pair<std::string, std::string> entry = absl::StrSplit(part, absl::MaxSplits('=', 1));
    const auto setter = Setters().find(entry.first);
    if (setter == Setters().end()) {
      return absl::InvalidArgumentError(absl::StrCat("\"", entry.first, "\" of \"", text,
                                                     "\" is not a requirement; the keys are ",
                                                     KnownKeys()));
    }
    const absl::Status status = setter->second(entry.second, &out);
    if (!status.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(entry.first, ": ", status.message()));
    }
  }
  return out;
}

}  // namespace cis::client
