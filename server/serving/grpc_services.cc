// SPDX-License-Identifier: Apache-2.0
#include "server/serving/grpc_services.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "cis/v1/inventory.grpc.pb.h"
#include "cis/v1/placement.grpc.pb.h"
#include "cis/v1/registry.grpc.pb.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"
#include "schema/base/log.h"
#include "schema/base/status_macros.h"
#include "server/service/errors.h"
#include "server/service/history_errors.h"
#include "server/service/inventory_handlers.h"
#include "server/service/placement_handlers.h"
#include "server/service/registry_handlers.h"
#include "server/serving/message_arenas.h"
#include "server/serving/serve.h"

namespace cis::server {
namespace {

class InventoryServiceImpl final : public v1::InventoryService::CallbackService {
 public:
  explicit InventoryServiceImpl(const ServiceParts& parts) : parts_(parts) {}

  grpc::ServerUnaryReactor* GetSite(grpc::CallbackServerContext* call,
                                    const v1::GetSiteRequest* request,
                                    v1::Site* response) override {
    return Serve(call, parts_, "GetSite", request, response, server::GetSite);
  }

  grpc::ServerUnaryReactor* ListSites(grpc::CallbackServerContext* call,
                                      const v1::ListSitesRequest* request,
                                      v1::ListSitesResponse* response) override {
    return Serve(call, parts_, "ListSites", request, response, server::ListSites);
  }

  grpc::ServerUnaryReactor* GetEndpoint(grpc::CallbackServerContext* call,
                                        const v1::GetEndpointRequest* request,
                                        v1::Endpoint* response) override {
    return Serve(call, parts_, "GetEndpoint", request, response, server::GetEndpoint);
  }

  grpc::ServerUnaryReactor* ListEndpoints(grpc::CallbackServerContext* call,
                                          const v1::ListEndpointsRequest* request,
                                          v1::ListEndpointsResponse* response) override {
    return Serve(call, parts_, "ListEndpoints", request, response, server::ListEndpoints);
  }

  grpc::ServerUnaryReactor* GetVo(grpc::CallbackServerContext* call,
                                  const v1::GetVoRequest* request, v1::Vo* response) override {
    return Serve(call, parts_, "GetVo", request, response, server::GetVo);
  }

  grpc::ServerUnaryReactor* ListVos(grpc::CallbackServerContext* call,
                                    const v1::ListVosRequest* request,
                                    v1::ListVosResponse* response) override {
    return Serve(call, parts_, "ListVos", request, response, server::ListVos);
  }

  grpc::ServerUnaryReactor* GetShare(grpc::CallbackServerContext* call,
                                     const v1::GetShareRequest* request,
                                     v1::Share* response) override {
    return Serve(call, parts_, "GetShare", request, response, server::GetShare);
  }

  grpc::ServerUnaryReactor* ListShares(grpc::CallbackServerContext* call,
                                       const v1::ListSharesRequest* request,
                                       v1::ListSharesResponse* response) override {
    return Serve(call, parts_, "ListShares", request, response, server::ListShares);
  }

  grpc::ServerUnaryReactor* GetFlavor(grpc::CallbackServerContext* call,
                                      const v1::GetFlavorRequest* request,
                                      v1::Flavor* response) override {
    return Serve(call, parts_, "GetFlavor", request, response, server::GetFlavor);
  }

  grpc::ServerUnaryReactor* ListFlavors(grpc::CallbackServerContext* call,
                                        const v1::ListFlavorsRequest* request,
                                        v1::ListFlavorsResponse* response) override {
    return Serve(call, parts_, "ListFlavors", request, response, server::ListFlavors);
  }

  grpc::ServerUnaryReactor* GetImage(grpc::CallbackServerContext* call,
                                     const v1::GetImageRequest* request,
                                     v1::Image* response) override {
    return Serve(call, parts_, "GetImage", request, response, server::GetImage);
  }

  grpc::ServerUnaryReactor* ListImages(grpc::CallbackServerContext* call,
                                       const v1::ListImagesRequest* request,
                                       v1::ListImagesResponse* response) override {
    return Serve(call, parts_, "ListImages", request, response, server::ListImages);
  }

  grpc::ServerUnaryReactor* GetNetwork(grpc::CallbackServerContext* call,
                                       const v1::GetNetworkRequest* request,
                                       v1::Network* response) override {
    return Serve(call, parts_, "GetNetwork", request, response, server::GetNetwork);
  }

  grpc::ServerUnaryReactor* ListNetworks(grpc::CallbackServerContext* call,
                                         const v1::ListNetworksRequest* request,
                                         v1::ListNetworksResponse* response) override {
    return Serve(call, parts_, "ListNetworks", request, response, server::ListNetworks);
  }

  grpc::ServerUnaryReactor* GetCrawl(grpc::CallbackServerContext* call,
                                     const v1::GetCrawlRequest* request,
                                     v1::Crawl* response) override {
    return Serve(call, parts_, "GetCrawl", request, response, server::GetCrawl);
  }

  grpc::ServerUnaryReactor* ListCrawls(grpc::CallbackServerContext* call,
                                       const v1::ListCrawlsRequest* request,
                                       v1::ListCrawlsResponse* response) override {
    return Serve(call, parts_, "ListCrawls", request, response, server::ListCrawls);
  }

 private:
  const ServiceParts parts_;
};

class PlacementServiceImpl final : public v1::PlacementService::CallbackService {
 public:
  explicit PlacementServiceImpl(const ServiceParts& parts) : parts_(parts) {
    SetMessageAllocatorFor_FindPlacements(&messages_);
  }

  grpc::ServerUnaryReactor* FindPlacements(grpc::CallbackServerContext* call,
                                           const v1::FindPlacementsRequest* request,
                                           v1::FindPlacementsResponse* response) override {
    return Serve(call, parts_, "FindPlacements", request, response, server::FindPlacements);
  }

  grpc::ServerUnaryReactor* ExplainPlacements(grpc::CallbackServerContext* call,
                                              const v1::ExplainPlacementsRequest* request,
                                              v1::ExplainPlacementsResponse* response) override {
    return Serve(call, parts_, "ExplainPlacements", request, response, server::ExplainPlacements);
  }

  grpc::ServerUnaryReactor* GetPlacement(grpc::CallbackServerContext* call,
                                         const v1::GetPlacementRequest* request,
                                         v1::GetPlacementResponse* response) override {
    return Serve(call, parts_, "GetPlacement", request, response, server::GetPlacement);
  }

 private:
  const ServiceParts parts_;
  MessageArenas<v1::FindPlacementsRequest, v1::FindPlacementsResponse> messages_;
};

class RegistryServiceImpl final : public v1::RegistryService::CallbackService {
 public:
  explicit RegistryServiceImpl(const ServiceParts& parts) : parts_(parts) {}

  grpc::ServerUnaryReactor* GetSiteProblem(grpc::CallbackServerContext* call,
                                           const v1::GetSiteProblemRequest* request,
                                           v1::SiteProblem* response) override {
    return Serve(call, parts_, "GetSiteProblem", request, response, server::GetSiteProblem);
  }

  grpc::ServerUnaryReactor* GetOffer(grpc::CallbackServerContext* call,
                                     const v1::GetOfferRequest* request,
                                     v1::Offer* response) override {
    return Serve(call, parts_, "GetOffer", request, response, server::GetOffer);
  }

  grpc::ServerUnaryReactor* ListSiteProblems(grpc::CallbackServerContext* call,
                                             const v1::ListSiteProblemsRequest* request,
                                             v1::ListSiteProblemsResponse* response) override {
    return Serve(call, parts_, "ListSiteProblems", request, response, server::ListSiteProblems);
  }

  grpc::ServerUnaryReactor* ListOffers(grpc::CallbackServerContext* call,
                                       const v1::ListOffersRequest* request,
                                       v1::ListOffersResponse* response) override {
    return Serve(call, parts_, "ListOffers", request, response, server::ListOffers);
  }

 private:
  const ServiceParts parts_;
};

}  // namespace

NamedService MakeInventoryService(const ServiceParts& parts) {
  return {v1::InventoryService::service_full_name(), std::make_unique<InventoryServiceImpl>(parts)};
}

NamedService MakePlacementService(const ServiceParts& parts) {
  return {v1::PlacementService::service_full_name(), std::make_unique<PlacementServiceImpl>(parts)};
}

NamedService MakeRegistryService(const ServiceParts& parts) {
  return {v1::RegistryService::service_full_name(), std::make_unique<RegistryServiceImpl>(parts)};
}

absl::StatusOr<std::shared_ptr<const ServingState>> StateAt(Past& past, absl::Time as_of,
                                                            absl::Time now) {
  if (as_of > now) return AsOfInFutureError(as_of, now);
  absl::StatusOr<std::shared_ptr<const ServingState>> state = past.At(as_of);
  if (!absl::IsOutOfRange(state.status())) {
    if (!state.ok()) return PastError(state.status());
    return state;
  }
  absl::Time oldest;
  CIS_RETURN_IF_ERROR(PastError(past.Read([&oldest](HistoryReader& reader) -> absl::Status {
    CIS_ASSIGN_OR_RETURN(const HistoryBounds bounds, reader.Bounds());
    oldest = bounds.oldest_time;
    return absl::OkStatus();
  })));
  return AsOfTooOldError(as_of, oldest);
}

grpc::Status StatusToGrpc(const absl::Status& status, absl::string_view method,
                          const CallSource& source) {
  if (status.ok()) return grpc::Status::OK;
  absl::Status shown = status;
  if (!IsUserError(status)) {
    Log(LogLevel::kError, "request.failed",
        {{"method", method},
         {"request_id", source.request_id},
         {"trace_id", source.trace_id},
         {"error", status.ToString()}});
    shown = InternalError(source.request_id);
  }
  const google::rpc::Status proto = ErrorToProto(shown);
  return grpc::Status(static_cast<grpc::StatusCode>(proto.code()), proto.message(),
                      proto.SerializeAsString());
}

}  // namespace cis::server
