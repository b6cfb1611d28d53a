// Runs tests/cases/cli: a command line and the server's answer in, both outputs and the exit code
// out.
//
// Input: the command line as for a shell, then who answers. `at FEDERATION`: a real server over
// that catalog (federations.h), so that reasons, hints and placements are those of the engine;
// `PLACEMENT` in the command line is then the name of the first placement that a line `PLACEMENT at
// FEDERATION: place ...` finds. Otherwise the answer as a text proto, List...Response of the
// command or of the resource name's collection; never one of a command about placements. Output:
// stdout, each line of stderr behind "! ", the exit code. CR and ESC are shown as \r and \x1b.

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "server/serving/server.h"
#include "tests/cases/federations.h"
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

// Two hours after the data of the federations were read.
class FederationClock : public Clock {
 public:
  absl::Time Now() const override { return TestTime() + absl::Hours(2); }
};

// A real server over a federation.
class FederationServer {
 public:
  explicit FederationServer(const CatalogBuilder& builder) {
    server::ServerOptions options;
    options.clock = &clock_;
    server_ = *server::Server::Start(options);
    server_->Publish(server::Snapshot::Build(builder.Build()));
  }
  CommandResult Run(const std::vector<std::string>& words) {
    return RunCommandLine(server_->InProcessChannel(), words, clock_);
  }

 private:
  const FederationClock clock_;
  std::unique_ptr<server::Server> server_;
};

// Runs the words at the federation that the first of `lines` names.
absl::StatusOr<CommandResult> RunAtFederation(std::vector<std::string> words,
                                              absl::Span<const absl::string_view> lines) {
  const auto named = [](absl::string_view name) -> absl::StatusOr<CatalogBuilder> {
    std::optional<CatalogBuilder> builder = server::FederationNamed(name);
    if (builder) return *std::move(builder);
    return absl::InvalidArgumentError(absl::StrCat("there is no federation \"", name, "\""));
  };
  if (lines.size() > 1) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(absl::StripPrefix(lines[1], "PLACEMENT at "), absl::MaxSplits(": ", 1));
    const absl::StatusOr<CatalogBuilder> before = named(parts.first);
    if (!before.ok()) return before.status();
    const CommandResult found =
        FederationServer(*before).Run(SplitWords(absl::StrCat(parts.second, " -o csv --quiet")));
    const std::vector<std::string> rows = absl::StrSplit(found.out, '\n');
    if (rows.size() < 2) return absl::InvalidArgumentError("PLACEMENT: nothing is found");
    const std::string name(rows[1].substr(0, rows[1].find(',')));
    for (std::string& word : words) word = absl::StrReplaceAll(word, {{"PLACEMENT", name}});
  }
  const absl::StatusOr<CatalogBuilder> builder = named(absl::StripPrefix(lines[0], "at "));
  if (!builder.ok()) return builder.status();
  return FederationServer(*builder).Run(words);
}

std::string OutputOf(const CommandResult& result) {
  std::string output = absl::StrReplaceAll(result.out, {{"\r", "\\r"}, {"\x1b", "\\x1b"}});
  if (!output.empty() && output.back() != '\n') absl::StrAppend(&output, "(no line end)\n");
  for (absl::string_view line : absl::StrSplit(result.err, '\n', absl::SkipEmpty())) {
    absl::StrAppend(&output, "! ", line, "\n");
  }
  return absl::StrCat(output, "exit ", result.exit_code);
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
  const std::vector<absl::string_view> lines =
      absl::StrSplit(absl::string_view(input).substr(end), '\n', absl::SkipEmpty());
  if (!lines.empty() && absl::StartsWith(lines[0], "at ")) {
    const absl::StatusOr<CommandResult> result = RunAtFederation(std::move(words), lines);
    return result.ok() ? OutputOf(*result) : std::string(result.status().message());
  }
  FakeServer server;
  google::protobuf::Message* answer = AnswerFor(noun, server);
  if (answer == nullptr && !lines.empty()) {
    return absl::StrCat(noun, " is answered by a federation: write \"at NAME\"");
  }
  if (answer != nullptr &&
      !google::protobuf::TextFormat::ParseFromString(input.substr(end), answer)) {
    return "the answer is not a text proto";
  }
  return OutputOf(RunCommandLine(server, words));
}

void ExpectCases(const std::string& name) {
  const absl::Status status =
      RunCaseFile(absl::StrCat(CIS_SOURCE_DIR, "/tests/cases/cli/", name), RunCase);
  EXPECT_TRUE(status.ok()) << status.message();
}

TEST(CliCases, ChangesPrintAsWritten) { ExpectCases("changes.case"); }
TEST(CliCases, TablesPrintAsWritten) { ExpectCases("tables.case"); }
TEST(CliCases, FormatsPrintAsWritten) { ExpectCases("formats.case"); }
TEST(CliCases, PlacePrintsAsWritten) { ExpectCases("place.case"); }
TEST(CliCases, ShowPrintsAsWritten) { ExpectCases("show.case"); }
TEST(CliCases, UsageErrorsPrintAsWritten) { ExpectCases("usage.case"); }

}  // namespace
}  // namespace cis::client
