// SPDX-License-Identifier: Apache-2.0
#include "server/serving/change_service.h"

#include <utility>

#include "absl/status/statusor.h"
#include "cis/v1/changes.grpc.pb.h"
#include "grpcpp/server_context.h"
#include "server/service/errors.h"
#include "server/service/history_errors.h"
#include "server/serving/access.h"
#include "server/serving/caller.h"
#include "server/serving/serve.h"

namespace cis::server {
namespace {

// A stream that ends before it begins. gRPC does not delete the reactor, so it deletes itself.
class RefusedStream final : public grpc::ServerWriteReactor<v1::WatchChangesResponse> {
 public:
  explicit RefusedStream(const absl::Status& status) {
    Finish(StatusToGrpc(status, "WatchChanges"));
  }
  void OnDone() override { delete this; }
};

class ChangeServiceImpl final : public v1::ChangeService::CallbackService {
 public:
  ChangeServiceImpl(const ServiceParts& parts, ChangeFeed* feed) : parts_(parts), feed_(feed) {}

  grpc::ServerUnaryReactor* GetChange(grpc::CallbackServerContext* call,
                                      const v1::GetChangeRequest* request,
                                      v1::Change* response) override {
    return ServeFromPast(call, parts_, "GetChange",
                         [request, response](Past& past, const RequestContext& context,
                                             const Rights&, const ServingState& state) {
                           return server::GetChange(past, context, *state.snapshot, *request,
                                                    *response);
                         });
  }

  grpc::ServerUnaryReactor* ListChanges(grpc::CallbackServerContext* call,
                                        const v1::ListChangesRequest* request,
                                        v1::ListChangesResponse* response) override {
    return ServeFromPast(call, parts_, "ListChanges",
                         [request, response](Past& past, const RequestContext& context,
                                             const Rights&, const ServingState& state) {
                           return server::ListChanges(past, context, *state.snapshot, *request,
                                                      *response);
                         });
  }

  grpc::ServerWriteReactor<v1::WatchChangesResponse>* WatchChanges(
      grpc::CallbackServerContext* call, const v1::WatchChangesRequest* request) override {
    const CallTimer timer(parts_.meter, "WatchChanges");
    const std::shared_ptr<const ServingState> state = parts_.states->Current();
    const absl::StatusOr<Admission> admission = parts_.access->Admit(*call, "WatchChanges");
    if (!admission.ok()) return Refuse(timer, admission.status());
    if (state == nullptr) return Refuse(timer, SnapshotNotReadyError());
    if (parts_.history == nullptr) return Refuse(timer, HistoryUnavailableError());
    absl::StatusOr<ChangeQuery> query =
        ParseWatch(*parts_.access->Visible(state, admission->rights)->snapshot, *request);
    if (!query.ok()) return Refuse(timer, query.status());
    const auto watcher = std::make_shared<ChangeWatcher>(
        feed_, parts_.streams, parts_.access->AddressOf(*call),
        ContextOf(call, parts_, *admission).may_see,
        [timer](const absl::Status& status) { timer.Stop(status.code()); });
    if (const absl::Status added = feed_->Add(watcher); !added.ok()) return Refuse(timer, added);
    watcher->Begin(*std::move(query), request->resume_token());
    // Between Add and Begin the feed may have been stopped; End is remembered.
    return watcher.get();
  }

 private:
  static grpc::ServerWriteReactor<v1::WatchChangesResponse>* Refuse(const CallTimer& timer,
                                                                    const absl::Status& status) {
    timer.Stop(status.code());
    // Deletes itself when gRPC has finished with it.
    return new RefusedStream(status);
  }

  const ServiceParts parts_;
  ChangeFeed* const feed_;
};

}  // namespace

NamedService MakeChangeService(const ServiceParts& parts, ChangeFeed* feed) {
  return {v1::ChangeService::service_full_name(), std::make_unique<ChangeServiceImpl>(parts, feed)};
}

}  // namespace cis::server
