// SPDX-License-Identifier: Apache-2.0
#include "server/serving/change_service.h"

#include <utility>

#include "absl/status/statusor.h"
#include "cis/v1/changes.grpc.pb.h"
#include "grpcpp/server_context.h"
#include "schema/base/status_macros.h"
#include "server/access/access.h"
#include "server/service/history_errors.h"
#include "server/serving/caller.h"
#include "server/serving/serve.h"

namespace cis::server {
namespace {

// A stream that ends before it begins. gRPC does not delete the reactor, so it deletes itself.
class RefusedStream final : public grpc::ServerWriteReactor<v1::WatchChangesResponse> {
 public:
  explicit RefusedStream(const grpc::Status& status) { Finish(status); }
  void OnDone() override { delete this; }
};

class ChangeServiceImpl final : public v1::ChangeService::CallbackService {
 public:
  ChangeServiceImpl(const ServiceParts& parts, ChangeFeed* feed) : parts_(parts), feed_(feed) {}

  grpc::ServerUnaryReactor* GetChange(grpc::CallbackServerContext* context,
                                      const v1::GetChangeRequest* request,
                                      v1::Change* response) override {
    const UnaryCall call(context, &parts_, "GetChange", *request);
    ServeFromPast(call, [request, response](Past& past, const RequestContext& request_context,
                                            const Rights&, const ServingState& state) {
      return server::GetChange(past, request_context, *state.snapshot, *request, *response);
    });
    return call.reactor();
  }

  grpc::ServerUnaryReactor* ListChanges(grpc::CallbackServerContext* context,
                                        const v1::ListChangesRequest* request,
                                        v1::ListChangesResponse* response) override {
    const UnaryCall call(context, &parts_, "ListChanges", *request);
    ServeFromPast(call, [request, response](Past& past, const RequestContext& request_context,
                                            const Rights&, const ServingState& state) {
      return server::ListChanges(past, request_context, *state.snapshot, *request, *response);
    });
    return call.reactor();
  }

  grpc::ServerWriteReactor<v1::WatchChangesResponse>* WatchChanges(
      grpc::CallbackServerContext* call, const v1::WatchChangesRequest* request) override {
    const CallTimer timer(parts_.meter, "WatchChanges");
    CallSource source = SourceOf(*call);
    TellRequestId(call, source);
    source.address = parts_.access->AddressOf(source);
    if (parts_.history == nullptr) return Refuse(timer, source, HistoryUnavailableError());
    const auto watcher = std::make_shared<ChangeWatcher>(
        feed_, parts_.streams, parts_.clock, source,
        [timer](const absl::Status& status) { timer.Stop(status.code()); });
    if (const absl::Status added = feed_->Add(watcher); !added.ok()) {
      return Refuse(timer, source, added);
    }
    // From here on the stream may end at any time, and the request with it.
    parts_.access->AdmitThen(
        SourceOf(*call), "WatchChanges",
        {.admitted =
             [this, watcher, request = *request](const absl::StatusOr<Admission>& admission) {
               const absl::Status begun = Begin(admission, request, watcher.get());
               if (!begun.ok()) watcher->End(begun);
             },
         .is_wanted = [watcher] { return !watcher->is_over(); },
         .drop =
             [watcher](bool stopped) {
               watcher->End(stopped ? ServerStoppingError()
                                    : absl::CancelledError("the client has disconnected"));
             }});
    return watcher.get();
  }

 private:
  static grpc::ServerWriteReactor<v1::WatchChangesResponse>* Refuse(const CallTimer& timer,
                                                                    const CallSource& source,
                                                                    const absl::Status& status) {
    timer.Stop(status.code());
    // Deletes itself when gRPC has finished with it.
    return new RefusedStream(StatusToGrpc(status, "WatchChanges", source));
  }

  absl::Status Begin(const absl::StatusOr<Admission>& admission,
                     const v1::WatchChangesRequest& request, ChangeWatcher* watcher) const {
    CIS_RETURN_IF_ERROR(admission.status());
    CIS_RETURN_IF_ERROR(parts_.access->Spend(*admission, kCostlyRequestUnits));
    const std::shared_ptr<const ServingState> state = parts_.states->Current();
    if (state == nullptr) return SnapshotNotReadyError();
    CIS_ASSIGN_OR_RETURN(
        ChangeQuery query,
        ParseWatch(*parts_.access->Visible(state, admission->rights)->snapshot, request));
    watcher->Begin(*admission, std::move(query), request.resume_token());
    return absl::OkStatus();
  }

  const ServiceParts parts_;
  ChangeFeed* const feed_;
};

}  // namespace

NamedService MakeChangeService(const ServiceParts& parts, ChangeFeed* feed) {
  return {v1::ChangeService::service_full_name(), std::make_unique<ChangeServiceImpl>(parts, feed)};
}

}  // namespace cis::server
