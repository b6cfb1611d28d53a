// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crawler/source/exchange.h"
#include "crawler/source/glance.h"
#include "crawler/source/keystone.h"
#include "crawler/source/neutron.h"
#include "crawler/source/nova.h"
#include "crawler/source/quotas.h"
#include "crawler/source/service_client.h"
#include "crawler/source/session.h"
#include "crawler/source/source.h"

namespace cis::crawler {

// One share of an OpenStack site: logs in, then fetches flavors, images, networks and quotas
// concurrently. Each kind succeeds or fails independently.
class OpenStackSource : public Source {
 public:
  OpenStackSource(ShareTarget target, SourceOptions options);
  OpenStackSource(const OpenStackSource&) = delete;
  OpenStackSource& operator=(const OpenStackSource&) = delete;

  SourceStep Start(absl::Time now) override;
  SourceStep OnResponse(int64_t tag, const absl::StatusOr<HttpResponse>& response,
                        absl::Time now) override;
  SourceStep OnUnscopedToken(int64_t tag, const absl::StatusOr<UnscopedToken>& token,
                             absl::Time now) override;
  bool Done() const override;

 private:
  void OnLogin(LoginResult result);
  void StartKinds(const KeystoneToken& token);
  void StartCompute(const KeystoneToken& token);
  void StartImages(const KeystoneToken& token);
  void StartNetworks(const KeystoneToken& token);
  void StartVolumes(const KeystoneToken& token);
  // Makes a client for the service if the catalog has it and its URL may receive a token.
  absl::StatusOr<std::unique_ptr<ServiceClient>> MakeClient(const KeystoneToken& token,
                                                            ServiceType type);
  QuotaPartDone QuotaPart(QuotaGather::Part part);
  // Returns a continuation that turns documents into an observation, or the error into a failure.
  DocumentsDone Observe(Kind kind);
  void EmitFailure(Kind kind, absl::Status status);

  ShareTarget target_;
  Share share_;  // the target's, completed from the token
  Exchange exchange_;
  Session session_;
  std::unique_ptr<ServiceClient> compute_;
  std::unique_ptr<ServiceClient> image_;
  std::unique_ptr<ServiceClient> network_;
  std::unique_ptr<ServiceClient> volume_;
  std::optional<FlavorFetch> flavors_;
  std::optional<ImageFetch> images_;
  std::optional<NetworkFetch> networks_;
  std::optional<QuotaGather> quotas_;
};

}  // namespace cis::crawler
