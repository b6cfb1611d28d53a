#pragma once

#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "crawler/source/exchange.h"
#include "crawler/source/service_endpoint.h"
#include "crawler/source/session.h"
#include "crawler/source/source.h"

namespace cis::crawler {

// Whom an answer holds for.
enum class Audience {
  kShare,
  // The service gives all who may ask the same document: the crawl may take the answer that another
  // share of the endpoint got (SourceRequest::share_key).
  kEndpoint,
};

// What is lost if a request gets no usable answer, and so how long it is waited for.
enum class Need {
  kKind,    // its kind
  kFacts,   // facts of records, not the kind: as long a try, within kFactsDeadline
  kExtras,  // facts that few plans rest on: kOptionalTimeout for all tries together
};

// How a document is asked for.
struct GetOptions {
  std::vector<HttpHeader> headers;
  Audience audience = Audience::kShare;
  bool leads_on = false;  // HttpRequest's
  Need need = Need::kKind;
  std::string part;  // HttpRequest's `optional_part`; not for Need::kKind
  // Every such service has the path: an answer that it is not there means that the API is
  // elsewhere. So of all of Need::kKind. One request of each client does; others wait for its
  // answer before a 404 of theirs is believed.
  bool shows_base = false;
};

// Asks one service of a share, with the share's token. The catalog's URL is used as it is, or with
// the usual version if it has none. Where that turns out to be wrong before anything was answered,
// finds the right one out, once, and says so. A request that is answered with 401 is repeated once
// after a new login. Lives as long as its exchange.
class ServiceClient {
 public:
  // `session` has logged in. `target` says by `service_bases` what was found out before.
  ServiceClient(Exchange* exchange, const ShareTarget& target, ServiceType type,
                absl::string_view catalog_url, Session* session);
  ServiceClient(const ServiceClient&) = delete;
  ServiceClient& operator=(const ServiceClient&) = delete;

  // Called with what was found out: key and value of Endpoint::service_bases.
  using FoundBase = absl::AnyInvocable<void(const std::string& catalog_url, std::string base)>;
  void set_on_found(FoundBase on_found) { on_found_ = std::move(on_found); }

  // GET of `path` ("/flavors/detail?limit=1000") below the service's base.
  void Get(Kind kind, std::string path, GetOptions options, Exchange::Handler handler);
  // GET of the version list or document at the service's root or base.
  void GetVersionDocument(Kind kind, Exchange::Handler handler);

  // Notes that an optional listing was lost by `status`, if that comes from a limit.
  void CountLimit(const absl::Status& status) { exchange_->CountLimit(status); }

  const ServiceBase& base() const { return base_; }
  // For AnswerError to strike out.
  const std::string& token() const { return session_->token(); }

 private:
  // Whether the service's API is where the client asks.
  enum class BaseState {
    kUntried,      // no answer has said so yet
    kDiscovering,  // none was there; the versions are being asked for
    kSettled,      // it is, or nothing better is known
  };
  struct Waiting {
    Kind kind;
    std::string path;
    GetOptions options;
    Exchange::Handler handler;
    Answer answer;
  };

  HttpRequest MakeRequest(std::string url, const GetOptions& options) const;
  // Of a version document.
  HttpRequest MakeVersionRequest() const;
  void Send(Kind kind, const std::string& path, GetOptions options, Exchange::Handler handler);
  // An answer that may mean that the base is wrong, before that is settled.
  static bool MayBeWrongBase(const Answer& answer);
  void Discover(Kind kind);
  void OnVersions(const Answer& answer);
  // Nothing better than the base is known: hands out what waited.
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
