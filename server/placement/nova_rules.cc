// SPDX-License-Identifier: Apache-2.0
#include "server/placement/nova_rules.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/placement/nova_words.h"

namespace cis::server {
namespace {

using Properties = TextMap;
using Refusal = std::optional<NovaRefusal>;
using Words = std::initializer_list<absl::string_view>;

const SharedText* Find(const Properties& properties, absl::string_view key) {
  const auto* const it = properties.find(key);
  return it == properties.end() ? nullptr : &it->second;
}

bool IsOneOf(absl::string_view text, Words words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

// As oslo's bool_from_string: every text that is not a word for yes means no.
bool IsTrue(absl::string_view text) {
  return IsOneOf(absl::AsciiStrToLower(absl::StripAsciiWhitespace(text)),
                 {"1", "t", "true", "on", "y", "yes"});
}

bool IsInteger(absl::string_view text) {
  int64_t value = 0;
  return absl::SimpleAtoi(text, &value);
}
// Returns 0 if the text is absent or not a number, as Nova does.
int64_t IntegerOr0(const SharedText* text) {
  int64_t value = 0;
  return text != nullptr && absl::SimpleAtoi(*text, &value) ? value : 0;
}

constexpr absl::string_view kThreadTrait = "HW_CPU_HYPERTHREADING";

// One flavor and one image. Each check returns the first thing that Nova rejects.
class Pair {
 public:
  Pair(const Flavor& flavor, const Properties& specs, const Properties& image)
      : flavor_(flavor), specs_(specs), image_(image) {}

  Refusal MemoryEncryption() const {
    const SharedText* of_flavor = Spec("hw:mem_encryption");
    const SharedText* of_image = Property("hw_mem_encryption");
    const bool flavor_asks = of_flavor != nullptr && IsTrue(*of_flavor);
    const bool image_asks = of_image != nullptr && IsTrue(*of_image);
    if (!flavor_asks && !image_asks) return std::nullopt;
    if (of_flavor != nullptr && of_image != nullptr && flavor_asks != image_asks) {
      return Both("hw_mem_encryption", "hw:mem_encryption", "they differ");
    }
    const absl::string_view flavor_key = flavor_asks ? "hw:mem_encryption" : "";
    const SharedText* firmware = Property("hw_firmware_type");
    if (firmware == nullptr || *firmware != "uefi") {
      return Both("hw_firmware_type", flavor_key, "encrypted memory needs hw_firmware_type=uefi");
    }
    const SharedText* machine = Property("hw_machine_type");
    if (machine != nullptr && !absl::StrContains(*machine, "q35")) {
      return Both("hw_machine_type", flavor_key, "encrypted memory needs a q35 machine");
    }
    return std::nullopt;
  }

  Refusal SerialPorts() const {
    const int64_t allowed = IntegerOr0(Spec("hw:serial_port_count"));
    if (allowed == 0 || IntegerOr0(Property("hw_serial_port_count")) <= allowed) {
      return std::nullopt;
    }
    return Both("hw_serial_port_count", "hw:serial_port_count", "an image may only request fewer");
  }

  // Sockets, cores and threads: an image may lower the limits of the flavor.
  Refusal Topology() const {
    constexpr std::array<absl::string_view, 3> kParts = {"sockets", "cores", "threads"};
    for (const absl::string_view part : kParts) {
      const std::string image_key = absl::StrCat("hw_cpu_max_", part);
      const std::string flavor_key = absl::StrCat("hw:cpu_max_", part);
      const int64_t most = IntegerOr0(Spec(flavor_key));
      if (most != 0 && IntegerOr0(Property(image_key)) > most) {
        return Both(image_key, flavor_key, "an image may only request less");
      }
    }
    for (const absl::string_view part : kParts) {
      const std::string image_key = absl::StrCat("hw_cpu_", part);
      const std::string flavor_key = absl::StrCat("hw:cpu_max_", part);
      int64_t most = IntegerOr0(Property(absl::StrCat("hw_cpu_max_", part)));
      if (most == 0) most = IntegerOr0(Spec(flavor_key));
      if (most != 0 && IntegerOr0(Property(image_key)) > most) {
        return Both(image_key, flavor_key, absl::StrCat("the most is ", most));
      }
    }
    return std::nullopt;
  }

  Refusal Switches() const {
    if (Refusal refused = BothSwitches("hw_pmu", "hw:pmu")) return refused;
    if (flavor_.vcpu_count.value_or(0) < 2) return std::nullopt;
    return BothSwitches("hw_vif_multiqueue_enabled", "hw:vif_multiqueue_enabled");
  }

  Refusal CpuPolicy() const {
    const SharedText* of_flavor = Spec("hw:cpu_policy");
    const SharedText* of_image = Property("hw_cpu_policy");
    if (of_flavor == nullptr || of_image == nullptr) return std::nullopt;
    const bool refused =
        (*of_flavor == "mixed" && *of_image == "dedicated") ||
        (*of_flavor == "shared" && (*of_image == "mixed" || *of_image == "dedicated"));
    if (!refused) return std::nullopt;
    return Both("hw_cpu_policy", "hw:cpu_policy", "an image may not request better CPUs");
  }

  // One mask, of dedicated or of real-time CPUs, defines which CPUs are dedicated.
  Refusal MixedCpus() const {
    const SharedText* policy = Spec("hw:cpu_policy");
    if (policy == nullptr || policy->empty()) policy = Property("hw_cpu_policy");
    if (policy == nullptr || *policy != "mixed") return std::nullopt;
    const SharedText* mask = Spec("hw:cpu_dedicated_mask");
    const SharedText* realtime = Spec("hw:cpu_realtime");
    const bool has_mask = mask != nullptr && !mask->empty();
    const bool is_realtime = realtime != nullptr && IsTrue(*realtime);
    if (has_mask != is_realtime) return std::nullopt;
    if (has_mask) {
      return Both("hw_cpu_policy", "hw:cpu_realtime", "it excludes hw:cpu_dedicated_mask");
    }
    return Both("hw_cpu_policy", "hw:cpu_policy", "mixed CPUs need hw:cpu_dedicated_mask");
  }

  Refusal ThreadPolicy() const {
    const SharedText* of_flavor = Spec("hw:cpu_thread_policy");
    const SharedText* of_image = Property("hw_cpu_thread_policy");
    const bool flavor_decides =
        of_flavor != nullptr && !of_flavor->empty() && *of_flavor != "prefer";
    if (flavor_decides && of_image != nullptr && *of_image != *of_flavor) {
      return Both("hw_cpu_thread_policy", "hw:cpu_thread_policy", "they differ");
    }
    const bool asked = of_image != nullptr || (of_flavor != nullptr && !of_flavor->empty());
    const std::string trait = ThreadTrait();
    if (asked && !trait.empty()) {
      return Both("hw_cpu_thread_policy", trait, "policy and trait exclude one another");
    }
    if ((!asked && trait.empty()) || HasOwnCpus()) return std::nullopt;
    if (!asked) return Both(trait, trait, "it needs dedicated CPUs");
    return Both("hw_cpu_thread_policy", "hw:cpu_thread_policy", "it needs dedicated CPUs");
  }

  // The number of CPUs of each kind, defined twice or wrongly.
  Refusal CpuResources() const {
    const bool has_policy =
        Property("hw_cpu_policy") != nullptr || Spec("hw:cpu_policy") != nullptr;
    int64_t shared = 0;
    int64_t own = 0;
    absl::string_view shared_key;
    absl::string_view own_key;
    for (const auto& [key, value] : specs_) {
      const bool is_own = IsGrouped(key, "resources", "PCPU");
      if (!is_own && !IsGrouped(key, "resources", "VCPU")) continue;
      (is_own ? own : shared) += IntegerOr0(&value);
      (is_own ? own_key : shared_key) = key;
    }
    if (own == 0 && shared == 0) return std::nullopt;
    if (has_policy) {
      return Both("hw_cpu_policy", own != 0 ? own_key : shared_key,
                  "a policy and a number of CPUs exclude one another");
    }
    if (own == 0) return std::nullopt;
    if (shared != 0) return Both("", own_key, "the flavor requests shared CPUs too");
    const SharedText* emulator = Spec("hw:emulator_threads_policy");
    const int64_t extra = emulator != nullptr && *emulator == "isolate" ? 1 : 0;
    if (!flavor_.vcpu_count || *flavor_.vcpu_count + extra == own) return std::nullopt;
    return Both("", own_key, absl::StrCat("it must be ", *flavor_.vcpu_count + extra));
  }

  Refusal PageSize() const {
    const SharedText* of_image = Property("hw_mem_page_size");
    if (of_image == nullptr || of_image->empty()) return std::nullopt;
    const SharedText* of_flavor = Spec("hw:mem_page_size");
    if (of_flavor != nullptr && (*of_flavor == "any" || *of_flavor == "large")) return std::nullopt;
    return Both("hw_mem_page_size", "hw:mem_page_size",
                "an image may choose only if the flavor says any or large");
  }

  Refusal LockedMemory() const {
    if (Refusal refused = BothSwitches("hw_locked_memory", "hw:locked_memory")) return refused;
    const SharedText* of_flavor = Spec("hw:locked_memory");
    const SharedText* asked = of_flavor != nullptr ? of_flavor : Property("hw_locked_memory");
    if (asked == nullptr || !IsTrue(*asked)) return std::nullopt;
    for (const SharedText* size : {Spec("hw:mem_page_size"), Property("hw_mem_page_size")}) {
      if (size != nullptr && !size->empty()) return std::nullopt;
    }
    return Both("hw_locked_memory", "hw:locked_memory", "it needs a page size");
  }

  Refusal Numa() const {
    const SharedText* of_flavor = Spec("hw:numa_nodes");
    const SharedText* of_image = Property("hw_numa_nodes");
    const int64_t image_nodes = IntegerOr0(of_image);
    const bool flavor_says = of_flavor != nullptr && !of_flavor->empty();
    if (flavor_says && image_nodes != 0) {
      return Both("hw_numa_nodes", "hw:numa_nodes", "only one of them may set it");
    }
    if (!flavor_says && of_image != nullptr && IsInteger(*of_image) && image_nodes < 1) {
      return Both("hw_numa_nodes", "", "it must be at least 1");
    }
    const int64_t said = flavor_says ? IntegerOr0(of_flavor) : image_nodes;
    if (said == 0 && !HasOwnCpus() && !HasPageSize()) return std::nullopt;
    return NumaNodes(std::max<int64_t>(said, 1));
  }

  Refusal Devices() const {
    for (const auto& [image_key, flavor_key] :
         {std::pair<absl::string_view, absl::string_view>{"hw_pci_numa_affinity_policy",
                                                          "hw:pci_numa_affinity_policy"},
          {"hw_tpm_version", "hw:tpm_version"},
          {"hw_tpm_model", "hw:tpm_model"},
          {"os_secure_boot", "os:secure_boot"}}) {
      const SharedText* of_flavor = Spec(flavor_key);
      const SharedText* of_image = Property(image_key);
      if (of_flavor != nullptr && of_image != nullptr && !of_flavor->empty() &&
          *of_flavor != *of_image) {
        return Both(image_key, flavor_key, "they differ");
      }
    }
    return std::nullopt;
  }

 private:
  const SharedText* Spec(absl::string_view key) const { return Find(specs_, key); }
  const SharedText* Property(absl::string_view key) const { return Find(image_, key); }

  NovaRefusal Both(absl::string_view image_key, absl::string_view flavor_key,
                   absl::string_view why) const {
    NovaRefusal out;
    out.image_key = std::string(image_key);
    out.flavor_key = std::string(flavor_key);
    if (const SharedText* value = Property(image_key)) out.image_value = std::string(*value);
    if (const SharedText* value = Spec(flavor_key)) out.flavor_value = std::string(*value);
    out.why = std::string(why);
    return out;
  }

  Refusal BothSwitches(absl::string_view image_key, absl::string_view flavor_key) const {
    const SharedText* of_flavor = Spec(flavor_key);
    const SharedText* of_image = Property(image_key);
    if (of_flavor == nullptr || of_image == nullptr || IsTrue(*of_flavor) == IsTrue(*of_image)) {
      return std::nullopt;
    }
    return Both(image_key, flavor_key, "they differ");
  }

  // "resources:PCPU", "resources1:PCPU", "trait2:X": `kind`, perhaps a number, and `name`.
  static bool IsGrouped(absl::string_view key, absl::string_view kind, absl::string_view name) {
    if (!absl::ConsumePrefix(&key, kind)) return false;
    while (!key.empty() && absl::ascii_isdigit(static_cast<unsigned char>(key.front()))) {
      key.remove_prefix(1);
    }
    return absl::ConsumePrefix(&key, ":") && key == name;
  }

  // Whether a number of CPUs of the kind is requested.
  bool AsksForResource(absl::string_view name) const {
    return std::any_of(specs_.begin(), specs_.end(), [name](const auto& spec) {
      return IsGrouped(spec.first, "resources", name) && IntegerOr0(&spec.second) != 0;
    });
  }

  // Returns the key of the trait for threads of cores, if flavor or image has it; else "".
  std::string ThreadTrait() const {
    for (const auto& [key, value] : specs_) {
      if (IsGrouped(key, "trait", kThreadTrait)) return std::string(key);
    }
    std::string key = absl::StrCat("trait:", kThreadTrait);
    const SharedText* of_image = Find(image_, key);
    return of_image != nullptr && *of_image == "required" ? key : "";
  }

  // CPUs are dedicated or mixed.
  bool HasOwnCpus() const {
    const SharedText* policy = Spec("hw:cpu_policy");
    if (policy == nullptr || policy->empty()) policy = Property("hw_cpu_policy");
    if (policy != nullptr) return *policy != "shared";
    return AsksForResource("PCPU");
  }

  bool HasPageSize() const {
    const SharedText* size = Spec("hw:mem_page_size");
    return size != nullptr && !size->empty();
  }

  bool HasList(const Properties& properties, absl::string_view first_key) const {
    return Find(properties, first_key) != nullptr;
  }

  Refusal NumaNodes(int64_t nodes) const {
    for (const absl::string_view list : {"numa_cpus", "numa_mem"}) {
      const std::string image_key = absl::StrCat("hw_", list, ".0");
      const std::string flavor_key = absl::StrCat("hw:", list, ".0");
      if (HasList(image_, image_key) && HasList(specs_, flavor_key)) {
        return Both(image_key, flavor_key, "only one of them may set it");
      }
    }
    const bool has_cpus = HasList(image_, "hw_numa_cpus.0") || HasList(specs_, "hw:numa_cpus.0");
    const bool has_memory = HasList(image_, "hw_numa_mem.0") || HasList(specs_, "hw:numa_mem.0");
    if (has_cpus != has_memory) {
      return Both(has_cpus ? "hw_numa_cpus.0" : "hw_numa_mem.0",
                  has_cpus ? "hw:numa_cpus.0" : "hw:numa_mem.0",
                  "CPUs and memory of NUMA nodes must be given together");
    }
    if (has_cpus || !flavor_.vcpu_count || !flavor_.ram_mib) return std::nullopt;
    if (*flavor_.vcpu_count % nodes == 0 && *flavor_.ram_mib % nodes == 0) return std::nullopt;
    return Both("hw_numa_nodes", "hw:numa_nodes",
                absl::StrCat("vCPUs and RAM of the flavor cannot be divided by ", nodes));
  }

  const Flavor& flavor_;
  const Properties& specs_;
  const Properties& image_;
};

const Properties& OrNone(const std::optional<Properties>& properties) {
  static const auto* const kNone = new Properties();
  return properties ? *properties : *kNone;
}

// Most flavors and images have nothing that the rules for a pair read.
bool FlavorSaysAnything(const Properties& specs) {
  return std::any_of(specs.begin(), specs.end(), [](const auto& spec) {
    return absl::StartsWith(spec.first, "hw:") || absl::StartsWith(spec.first, "resources") ||
           absl::EndsWith(spec.first, kThreadTrait);
  });
}
bool ImageSaysAnything(const Properties& properties) {
  return std::any_of(properties.begin(), properties.end(), [](const auto& property) {
    const absl::string_view key = property.first;
    if (absl::StartsWith(key, "trait:")) return absl::EndsWith(key, kThreadTrait);
    for (const absl::string_view prefix : {"hw_cpu_", "hw_mem_", "hw_numa_", "hw_tpm_"}) {
      if (absl::StartsWith(key, prefix)) return true;
    }
    // Firmware and machine are read only where memory is to be encrypted.
    return IsOneOf(key, {"hw_locked_memory", "hw_pci_numa_affinity_policy", "hw_pmu",
                         "hw_serial_port_count", "hw_vif_multiqueue_enabled", "os_secure_boot"});
  });
}

}  // namespace

bool StartsFromItsVolumes(const Image& image) {
  return image.volume_count.has_value() && image.size_bytes.value_or(0) == 0;
}

std::optional<NovaRefusal> RefusalOfImage(const Image& image) {
  if (image.boot_properties) {
    for (const auto& [key, value] : *image.boot_properties) {
      if (std::optional<std::string> why = WhyValueRefused(key, value)) {
        return NovaRefusal{std::string(key), value.empty() ? "\"\"" : std::string(value), "", "",
                           *std::move(why)};
      }
    }
  }
  // The root volume is no larger than all volumes together.
  if (StartsFromItsVolumes(image) && image.volume_count != 0 && image.volume_gib &&
      image.min_disk_gib.value_or(0) > *image.volume_gib) {
    return NovaRefusal{
        "min_disk", absl::StrCat(*image.min_disk_gib), "", "",
        absl::StrCat("the volumes that it starts from have ", *image.volume_gib, " GiB")};
  }
  return std::nullopt;
}

std::optional<NovaRefusal> TraitConflict(const Flavor& flavor, const Image& image) {
  if (!flavor.extra_specs || !image.boot_properties) return std::nullopt;
  for (const auto& [key, value] : *image.boot_properties) {
    if (!absl::StartsWith(key, "trait:") || value != "required") continue;
    const SharedText* of_flavor = Find(*flavor.extra_specs, key);
    if (of_flavor == nullptr || *of_flavor != "forbidden") continue;
    return NovaRefusal{std::string(key), std::string(value), std::string(key),
                       std::string(*of_flavor), "no host both has and lacks it"};
  }
  return std::nullopt;
}

std::optional<NovaRefusal> PropertyConflict(const Flavor& flavor, const Image& image) {
  if (!flavor.extra_specs || !image.boot_properties) return std::nullopt;
  const Properties& specs = *flavor.extra_specs;
  const Properties& properties = *image.boot_properties;
  if (!ImageSaysAnything(properties) && !FlavorSaysAnything(specs)) return std::nullopt;
  const Pair pair(flavor, specs, properties);
  for (const auto check :
       {&Pair::MemoryEncryption, &Pair::Switches, &Pair::SerialPorts, &Pair::Topology,
        &Pair::CpuPolicy, &Pair::MixedCpus, &Pair::CpuResources, &Pair::ThreadPolicy,
        &Pair::PageSize, &Pair::LockedMemory, &Pair::Numa, &Pair::Devices}) {
    if (Refusal refused = (pair.*check)()) return refused;
  }
  return std::nullopt;
}

bool AsksForOtherHost(const Flavor& flavor, const Image& image) {
  if (!image.boot_properties || image.boot_properties->empty()) return false;
  for (const auto& [key, value] : *image.boot_properties) {
    if (!absl::StartsWith(key, "trait:") || value != "required") continue;
    const SharedText* of_flavor = Find(OrNone(flavor.extra_specs), key);
    if (of_flavor == nullptr || *of_flavor != "required") return true;
  }
  for (const auto& [key, value] : *image.boot_properties) {
    if (IsRefusedBySomeReleases(key, value)) return true;
  }
  // The present name takes precedence over the older one.
  const SharedText* type = Find(*image.boot_properties, "img_hv_type");
  if (type == nullptr) type = Find(*image.boot_properties, "hypervisor_type");
  if (type == nullptr || type->empty()) return false;
  const bool for_metal = IsOneOf(absl::AsciiStrToLower(*type), {"baremetal", "ironic"});
  return for_metal != flavor.baremetal;
}

}  // namespace cis::server
