#include "server/service/registry_to_proto.h"

#include <string>

#include "schema/model/resource_name.h"
#include "server/service/proto_values.h"

namespace cis {

void DowntimeToProto(const Downtime& downtime, absl::Time now, v1::Downtime& proto) {
  proto.set_id(downtime.id);
  proto.set_service_type(downtime.service_type);
  proto.set_hostname(downtime.hostname);
  proto.set_is_outage(downtime.is_outage);
  proto.set_is_scheduled(downtime.is_scheduled);
  proto.set_is_running(downtime.IsRunning(now));
  proto.set_description(downtime.description);
  *proto.mutable_start_time() = TimeToProto(downtime.start);
  *proto.mutable_end_time() = TimeToProto(downtime.end);
}

void SiteProblemToProto(const SiteProblem& problem, v1::SiteProblem& proto) {
  proto.set_name(FormatSiteProblemName(problem));
  proto.set_site_name(problem.site_name);
  proto.set_code(problem.code);
  proto.set_subject(problem.subject);
  proto.set_message(problem.message);
  if (IsKnownTime(problem.since)) *proto.mutable_since_time() = TimeToProto(problem.since);
}

void OfferToProto(const OfferRow& row, v1::Offer& proto) {
  proto.set_name(row.name);
  proto.set_site_name(std::string(row.site_name));
  proto.set_country_code(std::string(row.country_code));
  proto.set_service_type(std::string(row.service_type));
  proto.set_service_count(row.service_count);
  proto.set_production_count(row.production_count);
  for (const absl::string_view hostname : row.hostnames) {
    proto.add_hostnames(std::string(hostname));
  }
  proto.set_certification(std::string(row.certification));
  proto.set_in_downtime(row.in_downtime);
}

void RegistryFactsToProto(const RegistryFacts& facts, absl::Time now, v1::Site& proto) {
  if (facts.listed.has_value()) proto.set_in_registry(*facts.listed);
  if (facts.site != nullptr) {
    proto.set_certification(facts.site->certification);
    proto.set_infrastructure(facts.site->infrastructure);
    proto.set_roc(facts.site->roc);
  }
  for (const DowntimeFacts& downtime : facts.downtimes) {
    v1::Downtime& entry = *proto.add_downtimes();
    DowntimeToProto(*downtime.downtime, now, entry);
    for (const EndpointView* view : downtime.endpoints) {
      entry.add_endpoints(FormatEndpointName(view->endpoint->endpoint));
    }
  }
  for (const absl::string_view type : facts.service_types) {
    proto.add_service_types(std::string(type));
  }
  if (IsKnownTime(facts.observe_time)) {
    *proto.mutable_registry_observe_time() = TimeToProto(facts.observe_time);
  }
}

}  // namespace cis
