// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "cis/v1/changes.pb.h"
#include "cis/v1/placement.pb.h"
#include "client/rpc/client_stream.h"
#include "client/rpc/nouns.h"
#include "client/token/bearer_token.h"

namespace grpc {
class Channel;
}  // namespace grpc

namespace cis::client {

// The address of a server and how to connect to it.
struct ChannelOptions {
  std::string server;    // HOST:PORT, or any gRPC target
  bool tls = false;      // implied by the files below
  std::string tls_ca;    // PEM file; empty = the system's authorities
  std::string tls_cert;  // PEM files of this client; empty = none
  std::string tls_key;
  std::optional<BearerToken> token = std::nullopt;  // sent with each call
};

// Returns a channel that connects at the first call. Returns NOT_FOUND or INVALID_ARGUMENT if a PEM
// file cannot be used, and FAILED_PRECONDITION if there is a token, no TLS, and a server that may
// be another machine.
absl::StatusOr<std::shared_ptr<grpc::Channel>> MakeChannel(const ChannelOptions& options);

// Settings of calls.
struct ClientOptions {
  absl::Duration timeout = absl::Seconds(10);  // of each call
  std::string server_text;                     // the server's name in errors
  std::string token_source = {};               // BearerToken::source; empty = no token is sent
};

// What a list reports besides its items.
struct ListInfo {
  int64_t total_count = 0;               // matches on the server, returned or not
  std::vector<std::string> unreachable;  // sites without any usable data
};

// What a list of changes reports besides them.
struct ChangesInfo {
  absl::Time oldest_time = absl::InfiniteFuture();  // since when changes are kept
  bool has_more = false;                            // `limit` left some out
};

// Calls the services over a given channel. The only user of gRPC in client/. Safe to use from any
// number of threads. A call that finds no server is tried once more; other errors are returned with
// the server's code and message, and its reason in parentheses (see ErrorReasonOf).
class Client {
 public:
  Client(std::shared_ptr<grpc::Channel> channel, ClientOptions options);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Returns the resource `name`. Returns the server's NOT_FOUND, INVALID_ARGUMENT; UNAVAILABLE if
  // there is no server or it has no data yet; DEADLINE_EXCEEDED after the timeout.
  template <typename T>
  absl::StatusOr<T> Get(absl::string_view name);

  // Calls `row` for each match, page after page, until it returns false, `limit` rows were passed
  // (0 = no limit) or there are no more. Returns the errors of Get; rows of earlier pages have been
  // passed by then.
  template <typename T>
  absl::StatusOr<ListInfo> List(typename Noun<T>::ListRequest request, int64_t limit,
                                absl::FunctionRef<bool(const T&)> row);

  // Requests placements, all pages merged, at most `limit` (0 = all). The token of the last page is
  // kept if it continues where the answer ends. Returns the errors of Get.
  absl::StatusOr<v1::FindPlacementsResponse> FindPlacements(v1::FindPlacementsRequest request,
                                                            int64_t limit);

  // Requests whether the placement of that name is still valid. Returns the errors of Get.
  absl::StatusOr<v1::GetPlacementResponse> GetPlacement(const v1::GetPlacementRequest& request);

  // Requests the verdict on each share, all pages merged. Returns the errors of Get.
  absl::StatusOr<v1::ExplainPlacementsResponse> ExplainPlacements(
      v1::ExplainPlacementsRequest request);

  // Calls `row` for each change, page after page, until it returns false, `limit` rows were passed
  // (0 = no limit) or there are no more. Returns the errors of Get.
  absl::StatusOr<ChangesInfo> ListChanges(v1::ListChangesRequest request, int64_t limit,
                                          absl::FunctionRef<bool(const v1::Change&)> row);

  // Begins a stream of changes; it ends if the server cannot be reached. No time limit.
  std::unique_ptr<ChangeStream> WatchChanges(const v1::WatchChangesRequest& request);

 private:
  struct Stubs;
  template <typename Request, typename Response, typename Method>
  absl::Status Call(Method method, const Request& request, Response* response);

  const std::unique_ptr<Stubs> stubs_;
  const ClientOptions options_;
};

// Returns the server's reason, e.g. `SITE_NOT_FOUND`; empty if there is none.
std::string ErrorReasonOf(const absl::Status& status);

// Returns the server's code for why it refused a token, e.g. `TOKEN_EXPIRED`; empty if there is
// none.
std::string ErrorCodeOf(const absl::Status& status);

// Returns the source of the token that was sent with the call that the server refused; empty if
// none was.
std::string TokenSourceOf(const absl::Status& status);

}  // namespace cis::client
