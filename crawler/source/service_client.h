#pragma once

#include <string>
#include <vector>

#include "crawler/source/exchange.h"
#include "crawler/source/service_endpoint.h"
#include "crawler/source/session.h"
#include "crawler/source/source.h"

namespace cis {

// Whom an answer holds for.
enum class Audience {
  kShare,
  // The service gives all who may ask the same document: the crawl may take the answer that another
  // share of the endpoint got (SourceRequest::share_key).
  kEndpoint,
};

// How a document is asked for.
struct GetOptions {
  std::vector<HttpHeader> headers;
  Audience audience = Audience::kShare;
  bool leads_on = false;  // HttpRequest's
};

// Asks one service of a share, with the share's token. Where the catalog gives no version and the
// usual one turns out to be wrong, finds the right one out, once. A request that is answered with
// 401 is repeated once after a new login. Lives as long as its exchange.
class ServiceClient {
 public:
  // `session` has logged in.
  ServiceClient(Exchange* exchange, const ShareTarget& target, ServiceType type,
                absl::string_view catalog_url, Session* session);
  ServiceClient(const ServiceClient&) = delete;
  ServiceClient& operator=(const ServiceClient&) = delete;

  // GET of `path` ("/flavors/detail?limit=1000") below the service's base.
  void Get(Kind kind, std::string path, GetOptions options, Exchange::Handler handler);
  // GET of the version list or document at the service's root or base.
  void GetVersionDocument(Kind kind, Exchange::Handler handler);

  // Makes later requests single tries within kOptionalTimeout that do not hold up the others.
  void SetOptional();

  const ServiceBase& base() const { return base_; }
  // For AnswerError to strike out.
  const std::string& token() const { return session_->token(); }

 private:
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
  void Discover(Kind kind);
  void OnVersions(const Answer& answer);

  Exchange* exchange_;
  ServiceType type_;
  ServiceBase base_;
  Session* session_;
  std::string keystone_url_;
  std::string limit_key_;
  std::string ca_file_;
  bool allow_loopback_ = false;
  bool optional_ = false;
  bool may_discover_;  // the version is a guess that nothing has confirmed or refuted yet
  bool discovering_ = false;
  std::vector<Waiting> waiting_;
};

}  // namespace cis
