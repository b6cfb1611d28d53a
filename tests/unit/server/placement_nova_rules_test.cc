// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "server/placement/nova_rules.h"
#include "server/placement/placement.h"
#include "tests/unit/server/placement_scenes.h"

namespace cis::server {
namespace {

using Map = std::map<std::string, std::string>;

struct RuleCase {
  Map specs;
  Map properties;
  // Key of the image and of the flavor that are named; both empty = Nova takes them.
  std::string image_key;
  std::string flavor_key;
};

Flavor FlavorWith(const Map& specs) {
  Flavor flavor = MakeFlavor("f", 4, 4096, 20);
  flavor.extra_specs = specs;
  return flavor;
}
Image ImageWith(const Map& properties) {
  Image image = MakeImage("i");
  image.boot_properties = properties;
  return image;
}

// Each was put to nova.compute.api.API._validate_flavor_image_nostatus of Nova 26.
TEST(NovaRules, WhatFlavorAndImageSayTogether) {
  const RuleCase cases[] = {
      {{}, {}, "", ""},
      {{{"hw:cpu_policy", "shared"}},
       {{"hw_cpu_policy", "dedicated"}},
       "hw_cpu_policy",
       "hw:cpu_policy"},
      {{{"hw:cpu_policy", "dedicated"}}, {{"hw_cpu_policy", "shared"}}, "", ""},
      {{}, {{"hw_cpu_policy", "dedicated"}}, "", ""},
      {{}, {{"hw_cpu_policy", "mixed"}}, "hw_cpu_policy", "hw:cpu_policy"},
      {{{"hw:cpu_dedicated_mask", "0-1"}}, {{"hw_cpu_policy", "mixed"}}, "", ""},
      {{}, {{"hw_cpu_thread_policy", "isolate"}}, "hw_cpu_thread_policy", "hw:cpu_thread_policy"},
      {{{"hw:cpu_policy", "dedicated"}}, {{"hw_cpu_thread_policy", "isolate"}}, "", ""},
      {{{"hw:cpu_policy", "dedicated"}, {"hw:cpu_thread_policy", "require"}},
       {{"hw_cpu_thread_policy", "isolate"}},
       "hw_cpu_thread_policy",
       "hw:cpu_thread_policy"},
      {{{"resources:PCPU", "4"}},
       {{"hw_cpu_policy", "dedicated"}},
       "hw_cpu_policy",
       "resources:PCPU"},
      {{}, {{"hw_mem_page_size", "large"}}, "hw_mem_page_size", "hw:mem_page_size"},
      {{{"hw:mem_page_size", "any"}}, {{"hw_mem_page_size", "2048"}}, "", ""},
      {{{"hw:mem_page_size", "2048"}},
       {{"hw_mem_page_size", "2048"}},
       "hw_mem_page_size",
       "hw:mem_page_size"},
      {{{"hw:numa_nodes", "2"}}, {{"hw_numa_nodes", "2"}}, "hw_numa_nodes", "hw:numa_nodes"},
      {{}, {{"hw_numa_nodes", "3"}}, "hw_numa_nodes", "hw:numa_nodes"},
      {{}, {{"hw_numa_nodes", "4"}}, "", ""},
      {{{"hw:mem_encryption", "true"}}, {}, "hw_firmware_type", "hw:mem_encryption"},
      {{{"hw:mem_encryption", "true"}}, {{"hw_firmware_type", "uefi"}}, "", ""},
      {{{"hw:pmu", "no"}}, {{"hw_pmu", "yes"}}, "hw_pmu", "hw:pmu"},
      {{{"hw:serial_port_count", "1"}},
       {{"hw_serial_port_count", "2"}},
       "hw_serial_port_count",
       "hw:serial_port_count"},
      {{{"hw:cpu_max_cores", "2"}},
       {{"hw_cpu_max_cores", "4"}},
       "hw_cpu_max_cores",
       "hw:cpu_max_cores"},
      {{}, {{"hw_cpu_max_cores", "2"}, {"hw_cpu_cores", "4"}}, "hw_cpu_cores", "hw:cpu_max_cores"},
      {{}, {{"hw_locked_memory", "true"}}, "hw_locked_memory", "hw:locked_memory"},
      {{{"os:secure_boot", "disabled"}},
       {{"os_secure_boot", "required"}},
       "os_secure_boot",
       "os:secure_boot"},
      {{{"hw:tpm_version", "1.2"}},
       {{"hw_tpm_version", "2.0"}},
       "hw_tpm_version",
       "hw:tpm_version"},
  };
  for (const RuleCase& c : cases) {
    const auto refusal = PropertyConflict(FlavorWith(c.specs), ImageWith(c.properties));
    const std::string shown =
        ::testing::PrintToString(c.specs) + " " + ::testing::PrintToString(c.properties);
    EXPECT_EQ(refusal.has_value(), !c.image_key.empty() || !c.flavor_key.empty()) << shown;
    if (!refusal) continue;
    EXPECT_EQ(refusal->image_key, c.image_key) << shown;
    EXPECT_EQ(refusal->flavor_key, c.flavor_key) << shown;
    EXPECT_FALSE(refusal->why.empty()) << shown;
  }
}

TEST(NovaRules, ValuesOfAnImageThatNovaDoesNotKnow) {
  for (const Map& bad : {Map{{"architecture", "arm64"}}, Map{{"architecture", "i086"}},
                         Map{{"hw_firmware_type", "UEFI"}}, Map{{"hw_cpu_policy", "pinned"}},
                         Map{{"hw_cpu_cores", "many"}}, Map{{"os_secure_boot", "yes"}},
                         Map{{"img_config_drive", "true"}}}) {
    const auto refusal = RefusalOfImage(ImageWith(bad));
    ASSERT_TRUE(refusal.has_value()) << ::testing::PrintToString(bad);
    EXPECT_EQ(refusal->image_key, bad.begin()->first);
  }
  for (const Map& good : {Map{{"architecture", "AMD64"}}, Map{{"hw_architecture", "aarch64"}},
                          Map{{"architecture", "i386"}}, Map{{"architecture", "x86_32"}},
                          Map{{"hw_firmware_type", "uefi"}}, Map{{"hw_cpu_cores", " 4 "}}}) {
    EXPECT_FALSE(RefusalOfImage(ImageWith(good)).has_value()) << ::testing::PrintToString(good);
  }
}

// Fields of nova/objects/fields.py, held against Nova itself by tests/openstack/nova_rules_test.py.
TEST(NovaRules, WordsOutsideNovasClosedListsAreRefused) {
  for (const Map& bad : {Map{{"hw_disk_bus", "virtio-scsi"}},
                         Map{{"hw_disk_bus", "VIRTIO"}},
                         Map{{"hw_cdrom_bus", "nvme"}},
                         Map{{"hw_rescue_bus", ""}},
                         Map{{"hw_vif_model", "virtio-net"}},
                         Map{{"hw_scsi_model", "virtio"}},
                         Map{{"vmware_adaptertype", "IDE"}},
                         Map{{"hw_video_model", "vmware"}},
                         Map{{"hw_rng_model", "virtio-rng"}},
                         Map{{"hw_pointer_model", "ps2mouse"}},
                         Map{{"hw_input_bus", "ps2"}},
                         Map{{"hw_watchdog_action", "reboot"}},
                         Map{{"hw_vm_mode", "kvm"}},
                         Map{{"vm_mode", "qemu"}},
                         Map{{"img_hv_type", "esxi"}},
                         Map{{"hypervisor_type", "vSphere"}},
                         Map{{"os_type", "ubuntu"}},
                         Map{{"hw_tpm_model", "tis"}},
                         Map{{"hw_tpm_version", "2"}},
                         Map{{"hw_rescue_device", "usb"}},
                         Map{{"hw_video_ram", "64M"}},
                         Map{{"hw_emulation_architecture", "arm64"}},
                         Map{{"hypervisor_version_requires", "2.6"}},
                         Map{{"hw_viommu_model", "none"}}}) {
    const auto refusal = RefusalOfImage(ImageWith(bad));
    ASSERT_TRUE(refusal.has_value()) << ::testing::PrintToString(bad);
    EXPECT_EQ(refusal->image_key, bad.begin()->first);
  }
  for (const Map& good :
       {Map{{"hw_disk_bus", "scsi"}, {"hw_scsi_model", "virtio-scsi"}},
        Map{{"hw_vif_model", "E1000"}}, Map{{"hw_vif_model", "VirtualVmxnet3"}},
        Map{{"hw_scsi_model", "lsiLogicsas"}}, Map{{"vmware_adaptertype", "ide"}},
        Map{{"vmware_adaptertype", "paraVirtual"}}, Map{{"hw_video_model", "bochs"}},
        Map{{"vm_mode", "PV"}}, Map{{"hypervisor_type", "QEMU"}}, Map{{"hypervisor_type", "xapi"}},
        Map{{"os_type", "Linux"}}, Map{{"hw_machine_type", "x"}}, Map{{"hw_boot_menu", "perhaps"}},
        Map{{"hypervisor_version_requires", ">=2.6, <4.0"}}}) {
    EXPECT_FALSE(RefusalOfImage(ImageWith(good)).has_value()) << ::testing::PrintToString(good);
    EXPECT_FALSE(AsksForOtherHost(FlavorWith({}), ImageWith(good)))
        << ::testing::PrintToString(good);
  }
}

// A newer Nova takes more words, and an older one does not read newer properties.
TEST(NovaRules, WhatOnlySomeReleasesRefuseIsUnknown) {
  for (const Map& some : {Map{{"hw_vif_model", "igb"}}, Map{{"hw_sound_model", "loud"}},
                          Map{{"hw_usb_model", "ehci"}}, Map{{"hw_mem_encryption_model", "tdx"}}}) {
    EXPECT_FALSE(RefusalOfImage(ImageWith(some)).has_value()) << ::testing::PrintToString(some);
    EXPECT_TRUE(AsksForOtherHost(FlavorWith({}), ImageWith(some)))
        << ::testing::PrintToString(some);
  }
  EXPECT_FALSE(AsksForOtherHost(FlavorWith({}), ImageWith({{"hw_sound_model", "ich9"}})));
}

TEST(NovaRules, TheVolumesOfAnImageHoldItsLeastDisk) {
  Image image = ImageWith({});
  image.size_bytes = 0;
  image.volume_count = 1;
  image.volume_gib = 20;
  image.min_disk_gib = 20;
  EXPECT_FALSE(RefusalOfImage(image).has_value());
  image.min_disk_gib = 21;
  ASSERT_TRUE(RefusalOfImage(image).has_value());
  EXPECT_EQ(RefusalOfImage(image)->image_key, "min_disk");
  image.volume_gib.reset();
  EXPECT_FALSE(RefusalOfImage(image).has_value());
}

TEST(NovaRules, WhatIsNotKnownPasses) {
  Flavor hidden = FlavorWith({});
  hidden.extra_specs.reset();
  EXPECT_FALSE(PropertyConflict(hidden, ImageWith({{"hw_mem_page_size", "large"}})).has_value());
  EXPECT_FALSE(TraitConflict(hidden, ImageWith({{"trait:A", "required"}})).has_value());
  Image unread = ImageWith({});
  unread.boot_properties.reset();
  EXPECT_FALSE(PropertyConflict(FlavorWith({{"hw:mem_encryption", "true"}}), unread).has_value());
  EXPECT_FALSE(RefusalOfImage(unread).has_value());
}

TEST(NovaRules, OnlyRequiredAgainstForbiddenIsAConflictOfTraits) {
  const Image image = ImageWith({{"trait:CUSTOM_A", "required"}});
  EXPECT_TRUE(TraitConflict(FlavorWith({{"trait:CUSTOM_A", "forbidden"}}), image).has_value());
  EXPECT_FALSE(TraitConflict(FlavorWith({{"trait:CUSTOM_A", "required"}}), image).has_value());
  EXPECT_FALSE(TraitConflict(FlavorWith({{"trait:CUSTOM_B", "forbidden"}}), image).has_value());
  EXPECT_FALSE(TraitConflict(FlavorWith({{"trait1:CUSTOM_A", "forbidden"}}), image).has_value());
}

TEST(NovaRules, AHostOnlyTheImageAsksForIsUnknownAndNoObstacle) {
  const auto ask = [](const Map& specs, const Map& properties, bool baremetal) {
    CatalogBuilder builder;
    builder.Select(MakeShare("A", "vo"));
    Flavor flavor = FlavorWith(specs);
    flavor.baremetal = baremetal;
    builder.AddFlavor(flavor);
    builder.AddImage(ImageWith(properties));
    AddRoutedNetworks(builder);
    return Find(builder, QueryOf("vo"));
  };
  const auto is_unknown = [&](const Map& specs, const Map& properties, bool baremetal) {
    const Answer answer = ask(specs, properties, baremetal);
    EXPECT_EQ(answer.result.placements.size(), 1U);
    return !answer.result.placements.empty() &&
           (answer.result.placements[0].unknowns & UnknownBit(Unknown::kHost)) != 0;
  };
  EXPECT_TRUE(is_unknown({}, {{"trait:CUSTOM_A", "required"}}, false));
  EXPECT_FALSE(
      is_unknown({{"trait:CUSTOM_A", "required"}}, {{"trait:CUSTOM_A", "required"}}, false));
  EXPECT_TRUE(is_unknown({}, {{"hypervisor_type", "qemu"}}, true));
  EXPECT_FALSE(is_unknown({}, {{"hypervisor_type", "qemu"}}, false));
  EXPECT_FALSE(is_unknown({{"trait:CUSTOM_A", "required"}}, {}, false));
}

}  // namespace
}  // namespace cis::server
