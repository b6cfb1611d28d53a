// SPDX-License-Identifier: Apache-2.0
#include "crawler/source/openstack_source.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "crawler/source/answer.h"
#include "crawler/source/service_endpoint.h"
#include "net/http/http_error.h"

namespace cis::crawler {

OpenStackSource::OpenStackSource(ShareTarget target, SourceOptions options)
    : target_(std::move(target)),
      share_(target_.share),
      exchange_(options),
      session_(&exchange_, &target_) {}

SourceStep OpenStackSource::Start(absl::Time now) {
  exchange_.set_now(now);
  session_.Start([this](LoginResult result) { OnLogin(std::move(result)); });
  return exchange_.Take();
}

SourceStep OpenStackSource::OnResponse(int64_t tag, const absl::StatusOr<HttpResponse>& response,
                                       absl::Time now) {
  exchange_.Deliver(tag, response, now);
  return exchange_.Take();
}

SourceStep OpenStackSource::OnUnscopedToken(int64_t tag, const absl::StatusOr<UnscopedToken>& token,
                                            absl::Time now) {
  exchange_.DeliverUnscoped(tag, token, now);
  return exchange_.Take();
}

bool OpenStackSource::Done() const { return exchange_.idle(); }

void OpenStackSource::OnLogin(LoginResult result) {
  if (!result.token.ok()) {
    if (result.refused) {
      share_.support = VoSupport::kRefused;
      share_.support_time = exchange_.now();
    }
    EmitFailure(Kind::kAuth, result.token.status());
    return;
  }
  const KeystoneToken& token = *result.token;
  share_.support = VoSupport::kAuthenticated;
  share_.support_time = exchange_.now();
  share_.project_id = token.project_id;
  share_.project_name = token.project_name;
  share_.user_domain = token.user_domain;
  if (!result.protocol.empty()) share_.endpoint.protocol = result.protocol;
  const absl::StatusOr<RegionChoice> choice =
      ChooseRegion(token.catalog, target_.interface, share_.endpoint.region);
  if (!choice.ok()) {
    EmitFailure(Kind::kAuth, choice.status());
    return;
  }
  SourceEvent event;
  event.kind = Kind::kAuth;
  event.request_count = exchange_.RequestCount(Kind::kAuth);
  if (!choice->found) {
    event.type = SourceEvent::Type::kRegions;
    event.share = share_;
    event.regions = choice->regions;
    exchange_.Emit(std::move(event));
    return;
  }
  share_.endpoint.resolved_region = choice->region;
  event.type = SourceEvent::Type::kLogin;
  event.share = share_;
  exchange_.Emit(std::move(event));
  StartKinds(token);
}

void OpenStackSource::StartKinds(const KeystoneToken& token) {
  quotas_.emplace(Observe(Kind::kQuotas));
  StartCompute(token);
  StartImages(token);
  StartNetworks(token);
  StartVolumes(token);
}

absl::StatusOr<std::unique_ptr<ServiceClient>> OpenStackSource::MakeClient(
    const KeystoneToken& token, ServiceType type) {
  absl::StatusOr<std::string> url =
      FindServiceUrl(token.catalog, type, target_.interface, share_.endpoint.resolved_region);
  if (!url.ok()) return url.status();
  const std::string what = absl::StrCat("the ", FormatServiceType(type), " endpoint");
  if (absl::Status policy = CheckEndpointPolicy(target_, what, *url); !policy.ok()) return policy;
  auto client = std::make_unique<ServiceClient>(&exchange_, target_, type, *url, &session_);
  client->set_on_found([this](const std::string& catalog_url, std::string base) {
    share_.endpoint.service_bases[catalog_url] = std::move(base);
  });
  return client;
}

void OpenStackSource::StartCompute(const KeystoneToken& token) {
  auto client = MakeClient(token, ServiceType::kCompute);
  if (!client.ok()) {
    EmitFailure(Kind::kFlavors, client.status());
    quotas_->PutUnasked(QuotaGather::Part::kComputeLimits, "nova_limits", client.status(),
                        exchange_.now());
    quotas_->PutUnasked(QuotaGather::Part::kComputeZones, "nova_zones", client.status(),
                        exchange_.now());
    return;
  }
  compute_ = *std::move(client);
  flavors_.emplace(compute_.get());
  flavors_->Start(Observe(Kind::kFlavors));
  FetchComputeLimits(*compute_, QuotaPart(QuotaGather::Part::kComputeLimits));
  FetchComputeZones(*compute_, QuotaPart(QuotaGather::Part::kComputeZones));
}

void OpenStackSource::StartImages(const KeystoneToken& token) {
  auto client = MakeClient(token, ServiceType::kImage);
  if (!client.ok()) {
    EmitFailure(Kind::kImages, client.status());
    return;
  }
  image_ = *std::move(client);
  images_.emplace(image_.get());
  images_->Start(Observe(Kind::kImages));
}

void OpenStackSource::StartNetworks(const KeystoneToken& token) {
  auto client = MakeClient(token, ServiceType::kNetwork);
  if (!client.ok()) {
    EmitFailure(Kind::kNetworks, client.status());
    quotas_->PutUnasked(QuotaGather::Part::kNetwork, "neutron_quota", client.status(),
                        exchange_.now());
    return;
  }
  network_ = *std::move(client);
  networks_.emplace(network_.get(), share_.project_id);
  networks_->Start(Observe(Kind::kNetworks), QuotaPart(QuotaGather::Part::kNetwork));
}

void OpenStackSource::StartVolumes(const KeystoneToken& token) {
  auto client = MakeClient(token, ServiceType::kVolume);
  if (!client.ok()) {
    quotas_->PutUnasked(QuotaGather::Part::kVolume, "cinder_quota", client.status(),
                        exchange_.now());
    return;
  }
  volume_ = *std::move(client);
  FetchVolumes(*volume_, share_.project_id, QuotaPart(QuotaGather::Part::kVolume));
}

QuotaPartDone OpenStackSource::QuotaPart(QuotaGather::Part part) {
  return [this, part](std::vector<Document> documents, absl::Status status) {
    quotas_->Put(part, std::move(documents), std::move(status));
  };
}

DocumentsDone OpenStackSource::Observe(Kind kind) {
  return [this, kind](absl::StatusOr<std::vector<Document>> documents) {
    if (!documents.ok()) {
      EmitFailure(kind, documents.status());
      return;
    }
    SourceEvent event;
    event.type = SourceEvent::Type::kObservation;
    event.kind = kind;
    event.share = share_;
    event.request_count = exchange_.RequestCount(kind);
    event.observation.share = share_;
    event.observation.kind = kind;
    event.observation.fetch_time = exchange_.now();
    for (const Document& document : *documents) {
      event.observation.fetch_time = std::min(event.observation.fetch_time, document.fetch_time);
    }
    event.observation.documents = *std::move(documents);
    exchange_.Emit(std::move(event));
  };
}

void OpenStackSource::EmitFailure(Kind kind, absl::Status status) {
  SourceEvent event;
  event.type = SourceEvent::Type::kFailure;
  event.kind = kind;
  event.share = share_;
  event.request_count = exchange_.RequestCount(kind);
  event.error = GetErrorClass(status);
  exchange_.CountLimit(status);
  event.status = std::move(status);
  exchange_.Emit(std::move(event));
}

}  // namespace cis::crawler
