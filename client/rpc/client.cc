// SPDX-License-Identifier: Apache-2.0
#include "client/rpc/client.h"

#include <grpc/support/log.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cis/v1/changes.grpc.pb.h"
#include "cis/v1/inventory.grpc.pb.h"
#include "cis/v1/placement.grpc.pb.h"
#include "cis/v1/registry.grpc.pb.h"
#include "client/format/words.h"
#include "client/rpc/client_reader.h"
#include "client/rpc/credentials.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "schema/base/duration_text.h"
#include "schema/base/status_macros.h"

namespace cis::client {
namespace {

constexpr char kReasonPayload[] = "cis.v1/reason";
constexpr char kCodePayload[] = "cis.v1/code";
constexpr char kTokenSourcePayload[] = "cis.v1/token_source";

// A page of 1000 images with evidence is larger than gRPC's default of 4 MiB.
constexpr int kMaxReceiveBytes = 64 << 20;
// The first wait of the channel before it connects again, and the time limit of the second attempt:
// long enough for a server that is restarting, short enough for a person.
constexpr int kReconnectMs = 100;
constexpr absl::Duration kSecondTry = absl::Milliseconds(600);
// A page with next_page_token but without items is legal; an endless series of them is not.
constexpr int kMaxEmptyPages = 100;

// Returns what the server reports for programs; without a reason if it reports nothing.
google::rpc::ErrorInfo InfoIn(const grpc::Status& status) {
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) return {};
  for (const google::protobuf::Any& any : details.details()) {
    google::rpc::ErrorInfo info;
    if (any.Is<google::rpc::ErrorInfo>() && any.UnpackTo(&info)) return info;
  }
  return {};
}

std::string PayloadOf(const absl::Status& status, absl::string_view name) {
  const auto payload = status.GetPayload(name);
  return payload.has_value() ? std::string(*payload) : "";
}

// Returns the end of gRPC's message for a connection that cannot be made: the operating system's
// error.
std::string LastPart(const std::string& message) {
  const size_t colon = message.rfind(": ");
  return colon == std::string::npos ? message : message.substr(colon + 2);
}

absl::Status ToStatus(const grpc::Status& status, const ClientOptions& options) {
  const google::rpc::ErrorInfo info = InfoIn(status);
  const std::string& reason = info.reason();
  const auto code = static_cast<absl::StatusCode>(status.error_code());
  if (!reason.empty()) {
    absl::Status result(code, absl::StrCat(status.error_message(), " (", reason, ")"));
    result.SetPayload(kReasonPayload, absl::Cord(reason));
    const auto code_entry = info.metadata().find("code");
    if (code_entry != info.metadata().end()) {
      result.SetPayload(kCodePayload, absl::Cord(code_entry->second));
    }
    result.SetPayload(kTokenSourcePayload, absl::Cord(options.token_source));
    return result;
  }
  switch (status.error_code()) {
    case grpc::StatusCode::UNAVAILABLE:
      return absl::UnavailableError(
          absl::StrFormat("no CIS server answers at %s (%s); start cis-server there, name another "
                          "one with --server "
                          "HOST:PORT, or read a database with --db FILE",
                          options.server_text, LastPart(status.error_message())));
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return absl::DeadlineExceededError(
          absl::StrCat(options.server_text, " did not answer within ",
                       FormatDurationText(options.timeout), "; --timeout sets a longer time"));
    case grpc::StatusCode::UNIMPLEMENTED:
      return absl::UnimplementedError(
          absl::StrCat(options.server_text,
                       " does not support this call; it is an older version, or not a CIS server"));
    default:
      return absl::Status(code, absl::StrCat(options.server_text, ": ", status.error_message()));
  }
}

std::chrono::system_clock::time_point DeadlineIn(absl::Duration timeout) {
  // The clock counts nanoseconds and ends in 2262.
  constexpr absl::Duration kLongest = absl::Hours(24 * 10'000);
  return std::chrono::system_clock::now() + absl::ToChronoMilliseconds(std::min(timeout, kLongest));
}

// Refuses to follow a server whose pages never end.
absl::Status CheckNextPage(const std::string& next, const std::string& last, int empty_pages) {
  if (next.empty() || (next != last && empty_pages <= kMaxEmptyPages)) return absl::OkStatus();
  return absl::InternalError(
      "the server returns the same page again and again; report this as a bug");
}

}  // namespace

// One overload of Get and List for each noun.
#define CIS_STUB_CALLS(Type, Plural)                                                        \
  grpc::Status Get(grpc::ClientContext* context, const v1::Get##Type##Request& request,     \
                   v1::Type* response) const {                                              \
    return inventory->Get##Type(context, request, response);                                \
  }                                                                                         \
  grpc::Status List(grpc::ClientContext* context, const v1::List##Plural##Request& request, \
                    v1::List##Plural##Response* response) const {                           \
    return inventory->List##Plural(context, request, response);                             \
  }

struct Client::Stubs {
  std::unique_ptr<v1::InventoryService::Stub> inventory;
  std::unique_ptr<v1::PlacementService::Stub> placement;
  std::unique_ptr<v1::ChangeService::Stub> changes;
  std::unique_ptr<v1::RegistryService::Stub> registry;

  CIS_STUB_CALLS(Site, Sites)
  CIS_STUB_CALLS(Endpoint, Endpoints)
  CIS_STUB_CALLS(Vo, Vos)
  CIS_STUB_CALLS(Share, Shares)
  CIS_STUB_CALLS(Flavor, Flavors)
  CIS_STUB_CALLS(Image, Images)
  CIS_STUB_CALLS(Network, Networks)
  CIS_STUB_CALLS(Crawl, Crawls)

  grpc::Status List(grpc::ClientContext* context, const v1::ListSiteProblemsRequest& request,
                    v1::ListSiteProblemsResponse* response) const {
    return registry->ListSiteProblems(context, request, response);
  }
  grpc::Status List(grpc::ClientContext* context, const v1::ListOffersRequest& request,
                    v1::ListOffersResponse* response) const {
    return registry->ListOffers(context, request, response);
  }
};

#undef CIS_STUB_CALLS

absl::StatusOr<std::shared_ptr<grpc::Channel>> MakeChannel(const ChannelOptions& options) {
  // gRPC's messages on stderr would repeat the error that the call returns.
  gpr_set_log_verbosity(static_cast<gpr_log_severity>(GPR_LOG_SEVERITY_ERROR + 1));
  CIS_ASSIGN_OR_RETURN(const std::shared_ptr<grpc::ChannelCredentials> credentials,
                       MakeCredentials(options));
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxReceiveBytes);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kReconnectMs);
  // The service config would need another DNS query and contains nothing that CIS uses.
  arguments.SetInt(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(options.server, credentials, arguments);
}

Client::Client(std::shared_ptr<grpc::Channel> channel, ClientOptions options)
    : stubs_(std::make_unique<Stubs>(Stubs{
          v1::InventoryService::NewStub(channel), v1::PlacementService::NewStub(channel),
          v1::ChangeService::NewStub(channel), v1::RegistryService::NewStub(std::move(channel))})),
      options_(std::move(options)) {}

Client::~Client() = default;

template <typename Request, typename Response, typename Method>
absl::Status Client::Call(Method method, const Request& request, Response* response) {
  grpc::Status status;
  {
    grpc::ClientContext context;
    context.set_deadline(DeadlineIn(options_.timeout));
    status = method(&context, request, response);
  }
  if (status.error_code() == grpc::StatusCode::UNAVAILABLE && InfoIn(status).reason().empty()) {
    grpc::ClientContext context;
    context.set_wait_for_ready(true);
    context.set_deadline(DeadlineIn(std::min(options_.timeout, kSecondTry)));
    const grpc::Status second = method(&context, request, response);
    // The second attempt's timeout adds nothing; the first error says why there is no connection.
    if (second.error_code() != grpc::StatusCode::DEADLINE_EXCEEDED) status = second;
  }
  if (!status.ok()) return ToStatus(status, options_);
  return absl::OkStatus();
}

template <typename T>
absl::StatusOr<T> Client::Get(absl::string_view name) {
  typename Noun<T>::GetRequest request;
  request.set_name(name.data(), name.size());
  T response;
  CIS_RETURN_IF_ERROR(
      Call([this](auto* context, const auto& q, T* r) { return stubs_->Get(context, q, r); },
           request, &response));
  return response;
}

template <typename T>
absl::StatusOr<ListInfo> Client::List(typename Noun<T>::ListRequest request, int64_t limit,
                                      absl::FunctionRef<bool(const T&)> row) {
  ListInfo info;
  int64_t given = 0;
  int empty_pages = 0;
  while (true) {
    typename Noun<T>::ListResponse page;
    CIS_RETURN_IF_ERROR(
        Call([this](auto* context, const auto& q, auto* r) { return stubs_->List(context, q, r); },
             request, &page));
    info.total_count = page.total_size();
    if constexpr (Noun<T>::kHasParent) {
      info.unreachable.assign(page.unreachable().begin(), page.unreachable().end());
    }
    for (const T& item : Noun<T>::Items(page)) {
      if (!row(item) || ++given == limit) return info;
    }
    empty_pages = Noun<T>::Items(page).empty() ? empty_pages + 1 : 0;
    CIS_RETURN_IF_ERROR(CheckNextPage(page.next_page_token(), request.page_token(), empty_pages));
    if (page.next_page_token().empty()) return info;
    request.set_page_token(page.next_page_token());
  }
}

absl::StatusOr<v1::FindPlacementsResponse> Client::FindPlacements(v1::FindPlacementsRequest request,
                                                                  int64_t limit) {
  const auto call = [this](auto* context, const auto& q, auto* r) {
    return stubs_->placement->FindPlacements(context, q, r);
  };
  v1::FindPlacementsResponse all;
  CIS_RETURN_IF_ERROR(Call(call, request, &all));
  int empty_pages = all.placements().empty() ? 1 : 0;
  while (!all.next_page_token().empty() && (limit == 0 || all.placements_size() < limit)) {
    CIS_RETURN_IF_ERROR(CheckNextPage(all.next_page_token(), request.page_token(), empty_pages));
    request.set_page_token(all.next_page_token());
    v1::FindPlacementsResponse page;
    CIS_RETURN_IF_ERROR(Call(call, request, &page));
    empty_pages = page.placements().empty() ? empty_pages + 1 : 0;
    all.set_next_page_token(page.next_page_token());
    for (v1::Placement& placement : *page.mutable_placements()) {
      *all.add_placements() = std::move(placement);
    }
  }
  if (limit > 0 && all.placements_size() > limit) {
    all.clear_next_page_token();  // it would continue after what is cut off here
    all.mutable_placements()->DeleteSubrange(static_cast<int>(limit),
                                             all.placements_size() - static_cast<int>(limit));
  }
  return all;
}

absl::StatusOr<v1::GetPlacementResponse> Client::GetPlacement(
    const v1::GetPlacementRequest& request) {
  v1::GetPlacementResponse response;
  CIS_RETURN_IF_ERROR(
      Call([this](auto* context, const auto& q,
                  auto* r) { return stubs_->placement->GetPlacement(context, q, r); },
           request, &response));
  return response;
}

absl::StatusOr<v1::ExplainPlacementsResponse> Client::ExplainPlacements(
    v1::ExplainPlacementsRequest request) {
  const auto call = [this](auto* context, const auto& q, auto* r) {
    return stubs_->placement->ExplainPlacements(context, q, r);
  };
  v1::ExplainPlacementsResponse all;
  CIS_RETURN_IF_ERROR(Call(call, request, &all));
  int empty_pages = all.verdicts().empty() ? 1 : 0;
  while (!all.next_page_token().empty()) {
    CIS_RETURN_IF_ERROR(CheckNextPage(all.next_page_token(), request.page_token(), empty_pages));
    request.set_page_token(all.next_page_token());
    v1::ExplainPlacementsResponse page;
    CIS_RETURN_IF_ERROR(Call(call, request, &page));
    empty_pages = page.verdicts().empty() ? empty_pages + 1 : 0;
    all.set_next_page_token(page.next_page_token());
    for (v1::ShareVerdict& verdict : *page.mutable_verdicts()) {
      *all.add_verdicts() = std::move(verdict);
    }
  }
  return all;
}

absl::StatusOr<ChangesInfo> Client::ListChanges(v1::ListChangesRequest request, int64_t limit,
                                                absl::FunctionRef<bool(const v1::Change&)> row) {
  ChangesInfo info;
  int64_t given = 0;
  int empty_pages = 0;
  while (true) {
    v1::ListChangesResponse page;
    CIS_RETURN_IF_ERROR(
        Call([this](auto* context, const auto& q,
                    auto* r) { return stubs_->changes->ListChanges(context, q, r); },
             request, &page));
    if (page.has_oldest_time()) info.oldest_time = ToTime(page.oldest_time());
    for (int i = 0; i < page.changes_size(); ++i) {
      if (!row(page.changes(i))) return info;
      if (++given == limit) {
        info.has_more = i + 1 < page.changes_size() || !page.next_page_token().empty();
        return info;
      }
    }
    empty_pages = page.changes().empty() ? empty_pages + 1 : 0;
    CIS_RETURN_IF_ERROR(CheckNextPage(page.next_page_token(), request.page_token(), empty_pages));
    if (page.next_page_token().empty()) return info;
    request.set_page_token(page.next_page_token());
  }
}

std::unique_ptr<ChangeStream> Client::WatchChanges(const v1::WatchChangesRequest& request) {
  const auto reader = std::make_shared<ChangeStream::Reader>(
      *stubs_->changes, request,
      [this](const grpc::Status& status) { return ToStatus(status, options_); });
  reader->Begin();
  return std::make_unique<ChangeStream>(reader);
}

std::string ErrorReasonOf(const absl::Status& status) { return PayloadOf(status, kReasonPayload); }

std::string ErrorCodeOf(const absl::Status& status) { return PayloadOf(status, kCodePayload); }

std::string TokenSourceOf(const absl::Status& status) {
  return PayloadOf(status, kTokenSourcePayload);
}

#define CIS_INSTANTIATE(Type)                                                 \
  template absl::StatusOr<v1::Type> Client::Get<v1::Type>(absl::string_view); \
  template absl::StatusOr<ListInfo> Client::List<v1::Type>(                   \
      Noun<v1::Type>::ListRequest, int64_t, absl::FunctionRef<bool(const v1::Type&)>)

CIS_INSTANTIATE(Site);
CIS_INSTANTIATE(Endpoint);
CIS_INSTANTIATE(Vo);
CIS_INSTANTIATE(Share);
CIS_INSTANTIATE(Flavor);
CIS_INSTANTIATE(Image);
CIS_INSTANTIATE(Network);
CIS_INSTANTIATE(Crawl);

#undef CIS_INSTANTIATE

template absl::StatusOr<ListInfo> Client::List<v1::SiteProblem>(
    Noun<v1::SiteProblem>::ListRequest, int64_t, absl::FunctionRef<bool(const v1::SiteProblem&)>);
template absl::StatusOr<ListInfo> Client::List<v1::Offer>(
    Noun<v1::Offer>::ListRequest, int64_t, absl::FunctionRef<bool(const v1::Offer&)>);

}  // namespace cis::client
