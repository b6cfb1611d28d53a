// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "crawler/registry/remarks.h"
#include "net/http/transport.h"
#include "net/http/url.h"
#include "schema/base/clock.h"
#include "schema/model/registry.h"

namespace cis::crawler {

// Returns the programmatic interface that `text` names: a URL ending in the interface's path, or a
// bare host, to which GOCDB's usual path is added. Returns INVALID_ARGUMENT unless it is https, or
// http on a loopback address, without a query.
absl::StatusOr<Url> ParseGocdbUrl(absl::string_view text);

// Reads the lists of GOCDB's programmatic interface over a transport that the caller runs,
// alongside its other requests. Each list is complete or has failed; lists do not depend on each
// other.
//
// The requests are get_site_list, once per certification status (public answers do not contain the
// status of a site) and once for the sites in production; get_service, all types; get_downtime,
// those in progress or to come. Further pages are requested from the configured URL with the cursor
// of the link, whatever host the link names, at most kMaxRegistryPages of them. No secret is sent.
class GocdbFetch {
 public:
  // Called once per list, inside the transport's Run(). Not called for lists that were cancelled.
  using Done = absl::AnyInvocable<void(RegistryPart, absl::StatusOr<RegistryUpdate>)>;

  // All must outlive the transport's Run(). `timeout` is that of one attempt of one request.
  GocdbFetch(HttpTransport* transport, const Clock* clock, Url url, absl::Duration timeout,
             Done done);
  ~GocdbFetch();
  GocdbFetch(const GocdbFetch&) = delete;
  GocdbFetch& operator=(const GocdbFetch&) = delete;

  // Sends the first requests.
  void Start();

  const Remarks& remarks() const { return remarks_; }
  int64_t request_count() const { return request_count_; }

 private:
  struct List;
  struct Query;

  void Ask(Query& query, std::string page_parameter);
  void OnAnswer(Query& query, absl::StatusOr<HttpResponse> answer);
  absl::StatusOr<std::string> AddPage(Query& query, const HttpResponse& answer);
  void Finish(List& list, const absl::Status& status);

  HttpTransport* transport_;
  const Clock* clock_;
  const Url url_;
  const absl::Duration timeout_;
  Done done_;
  Remarks remarks_;
  int64_t request_count_ = 0;
  absl::Time deadline_;  // by the clock's Steady()
  std::vector<std::unique_ptr<List>> lists_;
  std::vector<std::unique_ptr<Query>> queries_;
};

}  // namespace cis::crawler
