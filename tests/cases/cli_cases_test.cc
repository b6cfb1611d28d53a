// Runs tests/cases/cli: a command line and the server's answer in, both outputs and the exit code
// out.
//
// Input: the command line as for a shell, then the answer as a text proto: for place
// FindPlacementsResponse, with lines of ExplainPlacementsResponse between (verdicts, relaxations,
// suggestions); GetPlacementResponse for `show placements/...`;
// List...Response of the command or of the resource name's collection otherwise.
// Output: stdout, each line of stderr behind "! ", the exit code. CR and ESC are shown
// as \r and \x1b.

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "tests/component/client_fixture.h"
#include "tests/support/case_file.h"

namespace cis::client {
namespace {

// Words of a command line; single quotes keep spaces.
std::vector<std::string> SplitWords(absl::string_view line) {
  std::vector<std::string> words(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '\'') {
      quoted = !quoted;
    } else if (c == ' ' && !quoted) {
      words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  return words;
}

google::protobuf::Message* AnswerFor(const std::string& noun, FakeServer& server) {
  if (noun == "place") return &server.placement.response;
  if (noun == "placements") return &server.placement.got;
  if (noun == "sites") return &server.inventory.sites;
  if (noun == "endpoints") return &server.inventory.endpoints;
  if (noun == "vos") return &server.inventory.vos;
  if (noun == "shares") return &server.inventory.shares;
  if (noun == "flavors") return &server.inventory.flavors;
  if (noun == "images") return &server.inventory.images;
  if (noun == "networks") return &server.inventory.networks;
  if (noun == "crawls") return &server.inventory.crawls;
  if (noun == "changes") return &server.changes.changes;
  return nullptr;
}

// Cuts the lines of an ExplainPlacementsResponse out of `text` and returns them.
std::string CutExplanation(std::string& text) {
  std::string rest;
  std::string explanation;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    const bool explains = absl::StartsWith(line, "verdicts") ||
                          absl::StartsWith(line, "relaxations") ||
                          absl::StartsWith(line, "suggestions");
    absl::StrAppend(explains ? &explanation : &rest, line, "\n");
  }
  text = rest;
  return explanation;
}

std::string RunCase(const std::string& input) {
  const size_t end = std::min(input.find('\n'), input.size());
  std::vector<std::string> words = SplitWords(absl::string_view(input).substr(0, end));
  if (words.size() < 2 || words[0] != "cisquery") return "the first line must be: cisquery COMMAND";
  words.erase(words.begin());
  std::string noun = words[0];
  if (noun == "show") {
    const std::vector<std::string> parts = absl::StrSplit(words[1], '/');
    noun = parts[parts.size() > 2 ? 2 : 0];
  }
  FakeServer server;
  google::protobuf::Message* answer = AnswerFor(noun, server);
  std::string text = input.substr(end);
  if (noun == "place" && !google::protobuf::TextFormat::ParseFromString(
                             CutExplanation(text), &server.placement.explained)) {
    return "the explanation is not a text proto";
  }
  if (answer != nullptr && !google::protobuf::TextFormat::ParseFromString(text, answer)) {
    return "the answer is not a text proto";
  }
  const CommandResult result = RunCommandLine(server, words);
  std::string output = absl::StrReplaceAll(result.out, {{"\r", "\\r"}, {"\x1b", "\\x1b"}});
  if (!output.empty() && output.back() != '\n') absl::StrAppend(&output, "(no line end)\n");
  for (absl::string_view line : absl::StrSplit(result.err, '\n', absl::SkipEmpty())) {
    absl::StrAppend(&output, "! ", line, "\n");
  }
  return absl::StrCat(output, "exit ", result.exit_code);
}

void ExpectCases(const std::string& name) {
  const absl::Status status =
      RunCaseFile(absl::StrCat(CIS_SOURCE_DIR, "/tests/cases/cli/", name), RunCase);
  EXPECT_TRUE(status.ok()) << status.message();
}

TEST(CliCases, Changes) { ExpectCases("changes.case"); }
TEST(CliCases, Tables) { ExpectCases("tables.case"); }
TEST(CliCases, Formats) { ExpectCases("formats.case"); }
TEST(CliCases, Place) { ExpectCases("place.case"); }
TEST(CliCases, Show) { ExpectCases("show.case"); }
TEST(CliCases, Usage) { ExpectCases("usage.case"); }

}  // namespace
}  // namespace cis::client
