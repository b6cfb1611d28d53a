// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "absl/strings/match.h"
#include "absl/time/time.h"
#include "crawler/normalize/image.h"
#include "tests/support/compiled_rules.h"
#include "tests/support/json_values.h"

namespace cis::crawler {
namespace {

using nlohmann::json;

absl::StatusOr<Image> ImageOf(const json& record, const std::string& path) {
  const JsonDocument document = ToDocument(record);
  return NormalizeImage(CompiledRules(), document.root(), path);
}

TEST(Image, KeepsTimesTagsAndOwner) {
  const json record = {{"id", "1"},
                       {"name", "x"},
                       {"created_at", "2024-05-01T10:11:12Z"},
                       {"owner", "p"},
                       {"visibility", "shared"},
                       {"tags", {"b", "a"}}};
  const auto image = ImageOf(record, "images/0");
  ASSERT_TRUE(image.ok());
  EXPECT_EQ(absl::FormatTime(absl::RFC3339_sec, image->create_time, absl::UTCTimeZone()),
            "2024-05-01T10:11:12+00:00");
  EXPECT_EQ(image->owner, "p");
  EXPECT_EQ(image->visibility, "shared");
  // Glance lists the same tags in another order each time.
  EXPECT_EQ(image->tags, (std::vector<std::string>{"a", "b"}));
}

TEST(Image, OldTimesWithoutZoneAreRead) {
  const auto image = ImageOf({{"id", "1"}, {"created_at", "2013-05-01T10:11:12.000000"}}, "x");
  ASSERT_TRUE(image.ok());
  EXPECT_NE(image->create_time, absl::InfinitePast());
}

TEST(Image, ReadsPropertiesOfOlderClients) {
  const json record = {{"id", "1"},
                       {"name", "x"},
                       {"minDisk", 8},
                       {"properties", {{"os_distro", "debian"}, {"os_version", "12"}}}};
  const auto image = ImageOf(record, "images/0");
  ASSERT_TRUE(image.ok());
  EXPECT_EQ(image->os_distro, "debian");
  EXPECT_EQ(image->os_version, "12");
  EXPECT_EQ(image->min_disk_gib, 8);
}

TEST(Image, KeepsWhatNovaReadsAtAStart) {
  const auto image = ImageOf({{"id", "1"},
                              {"name", "x"},
                              {"os_distro", "debian"},
                              {"architecture", "x86_64"},
                              {"trait:HW_CPU_X86_AVX2", "required"},
                              {"hw_disk_bus", "virtio"},
                              {"vm_mode", "hvm"},
                              {"hw_cpu_cores", 2},
                              {"hw_disk_type", "preallocated"},
                              {"properties", {{"hw_firmware_type", "uefi"}}}},
                             "images/0");
  ASSERT_TRUE(image.ok());
  const std::map<std::string, std::string> expected = {
      {"architecture", "x86_64"}, {"trait:HW_CPU_X86_AVX2", "required"},
      {"hw_cpu_cores", "2"},      {"hw_disk_bus", "virtio"},
      {"vm_mode", "hvm"},         {"hw_firmware_type", "uefi"}};
  EXPECT_EQ(image->boot_properties, expected);
  const auto without = ImageOf({{"id", "1"}, {"name", "x"}}, "images/0");
  ASSERT_TRUE(without.ok());
  EXPECT_TRUE(without->boot_properties.has_value() && without->boot_properties->empty());
}

// What Nova makes of block_device_mapping at a start: nova/block_device.py.
TEST(Image, CountsTheVolumesOfAVolumeBackedSnapshot) {
  struct Case {
    const char* name;
    json mapping;
    json bdm_v2;  // null: not there
    std::optional<int64_t> count;
    std::optional<int64_t> gib;
  };
  const auto entry = [](const char* source, const char* destination, json size) {
    return json{{"source_type", source},
                {"destination_type", destination},
                {"volume_size", std::move(size)}};
  };
  const json root = entry("snapshot", "volume", 20);
  const Case cases[] = {
      {"root only", json::array({root}), "True", 1, 20},
      {"root and data", json::array({root, entry("blank", "volume", 100)}), "True", 2, 120},
      {"size as text", json::array({entry("image", "volume", "8")}), true, 1, 8},
      {"local disks count nothing", json::array({entry("image", "local", 20)}), "True", {}, {}},
      {"a size is missing",
       json::array({root, entry("snapshot", "volume", nullptr)}),
       "True",
       2,
       {}},
      {"a volume that exists", json::array({entry("volume", "volume", 20)}), "True", 0, 0},
      {"no device", json::array({root, {{"no_device", true}, {"destination_type", "volume"}}}),
       "True", 1, 20},
      {"older format",
       json::array({{{"device_name", "vda"}, {"snapshot_id", "s"}, {"volume_size", 5}},
                    {{"device_name", "vdb"}, {"virtual_name", "ephemeral0"}},
                    {{"device_name", "vdc"}, {"volume_id", "v"}, {"volume_size", 7}}}),
       nullptr, 1, 5},
      {"empty", json::array(), "True", {}, {}},
  };
  for (const Case& c : cases) {
    for (const bool as_text : {true, false}) {
      json record = {{"id", "1"}, {"name", "x"}, {"size", 0}};
      record["block_device_mapping"] = as_text ? json(c.mapping.dump()) : c.mapping;
      if (!c.bdm_v2.is_null()) record["bdm_v2"] = c.bdm_v2;
      const auto image = ImageOf(record, "images/0");
      ASSERT_TRUE(image.ok()) << c.name;
      EXPECT_EQ(image->volume_count, c.count) << c.name;
      EXPECT_EQ(image->volume_gib, c.gib) << c.name;
    }
  }
  const auto plain = ImageOf({{"id", "1"}, {"name", "x"}, {"size", 5}}, "images/0");
  ASSERT_TRUE(plain.ok());
  EXPECT_EQ(plain->volume_count, std::nullopt);
}

TEST(Image, AMappingThatIsNoListIsAWarning) {
  const auto image = ImageOf(
      {{"id", "1"}, {"name", "x"}, {"bdm_v2", "True"}, {"block_device_mapping", "[{"}}, "images/0");
  ASSERT_TRUE(image.ok());
  EXPECT_EQ(image->volume_count, std::nullopt);
  ASSERT_EQ(image->provenance.warnings.size(), 1U);
  EXPECT_TRUE(absl::StartsWith(image->provenance.warnings[0], "MAPPING_UNREADABLE"));
}

TEST(Image, EveryInferredFieldHasEvidence) {
  const auto image = ImageOf(
      {{"id", "1"}, {"name", "Rocky-9.4-x86_64-20240601"}, {"status", "active"}}, "images/0");
  ASSERT_TRUE(image.ok());
  for (const char* field : {"os_distro", "os_version", "arch", "login_user", "build_date"}) {
    EXPECT_NE(image->provenance.Of(field), Confidence::kUnknown) << field;
  }
  EXPECT_EQ(image->eol_date, "2032-05-31");
}

TEST(Image, HardwareWordsAreNoSystems) {
  const auto image = ImageOf({{"id", "1"},
                              {"name", "project disk"},
                              {"os_type", "linux"},
                              {"hw_machine_type", "q35"},
                              {"hw_firmware_type", "uefi"}},
                             "images/0");
  ASSERT_TRUE(image.ok());
  EXPECT_EQ(image->os_distro, "");
  EXPECT_EQ(image->login_user, "");
}

TEST(Image, LocationsWithCredentialsLeaveNoTrace) {
  const auto image = ImageOf({{"id", "1"},
                              {"name", "Debian 12"},
                              {"direct_url", "swift+https://user:secret@store.example/v3"},
                              {"locations", json::array({{{"url", "rbd://secret"}}})}},
                             "images/0");
  ASSERT_TRUE(image.ok());
  for (const Evidence& evidence : image->provenance.evidence) {
    EXPECT_FALSE(absl::StrContains(evidence.value, "secret"));
  }
}

}  // namespace
}  // namespace cis::crawler
