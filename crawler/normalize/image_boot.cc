// SPDX-License-Identifier: Apache-2.0
#include "crawler/normalize/image_boot.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "crawler/normalize/provenance.h"
#include "crawler/normalize/rules.h"

namespace cis::crawler {
namespace {

template <std::size_t kSize>
bool IsOneOf(absl::string_view text, const std::array<absl::string_view, kSize>& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

void SetBootable(Image* image, bool bootable, absl::string_view source, absl::string_view value,
                 Confidence confidence) {
  image->bootable = bootable;
  AddEvidence(&image->provenance, "bootable", source, value);
  SetConfidence(&image->provenance, "bootable", confidence);
}

// The last word of a name that stands for a part of a machine: "cirros-0.3.4-x86_64-uec-kernel".
bool IsPartName(const Rules& rules, absl::string_view name) {
  constexpr std::array<absl::string_view, 7> kParts = {"kernel", "vmlinuz",   "vmlinux", "ramdisk",
                                                       "initrd", "initramfs", "initrid"};
  const TokenList list = rules.tokenizer.Tokenize(name);
  const auto last = std::find_if(list.tokens.rbegin(), list.tokens.rend(), [](const Token& token) {
    return token.kind == Token::Kind::kWord;
  });
  return list.tokens.size() > 1 && last != list.tokens.rend() && IsOneOf(last->text, kParts);
}

// By name, or by the start of the name. Free texts (machine type, disk type) are kept only if a
// rule reads them.
bool IsBootProperty(absl::string_view key) {
  constexpr std::array<absl::string_view, 5> kPrefixes = {"trait:", "hw_cpu_", "hw_mem_",
                                                          "hw_numa_", "hw_tpm_"};
  constexpr std::array<absl::string_view, 43> kKeys = {"architecture",
                                                       "hw_architecture",
                                                       "hw_cdrom_bus",
                                                       "hw_device_id",
                                                       "hw_disk_bus",
                                                       "hw_emulation_architecture",
                                                       "hw_ephemeral_encryption_format",
                                                       "hw_firmware_type",
                                                       "hw_floppy_bus",
                                                       "hw_input_bus",
                                                       "hw_locked_memory",
                                                       "hw_machine_type",
                                                       "hw_maxphysaddr_bits",
                                                       "hw_maxphysaddr_mode",
                                                       "hw_pci_numa_affinity_policy",
                                                       "hw_pmu",
                                                       "hw_pointer_model",
                                                       "hw_redirected_usb_ports",
                                                       "hw_rescue_bus",
                                                       "hw_rescue_device",
                                                       "hw_rng_model",
                                                       "hw_scsi_model",
                                                       "hw_serial_port_count",
                                                       "hw_sound_model",
                                                       "hw_usb_model",
                                                       "hw_video_model",
                                                       "hw_video_ram",
                                                       "hw_vif_model",
                                                       "hw_vif_multiqueue_enabled",
                                                       "hw_viommu_model",
                                                       "hw_vm_mode",
                                                       "hw_watchdog_action",
                                                       "hypervisor_type",
                                                       "hypervisor_version_requires",
                                                       "img_compression_level",
                                                       "img_config_drive",
                                                       "img_hv_requested_version",
                                                       "img_hv_type",
                                                       "img_signature_hash_method",
                                                       "img_signature_key_type",
                                                       "img_version",
                                                       "os_secure_boot",
                                                       "os_type"};
  // Older names of some of them.
  constexpr std::array<absl::string_view, 5> kOlderKeys = {
      "vm_mode", "vmware_adaptertype", "vmware_image_version", "xenapi_device_id",
      "xenapi_image_compression_level"};
  return IsOneOf(key, kKeys) || IsOneOf(key, kOlderKeys) ||
         std::any_of(kPrefixes.begin(), kPrefixes.end(),
                     [key](absl::string_view prefix) { return absl::StartsWith(key, prefix); });
}

void GatherFrom(const JsonValue& object, std::map<std::string, std::string>* out) {
  for (const JsonMember& member : object.members()) {
    if (!IsBootProperty(member.key)) continue;
    if (std::optional<std::string> text = ScalarText(member.value)) {
      out->emplace(std::string(member.key), *std::move(text));
    }
  }
}

}  // namespace

void GatherBootProperties(const JsonReader& record, Image* image) {
  std::map<std::string, std::string> out;
  GatherFrom(record.object(), &out);
  for (const JsonMember& member : record.object().members()) {
    if (member.key == "properties" && member.value.is_object()) GatherFrom(member.value, &out);
  }
  image->boot_properties = out;
}

void InferBootable(const Rules& rules, const ImageFacts& facts, Image* image) {
  // Formats as Glance's image schema lists them.
  constexpr std::array<absl::string_view, 4> kPartFormats = {"aki", "ari", "docker", "compressed"};
  constexpr std::array<absl::string_view, 10> kDiskFormats = {
      "raw", "qcow2", "vhd", "vhdx", "vmdk", "vdi", "ploop", "ami", "qed", "qcow"};
  constexpr std::array<absl::string_view, 3> kPartTypes = {"kernel", "ramdisk", "initrd"};
  if (IsOneOf(image->container_format, kPartFormats)) {
    return SetBootable(image, false, "container_format", image->container_format,
                       Confidence::kVerified);
  }
  if (IsOneOf(image->disk_format, kPartFormats)) {
    return SetBootable(image, false, "disk_format", image->disk_format, Confidence::kVerified);
  }
  for (const ImageFact* fact : facts.Of(Meaning::kImageType)) {
    if (IsOneOf(absl::AsciiStrToLower(fact->value), kPartTypes)) {
      return SetBootable(image, false, fact->source, fact->value, Confidence::kStrong);
    }
  }
  if (image->disk_format == "iso") {
    return SetBootable(image, false, "disk_format", "iso", Confidence::kStrong);
  }
  // A snapshot of a volume-backed server has no bytes of its own.
  const ImageFact* backed = facts.First(Meaning::kVolumeBacked);
  const ImageFact* map = facts.First(Meaning::kDiskMap);
  if (backed != nullptr && ParseBool(backed->value).value_or(true)) {
    return SetBootable(image, true, backed->source, backed->value, Confidence::kStrong);
  }
  if (map != nullptr && !absl::StartsWith(map->value, "[]")) {
    return SetBootable(image, true, map->source, map->value, Confidence::kStrong);
  }
  const bool is_empty = image->size_bytes == 0 && image->virtual_size_bytes.value_or(0) == 0;
  if (is_empty && image->status == "active") {
    return SetBootable(image, false, "size", "0", Confidence::kProbable);
  }
  if (image->size_bytes.value_or(0) > 0 && IsOneOf(image->disk_format, kDiskFormats)) {
    return SetBootable(image, true, "disk_format", image->disk_format, Confidence::kProbable);
  }
  if (image->disk_format.empty() && image->container_format.empty() &&
      IsPartName(rules, image->name)) {
    return SetBootable(image, false, "name", image->name, Confidence::kGuess);
  }
}

}  // namespace cis::crawler
