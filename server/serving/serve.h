// SPDX-License-Identifier: Apache-2.0
#pragma once

// How one unary method runs: on which state, on which thread, and how its result is sent and
// counted. For the services only.

#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "cis/v1/placement.pb.h"
#include "google/protobuf/message.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"
#include "server/access/access.h"
#include "server/connection/connection_table.h"
#include "server/history/history_thread.h"
#include "server/pool/fair_pool.h"
#include "server/pool/load_gate.h"
#include "server/query/page_token.h"
#include "server/service/access_errors.h"
#include "server/service/change_handlers.h"
#include "server/service/errors.h"
#include "server/service/history_errors.h"
#include "server/service/proto_values.h"
#include "server/serving/caller.h"
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

// Whether a status says that a request was not worked on, because of its caller or of the load.
inline bool IsRefusal(const absl::Status& status) {
  return absl::IsPermissionDenied(status) || absl::IsUnauthenticated(status) ||
         absl::IsResourceExhausted(status) || absl::IsUnavailable(status);
}

// Calls the handler of a request. A library that throws must not bring the server down.
template <typename Call>
absl::Status RunGuarded(Call call) {
  try {
    return call();
  } catch (const std::exception& e) {
    return absl::InternalError(absl::StrCat("exception: ", e.what()));
  }
}

// What is known of a unary call while it is in progress. gRPC ends it.
class CallReactor final : public grpc::ServerUnaryReactor {
 public:
  CallReactor(grpc::CallbackServerContext* context, const ServiceParts* parts,
              absl::string_view method, int64_t request_bytes)
      : parts_(parts),
        method_(method),
        request_bytes_(request_bytes + MetadataBytes(*context)),
        context_(context),
        timer_(parts->meter, method),
        source_(SourceOf(*context)),
        peer_{source_.address, source_.port} {
    TellRequestId(context, source_);
    if (parts_->connections != nullptr) {
      parts_->connections->CallBegan(peer_, request_bytes_, parts_->steady_clock->Steady());
    }
  }

  void Conclude(const grpc::Status& status, bool is_refused) {
    timer_.Stop(static_cast<absl::StatusCode>(status.error_code()));
    if (!status.ok()) context_->AddTrailingMetadata(kRequestIdHeader, source_.request_id);
    if (parts_->connections != nullptr) {
      parts_->connections->ReplyBegan(peer_, request_bytes_, is_refused,
                                      parts_->steady_clock->Steady());
    }
    Finish(status);
  }

  void OnDone() override {
    if (parts_->connections != nullptr) {
      parts_->connections->CallEnded(peer_, parts_->steady_clock->Steady());
    }
    delete this;
  }

 private:
  friend class UnaryCall;

  const ServiceParts* const parts_;
  const absl::string_view method_;
  const int64_t request_bytes_;
  grpc::CallbackServerContext* const context_;
  const CallTimer timer_;
  const CallSource source_;
  const PeerAddress peer_;
};

// A unary call in progress. Copies are about the same call, which ends with the first Finish or
// Drop; none of them may be used then.
class UnaryCall {
 public:
  // `method` is a literal. Both pointers outlive the call.
  UnaryCall(grpc::CallbackServerContext* context, const ServiceParts* parts,
            absl::string_view method, const google::protobuf::Message& request)
      // Deletes itself in OnDone.
      : call_(new CallReactor(context, parts, method,
                              static_cast<int64_t>(request.ByteSizeLong()))) {}

  const ServiceParts& parts() const { return *call_->parts_; }
  absl::string_view method() const { return call_->method_; }
  const CallSource& source() const { return call_->source_; }
  // For gRPC; also once the call has ended.
  grpc::ServerUnaryReactor* reactor() const { return call_; }
  std::string Peer() const { return call_->context_->peer(); }
  bool IsWanted() const { return !call_->context_->IsCancelled(); }

  // The context of the handler.
  RequestContext Context(const Admission& admission) const {
    RequestContext context;
    context.now = parts().clock->Now();
    context.freshness = parts().freshness;
    context.is_cancelled = [call = call_->context_] { return call->IsCancelled(); };
    context.access_hint = admission.hint;
    context.may_see = MaySeeOf(admission);
    return context;
  }

  void Finish(const absl::Status& status) const {
    const bool is_refused = IsRefusal(status);
    if (is_refused && parts().meter != nullptr) parts().meter->CountRefusal(ErrorReason(status));
    call_->Conclude(StatusToGrpc(status, method(), source()), is_refused);
  }

  // Ends a call that waited for its turn: the server has stopped, or the client no longer waits.
  void Drop(bool stopped) const {
    if (stopped) return Finish(ServerStoppingError());
    call_->Conclude(grpc::Status::CANCELLED, false);
  }

 private:
  CallReactor* call_;
};

// Finds out who calls, and then runs `next` with what the caller may see; ends the call if it may
// see nothing, or asks too fast. Waits, on another thread, only if the issuer of a token has to be
// asked. `units`: as of how many small requests the call counts.
template <typename Next>
void WithAdmission(const UnaryCall& call, int units, Next next) {
  call.parts().access->AdmitThen(
      call.source(), call.method(),
      {.admitted =
           [call, units, next = std::move(next)](absl::StatusOr<Admission> admission) {
             if (!admission.ok()) return call.Finish(admission.status());
             const absl::Status in_time = call.parts().access->Spend(*admission, units);
             if (!in_time.ok()) return call.Finish(in_time);
             next(*std::move(admission));
           },
       .is_wanted = [call] { return call.IsWanted(); },
       .drop = [call](bool stopped) { call.Drop(stopped); }});
}

// Runs `answer` on the history thread, with the past, the context, the rights of the caller and
// what they show of the current state. Its result may wait for other questions without blocking
// gRPC's threads; a question whose client has gone, or whose deadline has passed, is not answered.
// Request and response live until the result is sent.
template <typename Answer>
void ServeFromPast(const UnaryCall& call, Answer answer) {
  WithAdmission(call, kCostlyRequestUnits, [call, answer](Admission admission) {
    const ServiceParts& parts = call.parts();
    std::shared_ptr<const ServingState> state = parts.states->Current();
    if (state == nullptr) return call.Finish(SnapshotNotReadyError());
    if (parts.history == nullptr) return call.Finish(HistoryUnavailableError());
    const bool is_queued = parts.history->Ask({
        .answer =
            [call, answer, context = call.Context(admission), rights = std::move(admission.rights),
             state = std::move(state)](Past& past) {
              call.Finish(RunGuarded([&] {
                return answer(past, context, rights, *call.parts().access->Visible(state, rights));
              }));
            },
        .is_wanted = [call] { return call.IsWanted(); },
        .drop = [call](bool stopped) { call.Drop(stopped); },
    });
    if (!is_queued) call.Finish(HistoryBusyError());
  });
}

// Returns the state that was served at `as_of`. Returns AS_OF_IN_FUTURE, AS_OF_TOO_OLD or
// HISTORY_UNAVAILABLE.
absl::StatusOr<std::shared_ptr<const ServingState>> StateAt(Past& past, absl::Time as_of,
                                                            absl::Time now);

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

// Answers a call from what the caller may see of the current state. The state is kept until the
// response is complete, however many snapshots are published meanwhile.
template <typename Answer>
void AnswerNow(const UnaryCall& call, const Admission& admission,
               const std::shared_ptr<const ServingState>& state, const Answer& answer) {
  if (!call.IsWanted()) return call.Drop(false);  // also if its deadline has passed
  call.Finish(RunGuarded([&] {
    const auto visible = call.parts().access->Visible(state, admission.rights);
    return answer(call.Context(admission), *visible);
  }));
}

// What takes turns: a caller, of which each process of this machine is one.
inline std::string LineOf(const UnaryCall& call, const Admission& admission) {
  return admission.is_local ? call.Peer() : admission.caller;
}

// Runs `answer` with the context and what the caller may see of the current state: on the pool,
// when it is the caller's turn, if `is_costly`. Request and response live until the result is sent.
template <typename Answer>
void ServeNow(const UnaryCall& call, bool is_costly, Answer answer) {
  const int units = is_costly ? kCostlyRequestUnits : 1;
  WithAdmission(call, units, [call, is_costly, answer](Admission admission) {
    std::shared_ptr<const ServingState> state = call.parts().states->Current();
    if (state == nullptr) return call.Finish(SnapshotNotReadyError());
    if (!is_costly) return AnswerNow(call, admission, state, answer);
    const std::string line = LineOf(call, admission);
    const bool is_queued = call.parts().pool->Submit(
        line, {.run = [call, answer, admission = std::move(admission),
                       state = std::move(state)] { AnswerNow(call, admission, state, answer); },
               .is_wanted = [call] { return call.IsWanted(); },
               .drop = [call](bool stopped) { call.Drop(stopped); }});
    if (!is_queued) call.Finish(ServerBusyError());
  });
}

// Runs `answer` with the current state; if `request` is about an earlier time (`as_of`), on the
// history thread, with the state and the ages of that time. A page after the first is answered
// as of the time of the first: otherwise scores and states, and with them the order, would change
// between pages.
template <typename Request, typename Answer>
void ServeAt(const UnaryCall& call, const Request& request, Answer answer) {
  if constexpr (requires { request.has_as_of(); }) {
    if (request.has_as_of()) {
      const auto answer_then = [answer, access = call.parts().access,
                                as_of = TimeFromProto(request.as_of())](
                                   Past& past, RequestContext context, const Rights& rights,
                                   const ServingState&) -> absl::Status {
        const auto state = StateAt(past, as_of, context.now);
        if (!state.ok()) return state.status();
        context.now = as_of;
        return answer(context, *access->VisibleThen(*state, rights));
      };
      return ServeFromPast(call, answer_then);
    }
  }
  ServeNow(call, IsCostly(request),
           [answer, &request](RequestContext context, const ServingState& state) {
             if constexpr (requires { request.page_token(); }) {
               context.now = TimeOfFirstPage(request.page_token(), context.now);
             }
             return answer(context, state);
           });
}

// Runs one method, whose handler fills `response` from the snapshot or the whole state. `parts`
// outlive the call; `method` is a literal.
template <typename Request, typename Response, typename Handler>
grpc::ServerUnaryReactor* Serve(grpc::CallbackServerContext* context, const ServiceParts& parts,
                                absl::string_view method, const Request* request,
                                Response* response, Handler handler) {
  const UnaryCall call(context, &parts, method, *request);
  if (!parts.gate->Admits()) {
    call.Finish(ServerBusyError());
    return call.reactor();
  }
  ServeAt(call, *request, [=](const RequestContext& request_context, const ServingState& state) {
    if constexpr (std::is_invocable_v<Handler, const RequestContext&, const Snapshot&,
                                      const Request&, Response&>) {
      return handler(request_context, *state.snapshot, *request, *response);
    } else {
      return handler(request_context, state, *request, *response);
    }
  });
  return call.reactor();
}

}  // namespace cis::server
