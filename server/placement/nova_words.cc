// SPDX-License-Identifier: Apache-2.0
#include "server/placement/nova_words.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace cis::server {
namespace {

// How a field converts a text to a value.
enum class Form {
  kWord,          // one of the words, as they are written
  kAnyCaseWord,   // likewise, in any case
  kAdapter,       // "ide", nothing, or one of the words in any case
  kWholeNumber,   // Python's int()
  kVersions,      // ">=2.6", several separated by commas
  kArchitecture,  // one of the words in any case; the words are too many to be told
};

// The releases from Zed (2022, Nova 26) on read every property that is not `is_new`; a new one was
// added later and is ignored by the releases before.
struct ValueRule {
  absl::string_view key;
  Form form;
  absl::string_view words;        // separated by ", "
  absl::string_view newer_words;  // likewise; known to releases after Zed only
  bool is_new = false;
};

constexpr absl::string_view kBuses = "fdc, ide, sata, scsi, usb, virtio, xen, lxc, uml";
// Names of architectures as in libvirt, and the spellings that `Architecture.canonicalize` maps to
// them. crawler/normalize/arch reads what sites write; its table says for each spelling whether
// Nova 26 accepts it.
constexpr absl::string_view kArchitectures =
    "alpha, armv6, armv7l, armv7b, aarch64, cris, i686, ia64, lm32, m68k, microblaze, "
    "microblazeel, "
    "mips, mipsel, mips64, mips64el, openrisc, parisc, parisc64, ppc, ppcle, ppc64, ppc64le, "
    "ppcemb, "
    "s390, s390x, sh4, sh4eb, sparc, sparc64, unicore32, x86_64, xtensa, xtensaeb, i386, i486, "
    "i586, "
    "x86_32, x86_32p, amd64, riscv64, riscv32, loongarch64, macppc";
constexpr absl::string_view kHypervisors =
    "baremetal, bhyve, docker, fake, hyperv, ironic, kqemu, kvm, lxc, lxd, openvz, parallels, "
    "phyp, "
    "qemu, test, uml, vbox, vz, vmware, xen, xapi, zvm, prsm";
constexpr absl::string_view kScsiModels =
    "buslogic, ibmvscsi, lsilogic, lsisas1068, lsisas1078, virtio-scsi, vmpvscsi, lsilogicsas, "
    "paravirtual";
constexpr absl::string_view kModes = "hvm, xen, uml, exe, pv, hv, baremetal";

// The words of every release: since Liberty (2015) words were added to the lists and none was
// removed. Ordered by key. From nova/objects/fields.py and nova/network/model.py of 2026, with the
// older spellings that the fields' `coerce` accepts.
constexpr std::array<ValueRule, 57> kRules{{
    {"architecture", Form::kArchitecture, kArchitectures, ""},
    {"hw_architecture", Form::kArchitecture, kArchitectures, ""},
    {"hw_cdrom_bus", Form::kWord, kBuses, ""},
    {"hw_cpu_cores", Form::kWholeNumber, "", ""},
    {"hw_cpu_max_cores", Form::kWholeNumber, "", ""},
    {"hw_cpu_max_sockets", Form::kWholeNumber, "", ""},
    {"hw_cpu_max_threads", Form::kWholeNumber, "", ""},
    {"hw_cpu_policy", Form::kWord, "dedicated, shared, mixed", ""},
    {"hw_cpu_sockets", Form::kWholeNumber, "", ""},
    {"hw_cpu_thread_policy", Form::kWord, "prefer, isolate, require", ""},
    {"hw_cpu_threads", Form::kWholeNumber, "", ""},
    {"hw_device_id", Form::kWholeNumber, "", ""},
    {"hw_disk_bus", Form::kWord, kBuses, ""},
    {"hw_emulation_architecture", Form::kArchitecture, kArchitectures, ""},
    {"hw_ephemeral_encryption_format", Form::kWord, "plain, luks, luksv2", ""},
    {"hw_firmware_type", Form::kWord, "bios, uefi", ""},
    {"hw_floppy_bus", Form::kWord, kBuses, ""},
    {"hw_input_bus", Form::kWord, "usb, virtio", ""},
    {"hw_maxphysaddr_bits", Form::kWholeNumber, "", "", true},
    {"hw_maxphysaddr_mode", Form::kWord, "passthrough, emulate", "", true},
    {"hw_mem_encryption_model", Form::kWord, "amd-sev, amd-sev-es, amd-sev-snp", "", true},
    {"hw_numa_mem.0", Form::kWholeNumber, "", ""},
    {"hw_numa_nodes", Form::kWholeNumber, "", ""},
    {"hw_pci_numa_affinity_policy", Form::kWord, "required, preferred, legacy, socket", ""},
    {"hw_pointer_model", Form::kWord, "usbtablet", ""},
    {"hw_redirected_usb_ports", Form::kWholeNumber, "", "", true},
    {"hw_rescue_bus", Form::kWord, kBuses, ""},
    {"hw_rescue_device", Form::kWord, "cdrom, disk, floppy, fs, lun", ""},
    {"hw_rng_model", Form::kWord, "virtio", ""},
    {"hw_scsi_model", Form::kAnyCaseWord, kScsiModels, ""},
    {"hw_serial_port_count", Form::kWholeNumber, "", ""},
    {"hw_sound_model", Form::kWord, "sb16, es1370, pcspk, ac97, ich6, ich9, usb, virtio", "", true},
    {"hw_tpm_model", Form::kWord, "tpm-tis, tpm-crb", ""},
    {"hw_tpm_version", Form::kWord, "1.2, 2.0", ""},
    {"hw_usb_model", Form::kWord, "none, nec-xhci, qemu-xhci", "", true},
    {"hw_video_model", Form::kWord, "cirrus, qxl, vga, vmvga, xen, virtio, gop, none, bochs", ""},
    {"hw_video_ram", Form::kWholeNumber, "", ""},
    {"hw_vif_model", Form::kAnyCaseWord,
     "virtio, ne2k_pci, pcnet, rtl8139, e1000, e1000e, netfront, spapr-vlan, lan9118, sriov, "
     "vmxnet, "
     "vmxnet3, virtuale1000, virtuale1000e, virtualpcnet32, virtualsriovethernetcard, "
     "virtualvmxnet, "
     "virtualvmxnet3",
     "igb"},
    {"hw_viommu_model", Form::kWord, "intel, smmuv3, virtio, auto", ""},
    {"hw_vm_mode", Form::kAnyCaseWord, kModes, ""},
    {"hw_watchdog_action", Form::kWord, "none, pause, poweroff, reset, disabled", ""},
    {"hypervisor_type", Form::kAnyCaseWord, kHypervisors, ""},
    {"hypervisor_version_requires", Form::kVersions, "", ""},
    {"img_compression_level", Form::kWholeNumber, "", ""},
    {"img_config_drive", Form::kWord, "optional, mandatory", ""},
    {"img_hv_requested_version", Form::kVersions, "", ""},
    {"img_hv_type", Form::kAnyCaseWord, kHypervisors, ""},
    {"img_signature_hash_method", Form::kWord, "SHA-224, SHA-256, SHA-384, SHA-512", ""},
    {"img_signature_key_type", Form::kWord,
     "DSA, ECC_SECP384R1, ECC_SECP521R1, ECC_SECT409K1, ECC_SECT409R1, ECC_SECT571K1, "
     "ECC_SECT571R1, RSA-PSS",
     ""},
    {"img_version", Form::kWholeNumber, "", ""},
    {"os_secure_boot", Form::kWord, "required, disabled, optional", ""},
    {"os_type", Form::kAnyCaseWord, "linux, windows", ""},
    {"vm_mode", Form::kAnyCaseWord, kModes, ""},
    {"vmware_adaptertype", Form::kAdapter, kScsiModels, ""},
    {"vmware_image_version", Form::kWholeNumber, "", ""},
    {"xenapi_device_id", Form::kWholeNumber, "", ""},
    {"xenapi_image_compression_level", Form::kWholeNumber, "", ""},
}};

constexpr bool IsBefore(const ValueRule& a, const ValueRule& b) { return a.key < b.key; }
static_assert(std::is_sorted(kRules.begin(), kRules.end(), IsBefore), "kRules is searched by key");

bool IsWholeNumber(absl::string_view text) {
  int64_t value = 0;
  return absl::SimpleAtoi(text, &value);
}

// As oslo.utils' VersionPredicate: an operator and a version, which is not checked.
bool IsVersionPredicate(absl::string_view text) {
  for (absl::string_view part : absl::StrSplit(text, ',')) {
    part = absl::StripAsciiWhitespace(part);
    bool has_operator = false;
    for (const absl::string_view sign : {"<=", ">=", "!=", "==", "<", ">"}) {
      if ((has_operator = absl::ConsumePrefix(&part, sign))) break;
    }
    part = absl::StripAsciiWhitespace(part);
    const bool has_space = std::any_of(part.begin(), part.end(), [](char c) {
      return absl::ascii_isspace(static_cast<unsigned char>(c));
    });
    if (!has_operator || part.empty() || has_space) return false;
  }
  return true;
}

bool IsWordOf(absl::string_view word, absl::string_view words) {
  if (words.empty()) return false;
  for (const absl::string_view one : absl::StrSplit(words, ", ")) {
    if (one == word) return true;
  }
  return false;
}

// Whether the field accepts the value; `words` are those of the releases in question.
bool Takes(const ValueRule& rule, absl::string_view words, absl::string_view value) {
  switch (rule.form) {
    case Form::kWord:
      return IsWordOf(value, words);
    case Form::kAdapter:
      return value.empty() || value == "ide" || IsWordOf(absl::AsciiStrToLower(value), words);
    case Form::kAnyCaseWord:
    case Form::kArchitecture:
      return IsWordOf(absl::AsciiStrToLower(value), words);
    case Form::kWholeNumber:
      return IsWholeNumber(value);
    case Form::kVersions:
      return IsVersionPredicate(value);
  }
  return true;
}

const ValueRule* FindRule(absl::string_view key) {
  const auto* const it = std::lower_bound(
      kRules.begin(), kRules.end(), key,
      [](const ValueRule& rule, absl::string_view wanted) { return rule.key < wanted; });
  return it == kRules.end() || it->key != key ? nullptr : it;
}

}  // namespace

std::optional<std::string> WhyValueRefused(absl::string_view key, absl::string_view value) {
  const ValueRule* rule = FindRule(key);
  if (rule == nullptr || rule->is_new || Takes(*rule, rule->words, value) ||
      Takes(*rule, rule->newer_words, value)) {
    return std::nullopt;
  }
  switch (rule->form) {
    case Form::kArchitecture:
      return "it is not an architecture that Nova knows";
    case Form::kWholeNumber:
      return "it must be a whole number";
    case Form::kVersions:
      return "it must be a comparison with a version, such as >=2.6";
    case Form::kAdapter:
      return absl::StrCat("it must be one of ide, ", rule->words);
    default:
      break;
  }
  return absl::StrCat("it must be one of ", rule->words, rule->newer_words.empty() ? "" : ", ",
                      rule->newer_words);
}

bool IsRefusedBySomeReleases(absl::string_view key, absl::string_view value) {
  const ValueRule* rule = FindRule(key);
  if (rule == nullptr || Takes(*rule, rule->words, value)) return false;
  return rule->is_new || Takes(*rule, rule->newer_words, value);
}

}  // namespace cis::server
