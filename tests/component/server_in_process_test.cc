// SPDX-License-Identifier: Apache-2.0

// A database file -> the services inside this process.

#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cis/v1/changes.grpc.pb.h"
#include "cis/v1/inventory.grpc.pb.h"
#include "cis/v1/placement.grpc.pb.h"
#include "cis/v1/registry.grpc.pb.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "schema/model/fields.h"
#include "schema/store/sqlite.h"
#include "schema/store/store.h"
#include "server/serving/in_process.h"
#include "tests/support/builders.h"
#include "tests/support/temp_dir.h"

namespace cis::server {
namespace {

// Writes one share with one flavor.
void WriteDatabase(const std::string& path) {
  const Share share = MakeShare("SITE-A", "ops");
  auto writer = OpenStoreWriter(path);
  ASSERT_TRUE(writer.ok()) << writer.status();
  ASSERT_TRUE((*writer)->ReplaceConfiguration({MakeSite("SITE-A")}, {share}).ok());
  const auto crawl = (*writer)->BeginCrawl(TestTime());
  ASSERT_TRUE(crawl.ok());
  Observation observation;
  observation.share = share;
  observation.kind = Kind::kFlavors;
  observation.fetch_time = TestTime();
  RecordSet records;
  records.share = share;
  records.kind = Kind::kFlavors;
  records.observe_time = TestTime();
  records.flavors = {MakeFlavor("small")};
  const absl::Status status = (*writer)->ReplaceRecords(*crawl, observation, records, 1);
  ASSERT_TRUE(status.ok()) << status;
}

TEST(InProcessServer, AnswersFromADatabaseFile) {
  const TempDir dir;
  WriteDatabase(dir.File("cis.db"));
  const auto server = InProcessServer::Open(dir.File("cis.db"));
  ASSERT_TRUE(server.ok()) << server.status();
  const auto stub = v1::InventoryService::NewStub((*server)->channel());
  v1::ListFlavorsRequest request;
  request.set_parent("sites/-");
  grpc::ClientContext context;
  v1::ListFlavorsResponse response;
  const grpc::Status status = stub->ListFlavors(&context, request, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_EQ(response.flavors_size(), 1);
  EXPECT_EQ(response.flavors(0).display_name(), "small");
  EXPECT_EQ(response.flavors(0).vos(0), "ops");
}

TEST(InProcessServer, ServesSeveralThreads) {
  const TempDir dir;
  WriteDatabase(dir.File("cis.db"));
  const auto server = InProcessServer::Open(dir.File("cis.db"));
  ASSERT_TRUE(server.ok()) << server.status();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&server] {
      const auto stub = v1::InventoryService::NewStub((*server)->channel());
      for (int n = 0; n < 20; ++n) {
        grpc::ClientContext context;
        v1::ListSitesResponse response;
        EXPECT_TRUE(stub->ListSites(&context, {}, &response).ok());
        EXPECT_EQ(response.total_size(), 1);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

constexpr char kMark[] = "MARK";

// Sets every text of a record to kMark.
struct Marker {
  void operator()(absl::string_view, std::string& text) const { text = kMark; }
  void operator()(absl::string_view, SharedText& text) const { text = kMark; }
  void operator()(absl::string_view, std::vector<std::string>& texts) const { texts = {kMark}; }
  void operator()(absl::string_view, SharedList<SharedText>& texts) const { texts = {kMark}; }
  void operator()(absl::string_view, std::optional<TextMap>& texts) const {
    texts.emplace().Set(kMark, kMark);
  }
  template <typename Value>
  void operator()(absl::string_view, Value&) const {}
  void Provenance(cis::Provenance& facts) const {
    facts.evidence = {{kMark, kMark, kMark}};
    facts.confidence = {{kMark, Confidence::kStrong}};
    facts.warnings = {kMark};
  }
};

template <typename Record>
Record Marked(Record record) {
  const Marker marker;
  VisitFields(marker, record);
  return record;
}

// Writes one record of each kind, with kMark in every text.
void WriteMarkedDatabase(const std::string& path) {
  Share share = MakeShare(Marked(MakeEndpoint(kMark)), kMark);
  share.endpoint.site_name = kMark;
  share = Marked(share);
  auto writer = OpenStoreWriter(path);
  ASSERT_TRUE(writer.ok()) << writer.status();
  ASSERT_TRUE((*writer)->ReplaceConfiguration({MakeSite(kMark)}, {share}).ok());
  const auto crawl = (*writer)->BeginCrawl(TestTime());
  ASSERT_TRUE(crawl.ok());
  for (const Kind kind : {Kind::kFlavors, Kind::kImages, Kind::kNetworks, Kind::kQuotas}) {
    Observation observation;
    observation.share = share;
    observation.kind = kind;
    observation.fetch_time = TestTime();
    RecordSet records;
    records.share = share;
    records.kind = kind;
    records.observe_time = TestTime();
    records.remarks = {kMark};
    if (kind == Kind::kFlavors) records.flavors = {Marked(MakeFlavor("f"))};
    if (kind == Kind::kImages) records.images = {Marked(MakeImage("i"))};
    if (kind == Kind::kNetworks) {
      records.network_set.networks = {Marked(MakeNetwork("n", NetworkUse::kDirect))};
      records.network_set.networks[0].subnets = {Marked(Subnet())};
      records.network_set.routers = {Marked(Router())};
      records.network_set.floating_ips = {Marked(FloatingIp())};
    }
    if (kind == Kind::kQuotas) records.limit_set.quotas = {Marked(Quota())};
    const absl::Status status = (*writer)->ReplaceRecords(*crawl, observation, records, 1);
    ASSERT_TRUE(status.ok()) << status;
    const absl::Status failed =
        (*writer)->RecordFailure(*crawl, share, kind, ErrorClass::kServer, kMark, TestTime(), 1);
    ASSERT_TRUE(failed.ok()) << failed;
  }
  RegistryUpdate update;
  update.time = TestTime();
  for (const RegistryPart part :
       {RegistryPart::kSites, RegistryPart::kServices, RegistryPart::kDowntimes}) {
    update.part = part;
    update.sites = {Marked(RegistrySite())};
    update.services = {Marked(RegistryService())};
    update.downtimes = {Marked(Downtime())};
    update.downtimes[0].start = TestTime();
    update.downtimes[0].end = TestTime() + absl::Hours(1);
    const absl::Status status = (*writer)->ReplaceRegistry(update);
    ASSERT_TRUE(status.ok()) << status;
  }
  ASSERT_TRUE(
      (*writer)->ReplaceSiteProblems({{kMark, kMark, kMark, kMark, TestTime()}}, TestTime()).ok());
}

// Breaks the UTF-8 of every text that contains kMark. Returns in how many columns.
int BreakTexts(const std::string& path) {
  const auto db = Connection::Open(path, Connection::Mode::kReadWrite, absl::Seconds(10));
  EXPECT_TRUE(db.ok()) << db.status();
  std::vector<std::pair<std::string, std::string>> columns;
  {
    auto find = (*db)->Prepare(
        "SELECT t.name AS noun, c.name AS field FROM sqlite_schema AS t "
        "JOIN pragma_table_info(t.name) AS c WHERE t.type = 'table' AND c.type = 'TEXT'");
    EXPECT_TRUE(find.ok()) << find.status();
    while (find->Step().value_or(false)) {
      columns.emplace_back(find->Text("noun"), find->Text("field"));
    }
  }
  int broken = 0;
  for (const auto& [noun, field] : columns) {
    const absl::Status status = (*db)->Execute(
        absl::StrCat("UPDATE ", noun, " SET ", field, " = replace(", field,
                     ", 'MARK', CAST(x'61ff62c3' AS TEXT)) WHERE instr(", field, ", 'MARK') > 0"));
    EXPECT_TRUE(status.ok()) << status;
    if ((*db)->change_count() > 0) ++broken;
  }
  return broken;
}

// A client could not parse a reply with one text of broken UTF-8.
TEST(InProcessServer, BrokenUtf8OfAnyColumnIsAnswered) {
  const TempDir dir;
  const std::string path = dir.File("cis.db");
  WriteMarkedDatabase(path);
  EXPECT_GT(BreakTexts(path), 80);
  const auto server = InProcessServer::Open(path);
  ASSERT_TRUE(server.ok()) << server.status();
  const std::string mended =
      "a\xEF\xBF\xBD"
      "b\xEF\xBF\xBD";
  const auto inventory = v1::InventoryService::NewStub((*server)->channel());
  const auto ask = [](auto stub, auto method, auto request, auto response) {
    grpc::ClientContext context;
    const grpc::Status status = (stub->*method)(&context, request, &response);
    EXPECT_TRUE(status.ok()) << request.GetTypeName() << ": " << status.error_message();
    return response;
  };
  using Stub = v1::InventoryService::Stub;
  const auto sites =
      ask(inventory.get(), &Stub::ListSites, v1::ListSitesRequest(), v1::ListSitesResponse());
  ASSERT_EQ(sites.sites_size(), 1);
  EXPECT_EQ(sites.sites(0).display_name(), mended);
  EXPECT_EQ(ask(inventory.get(), &Stub::ListVos, v1::ListVosRequest(), v1::ListVosResponse())
                .vos(0)
                .display_name(),
            mended);
  EXPECT_EQ(
      ask(inventory.get(), &Stub::ListCrawls, v1::ListCrawlsRequest(), v1::ListCrawlsResponse())
          .total_size(),
      1);
  v1::GetCrawlRequest crawl;
  crawl.set_name("crawls/1");
  ask(inventory.get(), &Stub::GetCrawl, crawl, v1::Crawl());
  const auto all = [](auto request) {
    request.set_parent("sites/-");
    request.set_show_inactive(true);
    return request;
  };
  v1::ListEndpointsRequest endpoints;
  endpoints.set_parent("sites/-");
  EXPECT_EQ(ask(inventory.get(), &Stub::ListEndpoints, endpoints, v1::ListEndpointsResponse())
                .total_size(),
            1);
  const auto shares = ask(inventory.get(), &Stub::ListShares, all(v1::ListSharesRequest()),
                          v1::ListSharesResponse());
  ASSERT_EQ(shares.shares_size(), 1);
  for (const v1::KindStatus& kind : shares.shares(0).kinds()) {
    if (kind.error_class() == v1::ERROR_CLASS_UNSPECIFIED) continue;
    EXPECT_EQ(kind.error_message(), mended);
  }
  EXPECT_EQ(ask(inventory.get(), &Stub::ListFlavors, all(v1::ListFlavorsRequest()),
                v1::ListFlavorsResponse())
                .flavors(0)
                .extra_specs()
                .count(mended),
            1u);
  EXPECT_EQ(ask(inventory.get(), &Stub::ListImages, all(v1::ListImagesRequest()),
                v1::ListImagesResponse())
                .total_size(),
            1);
  EXPECT_EQ(ask(inventory.get(), &Stub::ListNetworks, all(v1::ListNetworksRequest()),
                v1::ListNetworksResponse())
                .total_size(),
            1);
  const auto registry = v1::RegistryService::NewStub((*server)->channel());
  const auto everywhere = [](auto request) {
    request.set_parent("sites/-");
    return request;
  };
  EXPECT_EQ(ask(registry.get(), &v1::RegistryService::Stub::ListSiteProblems,
                everywhere(v1::ListSiteProblemsRequest()), v1::ListSiteProblemsResponse())
                .problems(0)
                .message(),
            mended);
  ask(registry.get(), &v1::RegistryService::Stub::ListOffers, everywhere(v1::ListOffersRequest()),
      v1::ListOffersResponse());
  const auto placement = v1::PlacementService::NewStub((*server)->channel());
  v1::FindPlacementsRequest request;
  request.mutable_query()->add_vos(mended);
  EXPECT_EQ(ask(placement.get(), &v1::PlacementService::Stub::FindPlacements, request,
                v1::FindPlacementsResponse())
                .funnel(0)
                .in_count(),
            1);
  v1::ExplainPlacementsRequest explain;
  explain.mutable_query()->add_vos(mended);
  explain.set_with_candidates(true);
  EXPECT_EQ(ask(placement.get(), &v1::PlacementService::Stub::ExplainPlacements, explain,
                v1::ExplainPlacementsResponse())
                .verdicts_size(),
            1);
  const auto changes = v1::ChangeService::NewStub((*server)->channel());
  EXPECT_GT(ask(changes.get(), &v1::ChangeService::Stub::ListChanges,
                everywhere(v1::ListChangesRequest()), v1::ListChangesResponse())
                .changes_size(),
            0);
}

TEST(InProcessServer, ReportsWhatIsWrongWithTheFile) {
  const TempDir dir;
  EXPECT_EQ(InProcessServer::Open(dir.File("none.db")).status().code(),
            absl::StatusCode::kNotFound);
  std::ofstream(dir.File("text.db")) << std::string(10000, 'x');
  EXPECT_EQ(InProcessServer::Open(dir.File("text.db")).status().code(),
            absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace cis::server
