// SPDX-License-Identifier: Apache-2.0
#include "schema/base/remedy.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "schema/base/shell_quote.h"

namespace cis {
namespace {

constexpr char kValue[] = "$value";

// The text is `before`, the command, and `after`. `arguments` are separated by spaces; without any,
// there is no command. `stand_in` replaces $value where the value is not known.
struct Remedy {
  RemedyNoun noun;
  absl::string_view field;
  absl::string_view arguments;
  absl::string_view stand_in = "";
  absl::string_view before = "";
  absl::string_view after = "";
  absl::string_view verb = "set";
};

constexpr char kFollowsRelease[] = "follows os_distro and os_version";
constexpr char kFixedFlavor[] = "fixed when a flavor is created: openstack flavor create";
constexpr char kAddresses[] =
    "follows the addresses: let projects see the subnets, or load Neutron's floatingip-pools";

constexpr Remedy kRemedies[] = {
    {RemedyNoun::kImage, "os_distro", "--property os_distro=$value", "DISTRO"},
    {RemedyNoun::kImage, "os_version", "--property os_version=$value", "VERSION"},
    {RemedyNoun::kImage, "os_codename", "", "", kFollowsRelease},
    {RemedyNoun::kImage, "arch", "--property architecture=$value", "ARCHITECTURE"},
    {RemedyNoun::kImage, "login_user", "--property os_admin_user=$value", "USER"},
    {RemedyNoun::kImage, "purpose", "--name NAME", "", "follows the words of the name: "},
    {RemedyNoun::kImage, "is_snapshot", "--property image_type", "", "", "", "unset"},
    {RemedyNoun::kImage, "usable", "--activate --unhidden", "",
     "follows status, format and visibility: "},
    {RemedyNoun::kImage, "min_ram_mib", "--min-ram $value", "MIB"},
    {RemedyNoun::kImage, "min_disk_gib", "--min-disk $value", "GIB"},
    {RemedyNoun::kImage, "virtual_size_bytes", "", "",
     "measured by Glance when the image is stored"},
    {RemedyNoun::kImage, "build_date", "--property image_build_date=$value", "YYYY-MM-DD"},
    {RemedyNoun::kImage, "eol_date", "", "", kFollowsRelease},
    {RemedyNoun::kImage, "egi_ref", "--property eu.egi.cloud.image_ref=$value", "REFERENCE"},
    {RemedyNoun::kImage, "bootable", "", "",
     "fixed when an image is created, by its formats and contents"},
    {RemedyNoun::kImage, "expire_date", "--property uuid_validity=$value", "YYYY-MM-DD",
     "reported by the publisher; else: "},
    {RemedyNoun::kImage, "image_source", "--property image_source=$value", "URL"},
    {RemedyNoun::kImage, "uuid_validity", "--property uuid_validity=$value", "VALIDITY"},
    {RemedyNoun::kImage, "replace_frequency", "--property replace_frequency=$value", "FREQUENCY"},
    {RemedyNoun::kImage, "provided_until", "--property provided_until=$value", "YYYY-MM-DD"},
    {RemedyNoun::kImage, "hotfix_hours", "--property hotfix_hours=$value", "HOURS"},

    {RemedyNoun::kFlavor, "vcpu_count", "", "", kFixedFlavor},
    {RemedyNoun::kFlavor, "ram_mib", "", "", kFixedFlavor},
    {RemedyNoun::kFlavor, "disk_gib", "", "", kFixedFlavor},
    {RemedyNoun::kFlavor, "ephemeral_gib", "", "", kFixedFlavor},
    {RemedyNoun::kFlavor, "swap_mib", "", "", kFixedFlavor},
    // EGI's keys: Nova ignores them, so they change nothing for running machines.
    {RemedyNoun::kFlavor, "gpu_count",
     "--property Accelerator:Type=GPU --property Accelerator:Number=$value", "NUMBER"},
    {RemedyNoun::kFlavor, "gpu_vendor", "--property Accelerator:Vendor=$value", "VENDOR"},
    {RemedyNoun::kFlavor, "gpu_model", "--property Accelerator:Model=$value", "MODEL"},
    {RemedyNoun::kFlavor, "gpu_kind", "", "",
     "follows the extra specs that request the device: pci_passthrough:alias, resources:VGPU"},
    {RemedyNoun::kFlavor, "gpu_memory_mib", "--property Accelerator:Memory=GIB"},
    {RemedyNoun::kFlavor, "arch", "--property hw:architecture=$value", "ARCHITECTURE"},
    {RemedyNoun::kFlavor, "cpu_allocation", "--property hw:cpu_policy=POLICY"},
    {RemedyNoun::kFlavor, "boot_from_volume", "", "", "follows disk_gib"},
    {RemedyNoun::kFlavor, "baremetal", "", "",
     "follows the resource class that extra specs request"},

    {RemedyNoun::kNetwork, "is_external", "--external", "", "", ", or --internal"},
    {RemedyNoun::kNetwork, "shared", "--share", "", "", ", or --no-share"},
    {RemedyNoun::kNetwork, "is_default", "--default", "", "", ", or --no-default"},
    {RemedyNoun::kNetwork, "usable_as", "", "",
     "follows is_external, shared, the owner and the addresses"},
    {RemedyNoun::kNetwork, "attachable", "", "", "follows shared and the owner"},
    {RemedyNoun::kNetwork, "public_v4", "", "", kAddresses},
    {RemedyNoun::kNetwork, "public_v6", "", "", kAddresses},
};

absl::string_view WordOf(RemedyNoun noun) {
  switch (noun) {
    case RemedyNoun::kImage:
      return "image";
    case RemedyNoun::kFlavor:
      return "flavor";
    case RemedyNoun::kNetwork:
      return "network";
  }
  return "";
}

const Remedy* FindRemedy(RemedyNoun noun, absl::string_view field) {
  const auto* found =
      std::find_if(std::begin(kRemedies), std::end(kRemedies),
                   [&](const Remedy& row) { return row.noun == noun && row.field == field; });
  return found == std::end(kRemedies) ? nullptr : found;
}

std::vector<std::string> ArgumentsOf(const Remedy& remedy, absl::string_view value) {
  std::vector<std::string> words = absl::StrSplit(remedy.arguments, ' ', absl::SkipEmpty());
  for (std::string& word : words) {
    word = absl::StrReplaceAll(word, {{kValue, value.empty() ? remedy.stand_in : value}});
  }
  return words;
}

}  // namespace

bool HasRemedy(RemedyNoun noun, absl::string_view field) {
  return FindRemedy(noun, field) != nullptr;
}

std::vector<std::string> RemedyArguments(RemedyNoun noun, absl::string_view field,
                                         absl::string_view value) {
  const Remedy* remedy = FindRemedy(noun, field);
  if (remedy == nullptr || remedy->verb != "set") return {};
  return ArgumentsOf(*remedy, value);
}

std::string OpenStackCommand(absl::string_view noun, absl::string_view verb,
                             const std::vector<std::string>& arguments, absl::string_view id) {
  std::string command = absl::StrCat("openstack ", noun, " ", verb);
  for (const std::string& argument : arguments) {
    absl::StrAppend(&command, " ", ShellQuoteShown(argument));
  }
  return absl::StrCat(command, " ", ShellOperandShown(id));
}

std::string RemedyText(RemedyNoun noun, absl::string_view field, absl::string_view value,
                       absl::string_view id) {
  const Remedy* remedy = FindRemedy(noun, field);
  if (remedy == nullptr) return "";
  const std::vector<std::string> arguments = ArgumentsOf(*remedy, value);
  return absl::StrCat(
      remedy->before,
      arguments.empty() ? "" : OpenStackCommand(WordOf(noun), remedy->verb, arguments, id),
      remedy->after);
}

}  // namespace cis
