// SPDX-License-Identifier: Apache-2.0

// Replays a corpus through a fuzz target: what once broke it stays tested without a fuzzer.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

// The name that libFuzzer calls.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size);

namespace cis {
namespace {

std::vector<std::filesystem::path> Corpus() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(CIS_FUZZ_CORPUS)) {
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

void Replay(const std::string& input) {
  const std::vector<uint8_t> bytes(input.begin(), input.end());
  EXPECT_EQ(LLVMFuzzerTestOneInput(bytes.data(), bytes.size()), 0);
}

TEST(FuzzCorpus, EveryInputIsHandled) {
  ASSERT_FALSE(Corpus().empty());
  for (const auto& path : Corpus()) {
    SCOPED_TRACE(path.string());
    std::ifstream file(path, std::ios::binary);
    Replay(std::string((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>()));
  }
}

// Inputs cut short at every length: half of an answer must be handled too.
TEST(FuzzCorpus, EveryPrefixIsHandled) {
  for (const auto& path : Corpus()) {
    SCOPED_TRACE(path.string());
    std::ifstream file(path, std::ios::binary);
    const std::string input((std::istreambuf_iterator<char>(file)),
                            std::istreambuf_iterator<char>());
    for (std::size_t size = 0; size < std::min<std::size_t>(input.size(), 400); size += 3) {
      Replay(input.substr(0, size));
    }
  }
}

}  // namespace
}  // namespace cis
