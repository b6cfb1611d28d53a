#include "client/request_text.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "client/os_text.h"
#include "client/proto_json.h"
#include "schema/base/shell_quote.h"

namespace cis {
namespace {

// One flag of `cisquery place`.
struct Flag {
  std::string name;
  std::vector<std::string> values;  // empty: it takes none
};

// The flags that make a query, each with its values, in the order of the help text.
std::vector<Flag> FlagsOf(const v1::PlacementQuery& query) {
  std::vector<Flag> flags;
  const auto flag_named = [&flags](absl::string_view name) -> Flag& {
    if (flags.empty() || flags.back().name != name) flags.push_back({std::string(name), {}});
    return flags.back();
  };
  const auto add = [&flag_named](absl::string_view flag, absl::string_view value) {
    if (!value.empty()) flag_named(flag).values.emplace_back(value);
  };
  const auto add_all = [&add](absl::string_view flag, const auto& values) {
    for (const std::string& value : values) add(flag, value);
  };
  const auto add_range = [&add](absl::string_view flag, bool set, const v1::Int64Range& range,
                                absl::string_view unit) {
    if (!set) return;
    const std::string max = range.has_max() ? absl::StrCat("..", range.max(), unit) : "";
    add(flag, absl::StrCat(range.has_min() ? absl::StrCat(range.min(), unit) : "", max));
  };
  const auto add_flag = [&flag_named](absl::string_view flag, bool on) {
    if (on) flag_named(flag);
  };
  add_all("--vo", query.vos());
  const v1::MachineRequirements& m = query.machine();
  add_range("--vcpus", m.has_vcpu_count(), m.vcpu_count(), "");
  add_range("--ram", m.has_ram_mib(), m.ram_mib(), "M");
  add_range("--disk", m.has_disk_gib(), m.disk_gib(), "G");
  add_range("--ephemeral", m.has_ephemeral_gib(), m.ephemeral_gib(), "G");
  add_range("--gpus", m.has_gpu_count(), m.gpu_count(), "");
  add("--gpu-model", m.gpu_model());
  add("--gpu-vendor", m.gpu_vendor());
  add_range("--gpu-memory", m.has_gpu_memory_mib(), m.gpu_memory_mib(), "M");
  add_range("--total-gpu-memory", m.has_total_gpu_memory_mib(), m.total_gpu_memory_mib(), "M");
  add("--gpu-kind", EnumWord(m.gpu_kind()));
  add("--cpu-alloc", EnumWord(m.cpu_allocation()));
  add("--arch", m.arch());
  add_all("--flavor", m.flavors());
  add_all("--not-flavor", m.excluded_flavors());
  add("--like", m.like());
  add("--zone", m.availability_zone());
  add_flag("--no-volume", m.has_allow_boot_from_volume() && !m.allow_boot_from_volume());
  for (const v1::OsRequirement& os : query.image().os()) add("--os", OsRequirementText(os));
  add("--image", query.image().image());
  add_all("--image-name", query.image().images());
  add_all("--not-image", query.image().excluded_images());
  add_flag("--public-ip", query.network().public_v4() == v1::ADDRESS_REQUIREMENT_REQUIRED);
  add_flag("--prefer-public-ip", query.network().public_v4() == v1::ADDRESS_REQUIREMENT_PREFERRED);
  add_flag("--no-public-ip", query.network().public_v4() == v1::ADDRESS_REQUIREMENT_FORBIDDEN);
  add_flag("--ipv6", query.network().public_v6() == v1::ADDRESS_REQUIREMENT_REQUIRED);
  add_flag("--prefer-ipv6", query.network().public_v6() == v1::ADDRESS_REQUIREMENT_PREFERRED);
  // --no-public-ip means both families.
  add_flag("--no-ipv6", query.network().public_v6() == v1::ADDRESS_REQUIREMENT_FORBIDDEN &&
                            query.network().public_v4() != v1::ADDRESS_REQUIREMENT_FORBIDDEN);
  add("--network", query.network().network());
  add("--count", absl::StrCat(query.count()));
  add_all("--site", query.sites());
  add_all("--not-site", query.excluded_sites());
  add_all("--country", query.countries());
  add_all("--not-country", query.excluded_countries());
  for (const v1::ExcludedPlacement& one : query.excluded_placements()) {
    add("--next", absl::StrCat(one.share(), one.flavor().empty() ? "" : " ", one.flavor()));
  }
  if (query.has_max_age()) {
    const int64_t seconds = query.max_age().seconds();
    const int32_t nanos = query.max_age().nanos();
    add("--max-age", nanos == 0 ? absl::StrCat(seconds, "s")
                                : absl::StrCat(seconds * 1000 + nanos / 1'000'000, "ms"));
  }
  if (query.has_weights()) {
    const v1::ScoreWeights& w = query.weights();
    add("--weights", absl::StrFormat("fit=%g,network=%g,os=%g,health=%g,freshness=%g", w.fit(),
                                     w.network(), w.os(), w.health(), w.freshness()));
  }
  return flags;
}

// "--os 'ubuntu>=22.04' --os debian".
std::string FlagText(const Flag& flag) {
  if (flag.values.empty()) return flag.name;
  return absl::StrJoin(flag.values, " ", [&flag](std::string* out, const std::string& value) {
    absl::StrAppend(out, flag.name, " ", ShellQuoteShown(value));
  });
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
      changes.push_back(FlagText(*now));
    }
  }
  for (const Flag& flag : new_flags) {
    if (find(old_flags, flag.name) == old_flags.end()) changes.push_back(FlagText(flag));
  }
  if (!removed.empty()) changes.push_back(absl::StrCat("without ", absl::StrJoin(removed, " ")));
  return absl::StrJoin(changes, ", ");
}

}  // namespace cis
