// SPDX-License-Identifier: Apache-2.0
#include "client/answer/request_text.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "client/format/os_text.h"
#include "client/format/proto_json.h"
#include "schema/base/shell_quote.h"

namespace cis::client {
namespace {

// One flag of `cisquery place`.
struct Flag {
  std::string name;
  std::vector<std::string> values;  // empty: the flag takes none
};

// Flags in the order of the help text.
class FlagList {
 public:
  std::vector<Flag> Take() { return std::move(flags_); }

  void Add(absl::string_view flag, absl::string_view value) {
    if (!value.empty()) Named(flag).values.emplace_back(value);
  }
  template <typename Values>
  void AddAll(absl::string_view flag, const Values& values) {
    for (const std::string& value : values) Add(flag, value);
  }
  void AddRange(absl::string_view flag, bool set, const v1::Int64Range& range,
                absl::string_view unit) {
    if (!set) return;
    const std::string max = range.has_max() ? absl::StrCat("..", range.max(), unit) : "";
    Add(flag, absl::StrCat(range.has_min() ? absl::StrCat(range.min(), unit) : "", max));
  }
  void AddFlag(absl::string_view flag, bool on) {
    if (on) Named(flag);
  }

  // Adds the requirements of one kind of machine.
  void AddRequirements(const v1::MachineRequirements& m, const v1::ImageRequirements& image,
                       const v1::NetworkRequirements& network) {
    AddRange("--vcpus", m.has_vcpu_count(), m.vcpu_count(), "");
    AddRange("--ram", m.has_ram_mib(), m.ram_mib(), "M");
    AddRange("--disk", m.has_disk_gib(), m.disk_gib(), "G");
    AddRange("--ephemeral", m.has_ephemeral_gib(), m.ephemeral_gib(), "G");
    AddRange("--gpus", m.has_gpu_count(), m.gpu_count(), "");
    Add("--gpu-model", m.gpu_model());
    Add("--gpu-vendor", m.gpu_vendor());
    AddRange("--gpu-memory", m.has_gpu_memory_mib(), m.gpu_memory_mib(), "M");
    AddRange("--total-gpu-memory", m.has_total_gpu_memory_mib(), m.total_gpu_memory_mib(), "M");
    Add("--gpu-kind", EnumWord(m.gpu_kind()));
    Add("--cpu-alloc", EnumWord(m.cpu_allocation()));
    Add("--arch", m.arch());
    AddAll("--flavor", m.flavors());
    AddAll("--not-flavor", m.excluded_flavors());
    Add("--like", m.like());
    Add("--zone", m.availability_zone());
    AddFlag("--no-volume", m.has_allow_boot_from_volume() && !m.allow_boot_from_volume());
    for (const v1::OsRequirement& os : image.os()) Add("--os", OsRequirementText(os));
    Add("--image", image.image());
    AddAll("--image-name", image.images());
    AddAll("--not-image", image.excluded_images());
    const v1::AddressRequirement v4 = network.public_v4();
    const v1::AddressRequirement v6 = network.public_v6();
    AddFlag("--public-ip", v4 == v1::ADDRESS_REQUIREMENT_REQUIRED);
    AddFlag("--prefer-public-ip", v4 == v1::ADDRESS_REQUIREMENT_PREFERRED);
    AddFlag("--no-public-ip", v4 == v1::ADDRESS_REQUIREMENT_FORBIDDEN);
    AddFlag("--ipv6", v6 == v1::ADDRESS_REQUIREMENT_REQUIRED);
    AddFlag("--prefer-ipv6", v6 == v1::ADDRESS_REQUIREMENT_PREFERRED);
    // --no-public-ip means both families.
    AddFlag("--no-ipv6",
            v6 == v1::ADDRESS_REQUIREMENT_FORBIDDEN && v4 != v1::ADDRESS_REQUIREMENT_FORBIDDEN);
    Add("--network", network.network());
  }

 private:
  Flag& Named(absl::string_view name) {
    if (flags_.empty() || flags_.back().name != name) flags_.push_back({std::string(name), {}});
    return flags_.back();
  }

  std::vector<Flag> flags_;
};

// Escapes a value in --group, where a comma would begin the next requirement.
std::string EscapeValue(absl::string_view value) {
  return absl::StrReplaceAll(value, {{"\\", "\\\\"}, {",", "\\,"}});
}

// "workers:8:vcpus=16,public-ip=no".
std::string PartText(absl::string_view name, int32_t count, const std::vector<Flag>& requirements) {
  std::vector<std::string> words;
  for (const Flag& flag : requirements) {
    absl::string_view key = flag.name;
    absl::ConsumePrefix(&key, "--");
    for (const std::string& value : flag.values) {
      words.push_back(absl::StrCat(key, "=", EscapeValue(value)));
    }
    if (!flag.values.empty()) continue;
    const bool is_no = key != "no-volume" && absl::ConsumePrefix(&key, "no-");
    words.push_back(absl::StrCat(key, is_no ? "=no" : "=yes"));
  }
  return absl::StrCat(name, ":", std::max(count, 1), ":", absl::StrJoin(words, ","));
}

std::string GroupText(const v1::MachineGroup& group, bool query_has_network) {
  FlagList list;
  list.AddRequirements(group.machine(), group.image(), group.network());
  std::string text = PartText(group.display_name(), group.count(), list.Take());
  if (!query_has_network || !group.has_network() || group.network().ByteSizeLong() > 0) {
    return text;
  }
  return absl::StrCat(text, text.back() == ':' ? "" : ",", "public-ip=any");
}

std::string AlternativeText(const v1::MachineAlternative& alternative) {
  FlagList list;
  list.AddRequirements(alternative.machine(), alternative.image(), {});
  return PartText(alternative.display_name(), alternative.count(), list.Take());
}

// Returns the flags that make a query, each with its values, in the order of the help text.
std::vector<Flag> FlagsOf(const v1::PlacementQuery& query) {
  FlagList list;
  list.AddAll("--vo", query.vos());
  list.AddRequirements(query.machine(), query.image(), query.network());
  // Each alternative and each group has its own.
  if (query.groups().empty() && query.alternatives().empty()) {
    list.Add("--count", absl::StrCat(query.count()));
  }
  for (const v1::MachineAlternative& alternative : query.alternatives()) {
    list.Add("--alternative", AlternativeText(alternative));
  }
  for (const v1::MachineGroup& group : query.groups()) {
    list.Add("--group", GroupText(group, query.network().ByteSizeLong() > 0));
  }
  list.AddAll("--site", query.sites());
  list.AddAll("--not-site", query.excluded_sites());
  list.AddAll("--country", query.countries());
  list.AddAll("--not-country", query.excluded_countries());
  for (const v1::ExcludedPlacement& one : query.excluded_placements()) {
    list.Add("--next", absl::StrCat(one.share(), one.flavor().empty() ? "" : " ", one.flavor()));
  }
  if (query.has_max_age()) {
    const int64_t seconds = query.max_age().seconds();
    const int32_t nanos = query.max_age().nanos();
    list.Add("--max-age", nanos == 0 ? absl::StrCat(seconds, "s")
                                     : absl::StrCat(seconds * 1000 + nanos / 1'000'000, "ms"));
  }
  if (query.has_weights()) {
    const v1::ScoreWeights& w = query.weights();
    list.Add("--weights", absl::StrFormat("fit=%g,network=%g,os=%g,health=%g,freshness=%g", w.fit(),
                                          w.network(), w.os(), w.health(), w.freshness()));
  }
  return list.Take();
}

// "--os 'ubuntu>=22.04' --os debian".
std::string FlagText(const Flag& flag) {
  if (flag.values.empty()) return flag.name;
  return absl::StrJoin(flag.values, " ", [&flag](std::string* out, const std::string& value) {
    absl::StrAppend(out, flag.name, " ", ShellQuoteShown(value));
  });
}

// Of several groups or alternatives, returns those that have changed.
Flag Differing(const Flag& now, const Flag& before) {
  const bool is_list = now.name == "--group" || now.name == "--alternative";
  if (!is_list || now.values.size() != before.values.size()) return now;
  Flag out{now.name, {}};
  for (size_t i = 0; i < now.values.size(); ++i) {
    if (now.values[i] != before.values[i]) out.values.push_back(now.values[i]);
  }
  return out;
}

}  // namespace

std::string QueryText(const v1::PlacementQuery& query) {
  return absl::StrJoin(FlagsOf(query), " ",
                       [](std::string* out, const Flag& flag) { out->append(FlagText(flag)); });
}

std::string ChangeText(const v1::PlacementQuery& before, const v1::PlacementQuery& after) {
  const std::vector<Flag> old_flags = FlagsOf(before);
  const std::vector<Flag> new_flags = FlagsOf(after);
  const auto find = [](const std::vector<Flag>& flags, const std::string& name) {
    return std::find_if(flags.begin(), flags.end(),
                        [&name](const Flag& flag) { return flag.name == name; });
  };
  std::vector<std::string> changes;
  std::vector<std::string> removed;
  for (const Flag& flag : old_flags) {
    const auto now = find(new_flags, flag.name);
    if (now == new_flags.end()) {
      removed.push_back(flag.name);
    } else if (now->values != flag.values) {
      changes.push_back(FlagText(Differing(*now, flag)));
    }
  }
  for (const Flag& flag : new_flags) {
    if (find(old_flags, flag.name) == old_flags.end()) changes.push_back(FlagText(flag));
  }
  if (!removed.empty()) changes.push_back(absl::StrCat("without ", absl::StrJoin(removed, " ")));
  return absl::StrJoin(changes, ", ");
}

}  // namespace cis::client
