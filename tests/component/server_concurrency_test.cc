// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <thread>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tests/component/server_fixture.h"

namespace cis::server {
namespace {

// In generation N every site has N flavors, so an answer that mixes generations is noticed.
CatalogBuilder CatalogOf(int generation) {
  CatalogBuilder builder;
  for (const char* site : {"SITE-A", "SITE-B", "SITE-C"}) {
    builder.Select(site, "ops");
    for (int i = 0; i < generation; ++i) builder.AddFlavor(MakeFlavor(absl::StrCat("f", i)));
  }
  return builder;
}

TEST_F(ServerTest, ReadersSeeOneGenerationWhileAnotherIsPublished) {
  constexpr int kReaders = 4;
  constexpr int kGenerations = 40;
  Publish(CatalogOf(1), 1);
  std::atomic<bool> stop{false};
  std::atomic<int> answers{0};
  std::atomic<int> reading{kReaders};  // readers that have not failed
  std::vector<std::thread> readers;
  for (int i = 0; i < kReaders; ++i) {
    readers.emplace_back([&] {
      const absl::Cleanup leave = [&reading] { --reading; };
      v1::ListFlavorsRequest request;
      request.set_parent("sites/-");
      request.set_page_size(1000);
      int newest = 0;
      while (!stop) {
        grpc::ClientContext context;
        // A server that never answers is a failure too.
        context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Minutes(1)));
        v1::ListFlavorsResponse response;
        const grpc::Status status = inventory_->ListFlavors(&context, request, &response);
        ASSERT_TRUE(status.ok()) << status.error_message();
        EXPECT_EQ(response.total_size() % 3, 0);
        EXPECT_EQ(response.flavors_size(), response.total_size());
        EXPECT_GE(response.total_size(), newest);
        newest = response.total_size();
        ++answers;
      }
    });
  }
  for (int generation = 2; generation <= kGenerations && reading > 0; ++generation) {
    // At least one answer between two publications, as long as there is a reader to get one.
    const int before = answers;
    Publish(CatalogOf(generation), generation);
    while (answers == before && reading > 0) std::this_thread::yield();
  }
  EXPECT_EQ(reading, kReaders) << "readers that failed have left";
  stop = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_GE(answers, kGenerations - 1);
}

}  // namespace
}  // namespace cis::server
