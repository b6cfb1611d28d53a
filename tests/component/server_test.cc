// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <set>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cis/v1/changes.pb.h"
#include "cis/v1/registry.pb.h"
#include "gmock/gmock.h"
#include "schema/base/log.h"
#include "tests/component/server_fixture.h"

namespace cis::server {
namespace {

using ::testing::HasSubstr;

constexpr int kServing = 1;
constexpr int kNotServing = 2;

CatalogBuilder FlavorCatalog(int count) {
  CatalogBuilder builder;
  builder.Select("SITE-A", "ops");
  for (int i = 0; i < count; ++i) builder.AddFlavor(MakeFlavor(absl::StrCat("f", i)));
  return builder;
}

grpc::Status ListFlavors(v1::InventoryService::Stub& stub, const v1::ListFlavorsRequest& request,
                         v1::ListFlavorsResponse* response) {
  grpc::ClientContext context;
  return stub.ListFlavors(&context, request, response);
}

v1::ListFlavorsRequest AllFlavors() {
  v1::ListFlavorsRequest request;
  request.set_parent("sites/-");
  return request;
}

// Every service of the API, as its files describe them.
std::vector<std::string> AllServices() {
  std::vector<std::string> names;
  for (const google::protobuf::Descriptor* type :
       {v1::Site::descriptor(), v1::Placement::descriptor(), v1::Change::descriptor(),
        v1::Offer::descriptor()}) {
    const google::protobuf::FileDescriptor& file = *type->file();
    for (int i = 0; i < file.service_count(); ++i) names.push_back(file.service(i)->full_name());
  }
  EXPECT_EQ(names.size(), 4u);
  return names;
}

TEST_F(ServerTest, IsUnavailableBeforeTheFirstSnapshot) {
  EXPECT_EQ(HealthOf(""), kNotServing);
  for (const std::string& name : AllServices()) EXPECT_EQ(HealthOf(name), kNotServing) << name;
  v1::ListFlavorsResponse response;
  grpc::Status status = ListFlavors(*inventory_, AllFlavors(), &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(ErrorInfoOf(status).reason(), "SNAPSHOT_NOT_READY");

  grpc::ClientContext context;
  v1::FindPlacementsRequest request;
  request.mutable_query()->add_vos("ops");
  v1::FindPlacementsResponse placements;
  status = placement_->FindPlacements(&context, request, &placements);
  EXPECT_EQ(ErrorInfoOf(status).reason(), "SNAPSHOT_NOT_READY");
}

TEST_F(ServerTest, ServesFromTheFirstSnapshotOn) {
  Publish(FlavorCatalog(3));
  EXPECT_EQ(HealthOf(""), kServing);
  for (const std::string& name : AllServices()) EXPECT_EQ(HealthOf(name), kServing) << name;
  v1::ListFlavorsResponse response;
  ASSERT_TRUE(ListFlavors(*inventory_, AllFlavors(), &response).ok());
  EXPECT_EQ(response.total_size(), 3);
}

TEST_F(ServerTest, PlacementsComeFromTheSameSnapshot) {
  Publish(FlavorCatalog(1), 5);
  grpc::ClientContext context;
  v1::FindPlacementsRequest request;
  request.mutable_query()->add_vos("ops");
  v1::FindPlacementsResponse response;
  ASSERT_TRUE(placement_->FindPlacements(&context, request, &response).ok());
  EXPECT_EQ(response.snapshot_generation(), 5);
  ASSERT_EQ(response.funnel_size(), 9);
  EXPECT_EQ(response.funnel(0).in_count(), 1);
}

// A page is taken from each of three snapshots between which flavors come and go.
TEST_F(ServerTest, PagingAcrossSnapshotsReturnsEachFlavorOnce) {
  v1::ListFlavorsRequest request = AllFlavors();
  request.set_page_size(10);
  request.set_order_by("vcpu_count, display_name desc");
  std::multiset<std::string> seen;
  int generation = 0;
  do {
    ++generation;
    Publish(FlavorCatalog(30 + generation % 3), generation);
    v1::ListFlavorsResponse page;
    ASSERT_TRUE(ListFlavors(*inventory_, request, &page).ok());
    for (const v1::Flavor& flavor : page.flavors()) seen.insert(flavor.display_name());
    request.set_page_token(page.next_page_token());
    ASSERT_LT(generation, 100);
  } while (!request.page_token().empty());
  for (int i = 0; i < 30; ++i) EXPECT_EQ(seen.count(absl::StrCat("f", i)), 1u) << i;
  for (const std::string& name : seen) EXPECT_EQ(seen.count(name), 1u) << name;
}

// Shares with data of different ages, whose scores fall while a client reads page after page.
TEST_F(ServerTest, PagesOfPlacementsReturnEachOnceWhileTheDataGrowOld) {
  CatalogBuilder builder;
  for (int i = 0; i < 9; ++i) {
    builder.Select(absl::StrCat("SITE-", i), "ops");
    builder.AddFlavor(MakeFlavor("small", 1, 2048, 20)).AddImage(MakeImage("Ubuntu 22.04"));
    for (const Kind kind : kAllKinds) {
      KindState state = MakeKindState(kind);
      state.success_time = TestTime() - absl::Hours(30 * i);
      builder.SetKind(state);
    }
  }
  Publish(builder);
  v1::FindPlacementsRequest request;
  request.mutable_query()->add_vos("ops");
  request.set_page_size(2);
  std::vector<std::string> seen;
  std::vector<int64_t> ages;
  for (int hours = 1; hours < 300; hours += 20) {
    clock_.SetHours(hours);
    grpc::ClientContext context;
    v1::FindPlacementsResponse page;
    const grpc::Status status = placement_->FindPlacements(&context, request, &page);
    ASSERT_TRUE(status.ok()) << status.error_message();
    EXPECT_EQ(page.total_size(), 9);
    for (const v1::Placement& placement : page.placements()) {
      seen.push_back(placement.share());
      ages.push_back(placement.data_age().seconds());
    }
    request.set_page_token(page.next_page_token());
    if (request.page_token().empty()) break;
  }
  EXPECT_EQ(seen.size(), 9u);
  EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 9u);
  std::sort(ages.begin(), ages.end());
  for (size_t i = 0; i < ages.size(); ++i) {
    EXPECT_EQ(ages[i], static_cast<int64_t>(i) * 30 * 3600 + 3600);
  }
}

// The state of a share, which a list filters by, changes too.
TEST_F(ServerTest, PagesOfListsAreAnsweredAtTheTimeOfTheFirst) {
  CatalogBuilder builder;
  for (int i = 0; i < 5; ++i) builder.Select(absl::StrCat("SITE-", i), "ops");
  Publish(builder);
  v1::ListSharesRequest request;
  request.set_parent("sites/-");
  request.set_filter("state = fresh");
  request.set_page_size(3);
  v1::ListSharesResponse page;
  grpc::ClientContext first;
  ASSERT_TRUE(inventory_->ListShares(&first, request, &page).ok());
  ASSERT_EQ(page.shares_size(), 3);
  clock_.SetHours(48);
  request.set_page_token(page.next_page_token());
  page.Clear();
  grpc::ClientContext second;
  ASSERT_TRUE(inventory_->ListShares(&second, request, &page).ok());
  EXPECT_EQ(page.shares_size(), 2);
  EXPECT_EQ(page.total_size(), 5);
}

TEST_F(ServerTest, ErrorDetailsReachTheClient) {
  Publish(FlavorCatalog(1));
  v1::ListFlavorsRequest request = AllFlavors();
  request.set_filter("vcpus > 2");
  v1::ListFlavorsResponse response;
  const grpc::Status status = ListFlavors(*inventory_, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("did you mean vcpu_count?"));
  const google::rpc::ErrorInfo info = ErrorInfoOf(status);
  EXPECT_EQ(info.domain(), "cis.egi.eu");
  EXPECT_EQ(info.reason(), "INVALID_FILTER");
  EXPECT_EQ(info.metadata().at("offset"), "0");
}

TEST_F(ServerTest, RefusesRequestsThatAreTooLarge) {
  Publish(FlavorCatalog(1));
  v1::ListFlavorsRequest request = AllFlavors();
  request.set_filter(std::string(size_t{2} << 20, 'x'));
  v1::ListFlavorsResponse response;
  EXPECT_EQ(ListFlavors(*inventory_, request, &response).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
}

TEST_F(ServerTest, ReflectionNamesTheServices) {
  // ServerReflectionRequest{list_services: ""}
  std::string response;
  const grpc::Status status =
      CallRaw("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
              std::string("\x3a\x00", 2), &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  for (const std::string& name : AllServices()) EXPECT_THAT(response, HasSubstr(name));
  EXPECT_THAT(response, HasSubstr("grpc.health.v1.Health"));
}

TEST_F(ServerTest, ASecondServerCannotTakeThePort) {
  ServerOptions options;
  options.listen_address = server_->address();
  const auto second = Server::Start(options);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(second.status().message()), HasSubstr(server_->address()));
}

TEST_F(ServerTest, AfterDrainingNothingIsServed) {
  Publish(FlavorCatalog(1));
  v1::ListFlavorsResponse response;
  ASSERT_TRUE(ListFlavors(*inventory_, AllFlavors(), &response).ok());
  server_->Drain(absl::Seconds(5));
  EXPECT_EQ(ListFlavors(*inventory_, AllFlavors(), &response).error_code(),
            grpc::StatusCode::UNAVAILABLE);
  server_->Drain(absl::Seconds(5));  // does nothing more
}

// Calls in progress while the server drains are answered completely or not at all; none is cut, and
// the drain ends as soon as they have ended.
TEST_F(ServerTest, DrainingLetsCallsUnderWayEnd) {
  Publish(FlavorCatalog(500));
  std::atomic<int> answered{0};
  std::atomic<bool> go_on{true};
  std::vector<std::thread> callers;
  for (int i = 0; i < 3; ++i) {
    callers.emplace_back([&] {
      v1::ListFlavorsRequest request = AllFlavors();
      request.set_page_size(1000);
      while (go_on) {
        v1::ListFlavorsResponse response;
        const grpc::Status status = ListFlavors(*inventory_, request, &response);
        if (!status.ok()) {
          // gRPC cancels a call that arrived after the drain began and before the client learned of
          // it.
          EXPECT_TRUE(status.error_code() == grpc::StatusCode::UNAVAILABLE ||
                      status.error_code() == grpc::StatusCode::CANCELLED)
              << status.error_message();
          return;
        }
        EXPECT_EQ(response.flavors_size(), 500);
        ++answered;
      }
    });
  }
  while (answered < 6) std::this_thread::yield();
  const absl::Time start = absl::Now();
  server_->Drain(absl::Hours(1));
  EXPECT_LT(absl::Now() - start, absl::Minutes(1));
  go_on = false;
  for (std::thread& caller : callers) caller.join();
  EXPECT_GE(answered, 6);
}

TEST(Server, RefusesInvalidAddresses) {
  for (const char* address :
       {"nonsense", "256.0.0.1:0", "127.0.0.1:99999", "no.such.host.invalid:1"}) {
    ServerOptions options;
    options.listen_address = address;
    EXPECT_EQ(Server::Start(options).status().code(), absl::StatusCode::kInvalidArgument)
        << address;
  }
}

// They were raw lines between those of a JSON log.
TEST_F(ServerTest, MessagesOfProtobufAreEventsOfTheLog) {
  RouteLibraryLogs();
  SetLogFormat(LogFormat::kJson);
  ::testing::internal::CaptureStderr();
  std::string response;
  // A parent that is not UTF-8.
  CallRaw("/cis.v1.InventoryService/ListFlavors", "\x0a\x01\xff", &response);
  const std::string log = ::testing::internal::GetCapturedStderr();
  SetLogFormat(LogFormat::kText);
  EXPECT_NE(log.find("\"event\":\"protobuf\""), std::string::npos) << log;
  for (const absl::string_view line : absl::StrSplit(log, '\n', absl::SkipEmpty())) {
    EXPECT_EQ(line.front(), '{') << line;
  }
}

}  // namespace
}  // namespace cis::server
