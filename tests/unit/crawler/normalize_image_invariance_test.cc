// SPDX-License-Identifier: Apache-2.0

// What must not change the answer, over names made by a generator with a fixed seed: case,
// separators, words of sites before and after, the order of properties. And what must not give one:
// random words and bytes.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "crawler/normalize/image.h"
#include "crawler/normalize/normalizer.h"
#include "tests/support/compiled_rules.h"
#include "tests/support/json_values.h"

namespace cis::crawler {
namespace {

using nlohmann::json;

constexpr uint32_t kInvarianceSeed = 20261122;
constexpr int kRounds = 20;

// A system, its spellings in names and some of its releases.
struct System {
  std::string distro;
  std::vector<std::string> spellings;
  std::vector<std::string> versions;
};

const std::vector<System>& Systems() {
  static const auto* const kSystems = new std::vector<System>{
      {"ubuntu", {"Ubuntu", "Ubuntu Server"}, {"18.04", "20.04", "22.04", "24.04", "25.10"}},
      {"debian", {"Debian", "Debian GNU/Linux"}, {"10", "11", "12", "13"}},
      {"almalinux", {"AlmaLinux", "Alma Linux", "AlmaLinux OS"}, {"8", "9", "9.4", "10.0"}},
      {"rocky", {"Rocky Linux", "RockyLinux", "Rocky"}, {"8", "8.9", "9", "9.4", "10"}},
      {"centos-stream", {"CentOS Stream"}, {"8", "9", "10"}},
      {"centos", {"CentOS", "CentOS Linux"}, {"6", "7", "7.9"}},
      {"rhel", {"RHEL", "Red Hat Enterprise Linux"}, {"7", "8.6", "9"}},
      {"ol", {"Oracle Linux", "OracleLinux"}, {"8", "9.3"}},
      {"fedora", {"Fedora", "Fedora Cloud"}, {"38", "41"}},
      {"opensuse", {"openSUSE Leap"}, {"15.5", "15.6", "42.3"}},
      {"sles", {"SLES", "SUSE Linux Enterprise Server"}, {"15", "12"}},
      {"windows", {"Windows Server"}, {"2016", "2019", "2022"}},
      {"freebsd", {"FreeBSD"}, {"13.2", "14.0"}},
      {"alpine", {"Alpine", "Alpine Linux"}, {"3.18", "3.20"}},
  };
  return *kSystems;
}

class NameMaker {
 public:
  explicit NameMaker(uint32_t seed = kInvarianceSeed) : random_(seed) {}

  // A name and the answers that it must give.
  struct Made {
    std::string name;
    std::string distro;
    std::string version;
    std::string arch;
  };

  Made Make() {
    const System& system = Pick(Systems());
    Made made;
    made.distro = system.distro;
    made.version = Pick(system.versions);
    made.name = absl::StrCat(Pick(system.spellings), " ", made.version);
    const auto arch = Pick(std::vector<std::pair<std::string, std::string>>{{"", ""},
                                                                            {" x86_64", "x86_64"},
                                                                            {" amd64", "x86_64"},
                                                                            {" aarch64", "aarch64"},
                                                                            {" arm64", "aarch64"}});
    absl::StrAppend(&made.name, arch.first);
    made.arch = arch.second;
    return made;
  }

  template <typename T>
  const T& Pick(const std::vector<T>& list) {
    return list[Below(list.size())];
  }

  std::size_t Below(std::size_t end) {
    return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_);
  }

  std::string AnyCase(std::string text) {
    for (char& c : text) {
      const auto letter = static_cast<unsigned char>(c);
      c = Below(2) == 0 ? absl::ascii_tolower(letter) : absl::ascii_toupper(letter);
    }
    return text;
  }

  std::mt19937& random() { return random_; }

  std::string Word() {
    const std::vector<std::string> kSyllables = {"ba",  "ko",  "ri",  "te",  "mun",
                                                 "dal", "vex", "lo",  "pi",  "sha",
                                                 "gro", "nel", "qui", "zum", "fa"};
    std::string word;
    for (std::size_t i = 2 + Below(3); i > 0; --i) word += Pick(kSyllables);
    return word;
  }

  std::string Bytes(std::size_t most) {
    std::string bytes(Below(most + 1), '\0');
    for (char& c : bytes) c = static_cast<char>(Below(256));
    return bytes;
  }

 private:
  std::mt19937 random_;
};

Image Normalized(const json& record) {
  const JsonDocument document = ToDocument(record);
  absl::StatusOr<Image> image = NormalizeImage(CompiledRules(), document.root(), "images/0");
  EXPECT_TRUE(image.ok()) << image.status();
  return image.value_or(Image());
}

void ExpectAnswers(const std::string& name, const NameMaker::Made& made) {
  const Image image = Normalized({{"id", "1"}, {"name", name}});
  EXPECT_EQ(image.os_distro, made.distro) << name;
  EXPECT_EQ(image.os_version, made.version) << name;
  EXPECT_EQ(image.arch, made.arch) << name;
}

TEST(ImageInvariance, CaseDoesNotMatter) {
  NameMaker maker;
  for (int i = 0; i < 10 * kRounds; ++i) {
    const NameMaker::Made made = maker.Make();
    ExpectAnswers(made.name, made);
    ExpectAnswers(absl::AsciiStrToLower(made.name), made);
    ExpectAnswers(absl::AsciiStrToUpper(made.name), made);
    ExpectAnswers(maker.AnyCase(made.name), made);
  }
}

TEST(ImageInvariance, SeparatorsDoNotMatter) {
  NameMaker maker;
  for (int i = 0; i < 10 * kRounds; ++i) {
    const NameMaker::Made made = maker.Make();
    for (const char* separator : {"-", "_", "  ", " - ", "/"}) {
      ExpectAnswers(absl::StrReplaceAll(made.name, {{" ", separator}}), made);
    }
  }
}

TEST(ImageInvariance, WordsOfSitesBeforeAndAfterDoNotMatter) {
  NameMaker maker;
  const std::vector<std::string> before = {"EGI ",  "prod-",     "TEST_",  "[public] ", "01-",
                                           "GOLD ", "my-group-", "cloud_", "official ", "VO.X.EU "};
  const std::vector<std::string> after = {"-v3",     " (official)",
                                          ".qcow2",  "-20240131",
                                          "-latest", " - 2024-01-31",
                                          "_raw",    " [build 42]",
                                          "-cloud",  "-6f1c2d3e-4a5b-4c6d-8e7f-901234567890",
                                          " LTS",    " by the cloud team"};
  for (int i = 0; i < 20 * kRounds; ++i) {
    const NameMaker::Made made = maker.Make();
    ExpectAnswers(absl::StrCat(maker.Pick(before), made.name), made);
    ExpectAnswers(absl::StrCat(made.name, maker.Pick(after)), made);
    ExpectAnswers(absl::StrCat(maker.Pick(before), made.name, maker.Pick(after)), made);
  }
}

TEST(ImageInvariance, ArchitectureMayStandFirst) {
  NameMaker maker;
  for (int i = 0; i < 10 * kRounds; ++i) {
    const NameMaker::Made made = maker.Make();
    if (!made.arch.empty()) continue;
    NameMaker::Made with = made;
    with.arch = "aarch64";
    ExpectAnswers(absl::StrCat("aarch64-", made.name), with);
    ExpectAnswers(absl::StrCat(made.name, "-aarch64"), with);
  }
}

TEST(ImageInvariance, TheOrderOfPropertiesDoesNotMatter) {
  std::vector<std::string> members = {R"("id": "1")",
                                      R"("name": "AlmaLinux 9")",
                                      R"("os_distro": "centos")",
                                      R"("os_version": "9.4")",
                                      R"("architecture": "amd64")",
                                      R"("os_admin_user": "cloud")",
                                      R"("image_build_date": "2024-05-01")",
                                      R"("tags": ["b", "a"])",
                                      R"("dc:title": "Alma 9")",
                                      R"("status": "active")"};
  NameMaker maker;
  std::string first;
  for (int i = 0; i < kRounds; ++i) {
    const absl::StatusOr<std::string> lines = NormalizeToJsonLines(
        CompiledRules(), Kind::kImages, absl::StrCat("[{", absl::StrJoin(members, ", "), "}]"));
    ASSERT_TRUE(lines.ok());
    if (first.empty()) first = *lines;
    EXPECT_EQ(*lines, first);
    std::shuffle(members.begin(), members.end(), maker.random());
  }
  EXPECT_THAT(first, testing::HasSubstr("almalinux"));
}

TEST(ImageInvariance, RandomWordsAreNoMoreThanAGuess) {
  NameMaker maker;
  for (int i = 0; i < 50 * kRounds; ++i) {
    std::string name = maker.Word();
    for (std::size_t words = maker.Below(4); words > 0; --words) {
      absl::StrAppend(&name, maker.Pick(std::vector<std::string>{" ", "-", "_", "."}),
                      maker.Below(3) == 0 ? absl::StrCat(maker.Below(100), ".", maker.Below(100))
                                          : maker.Word());
    }
    const Image image = Normalized({{"id", "1"}, {"name", name}});
    EXPECT_LE(image.provenance.Of("os_distro"), Confidence::kGuess) << name << image.os_distro;
    EXPECT_LE(image.provenance.Of("login_user"), Confidence::kGuess) << name << image.login_user;
  }
}

TEST(ImageInvariance, ArbitraryBytesAreTaken) {
  NameMaker maker;
  const std::vector<std::string> keys = {"name",          "os_distro",       "os_version",
                                         "architecture",  "os_admin_user",   "image_source",
                                         "dc:title",      "description",     "APPLIANCE_ATTRIBUTES",
                                         "vmware_ostype", "image_build_date"};
  for (int i = 0; i < 20 * kRounds; ++i) {
    json record = {{"id", "1"}};
    for (const std::string& key : keys) record[key] = maker.Bytes(80);
    const Image image = Normalized(record);
    EXPECT_EQ(image.id, "1");
    EXPECT_LE(image.provenance.Of("os_distro"), Confidence::kGuess)
        << image.os_distro << " in " << record.dump(-1, ' ', true, json::error_handler_t::replace);
  }
}

}  // namespace
}  // namespace cis::crawler
