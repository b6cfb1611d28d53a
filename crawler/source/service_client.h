// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "crawler/source/exchange.h"
#include "crawler/source/service_endpoint.h"
#include "crawler/source/session.h"
#include "crawler/source/source.h"

namespace cis::crawler {

// Which shares an answer is valid for.
enum class Audience {
  kShare,
  // The service returns the same document to all who may read it: the crawl may use the answer that
  // another share of the endpoint got (SourceRequest::share_key).
  kEndpoint,
};

// What is lost if a request gets no usable answer, which decides how long to wait for it.
enum class Need {
  kKind,    // its kind
  kFacts,   // facts of records, not the kind: the usual timeout, within kFactsDeadline
  kExtras,  // facts that few plans need: kOptionalTimeout for all attempts together
};

// How to request a document.
struct GetOptions {
  std::vector<HttpHeader> headers;
  Audience audience = Audience::kShare;
  bool leads_on = false;  // HttpRequest's
  Need need = Need::kKind;
  std::string part;  // HttpRequest's `optional_part`; not for Need::kKind
  // Every service of this type has the path, so a "not found" means that the API is elsewhere. True
  // for all of Need::kKind. One request of each client has it; others wait for its answer before a
  // 404 of theirs is believed.
  bool shows_base = false;
};

// Sends requests to one service of a share, with the share's token. The catalog's URL is used as it
// is, or with the usual version if it has none. If that proves wrong before any request was
// answered, finds the right URL, once, and reports it. A request that is answered with 401 is
// repeated once after a new login. Lives as long as its exchange.
class ServiceClient {
 public:
  // `session` has logged in. `target` has in `service_bases` the URLs that were found before.
  ServiceClient(Exchange* exchange, const ShareTarget& target, ServiceType type,
                absl::string_view catalog_url, Session* session);
  ServiceClient(const ServiceClient&) = delete;
  ServiceClient& operator=(const ServiceClient&) = delete;

  // Called with the URL that was found: key and value of Endpoint::service_bases.
  using FoundBase = absl::AnyInvocable<void(const std::string& catalog_url, std::string base)>;
  void set_on_found(FoundBase on_found) { on_found_ = std::move(on_found); }

  // Sends GET of `path` ("/flavors/detail?limit=1000") below the service's base.
  void Get(Kind kind, std::string path, GetOptions options, Exchange::Handler handler);
  // Sends GET of the version list or document at the service's root or base.
  void GetVersionDocument(Kind kind, Exchange::Handler handler);

  // Records that an optional listing was lost because of `status`, if that comes from a limit.
  void CountLimit(const absl::Status& status) { exchange_->CountLimit(status); }

  const ServiceBase& base() const { return base_; }
  // The token, for AnswerError to remove from messages.
  const std::string& token() const { return session_->token(); }

 private:
  // Whether the service's API is at the URL that the client uses.
  enum class BaseState {
    kUntried,      // no answer has shown it yet
    kDiscovering,  // it is not; the versions are being requested
    kSettled,      // it is, or no better URL is known
  };
  struct Waiting {
    Kind kind;
    std::string path;
    GetOptions options;
    Exchange::Handler handler;
    Answer answer;
  };

  HttpRequest MakeRequest(std::string url, const GetOptions& options) const;
  // Makes the request for a version document.
  HttpRequest MakeVersionRequest() const;
  void Send(Kind kind, const std::string& path, GetOptions options, Exchange::Handler handler);
  // Returns whether an answer may mean that the base is wrong, before that is settled.
  static bool MayBeWrongBase(const Answer& answer);
  void Discover(Kind kind);
  void OnVersions(const Answer& answer);
  // No better base is known: delivers the answers that waited.
  void Settle();

  Exchange* exchange_;
  ServiceType type_;
  ServiceBase base_;
  Session* session_;
  FoundBase on_found_;
  std::string keystone_url_;
  std::string ca_file_;
  bool allow_loopback_ = false;
  BaseState state_ = BaseState::kUntried;
  std::vector<Waiting> waiting_;
};

}  // namespace cis::crawler
