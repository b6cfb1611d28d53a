// SPDX-License-Identifier: Apache-2.0
#include "client/rpc/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "tests/component/client_fixture.h"

namespace cis::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

void AddFlavors(int count, FakeServer& server) {
  for (int i = 0; i < count; ++i) {
    v1::Flavor& flavor = *server.inventory.flavors.add_flavors();
    flavor.set_name(absl::StrCat("sites/a/flavors/f", i));
    flavor.set_display_name(absl::StrCat("f", i));
    flavor.set_site_name("SITE-A");
    flavor.set_active(true);
  }
}

TEST(Client, ReadsEveryRowOnceAcrossPages) {
  FakeServer server;
  AddFlavors(23, server);
  server.control.max_page_size = 5;
  Client client(server.channel(), {});
  std::set<std::string> names;
  int rows = 0;
  const auto info = client.List<v1::Flavor>({}, 0, [&](const v1::Flavor& flavor) {
    names.insert(flavor.name());
    ++rows;
    return true;
  });
  ASSERT_TRUE(info.ok()) << info.status();
  EXPECT_EQ(info->total_count, 23);
  EXPECT_EQ(rows, 23);
  EXPECT_EQ(names.size(), 23u);
  EXPECT_EQ(server.control.calls.size(), 5u);
}

TEST(Client, StopsAtTheLimitWithoutAskingForMorePages) {
  FakeServer server;
  AddFlavors(23, server);
  server.control.max_page_size = 5;
  Client client(server.channel(), {});
  int rows = 0;
  const auto info = client.List<v1::Flavor>({}, 7, [&](const v1::Flavor&) { return ++rows > 0; });
  ASSERT_TRUE(info.ok()) << info.status();
  EXPECT_EQ(rows, 7);
  EXPECT_EQ(server.control.calls.size(), 2u);
}

TEST(Client, StopsWhenTheCallbackHasEnough) {
  FakeServer server;
  AddFlavors(23, server);
  Client client(server.channel(), {});
  int rows = 0;
  ASSERT_TRUE(client.List<v1::Flavor>({}, 0, [&](const v1::Flavor&) { return ++rows < 3; }).ok());
  EXPECT_EQ(rows, 3);
}

TEST(Client, RefusesPagesThatNeverEnd) {
  class Endless : public v1::InventoryService::Service {
    grpc::Status ListSites(grpc::ServerContext*, const v1::ListSitesRequest*,
                           v1::ListSitesResponse* response) override {
      response->set_next_page_token("again");
      return grpc::Status::OK;
    }
  };
  Endless service;
  grpc::ServerBuilder builder;
  builder.RegisterService(&service);
  const auto server = builder.BuildAndStart();
  Client client(server->InProcessChannel({}), {});
  const auto info = client.List<v1::Site>({}, 0, [](const v1::Site&) { return true; });
  EXPECT_EQ(info.status().code(), absl::StatusCode::kInternal);
  server->Shutdown();
}

TEST(Client, MergesAllPagesOfPlacements) {
  FakeServer server;
  for (int i = 0; i < 12; ++i) {
    server.placement.response.add_placements()->set_share(absl::StrCat("s", i));
  }
  server.control.max_page_size = 5;
  Client client(server.channel(), {});
  const auto all = client.FindPlacements({}, 0);
  ASSERT_TRUE(all.ok()) << all.status();
  ASSERT_EQ(all->placements_size(), 12);
  EXPECT_EQ(all->placements(11).share(), "s11");
  EXPECT_EQ(all->next_page_token(), "");
  const auto some = client.FindPlacements({}, 7);
  ASSERT_TRUE(some.ok()) << some.status();
  EXPECT_EQ(some->placements_size(), 7);
  EXPECT_EQ(some->total_size(), 12);
}

TEST(Client, MergesAllPagesOfVerdicts) {
  FakeServer server;
  for (int i = 0; i < 12; ++i) {
    server.placement.explained.add_verdicts()->set_share(absl::StrCat("s", i));
  }
  server.placement.explained.add_relaxations()->set_added_share_count(3);
  server.control.max_page_size = 5;
  Client client(server.channel(), {});
  const auto all = client.ExplainPlacements({});
  ASSERT_TRUE(all.ok()) << all.status();
  ASSERT_EQ(all->verdicts_size(), 12);
  EXPECT_EQ(all->verdicts(11).share(), "s11");
  EXPECT_EQ(all->relaxations_size(), 1);
  EXPECT_EQ(all->next_page_token(), "");
}

TEST(Client, KeepsCodeWordsAndReasonOfTheServer) {
  FakeServer server;
  server.control.before = [](const std::string&, grpc::ServerContext*) {
    return StatusWithReason(grpc::StatusCode::INVALID_ARGUMENT,
                            "page_size is -3; it must be 0 or more", "NEGATIVE_PAGE_SIZE");
  };
  Client client(server.channel(), {});
  const auto info = client.List<v1::Site>({}, 0, [](const v1::Site&) { return true; });
  EXPECT_EQ(info.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(info.status().message(), "page_size is -3; it must be 0 or more (NEGATIVE_PAGE_SIZE)");
  EXPECT_EQ(ErrorReasonOf(info.status()), "NEGATIVE_PAGE_SIZE");
}

TEST(Client, TriesOnceMoreWhenNoServerAnswered) {
  FakeServer server;
  AddFlavors(1, server);
  int calls = 0;
  server.control.before = [&calls](const std::string&, grpc::ServerContext*) {
    return ++calls == 1 ? grpc::Status(grpc::StatusCode::UNAVAILABLE, "connection reset")
                        : grpc::Status::OK;
  };
  Client client(server.channel(), {});
  int rows = 0;
  EXPECT_TRUE(client.List<v1::Flavor>({}, 0, [&](const v1::Flavor&) { return ++rows > 0; }).ok());
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(rows, 1);
}

TEST(Client, DoesNotTryAgainWhenTheServerSaysThatItHasNoData) {
  FakeServer server;
  server.control.before = [](const std::string&, grpc::ServerContext*) {
    return StatusWithReason(grpc::StatusCode::UNAVAILABLE, "no data yet", "SNAPSHOT_NOT_READY");
  };
  Client client(server.channel(), {});
  const auto site = client.Get<v1::Site>("sites/a");
  EXPECT_EQ(site.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(server.control.calls.size(), 1u);
  EXPECT_THAT(ErrorText(site.status()), HasSubstr("waits for its first crawl"));
}

TEST(Client, GivesUpAtTheTimeout) {
  FakeServer server;
  server.control.before = [](const std::string&, grpc::ServerContext* context) {
    // Ends when the client's deadline has cancelled the call.
    while (!context->IsCancelled()) {
    }
    return grpc::Status::OK;
  };
  Client client(server.channel(), {absl::Milliseconds(50), "the server"});
  const auto site = client.Get<v1::Site>("sites/a");
  EXPECT_EQ(site.status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(site.status().message(),
            "the server did not answer within 50ms; --timeout sets a longer time");
}

TEST(Client, NamesTheServerThatCannotBeReached) {
  // Nothing listens on port 1 of loopback.
  const auto channel = MakeChannel({"127.0.0.1:1", false, "", "", ""});
  ASSERT_TRUE(channel.ok());
  Client client(*channel, {absl::Seconds(5), "127.0.0.1:1"});
  const auto site = client.Get<v1::Site>("sites/a");
  EXPECT_EQ(site.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(site.status().message()),
              HasSubstr("no CIS server answers at 127.0.0.1:1"));
  EXPECT_THAT(std::string(site.status().message()), HasSubstr("--server HOST:PORT"));
}

TEST(Client, RefusesAPemFileThatIsNone) {
  const auto channel = MakeChannel({"127.0.0.1:1", true, "/nonexistent/ca.pem", "", ""});
  EXPECT_EQ(channel.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(channel.status().message()), HasSubstr("/nonexistent/ca.pem"));
}

TEST(Commands, ErrorsExitWithOneAndWriteNothingToStdoutAsTables) {
  FakeServer server;
  server.control.before = [](const std::string&, grpc::ServerContext*) {
    return StatusWithReason(grpc::StatusCode::INVALID_ARGUMENT, "no field \"x\"", "INVALID_FILTER");
  };
  const CommandResult result = RunCommandLine(server, {"flavors", "--filter", "x = 1"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err, "cisquery: no field \"x\" (INVALID_FILTER)\n");
}

TEST(Commands, NothingMatchesExitsWithTwoAndSaysWhichNameIsWrong) {
  FakeServer server;
  server.inventory.sites.add_sites()->set_display_name("CESGA-CLOUD");
  const CommandResult result = RunCommandLine(server, {"flavors", "--site", "CESGA-CLUOD"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, HasSubstr("did you mean CESGA-CLOUD?"));
  EXPECT_EQ(server.inventory.flavors_request.filter(), "site_name = \"CESGA-CLUOD\"");
}

TEST(Commands, EmptyListsAreWellFormedInEveryFormat) {
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"table", ""},  {"wide", ""},     {"json", "[]\n"},
      {"ndjson", ""}, {"yaml", "[]\n"}, {"name", ""}};
  for (const auto& [format, text] : expected) {
    FakeServer server;
    const CommandResult result = RunCommandLine(server, {"vos", "-o", format});
    EXPECT_EQ(result.exit_code, 2) << format;
    EXPECT_EQ(result.out, text) << format;
  }
  FakeServer server;
  EXPECT_EQ(
      RunCommandLine(server, {"vos", "-o", "csv"}).out,
      "name,display_name,sites,share_count,authenticated_share_count,refused_share_count\r\n");
}

TEST(Commands, QuietWritesNoNotes) {
  FakeServer server;
  EXPECT_EQ(RunCommandLine(server, {"vos", "-q"}).err, "");
  EXPECT_NE(RunCommandLine(server, {"vos"}).err, "");
}

TEST(Commands, NameFormatAsksForNothingButNames) {
  FakeServer server;
  AddFlavors(2, server);
  const CommandResult result = RunCommandLine(server, {"flavors", "-o", "name"});
  EXPECT_EQ(result.out, "sites/a/flavors/f0\nsites/a/flavors/f1\n");
  EXPECT_THAT(server.inventory.flavors_request.read_mask().paths(), ElementsAre("name"));
}

TEST(Commands, LimitReportsHowManyMoreThereAre) {
  FakeServer server;
  AddFlavors(5, server);
  const CommandResult result = RunCommandLine(server, {"flavors", "--limit", "2", "-o", "name"});
  EXPECT_EQ(result.out, "sites/a/flavors/f0\nsites/a/flavors/f1\n");
  EXPECT_EQ(result.err, "3 more; --limit 0 shows all.\n");
}

TEST(Commands, VosOfASiteAreThoseThatTheSiteNames) {
  FakeServer server;
  v1::Site& site = *server.inventory.sites.add_sites();
  site.set_display_name("A");
  site.add_vos("vo.two");
  for (const char* name : {"vo.one", "vo.two", "vo.three"}) {
    v1::Vo& vo = *server.inventory.vos.add_vos();
    vo.set_name(absl::StrCat("vos/", name));
    vo.set_display_name(name);
  }
  EXPECT_EQ(RunCommandLine(server, {"vos", "--site", "A", "-o", "name"}).out, "vos/vo.two\n");
}

TEST(Show, FindsTheOneThingWithThatName) {
  FakeServer server;
  AddFlavors(3, server);
  server.control.matches = [](const std::string& filter, const google::protobuf::Message& row) {
    const auto* flavor = dynamic_cast<const v1::Flavor*>(&row);
    return flavor != nullptr &&
           filter == absl::StrCat("display_name = \"", flavor->display_name(),
                                  "\" OR upstream_id = \"", flavor->display_name(), "\"");
  };
  const CommandResult one = RunCommandLine(server, {"show", "f1"});
  EXPECT_EQ(one.exit_code, 0);
  EXPECT_THAT(one.out, HasSubstr("sites/a/flavors/f1"));
  EXPECT_THAT(one.out, Not(HasSubstr("sites/a/flavors/f2")));
  const CommandResult none = RunCommandLine(server, {"show", "f9"});
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_THAT(none.err, HasSubstr("No resource is named \"f9\""));
}

TEST(Show, ListsAllThingsWithThatName) {
  FakeServer server;
  AddFlavors(2, server);
  server.inventory.vos.add_vos()->set_name("vos/f");
  const CommandResult table = RunCommandLine(server, {"show", "f"});
  EXPECT_EQ(table.exit_code, 0);
  EXPECT_THAT(table.out, HasSubstr("sites/a/flavors/f0"));
  EXPECT_THAT(table.out, HasSubstr("sites/a/flavors/f1"));
  EXPECT_THAT(table.out, HasSubstr("vos/f"));
  const CommandResult json = RunCommandLine(server, {"show", "f", "-o", "json"});
  EXPECT_EQ(nlohmann::json::parse(json.out).size(), 3u);
  const CommandResult csv = RunCommandLine(server, {"show", "f", "-o", "csv"});
  EXPECT_EQ(csv.exit_code, 1);
  EXPECT_THAT(csv.err, HasSubstr("flavor, vo"));
}

TEST(Show, GetsByResourceName) {
  FakeServer server;
  AddFlavors(2, server);
  const CommandResult json = RunCommandLine(server, {"show", "sites/a/flavors/f1", "-o", "json"});
  EXPECT_EQ(json.exit_code, 0);
  EXPECT_EQ(nlohmann::json::parse(json.out)["display_name"], "f1");
  EXPECT_THAT(server.control.calls, ElementsAre("GetFlavor"));
  EXPECT_EQ(RunCommandLine(server, {"show", "sites/a/flavors/f7"}).exit_code, 2);
}

v1::Change MakeChange(int id, v1::ChangeEvent event) {
  v1::Change change;
  change.set_name(absl::StrCat("sites/a/changes/", id));
  change.mutable_time()->set_seconds(1'700'000'000 - 3600);
  change.set_kind(v1::CHANGE_KIND_FLAVOR);
  change.set_event(event);
  change.set_site_name("SITE-A");
  change.set_display_name(absl::StrCat("m1.", id));
  change.set_cause(v1::CHANGE_CAUSE_SITE);
  return change;
}

TEST(Changes, AsksForTheTimeAndReportsWhereTheJournalBegins) {
  FakeServer server;
  v1::Change change = MakeChange(7, v1::CHANGE_EVENT_CHANGED);
  change.set_field("ram_mib");
  change.set_old_value("2048");
  change.set_new_value("4096");
  *server.changes.changes.add_changes() = change;
  *server.changes.changes.add_changes() = MakeChange(6, v1::CHANGE_EVENT_GONE);
  server.changes.changes.mutable_oldest_time()->set_seconds(1'700'000'000 - 86400);
  const CommandResult result =
      RunCommandLine(server, {"changes", "--since", "2d", "--until", "2023-11-14T22:00:00Z",
                              "--site", "SITE-A", "--vo", "ops", "--kind", "flavor"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out, HasSubstr("ram_mib: 2048 -> 4096"));
  EXPECT_THAT(result.err, HasSubstr("The journal begins at 2023-11-13"));
  const v1::ListChangesRequest& asked = server.changes.changes_request;
  EXPECT_EQ(asked.start_time().seconds(), 1'700'000'000 - 2 * 86400);
  EXPECT_EQ(asked.end_time().seconds(), 1'699'999'200);
  EXPECT_EQ(asked.sites(0), "SITE-A");
  EXPECT_EQ(asked.vos(0), "ops");
  EXPECT_EQ(asked.kinds(0), v1::CHANGE_KIND_FLAVOR);
  EXPECT_EQ(asked.parent(), "sites/-");

  server.control.max_page_size = 1;
  const CommandResult cut = RunCommandLine(server, {"changes", "--limit", "1", "-o", "name"});
  EXPECT_EQ(cut.out, "sites/a/changes/7\n");
  EXPECT_THAT(cut.err, HasSubstr("There are more"));
  EXPECT_EQ(RunCommandLine(server, {"changes", "-o", "name"}).out,
            "sites/a/changes/7\nsites/a/changes/6\n");
  server.changes.changes.clear_changes();
  EXPECT_EQ(RunCommandLine(server, {"changes"}).exit_code, 2);
}

v1::WatchChangesResponse MakeMessage(const std::string& token, std::vector<v1::Change> changes) {
  v1::WatchChangesResponse message;
  message.set_resume_token(token);
  for (const v1::Change& change : changes) *message.add_changes() = change;
  return message;
}

TEST(Watch, ResumesWhereTheLostConnectionEnded) {
  FakeServer server;
  const grpc::Status stopping =
      StatusWithReason(grpc::StatusCode::UNAVAILABLE, "the server stops", "SERVER_STOPPING");
  server.changes.streams = {
      {{MakeMessage("t1", {}), MakeMessage("t2", {MakeChange(1, v1::CHANGE_EVENT_GONE)})},
       stopping},
      {{MakeMessage("t3", {MakeChange(2, v1::CHANGE_EVENT_APPEARED)})}, stopping}};
  const CommandResult result = RunCommandLine(server, {"watch", "--limit", "2", "--vo", "ops"},
                                              [](absl::Duration) { return true; });
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.out,
            "2023-11-14 21:13 UTC  SITE-A  flavor m1.1 gone\n"
            "2023-11-14 21:13 UTC  SITE-A  flavor m1.2 appeared\n");
  ASSERT_EQ(server.changes.watch_requests.size(), 2u);
  EXPECT_EQ(server.changes.watch_requests[0].resume_token(), "");
  EXPECT_EQ(server.changes.watch_requests[0].vos(0), "ops");
  EXPECT_EQ(server.changes.watch_requests[1].resume_token(), "t2");
  EXPECT_THAT(result.err, HasSubstr("Reconnecting"));
  EXPECT_THAT(result.err, HasSubstr("--resume t3"));
}

TEST(Watch, EndsWithAnErrorThatARetryCannotFix) {
  FakeServer server;
  server.changes.streams = {
      {{}, StatusWithReason(grpc::StatusCode::OUT_OF_RANGE, "not kept", "RESUME_TOKEN_EXPIRED")}};
  const CommandResult result =
      RunCommandLine(server, {"watch", "--resume", "old"}, [](absl::Duration) { return true; });
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("RESUME_TOKEN_EXPIRED"));
  EXPECT_EQ(server.changes.watch_requests[0].resume_token(), "old");
}

TEST(AsOf, IsSentWithEveryCallAndAgesCountFromThatTime) {
  FakeServer server;
  v1::Site& site = *server.inventory.sites.add_sites();
  site.set_name("sites/a");
  site.set_display_name("SITE-A");
  site.set_state(v1::DATA_STATE_FRESH);
  site.mutable_observe_time()->set_seconds(1'700'000'000 - 4 * 86400);
  const CommandResult result = RunCommandLine(server, {"sites", "--as-of", "3d"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(server.inventory.sites_request.as_of().seconds(), 1'700'000'000 - 3 * 86400);
  EXPECT_THAT(result.out, HasSubstr("24 h"));
  RunCommandLine(server, {"place", "--vo", "ops", "--as-of", "2023-11-01T00:00:00Z"});
  EXPECT_EQ(server.placement.request.as_of().seconds(), 1'698'796'800);
  RunCommandLine(server, {"place", "--vo", "ops"});
  EXPECT_FALSE(server.placement.request.has_as_of());
}

}  // namespace
}  // namespace cis::client
