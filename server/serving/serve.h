// SPDX-License-Identifier: Apache-2.0
#pragma once

// How one unary method runs: on which state, on which thread, and how its result is sent and
// counted. For the services only.

#include <chrono>
#include <exception>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "cis/v1/placement.pb.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"
#include "server/history/history_thread.h"
#include "server/policy/visible_change.h"
#include "server/query/page_token.h"
#include "server/service/change_handlers.h"
#include "server/service/errors.h"
#include "server/service/history_errors.h"
#include "server/service/proto_values.h"
#include "server/serving/access.h"
#include "server/serving/fair_pool.h"
#include "server/serving/grpc_services.h"

namespace cis::server {

// Reports to `meter` (may be null) how long a call took.
class CallTimer {
 public:
  // `method` must outlive the timer: a literal.
  CallTimer(RequestMeter* meter, absl::string_view method)
      : meter_(meter), method_(method), start_(std::chrono::steady_clock::now()) {}

  void Stop(absl::StatusCode code) const {
    if (meter_ == nullptr) return;
    meter_->Count(method_, code, absl::FromChrono(std::chrono::steady_clock::now() - start_));
  }

 private:
  RequestMeter* const meter_;
  const absl::string_view method_;
  const std::chrono::steady_clock::time_point start_;
};

// Calls the handler of a request. A library that throws must not bring the server down.
template <typename Call>
absl::Status RunGuarded(Call call) {
  try {
    return call();
  } catch (const std::exception& e) {
    return absl::InternalError(absl::StrCat("exception: ", e.what()));
  }
}

inline void FinishCall(grpc::ServerUnaryReactor* reactor, const CallTimer& timer,
                       absl::string_view method, const absl::Status& status) {
  const grpc::Status told = StatusToGrpc(status, method);
  timer.Stop(static_cast<absl::StatusCode>(told.error_code()));
  reactor->Finish(told);
}

// Ends a call that waited for its turn: the server has stopped, or the client no longer waits.
inline void Drop(grpc::ServerUnaryReactor* reactor, const CallTimer& timer,
                 absl::string_view method, bool stopped) {
  if (stopped) return FinishCall(reactor, timer, method, ServerStoppingError());
  timer.Stop(absl::StatusCode::kCancelled);
  reactor->Finish(grpc::Status::CANCELLED);
}

// The context of a call; the call outlives it.
inline RequestContext ContextOf(grpc::CallbackServerContext* call, const ServiceParts& parts,
                                const Admission& admission) {
  RequestContext context;
  context.now = parts.clock->Now();
  context.freshness = parts.freshness;
  context.is_cancelled = [call] { return call->IsCancelled(); };
  context.access_hint = admission.hint;
  if (!admission.rights.operation) {
    context.may_see = [rights = admission.rights](const Change& change) {
      return MaySee(change, rights);
    };
  }
  return context;
}

// Runs `call` on the history thread, with the past, the context, the rights of the caller and what
// they show of the current state. Its result may wait for other questions without blocking gRPC's
// threads; a question whose client has gone, or whose deadline has passed, is not answered. Request
// and response live until the result is sent.
template <typename Call>
grpc::ServerUnaryReactor* ServeFromPast(grpc::CallbackServerContext* server_call,
                                        const ServiceParts& parts, absl::string_view method,
                                        Call call) {
  grpc::ServerUnaryReactor* reactor = server_call->DefaultReactor();
  const CallTimer timer(parts.meter, method);
  std::shared_ptr<const ServingState> state = parts.states->Current();
  absl::StatusOr<Admission> admission = parts.access->Admit(*server_call, method);
  absl::Status refused = admission.status();
  if (!refused.ok()) {
    // The caller may not ask at all.
  } else if (state == nullptr) {
    refused = SnapshotNotReadyError();
  } else if (parts.history == nullptr) {
    refused = HistoryUnavailableError();
  } else if (!parts.history->Ask({
                 .answer =
                     [=, access = parts.access, context = ContextOf(server_call, parts, *admission),
                      rights = std::move(admission->rights), state = std::move(state)](Past& past) {
                       FinishCall(reactor, timer, method, RunGuarded([&] {
                                    return call(past, context, rights,
                                                *access->Visible(state, rights));
                                  }));
                     },
                 .is_wanted = [server_call] { return !server_call->IsCancelled(); },
                 .drop = [=](bool stopped) { Drop(reactor, timer, method, stopped); },
             })) {
    refused = HistoryBusyError();
  }
  if (!refused.ok()) FinishCall(reactor, timer, method, refused);
  return reactor;
}

// Returns the state that was served at `as_of`. Returns AS_OF_IN_FUTURE, AS_OF_TOO_OLD or
// HISTORY_UNAVAILABLE.
absl::StatusOr<std::shared_ptr<const ServingState>> StateAt(Past& past, absl::Time as_of,
                                                            absl::Time now);

// Runs `call` with the context and what the caller may see of the current state, and sends the
// result. The state is kept until the response is complete, however many snapshots are published
// meanwhile.
template <typename Call>
grpc::ServerUnaryReactor* ServeNow(grpc::CallbackServerContext* server_call,
                                   const ServiceParts& parts, absl::string_view method, Call call) {
  grpc::ServerUnaryReactor* reactor = server_call->DefaultReactor();
  const CallTimer timer(parts.meter, method);
  const std::shared_ptr<const ServingState> state = parts.states->Current();
  const absl::StatusOr<Admission> admission = parts.access->Admit(*server_call, method);
  absl::Status status = admission.status();
  if (status.ok() && state == nullptr) status = SnapshotNotReadyError();
  if (status.ok()) {
    status = RunGuarded([&] {
      const auto visible = parts.access->Visible(state, admission->rights);
      return call(ContextOf(server_call, parts, *admission), *visible);
    });
  }
  FinishCall(reactor, timer, method, status);
  return reactor;
}

// Whether a request may take up to a second, because it looks at all combinations of what there is.
template <typename Request>
bool IsCostly(const Request& request) {
  if constexpr (std::is_same_v<Request, v1::ExplainPlacementsRequest>) {
    return true;
  } else if constexpr (std::is_same_v<Request, v1::FindPlacementsRequest>) {
    return request.all_combinations() || request.query().groups_size() > 0;
  } else {
    return false;
  }
}

// The same as ServeNow on the pool, when it is the caller's turn. Request and response live until
// the result is sent.
template <typename Call>
grpc::ServerUnaryReactor* ServeInTurn(grpc::CallbackServerContext* server_call,
                                      const ServiceParts& parts, absl::string_view method,
                                      Call call) {
  grpc::ServerUnaryReactor* reactor = server_call->DefaultReactor();
  const CallTimer timer(parts.meter, method);
  const std::shared_ptr<const ServingState> state = parts.states->Current();
  const absl::StatusOr<Admission> admission = parts.access->Admit(*server_call, method);
  absl::Status refused = admission.status();
  if (refused.ok() && state == nullptr) refused = SnapshotNotReadyError();
  if (refused.ok() &&
      !parts.pool->Submit(parts.access->AddressOf(*server_call),
                          {.run =
                               [=, access = parts.access, rights = admission->rights,
                                context = ContextOf(server_call, parts, *admission)] {
                                 FinishCall(reactor, timer, method, RunGuarded([&] {
                                              return call(context, *access->Visible(state, rights));
                                            }));
                               },
                           .is_wanted = [server_call] { return !server_call->IsCancelled(); },
                           .drop = [=](bool stopped) { Drop(reactor, timer, method, stopped); }})) {
    refused = ServerBusyError();
  }
  if (!refused.ok()) FinishCall(reactor, timer, method, refused);
  return reactor;
}

// Runs `answer` with the current state; if `request` is about an earlier time (`as_of`), on the
// history thread, with the state and the ages of that time. A page after the first is answered
// as of the time of the first: otherwise scores and states, and with them the order, would change
// between pages.
template <typename Request, typename Answer>
grpc::ServerUnaryReactor* ServeAt(grpc::CallbackServerContext* call, const ServiceParts& parts,
                                  absl::string_view method, const Request& request, Answer answer) {
  if constexpr (requires { request.has_as_of(); }) {
    if (request.has_as_of()) {
      return ServeFromPast(call, parts, method,
                           [answer, access = parts.access, as_of = TimeFromProto(request.as_of())](
                               Past& past, RequestContext context, const Rights& rights,
                               const ServingState&) -> absl::Status {
                             const auto state = StateAt(past, as_of, context.now);
                             if (!state.ok()) return state.status();
                             context.now = as_of;
                             return answer(context, *access->VisibleThen(*state, rights));
                           });
    }
  }
  const auto answer_now = [answer, &request](RequestContext context, const ServingState& state) {
    if constexpr (requires { request.page_token(); }) {
      context.now = TimeOfFirstPage(request.page_token(), context.now);
    }
    return answer(context, state);
  };
  return IsCostly(request) ? ServeInTurn(call, parts, method, answer_now)
                           : ServeNow(call, parts, method, answer_now);
}

// Runs one method, whose handler fills `response` from the snapshot or the whole state.
template <typename Request, typename Response, typename Handler>
grpc::ServerUnaryReactor* Serve(grpc::CallbackServerContext* call, const ServiceParts& parts,
                                absl::string_view method, const Request* request,
                                Response* response, Handler handler) {
  return ServeAt(call, parts, method, *request,
                 [=](const RequestContext& context, const ServingState& state) {
                   if constexpr (std::is_invocable_v<Handler, const RequestContext&,
                                                     const Snapshot&, const Request&, Response&>) {
                     return handler(context, *state.snapshot, *request, *response);
                   } else {
                     return handler(context, state, *request, *response);
                   }
                 });
}

}  // namespace cis::server
