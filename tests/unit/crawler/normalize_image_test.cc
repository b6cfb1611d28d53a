#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/match.h"
#include "absl/time/time.h"
#include "crawler/normalize/image.h"
#include "tests/support/json_values.h"

namespace cis {
namespace {

using nlohmann::json;

absl::StatusOr<Image> ImageOf(const json& record, const std::string& path) {
  const JsonDocument document = ToDocument(record);
  return NormalizeImage(document.root(), path);
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
                              {"hw_cpu_cores", 2},
                              {"properties", {{"hw_firmware_type", "uefi"}}}},
                             "images/0");
  ASSERT_TRUE(image.ok());
  const std::map<std::string, std::string> expected = {{"architecture", "x86_64"},
                                                       {"trait:HW_CPU_X86_AVX2", "required"},
                                                       {"hw_cpu_cores", "2"},
                                                       {"hw_firmware_type", "uefi"}};
  EXPECT_EQ(image->boot_properties, expected);
  const auto without = ImageOf({{"id", "1"}, {"name", "x"}}, "images/0");
  ASSERT_TRUE(without.ok());
  EXPECT_TRUE(without->boot_properties.has_value() && without->boot_properties->empty());
}

TEST(Image, EvidenceOfEveryInferredField) {
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
}  // namespace cis
