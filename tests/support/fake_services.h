// SPDX-License-Identifier: Apache-2.0
#pragma once

// The services with answers that a test sets, in process: a client can be tested without a snapshot
// or a store. Header-only; link cis_grpc.

#include <grpcpp/channel.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "cis/v1/changes.grpc.pb.h"
#include "cis/v1/inventory.grpc.pb.h"
#include "cis/v1/placement.grpc.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace cis {

// A gRPC status as the server makes it: with an ErrorInfo in its details.
inline grpc::Status StatusWithReason(grpc::StatusCode code, const std::string& message,
                                     const std::string& reason,
                                     const std::map<std::string, std::string>& metadata = {}) {
  google::rpc::ErrorInfo info;
  info.mutable_metadata()->insert(metadata.begin(), metadata.end());
  info.set_reason(reason);
  info.set_domain("cis.v1");
  google::rpc::Status details;
  details.set_code(code);
  details.set_message(message);
  details.add_details()->PackFrom(info);
  return grpc::Status(code, message, details.SerializeAsString());
}

// What the fakes do before they answer, and the calls that they received.
struct FakeControl {
  // Called with the method's name; an error is returned instead of the answer.
  std::function<grpc::Status(const std::string& method, grpc::ServerContext* context)> before;
  // Whether a row matches the request's filter. Unset: every row does.
  std::function<bool(const std::string& filter, const google::protobuf::Message& row)> matches;
  int max_page_size = 1000;
  std::vector<std::string> calls;  // methods, in order

  grpc::Status Enter(const std::string& method, grpc::ServerContext* context) {
    calls.push_back(method);
    return before ? before(method, context) : grpc::Status::OK;
  }
};

// Lists what the test puts into its vectors, page by page; the page token is the next index.
class FakeInventory : public v1::InventoryService::Service {
 public:
  explicit FakeInventory(FakeControl* control) : control_(control) {}

#define CIS_FAKE_NOUN(Type, Plural, field)                                                         \
  v1::List##Plural##Response field;                                                                \
  v1::List##Plural##Request field##_request;                                                       \
  grpc::Status Get##Type(grpc::ServerContext* context, const v1::Get##Type##Request* request,      \
                         v1::Type* response) override {                                            \
    if (grpc::Status s = control_->Enter("Get" #Type, context); !s.ok()) return s;                 \
    for (const auto& item : field.field()) {                                                       \
      if (item.name() != request->name()) continue;                                                \
      *response = item;                                                                            \
      return grpc::Status::OK;                                                                     \
    }                                                                                              \
    return StatusWithReason(grpc::StatusCode::NOT_FOUND,                                           \
                            absl::StrCat("there is no \"", request->name(), "\""),                 \
                            "NOT_FOUND_BY_FAKE");                                                  \
  }                                                                                                \
  grpc::Status List##Plural(grpc::ServerContext* context,                                          \
                            const v1::List##Plural##Request* request,                              \
                            v1::List##Plural##Response* response) override {                       \
    field##_request = *request;                                                                    \
    if (grpc::Status s = control_->Enter("List" #Plural, context); !s.ok()) return s;              \
    *response = field;                                                                             \
    response->clear_##field();                                                                     \
    std::vector<v1::Type> rows;                                                                    \
    for (const auto& item : field.field()) {                                                       \
      if (!control_->matches || control_->matches(request->filter(), item)) rows.push_back(item);  \
    }                                                                                              \
    int begin = 0;                                                                                 \
    if (!absl::SimpleAtoi(request->page_token(), &begin)) begin = 0;                               \
    const int size =                                                                               \
        std::min(request->page_size() == 0 ? 100 : request->page_size(), control_->max_page_size); \
    const int end = std::min(static_cast<int>(rows.size()), begin + size);                         \
    for (int i = begin; i < end; ++i) *response->add_##field() = rows[static_cast<size_t>(i)];     \
    response->set_total_size(static_cast<int>(rows.size()));                                       \
    if (end < static_cast<int>(rows.size())) response->set_next_page_token(absl::StrCat(end));     \
    return grpc::Status::OK;                                                                       \
  }

  CIS_FAKE_NOUN(Site, Sites, sites)
  CIS_FAKE_NOUN(Endpoint, Endpoints, endpoints)
  CIS_FAKE_NOUN(Vo, Vos, vos)
  CIS_FAKE_NOUN(Share, Shares, shares)
  CIS_FAKE_NOUN(Flavor, Flavors, flavors)
  CIS_FAKE_NOUN(Image, Images, images)
  CIS_FAKE_NOUN(Network, Networks, networks)
  CIS_FAKE_NOUN(Crawl, Crawls, crawls)

#undef CIS_FAKE_NOUN

 private:
  FakeControl* const control_;
};

// Returns the test's placements and verdicts, page by page, and everything else on every page.
class FakePlacement : public v1::PlacementService::Service {
 public:
  explicit FakePlacement(FakeControl* control) : control_(control) {}

  v1::FindPlacementsResponse response;
  v1::FindPlacementsRequest request;
  v1::ExplainPlacementsResponse explained;
  v1::ExplainPlacementsRequest explain_request;
  v1::GetPlacementResponse got;

  grpc::Status GetPlacement(grpc::ServerContext* context, const v1::GetPlacementRequest* /*asked*/,
                            v1::GetPlacementResponse* answer) override {
    if (grpc::Status s = control_->Enter("GetPlacement", context); !s.ok()) return s;
    *answer = got;
    return grpc::Status::OK;
  }

  grpc::Status ExplainPlacements(grpc::ServerContext* context,
                                 const v1::ExplainPlacementsRequest* asked,
                                 v1::ExplainPlacementsResponse* answer) override {
    explain_request = *asked;
    if (grpc::Status s = control_->Enter("ExplainPlacements", context); !s.ok()) return s;
    *answer = explained;
    answer->clear_verdicts();
    int begin = 0;
    if (!absl::SimpleAtoi(asked->page_token(), &begin)) begin = 0;
    const int size =
        std::min(asked->page_size() == 0 ? 50 : asked->page_size(), control_->max_page_size);
    const int end = std::min(explained.verdicts_size(), begin + size);
    for (int i = begin; i < end; ++i) *answer->add_verdicts() = explained.verdicts(i);
    answer->set_total_size(explained.verdicts_size());
    if (end < explained.verdicts_size()) answer->set_next_page_token(absl::StrCat(end));
    return grpc::Status::OK;
  }

  grpc::Status FindPlacements(grpc::ServerContext* context, const v1::FindPlacementsRequest* asked,
                              v1::FindPlacementsResponse* answer) override {
    request = *asked;
    if (grpc::Status s = control_->Enter("FindPlacements", context); !s.ok()) return s;
    *answer = response;
    answer->clear_placements();
    int begin = 0;
    if (!absl::SimpleAtoi(asked->page_token(), &begin)) begin = 0;
    const int size =
        std::min(asked->page_size() == 0 ? 50 : asked->page_size(), control_->max_page_size);
    const int end = std::min(response.placements_size(), begin + size);
    for (int i = begin; i < end; ++i) *answer->add_placements() = response.placements(i);
    answer->set_total_size(response.placements_size());
    if (end < response.placements_size()) answer->set_next_page_token(absl::StrCat(end));
    return grpc::Status::OK;
  }

 private:
  FakeControl* const control_;
};

// Lists the test's changes, page by page, and streams the test's messages; then the stream ends as
// the test specifies.
class FakeChanges : public v1::ChangeService::Service {
 public:
  explicit FakeChanges(FakeControl* control) : control_(control) {}

  v1::ListChangesResponse changes;
  v1::ListChangesRequest changes_request;
  // The streams that clients open, one after another; the last is repeated.
  struct Stream {
    std::vector<v1::WatchChangesResponse> messages;
    grpc::Status end;
  };
  std::vector<Stream> streams;
  std::vector<v1::WatchChangesRequest> watch_requests;

  grpc::Status ListChanges(grpc::ServerContext* context, const v1::ListChangesRequest* request,
                           v1::ListChangesResponse* response) override {
    changes_request = *request;
    if (grpc::Status s = control_->Enter("ListChanges", context); !s.ok()) return s;
    *response = changes;
    response->clear_changes();
    int begin = 0;
    if (!absl::SimpleAtoi(request->page_token(), &begin)) begin = 0;
    const int size =
        std::min(request->page_size() == 0 ? 100 : request->page_size(), control_->max_page_size);
    const int end = std::min(changes.changes_size(), begin + size);
    for (int i = begin; i < end; ++i) *response->add_changes() = changes.changes(i);
    if (end < changes.changes_size()) response->set_next_page_token(absl::StrCat(end));
    return grpc::Status::OK;
  }

  grpc::Status WatchChanges(grpc::ServerContext* context, const v1::WatchChangesRequest* request,
                            grpc::ServerWriter<v1::WatchChangesResponse>* writer) override {
    watch_requests.push_back(*request);
    if (grpc::Status s = control_->Enter("WatchChanges", context); !s.ok()) return s;
    if (streams.empty()) return grpc::Status::OK;
    const Stream& stream = streams[std::min(watch_requests.size(), streams.size()) - 1];
    for (const v1::WatchChangesResponse& message : stream.messages) writer->Write(message);
    return stream.end;
  }

 private:
  FakeControl* const control_;
};

// The fakes behind one channel, and at `address` if there is one. Set the answers before the first
// call.
class FakeServer {
 public:
  explicit FakeServer(const std::string& address = "",
                      const std::shared_ptr<grpc::ServerCredentials>& credentials =
                          grpc::InsecureServerCredentials())
      : inventory(&control), placement(&control), changes(&control) {
    grpc::ServerBuilder builder;
    if (!address.empty()) builder.AddListeningPort(address, credentials, &port_);
    builder.RegisterService(&inventory);
    builder.RegisterService(&placement);
    builder.RegisterService(&changes);
    server_ = builder.BuildAndStart();
  }
  ~FakeServer() { server_->Shutdown(std::chrono::system_clock::now()); }

  std::shared_ptr<grpc::Channel> channel() {
    return server_->InProcessChannel(grpc::ChannelArguments());
  }
  // Of an address with port 0: the port that was free.
  int port() const { return port_; }

  FakeControl control;
  FakeInventory inventory;
  FakePlacement placement;
  FakeChanges changes;

 private:
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace cis
