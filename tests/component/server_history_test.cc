// SPDX-License-Identifier: Apache-2.0

// Questions about the past and the stream of changes, over a database file and a real connection.

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "cis/v1/changes.grpc.pb.h"
#include "gmock/gmock.h"
#include "schema/model/resource_name.h"
#include "schema/store/history.h"
#include "schema/store/store.h"
#include "server/serving/change_watch.h"
#include "tests/component/server_fixture.h"
#include "tests/support/temp_dir.h"

namespace cis::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class HandClock : public Clock {
 public:
  absl::Time Now() const override { return now; }
  absl::Time now = TestTime();
};

google::protobuf::Timestamp ToProto(absl::Time time) {
  google::protobuf::Timestamp proto;
  proto.set_seconds(absl::ToUnixSeconds(time));
  return proto;
}

// "flavor f2 appeared".
std::string Line(const v1::Change& change) {
  return absl::StrCat(absl::AsciiStrToLower(v1::ChangeKind_Name(change.kind()).substr(12)), " ",
                      change.display_name(), " ", v1::ChangeEvent_Name(change.event()).substr(13));
}

// One stream of WatchChanges, read message by message.
struct Watch {
  Watch(v1::ChangeService::Stub& stub, const v1::WatchChangesRequest& request) {
    reader = stub.WatchChanges(&context, request);
  }
  ~Watch() {
    context.TryCancel();
    v1::WatchChangesResponse ignored;
    while (reader->Read(&ignored)) {
    }
    if (!finished) reader->Finish();
  }
  // Waits for the next message and returns its lines; "end" if the stream has ended.
  std::vector<std::string> Next() {
    v1::WatchChangesResponse message;
    if (!reader->Read(&message)) return {"end"};
    token = message.resume_token();
    std::vector<std::string> lines;
    for (const v1::Change& change : message.changes()) lines.push_back(Line(change));
    return lines;
  }
  grpc::Status Finish() {
    finished = true;
    return reader->Finish();
  }

  grpc::ClientContext context;
  std::unique_ptr<grpc::ClientReader<v1::WatchChangesResponse>> reader;
  std::string token;
  bool finished = false;
};

// A file with one share that has an image and a network; flavors are the tests'.
class ServerHistoryTest : public ServerTest {
 protected:
  void SetUp() override {
    db_ = dir_.File("cis.db");
    OpenWriter();
    ASSERT_TRUE(writer_->ReplaceConfiguration({MakeSite("SITE-A")}, {share_}).ok());
    const auto crawl = writer_->BeginCrawl(TestTime());
    ASSERT_TRUE(crawl.ok());
    crawl_id_ = *crawl;
    RecordSet images = NewRecords(Kind::kImages);
    images.images = {MakeImage("i1")};
    Put(images);
    RecordSet networks = NewRecords(Kind::kNetworks);
    networks.network_set.networks = {MakeNetwork("n1", NetworkUse::kDirect)};
    Put(networks);
    Begin();
  }

  void OpenWriter() {
    absl::StatusOr<std::unique_ptr<StoreWriter>> writer = OpenStoreWriter(db_, &file_clock_);
    ASSERT_TRUE(writer.ok()) << writer.status();
    writer_ = *std::move(writer);
  }
  // Starts a server over the file in its present state, on another port each time.
  void Begin() {
    StartServer();
    changes_ = v1::ChangeService::NewStub(channel_);
    PublishFile();
  }

  RecordSet NewRecords(Kind kind) const {
    RecordSet records;
    records.share = share_;
    records.kind = kind;
    records.observe_time = file_clock_.now;
    return records;
  }
  void Put(const RecordSet& records) {
    Observation observation;
    observation.share = share_;
    observation.kind = records.kind;
    observation.fetch_time = records.observe_time;
    Document document;
    document.name = std::string(FormatKind(records.kind));
    document.status = 200;
    document.body = absl::FormatTime(records.observe_time);  // another answer each time
    document.fetch_time = records.observe_time;
    observation.documents = {document};
    const absl::Status status = writer_->ReplaceRecords(crawl_id_, observation, records, 1);
    ASSERT_TRUE(status.ok()) << status;
  }
  // Gives the share these flavors a minute later; returns that time.
  absl::Time PutFlavors(const std::vector<std::string>& names) {
    file_clock_.now += absl::Minutes(1);
    RecordSet records = NewRecords(Kind::kFlavors);
    for (const std::string& name : names) records.flavors.push_back(MakeFlavor(name));
    Put(records);
    return file_clock_.now;
  }
  // What the refresher does when the file has a new generation.
  void PublishFile() {
    const auto reader = OpenStoreReader(db_);
    ASSERT_TRUE(reader.ok()) << reader.status();
    absl::StatusOr<Catalog> catalog = (*reader)->Load(nullptr);
    ASSERT_TRUE(catalog.ok()) << catalog.status();
    server_->Publish(Snapshot::Build(*std::move(catalog)));
  }

  grpc::Status ListFlavors(absl::Time as_of, std::vector<std::string>& names) {
    grpc::ClientContext context;
    v1::ListFlavorsRequest request;
    request.set_parent("sites/-");
    if (as_of != absl::InfiniteFuture()) *request.mutable_as_of() = ToProto(as_of);
    v1::ListFlavorsResponse response;
    const grpc::Status status = inventory_->ListFlavors(&context, request, &response);
    names.clear();
    for (const v1::Flavor& flavor : response.flavors()) names.push_back(flavor.display_name());
    return status;
  }
  std::vector<std::string> FlavorsAt(absl::Time as_of) {
    std::vector<std::string> names;
    const grpc::Status status = ListFlavors(as_of, names);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return names;
  }
  grpc::Status Changes(const v1::ListChangesRequest& request, v1::ListChangesResponse& response) {
    grpc::ClientContext context;
    return changes_->ListChanges(&context, request, &response);
  }
  // Returns why a stream with this token ends at once.
  std::string ReasonOf(const std::string& token) {
    v1::WatchChangesRequest request;
    request.set_parent("sites/-");
    request.set_resume_token(token);
    Watch watch(*changes_, request);
    EXPECT_THAT(watch.Next(), ElementsAre("end"));
    return ErrorInfoOf(watch.Finish()).reason();
  }

  const TempDir dir_;
  HandClock file_clock_;
  const Share share_ = MakeShare("SITE-A", "ops");
  std::unique_ptr<StoreWriter> writer_;
  int64_t crawl_id_ = 0;
  std::unique_ptr<v1::ChangeService::Stub> changes_;
};

TEST_F(ServerHistoryTest, ListsAnswerAsOfAnyRetainedTime) {
  const absl::Time first = PutFlavors({"f1", "f2"});
  const absl::Time second = PutFlavors({"f2", "f3"});
  PublishFile();
  EXPECT_THAT(FlavorsAt(absl::InfiniteFuture()), ElementsAre("f2", "f3"));
  EXPECT_THAT(FlavorsAt(second), ElementsAre("f2", "f3"));
  EXPECT_THAT(FlavorsAt(second - absl::Seconds(1)), ElementsAre("f1", "f2"));
  EXPECT_THAT(FlavorsAt(first), ElementsAre("f1", "f2"));
  EXPECT_THAT(FlavorsAt(first - absl::Seconds(1)), IsEmpty());

  std::vector<std::string> names;
  const grpc::Status early = ListFlavors(TestTime() - absl::Hours(1), names);
  EXPECT_EQ(early.error_code(), grpc::StatusCode::OUT_OF_RANGE);
  EXPECT_EQ(ErrorInfoOf(early).reason(), "AS_OF_TOO_OLD");
  const grpc::Status ahead = ListFlavors(clock_.Now() + absl::Hours(1), names);
  EXPECT_EQ(ahead.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ErrorInfoOf(ahead).reason(), "AS_OF_IN_FUTURE");
}

TEST_F(ServerHistoryTest, PlacementsAnswerAsOfThen) {
  const absl::Time first = PutFlavors({"small"});
  PutFlavors({"other"});
  PublishFile();
  const auto flavor_at = [&](absl::Time as_of) {
    grpc::ClientContext context;
    v1::FindPlacementsRequest request;
    request.mutable_query()->add_vos("ops");
    if (as_of != absl::InfiniteFuture()) *request.mutable_as_of() = ToProto(as_of);
    v1::FindPlacementsResponse response;
    const grpc::Status status = placement_->FindPlacements(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.placements_size() == 0
               ? "none"
               : response.placements(0).machine().flavor().display_name();
  };
  EXPECT_EQ(flavor_at(absl::InfiniteFuture()), "other");
  EXPECT_EQ(flavor_at(first), "small");
  EXPECT_EQ(flavor_at(first - absl::Seconds(1)), "none");
}

TEST_F(ServerHistoryTest, ChangesComeNewestFirstInPages) {
  PutFlavors({"f1"});
  const absl::Time second = PutFlavors({"f2"});
  PutFlavors({"f2", "f3"});
  PublishFile();
  v1::ListChangesRequest request;
  request.set_parent("sites/-");
  request.add_kinds(v1::CHANGE_KIND_FLAVOR);
  request.set_page_size(2);
  v1::ListChangesResponse response;
  grpc::Status status = Changes(request, response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_EQ(response.changes_size(), 2);
  EXPECT_EQ(Line(response.changes(0)), "flavor f3 APPEARED");
  EXPECT_EQ(response.oldest_time().seconds(), absl::ToUnixSeconds(TestTime()));
  request.set_page_token(response.next_page_token());
  ASSERT_TRUE(Changes(request, response).ok());
  ASSERT_EQ(response.changes_size(), 1);
  EXPECT_EQ(response.next_page_token(), "");
  EXPECT_EQ(response.changes(0).time().seconds(), absl::ToUnixSeconds(second));
  EXPECT_EQ(response.changes(0).site_name(), "SITE-A");

  request.Clear();
  request.set_parent("sites/-");
  *request.mutable_start_time() = ToProto(second);
  *request.mutable_end_time() = ToProto(second + absl::Seconds(1));
  ASSERT_TRUE(Changes(request, response).ok());
  EXPECT_EQ(response.changes_size(), 2);  // f1 gone, f2 appeared
  request.add_kinds(static_cast<v1::ChangeKind>(77));
  EXPECT_EQ(ErrorInfoOf(Changes(request, response)).reason(), "UNKNOWN_ENUM_VALUE");
  request.set_kinds(0, v1::CHANGE_KIND_FLAVOR);
  request.add_vos("op");
  status = Changes(request, response);
  EXPECT_EQ(ErrorInfoOf(status).reason(), "VO_NOT_FOUND");
}

TEST_F(ServerHistoryTest, ChangesHaveASiteAndAreGotByName) {
  PutFlavors({"f1"});
  PutFlavors({"f2"});
  PublishFile();
  v1::ListChangesRequest request;
  request.set_parent(FormatSiteName("SITE-A"));
  request.add_kinds(v1::CHANGE_KIND_FLAVOR);
  v1::ListChangesResponse response;
  ASSERT_TRUE(Changes(request, response).ok());
  ASSERT_EQ(response.changes_size(), 2);
  v1::GetChangeRequest get;
  get.set_name(response.changes(1).name());
  const auto ask = [this](const v1::GetChangeRequest& one, v1::Change& change) {
    grpc::ClientContext context;
    return changes_->GetChange(&context, one, &change);
  };
  v1::Change change;
  ASSERT_TRUE(ask(get, change).ok());
  EXPECT_EQ(change.SerializeAsString(), response.changes(1).SerializeAsString());
  get.set_name(FormatChangeName("SITE-A", 4711));
  EXPECT_EQ(ErrorInfoOf(ask(get, change)).reason(), "CHANGE_NOT_FOUND");
  get.set_name("changes/1");
  EXPECT_EQ(ErrorInfoOf(ask(get, change)).reason(), "INVALID_RESOURCE_NAME");
  request.add_sites("SITE-A");
  EXPECT_EQ(ErrorInfoOf(Changes(request, response)).reason(), "CONFLICTING_FIELDS");
  request.set_parent("sites/-");
  EXPECT_TRUE(Changes(request, response).ok());
  request.set_parent("sites/nowhere");
  EXPECT_EQ(ErrorInfoOf(Changes(request, response)).reason(), "SITE_NOT_FOUND");
  request.clear_parent();
  EXPECT_EQ(ErrorInfoOf(Changes(request, response)).reason(), "INVALID_RESOURCE_NAME");
}

TEST_F(ServerHistoryTest, AStreamSendsEachChangeWhenItIsPublished) {
  PutFlavors({"f1"});
  PublishFile();
  v1::WatchChangesRequest request;
  request.set_parent("sites/-");
  request.add_kinds(v1::CHANGE_KIND_FLAVOR);
  Watch watch(*changes_, request);
  EXPECT_THAT(watch.Next(), IsEmpty());
  const std::string first_token = watch.token;
  EXPECT_NE(first_token, "");
  PutFlavors({"f1", "f2"});
  PublishFile();
  EXPECT_THAT(watch.Next(), ElementsAre("flavor f2 APPEARED"));
  PutFlavors({"f2"});
  PublishFile();
  EXPECT_THAT(watch.Next(), ElementsAre("flavor f1 GONE"));
  EXPECT_NE(watch.token, first_token);
}

TEST_F(ServerHistoryTest, OneAddressCannotTakeAllStreams) {
  v1::WatchChangesRequest request;
  request.set_parent("sites/-");
  std::vector<std::unique_ptr<Watch>> watches;
  for (int i = 0; i < kMaxWatchersPerAddress; ++i) {
    watches.push_back(std::make_unique<Watch>(*changes_, request));
    EXPECT_THAT(watches.back()->Next(), IsEmpty());
  }
  Watch refused(*changes_, request);
  EXPECT_THAT(refused.Next(), ElementsAre("end"));
  const google::rpc::ErrorInfo info = ErrorInfoOf(refused.Finish());
  EXPECT_EQ(info.reason(), "TOO_MANY_WATCHERS");
  EXPECT_EQ(info.metadata().at("address"), "127.0.0.1");
}

TEST_F(ServerHistoryTest, AStreamResumesAtAnotherServerWhereItEnded) {
  PutFlavors({"f1"});
  PublishFile();
  v1::WatchChangesRequest request;
  request.set_parent("sites/-");
  {
    Watch watch(*changes_, request);
    EXPECT_THAT(watch.Next(), IsEmpty());
    PutFlavors({"f1", "f2"});
    PublishFile();
    EXPECT_THAT(watch.Next(), ElementsAre("flavor f2 APPEARED"));
    server_->Drain(absl::Seconds(5));
    EXPECT_THAT(watch.Next(), ElementsAre("end"));
    const grpc::Status status = watch.Finish();
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
    EXPECT_EQ(ErrorInfoOf(status).reason(), "SERVER_STOPPING");
    request.set_resume_token(watch.token);
  }
  // While no server runs.
  PutFlavors({"f1", "f2", "f3"});
  PutFlavors({"f2", "f3"});
  Begin();
  Watch watch(*changes_, request);
  EXPECT_THAT(watch.Next(), ElementsAre("flavor f3 APPEARED", "flavor f1 GONE"));
  PutFlavors({"f2"});
  PublishFile();
  EXPECT_THAT(watch.Next(), ElementsAre("flavor f3 GONE"));
}

// Changes that do not fit into one message: none is lost or sent twice.
TEST_F(ServerHistoryTest, ALongAbsenceIsToldInSeveralMessages) {
  PutFlavors({"f0"});
  PublishFile();
  v1::WatchChangesRequest request;
  request.set_parent("sites/-");
  {
    Watch watch(*changes_, request);
    EXPECT_THAT(watch.Next(), IsEmpty());
    request.set_resume_token(watch.token);
  }
  std::vector<std::string> names = {"f0"};
  for (int i = 1; i <= 250; ++i) names.push_back(absl::StrCat("f", i));
  PutFlavors(names);
  PublishFile();
  Watch watch(*changes_, request);
  std::vector<std::string> lines;
  while (lines.size() < 250) {
    const std::vector<std::string> next = watch.Next();
    ASSERT_NE(next, std::vector<std::string>{"end"});
    lines.insert(lines.end(), next.begin(), next.end());
  }
  EXPECT_EQ(lines.size(), 250u);
  std::sort(lines.begin(), lines.end());
  EXPECT_EQ(std::unique(lines.begin(), lines.end()), lines.end());
}

TEST_F(ServerHistoryTest, ResumeTokensThatCannotBeUsedAreRefusedWithTheReason) {
  PutFlavors({"f1"});
  PublishFile();
  EXPECT_EQ(ReasonOf("not a token"), "INVALID_RESUME_TOKEN");

  std::string token;
  {
    v1::WatchChangesRequest request;
    request.set_parent("sites/-");
    Watch watch(*changes_, request);
    EXPECT_THAT(watch.Next(), IsEmpty());
    token = watch.token;
  }
  PutFlavors({"f1", "f2"});
  const absl::Time later = PutFlavors({"f2"});
  writer_.reset();
  ASSERT_TRUE(PruneHistory(db_, later + absl::Minutes(1)).ok());
  EXPECT_EQ(ReasonOf(token), "RESUME_TOKEN_EXPIRED");
  std::vector<std::string> names;
  EXPECT_EQ(ErrorInfoOf(ListFlavors(later - absl::Minutes(1), names)).reason(), "AS_OF_TOO_OLD");

  // Another file whose journal is as long, in the same place.
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(db_ + suffix);
  OpenWriter();
  const auto crawl = writer_->BeginCrawl(file_clock_.now);
  ASSERT_TRUE(crawl.ok());
  crawl_id_ = *crawl;
  PutFlavors({"g1"});
  PutFlavors({"g1", "g2", "g3", "g4"});
  PublishFile();
  EXPECT_EQ(ReasonOf(token), "RESUME_TOKEN_MISMATCH");
}

TEST_F(ServerTest, RefusesRequestsForHistoryWithoutADatabaseFile) {
  Publish(CatalogBuilder().Select("SITE-A", "ops"));
  grpc::ClientContext context;
  v1::ListFlavorsRequest request;
  request.set_parent("sites/-");
  *request.mutable_as_of() = ToProto(TestTime());
  v1::ListFlavorsResponse response;
  const grpc::Status status = inventory_->ListFlavors(&context, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(ErrorInfoOf(status).reason(), "HISTORY_UNAVAILABLE");
}

}  // namespace
}  // namespace cis::server
