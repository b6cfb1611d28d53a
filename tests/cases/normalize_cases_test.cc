// Runs tests/cases/normalize/*.case. The part of the file's name before "_" or "." says what its
// inputs are: "names" = one image name per line; "images", "flavors", "networks" = a raw list body.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "crawler/normalize/normalizer.h"
#include "tests/support/case_file.h"
#include "tests/support/compiled_rules.h"

namespace cis::crawler {
namespace {

using nlohmann::ordered_json;

std::string Text(const ordered_json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

// Returns "NAME | distro version arch build_date purpose", with "-" for unknown values.
std::string RunNames(const std::string& input) {
  ordered_json images = ordered_json::array();
  for (absl::string_view name : absl::StrSplit(input, '\n')) {
    images.push_back({{"id", absl::StrCat(images.size())}, {"name", std::string(name)}});
  }
  const auto lines = NormalizeToJsonLines(CompiledRules(), Kind::kImages, images.dump());
  if (!lines.ok()) {
    return std::string(lines.status().message());
  }
  std::string text;
  for (absl::string_view line : absl::StrSplit(*lines, '\n', absl::SkipEmpty())) {
    const ordered_json record = ordered_json::parse(std::string(line));
    absl::StrAppend(&text, Text(record["name"]), " |");
    for (const char* field : {"os_distro", "os_version", "arch", "build_date", "purpose"}) {
      absl::StrAppend(&text, " ", record[field].is_null() ? "-" : Text(record[field]));
    }
    absl::StrAppend(&text, "\n");
  }
  return text;
}

// One record: its name, then every known field with its confidence, then the warnings.
std::string RunBody(Kind kind, const std::string& input) {
  std::vector<std::string> skipped;
  const auto lines = NormalizeToJsonLines(CompiledRules(), kind, input, &skipped);
  if (!lines.ok()) {
    return absl::StrCat("error: ", lines.status().message());
  }
  std::string text;
  for (absl::string_view line : absl::StrSplit(*lines, '\n', absl::SkipEmpty())) {
    const ordered_json record = ordered_json::parse(std::string(line));
    absl::StrAppend(&text, record["name"].is_null() ? "(no name)" : Text(record["name"]), "\n");
    for (const auto& [field, value] : record.items()) {
      if (value.is_null() || field == "id" || field == "name" || field == "evidence" ||
          field == "confidence" || field == "warnings") {
        continue;
      }
      const auto confidence = record["confidence"].find(field);
      absl::StrAppend(&text, "  ", field, " ", Text(value),
                      confidence == record["confidence"].end()
                          ? ""
                          : absl::StrCat(" (", Text(*confidence), ")"),
                      "\n");
    }
    for (const ordered_json& warning : record["warnings"]) {
      absl::StrAppend(&text, "  ! ", Text(warning), "\n");
    }
  }
  for (const std::string& reason : skipped) {
    absl::StrAppend(&text, "skipped ", reason, "\n");
  }
  return text;
}

class NormalizeCases : public testing::TestWithParam<std::string> {};

TEST_P(NormalizeCases, GiveWhatTheFileSays) {
  const std::string stem = std::filesystem::path(GetParam()).stem().string();
  const std::string topic = stem.substr(0, stem.find('_'));
  const auto run = [&](const std::string& input) {
    if (topic == "names") {
      return RunNames(input);
    }
    const auto kind = ParseKind(topic);
    return kind.has_value() ? RunBody(*kind, input) : absl::StrCat("no such topic: ", topic);
  };
  const absl::Status status = RunCaseFile(GetParam(), run);
  EXPECT_TRUE(status.ok()) << status.message();
}

std::vector<std::string> CaseFiles() {
  std::vector<std::string> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(CIS_SOURCE_DIR "/tests/cases/normalize")) {
    if (entry.path().extension() == ".case") {
      files.push_back(entry.path().string());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string FileName(const testing::TestParamInfo<std::string>& param) {
  return std::filesystem::path(param.param).stem().string();
}

INSTANTIATE_TEST_SUITE_P(Files, NormalizeCases, testing::ValuesIn(CaseFiles()), FileName);

TEST(NormalizeCaseFiles, Exist) { EXPECT_FALSE(CaseFiles().empty()); }

}  // namespace
}  // namespace cis::crawler
