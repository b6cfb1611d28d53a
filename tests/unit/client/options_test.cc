// SPDX-License-Identifier: Apache-2.0
#include "client/cli/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace cis::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Options Parse(std::vector<std::string> arguments) {
  ParsedArguments parsed = ParseArguments(std::move(arguments), "");
  EXPECT_TRUE(parsed.options.has_value()) << parsed.err;
  return parsed.options.value_or(Options());
}

// The error without "cisquery: " and the line end.
std::string Error(std::vector<std::string> arguments) {
  const ParsedArguments parsed = ParseArguments(std::move(arguments), "");
  EXPECT_FALSE(parsed.options.has_value());
  EXPECT_EQ(parsed.exit_code, 1);
  EXPECT_THAT(parsed.out, IsEmpty());
  EXPECT_THAT(parsed.err, ::testing::StartsWith("cisquery: "));
  EXPECT_THAT(parsed.err, ::testing::EndsWith("\n"));
  return parsed.err.substr(10, parsed.err.size() - 11);
}

TEST(Options, ReadsEveryFlagOfPlace) {
  const Options o = Parse({"place",
                           "--vo",
                           "a",
                           "--vo",
                           "b,c",
                           "--vcpus",
                           "2..4",
                           "--ram",
                           "8G",
                           "--disk",
                           "20",
                           "--ephemeral",
                           "10G",
                           "--gpus",
                           "1",
                           "--gpu-model",
                           "A100",
                           "--gpu-vendor",
                           "NVIDIA",
                           "--arch",
                           "x86_64",
                           "--os",
                           "ubuntu>=22.04",
                           "--os",
                           "debian",
                           "--image",
                           "my image",
                           "--public-ip",
                           "--ipv6",
                           "--count",
                           "3",
                           "--site",
                           "A",
                           "--not-site",
                           "B",
                           "--country",
                           "es",
                           "--max-age",
                           "26h",
                           "--explain",
                           "--limit",
                           "5",
                           "--sort-by",
                           "waste desc",
                           "--network",
                           "net",
                           "--all",
                           "--flavor",
                           "m1.*"});
  EXPECT_EQ(o.command, Command::kPlace);
  EXPECT_THAT(o.place.vos, ElementsAre("a", "b", "c"));
  EXPECT_EQ(o.place.vcpu_count.min, 2);
  EXPECT_EQ(o.place.vcpu_count.max, 4);
  EXPECT_EQ(o.place.ram_mib.min, 8192);
  EXPECT_FALSE(o.place.ram_mib.max.has_value());
  EXPECT_EQ(o.place.disk_gib.min, 20);
  EXPECT_EQ(o.place.ephemeral_gib.min, 10);
  EXPECT_EQ(o.place.gpu_count.min, 1);
  EXPECT_EQ(o.place.gpu_model, "A100");
  EXPECT_EQ(o.place.gpu_vendor, "NVIDIA");
  EXPECT_EQ(o.place.arch, "x86_64");
  EXPECT_THAT(o.place.os, ElementsAre("ubuntu>=22.04", "debian"));
  EXPECT_EQ(o.place.image, "my image");
  EXPECT_TRUE(o.place.public_ip);
  EXPECT_TRUE(o.place.ipv6);
  EXPECT_EQ(o.place.count, 3);
  EXPECT_THAT(o.place.sites, ElementsAre("A"));
  EXPECT_THAT(o.place.excluded_sites, ElementsAre("B"));
  EXPECT_THAT(o.place.countries, ElementsAre("es"));
  EXPECT_EQ(o.place.max_age, absl::Hours(26));
  EXPECT_TRUE(o.place.explain);
  EXPECT_EQ(o.place.limit, 5);
  EXPECT_EQ(o.place.sort_by, "waste desc");
  EXPECT_EQ(o.place.network, "net");
  EXPECT_TRUE(o.place.all);
  EXPECT_THAT(o.place.flavors, ElementsAre("m1.*"));
}

TEST(Options, GlobalFlagsStandBeforeOrAfterTheCommand) {
  for (const Options& o : {Parse({"--server", "h:1", "-o", "json", "-q", "sites"}),
                           Parse({"sites", "--server", "h:1", "-o", "json", "-q"}),
                           Parse({"sites", "--server=h:1", "-ojson", "--quiet"})}) {
    EXPECT_EQ(o.command, Command::kSites);
    EXPECT_EQ(o.server, "h:1");
    EXPECT_EQ(o.format, Format::kJson);
    EXPECT_TRUE(o.quiet);
  }
}

TEST(Options, TheServerComesFromTheFlagThenTheEnvironmentThenTheDefault) {
  EXPECT_EQ(Parse({"sites"}).server, "127.0.0.1:50051");
  EXPECT_EQ(ParseArguments({"sites"}, "env:1").options->server, "env:1");
  EXPECT_EQ(ParseArguments({"sites", "--server", "flag:1"}, "env:1").options->server, "flag:1");
}

TEST(Options, EveryCommandIsKnown) {
  const std::vector<std::pair<std::string, Command>> commands = {
      {"sites", Command::kSites},       {"endpoints", Command::kEndpoints},
      {"vos", Command::kVos},           {"shares", Command::kShares},
      {"flavors", Command::kFlavors},   {"images", Command::kImages},
      {"networks", Command::kNetworks}, {"changes", Command::kChanges},
      {"crawls", Command::kCrawls},     {"watch", Command::kWatch}};
  for (const auto& [name, command] : commands) EXPECT_EQ(Parse({name}).command, command);
  EXPECT_EQ(Parse({"show", "m1.large"}).show_name, "m1.large");
}

TEST(Options, NumbersThatTheServerJudgesArePassedOn) {
  EXPECT_EQ(Parse({"images", "--page-size", "-3"}).list.page_size, -3);
  EXPECT_EQ(Parse({"place", "--vo", "a", "--count", "-1"}).place.count, -1);
}

TEST(Options, NonsenseIsReportedInOneSentence) {
  EXPECT_EQ(Error({"place", "--vo", "a", "--ram", "8Q"}),
            "--ram: \"8Q\" is not a size; write for example 8G, 512M or 4G..16G");
  EXPECT_EQ(Error({"place", "--vo", "a", "--vcpus", "two"}),
            "--vcpus: \"two\" is not a number; write for example 4, 2..8 or 2..");
  EXPECT_EQ(Error({"place", "--vo", "a", "--max-age", "3"}),
            "--max-age: \"3\" is not a duration; write for example 90s, 30m, 26h, 14d or 1d12h");
  EXPECT_EQ(Error({"sites", "-o", "xml"}),
            "--output: \"xml\" is not a format; write one of table, wide, json, ndjson, yaml, csv, "
            "name, or with place one of query, openstack, fedcloud, tfvars, terraform-external, "
            "ansible, env");
  EXPECT_EQ(Error({"flavors", "--limit", "-1"}),
            "--limit: \"-1\" is negative; write 0 for all, or for example 10");
  EXPECT_EQ(Error({"networks", "--usable-as", "public"}),
            "--usable-as: \"public\" is not a use of networks; write floating-pool, direct, "
            "tenant or none");
  EXPECT_EQ(Error({"sites", "--timeout", "0s"}),
            "--timeout: \"0s\" is not more than 0; write for example 90s, 30m, 26h, 14d or 1d12h");
}

TEST(Options, MisspellingsGetASuggestion) {
  EXPECT_EQ(Error({"plcae"}), "there is no command \"plcae\"; did you mean place?");
  EXPECT_EQ(Error({"place", "--vo", "a", "--vcpu", "3"}),
            "command place has no flag \"--vcpu\"; did you mean --vcpus?");
  EXPECT_EQ(Error({"sites", "--formt=json"}),
            "command sites has no flag \"--formt\"; see cisquery sites --help");
  EXPECT_EQ(Error({"sites", "CESGA"}),
            "command sites has no argument \"CESGA\"; see cisquery sites --help");
}

TEST(Options, MissingAndContradictingFlagsAreErrors) {
  EXPECT_THAT(Error({}), HasSubstr("no command is given"));
  EXPECT_THAT(Error({"place"}), HasSubstr("--vo is missing"));
  EXPECT_THAT(Error({"show"}), HasSubstr("NAME is missing"));
  EXPECT_THAT(Error({"images", "--page-size"}), HasSubstr("--page-size needs a value"));
  EXPECT_THAT(Error({"sites", "flavors"}), HasSubstr("write one"));
  EXPECT_THAT(Error({"place", "--vo", "a", "--ipv6", "--no-ipv6"}),
              HasSubstr("exclude each other"));
  EXPECT_THAT(Error({"place", "--vo", "a", "--public-ip", "--no-public-ip"}),
              HasSubstr("exclude each other"));
  EXPECT_THAT(Error({"sites", "--tls-cert", "x"}), HasSubstr("must be given together"));
  EXPECT_EQ(Error({"sites", "--db", "x", "--server", "y"}),
            "--server and --db exclude each other; write one");
}

TEST(Options, HelpAndVersionGoToStdoutWithExitZero) {
  for (const auto& arguments : std::vector<std::vector<std::string>>{
           {"--help"}, {"--version"}, {"place", "--help"}, {"place", "-h"}}) {
    const ParsedArguments parsed = ParseArguments(arguments, "");
    EXPECT_FALSE(parsed.options.has_value());
    EXPECT_EQ(parsed.exit_code, 0);
    EXPECT_NE(parsed.out, "");
    EXPECT_EQ(parsed.err, "");
  }
}

// What the help shows between the words of a shell: `a 'b c'` is {"a", "b c"}.
std::vector<std::string> ShellWords(absl::string_view line) {
  std::vector<std::string> words;
  bool quoted = false;
  bool in_word = false;
  for (const char c : line) {
    if (c == '\'') {
      quoted = !quoted;
      if (!in_word) words.emplace_back();
      in_word = true;
    } else if (c == ' ' && !quoted) {
      in_word = false;
    } else {
      if (!in_word) words.emplace_back();
      in_word = true;
      words.back() += c;
    }
  }
  return words;
}

TEST(Options, ExamplesOfTheHelpAreAccepted) {
  size_t count = 0;
  for (const char* command : {"place", "sites", "endpoints", "vos", "shares", "flavors", "images",
                              "networks", "changes", "crawls", "show", "watch"}) {
    const std::string help = ParseArguments({command, "--help"}, "").out;
    std::vector<std::string> examples = absl::StrSplit(help.substr(help.find("Examples:\n")), '\n');
    // A long example goes on in the next line.
    for (size_t i = examples.size() - 1; i > 0; --i) {
      if (!absl::EndsWith(examples[i - 1], "\\")) continue;
      examples[i - 1].pop_back();
      absl::StrAppend(&examples[i - 1], examples[i]);
    }
    for (const std::string& example : examples) {
      std::vector<std::string> words = ShellWords(example);
      if (words.empty() || words[0] != "cisquery") continue;
      const auto end = std::find_if(words.begin(), words.end(), [](const std::string& word) {
        return word == "|" || word == ">";
      });
      const ParsedArguments parsed = ParseArguments({words.begin() + 1, end}, "");
      EXPECT_TRUE(parsed.options.has_value()) << example << "\n" << parsed.err;
      ++count;
    }
  }
  EXPECT_GE(count, 24u);
}

// The values after the colon in the help of --as-of, which every listing and place have.
TEST(Options, TimesOfTheHelpAreAccepted) {
  const std::string help = ParseArguments({"flavors", "--help"}, "").out;
  const std::string kBefore = "Answer as of this time: ";
  const size_t start = help.find(kBefore);
  ASSERT_NE(start, std::string::npos) << help;
  std::string text = help.substr(start + kBefore.size());
  text = text.substr(0, text.find("\n  -"));
  std::vector<std::string> values;
  for (absl::string_view value : absl::StrSplit(text, ',')) {
    const std::vector<std::string> words = ShellWords(absl::StrReplaceAll(value, {{"\n", " "}}));
    if (words.empty()) continue;
    values.push_back(words[0]);
  }
  EXPECT_THAT(values, testing::Contains("3d ago"));
  EXPECT_GE(values.size(), 4u);
  for (const std::string& value : values) {
    EXPECT_TRUE(ParseArguments({"flavors", "--as-of", value}, "").options.has_value()) << value;
  }
}

TEST(Options, HelpOfEveryCommandHasTwoExamples) {
  for (const char* command : {"place", "sites", "endpoints", "vos", "shares", "flavors", "images",
                              "networks", "changes", "crawls", "show", "watch"}) {
    const std::string help = ParseArguments({command, "--help"}, "").out;
    const size_t examples = help.find("Examples:\n");
    ASSERT_NE(examples, std::string::npos) << command;
    size_t count = 0;
    const std::string example = absl::StrCat("  cisquery ", command);
    for (size_t at = help.find(example, examples); at != std::string::npos;
         at = help.find(example, at + 1)) {
      ++count;
    }
    EXPECT_EQ(count, 2u) << command;
  }
}

TEST(Options, ReadsWhereTheTokenIs) {
  EXPECT_EQ(Parse({"flavors", "--token-file", "-"}).token_file, "-");
  EXPECT_EQ(Parse({"--oidc-agent", "egi", "flavors"}).oidc_agent, "egi");
  EXPECT_EQ(Parse({"flavors"}).token_file, "");
}

TEST(Options, TakesNoTokenAsAnArgument) {
  for (const char* flag : {"--token", "--access-token", "--bearer-token", "--oidc-access-token"}) {
    for (const auto& arguments :
         {std::vector<std::string>{"flavors", flag, "secret"},
          std::vector<std::string>{flag, "secret", "flavors"},
          std::vector<std::string>{"flavors", absl::StrCat(flag, "=secret")}}) {
      const std::string error = Error(arguments);
      EXPECT_THAT(error, HasSubstr(absl::StrCat("there is no flag ", flag, ",")));
      EXPECT_THAT(error, HasSubstr("--token-file FILE, OIDC_ACCESS_TOKEN or --oidc-agent ACCOUNT"));
      EXPECT_THAT(error, ::testing::Not(HasSubstr("secret")));
    }
  }
}

TEST(Options, RefusesFlagsOfTokensThatDoNotGoTogether) {
  EXPECT_EQ(Error({"flavors", "--token-file", "a", "--oidc-agent", "b"}),
            "--token-file and --oidc-agent exclude each other; write one");
  EXPECT_EQ(Error({"flavors", "--db", "cis.db", "--token-file", "a"}),
            "--token-file and --db exclude each other: a database needs no token");
  EXPECT_EQ(Error({"flavors", "--db", "cis.db", "--oidc-agent", "b"}),
            "--oidc-agent and --db exclude each other: a database needs no token");
  EXPECT_EQ(Error({"flavors", "--token-file", ""}),
            "--token-file needs a value; see cisquery --help");
}

}  // namespace
}  // namespace cis::client
