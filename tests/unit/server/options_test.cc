// SPDX-License-Identifier: Apache-2.0
#include "server/process/options.h"

#include <fstream>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/process/descriptors.h"
#include "tests/support/temp_dir.h"

namespace cis::server {
namespace {

using ::testing::HasSubstr;

absl::StatusOr<std::variant<Options, Printout>> Parse(std::vector<const char*> flags) {
  flags.insert(flags.begin(), "cis-server");
  return ParseOptions(static_cast<int>(flags.size()), flags.data());
}

Options Good(std::vector<const char*> flags) {
  const auto options = Parse(std::move(flags));
  EXPECT_TRUE(options.ok()) << options.status();
  return options.ok() && std::holds_alternative<Options>(*options) ? std::get<Options>(*options)
                                                                   : Options();
}

std::string Bad(std::vector<const char*> flags) {
  const auto options = Parse(std::move(flags));
  EXPECT_EQ(options.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(options.status().message());
}

TEST(ServerOptions, HasDefaults) {
  const Options options = Good({"--db", "x.db"});
  EXPECT_EQ(options.db, "x.db");
  EXPECT_EQ(options.listen, "127.0.0.1:50051");
  EXPECT_EQ(options.refresh_interval, absl::Seconds(2));
  EXPECT_EQ(options.freshness.stale_after, absl::Hours(26));
  EXPECT_EQ(options.freshness.expire_after, absl::Hours(336));
  EXPECT_EQ(options.drain_grace, absl::Seconds(10));
}

TEST(ServerOptions, ReadsEveryFlag) {
  const Options options =
      Good({"--db=x.db", "--listen=[::1]:0", "--tls-cert=c", "--tls-key=k", "--client-ca=a",
            "--stale-after=90m", "--expire-after=1d12h", "--refresh-interval=500ms",
            "--drain-grace=1s", "--log-format=json"});
  EXPECT_EQ(options.listen, "[::1]:0");
  EXPECT_EQ(options.client_ca, "a");
  EXPECT_EQ(options.freshness.stale_after, absl::Minutes(90));
  EXPECT_EQ(options.freshness.expire_after, absl::Hours(36));
  EXPECT_EQ(options.refresh_interval, absl::Milliseconds(500));
  EXPECT_EQ(options.log_format, LogFormat::kJson);
}

TEST(ServerOptions, PlainTextLeavesTheMachineOnlyIfAsked) {
  const std::string refused = Bad({"--db=x", "--listen=0.0.0.0:50051"});
  EXPECT_THAT(refused, HasSubstr("--listen is \"0.0.0.0:50051\", which other machines can reach"));
  EXPECT_THAT(refused, HasSubstr("--insecure-listen"));
  EXPECT_THAT(Bad({"--db=x", "--listen=[::]:1"}), HasSubstr("--tls-cert"));
  EXPECT_THAT(Bad({"--db=x", "--http-listen=192.0.2.1:9480"}), HasSubstr("--http-listen is"));
  EXPECT_THAT(Bad({"--db=x", "--listen=127.evil.example.org:1"}), HasSubstr("other machines"));
  EXPECT_TRUE(Good({"--db=x", "--listen=0.0.0.0:1", "--insecure-listen"}).insecure_listen);
  for (const char* listen : {"--listen=localhost:1", "--listen=[::1]:1", "--listen=127.0.0.2:1",
                             "--listen=unix:/run/cis.sock", "--http-listen=localhost:0"}) {
    EXPECT_FALSE(Good({"--db=x", listen}).insecure_listen) << listen;
  }
  Good({"--db=x", "--listen=0.0.0.0:1", "--http-listen=0.0.0.0:2", "--tls-cert=c", "--tls-key=k"});
}

TEST(ServerOptions, CommandLineWinsOverTheFlagFile) {
  const TempDir dir;
  std::ofstream(dir.File("server.flags")) << "# comment\ndb = a.db\nlisten = 127.0.0.1:1\n";
  const std::string config = "--config=" + dir.File("server.flags");
  EXPECT_EQ(Good({config.c_str()}).db, "a.db");
  const Options options = Good({config.c_str(), "--listen", "127.0.0.1:2"});
  EXPECT_EQ(options.listen, "127.0.0.1:2");
}

TEST(ServerOptions, TheFlagFileMayHaveSpacesAndCommentsAndIsCheckedLikeTheCommandLine) {
  const TempDir dir;
  std::ofstream(dir.File("server.flags")) << "db = \"my data.db\"\n--stale-after=2h  # nightly\n";
  const std::string config = "--config=" + dir.File("server.flags");
  const Options options = Good({config.c_str()});
  EXPECT_EQ(options.db, "my data.db");
  EXPECT_EQ(options.freshness.stale_after, absl::Hours(2));
  std::ofstream(dir.File("server.flags")) << "db = x\nno-such-flag = 1\n";
  EXPECT_THAT(Bad({config.c_str()}), HasSubstr("--no-such-flag"));
  std::ofstream(dir.File("server.flags")) << "db = x\n[section]\n";
  EXPECT_THAT(Bad({config.c_str()}), HasSubstr("server.flags:2"));
}

TEST(ServerOptions, RefusesWhatCannotWork) {
  EXPECT_THAT(Bad({}), HasSubstr("--db"));
  EXPECT_THAT(Bad({"--db", "x", "--tls-cert", "c"}), HasSubstr("together"));
  EXPECT_THAT(Bad({"--db", "x", "--client-ca", "c"}), HasSubstr("--client-ca needs"));
  EXPECT_THAT(Bad({"--db=x", "--client-certificate-optional"}),
              HasSubstr("--client-certificate-optional needs --client-ca"));
  EXPECT_THAT(Bad({"--db=x", "--tls-cert=c", "--tls-key=k", "--client-ca=a",
                   "--client-certificate-optional"}),
              HasSubstr("--client-certificate-optional needs --policy"));
  for (const char* wrong : {"--max-connections=-1", "--max-connections=1000000"}) {
    EXPECT_THAT(Bad({"--db=x", wrong}), HasSubstr("--max-connections is")) << wrong;
  }
  EXPECT_THAT(Bad({"--db=x", "--max-connections-per-address=0"}),
              HasSubstr("--max-connections-per-address is 0; write a number of connections"));
  for (const char* wrong : {"--rate-limit=-1", "--rate-limit=nan", "--rate-limit=2000000"}) {
    EXPECT_THAT(Bad({"--db=x", wrong}), HasSubstr("--rate-limit is")) << wrong;
  }
  EXPECT_THAT(Bad({"--db=x", "--issuer-ca=a"}), HasSubstr("--issuer-ca needs --policy"));
  EXPECT_THAT(Bad({"--db", "x", "--stale-after", "20d"}), HasSubstr("must not be less"));
  EXPECT_THAT(Bad({"--db", "x", "--log-format", "xml"}), HasSubstr("text or json"));
  EXPECT_THAT(Bad({"--db", "x", "--stale-after", "soon"}),
              HasSubstr("--stale-after: \"soon\" is not a duration; write for example 90s"));
  EXPECT_THAT(Bad({"--no-such-flag"}), HasSubstr("--no-such-flag"));
  Bad({"--db", "x", "stray"});
  EXPECT_THAT(Bad({"--db", "x", "--config", "/nonexistent/flags"}),
              HasSubstr("--config: /nonexistent/flags: No such file"));
}

TEST(ServerOptions, HelpAndVersionAreForPrinting) {
  const auto help = Parse({"--help"});
  ASSERT_TRUE(help.ok());
  EXPECT_THAT(std::get<Printout>(*help).text, HasSubstr("Examples:"));
  const auto version = Parse({"--version"});
  ASSERT_TRUE(version.ok());
  EXPECT_THAT(std::get<Printout>(*version).text, HasSubstr("cis-server "));
}

TEST(ConnectionsFor, LeavesDescriptorsForTheRest) {
  EXPECT_EQ(ConnectionsFor(0, 1024).value_or(-1), 312);
  EXPECT_EQ(ConnectionsFor(0, 1 << 20).value_or(-1), 4096);
  EXPECT_EQ(ConnectionsFor(10000, 1 << 20).value_or(-1), 10000);
  EXPECT_THAT(std::string(ConnectionsFor(1000, 1024).status().message()),
              HasSubstr("--max-connections 1000 needs 2400 descriptors, and the process may have "
                        "1024"));
  EXPECT_FALSE(ConnectionsFor(0, 100).ok());
}

}  // namespace
}  // namespace cis::server
