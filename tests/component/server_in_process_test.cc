// A database file -> the services inside this process.

#include <fstream>
#include <thread>
#include <vector>

#include "cis/v1/inventory.grpc.pb.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "schema/store/store.h"
#include "server/service/in_process.h"
#include "tests/support/builders.h"
#include "tests/support/temp_dir.h"

namespace cis {
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

TEST(InProcessServer, TellsWhatIsWrongWithTheFile) {
  const TempDir dir;
  EXPECT_EQ(InProcessServer::Open(dir.File("none.db")).status().code(),
            absl::StatusCode::kNotFound);
  std::ofstream(dir.File("text.db")) << std::string(10000, 'x');
  EXPECT_EQ(InProcessServer::Open(dir.File("text.db")).status().code(),
            absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace cis
