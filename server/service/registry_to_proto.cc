// SPDX-License-Identifier: Apache-2.0
#include "server/service/registry_to_proto.h"

#include <string>

#include "schema/model/known.h"
#include "schema/model/resource_name.h"
#include "server/service/enum_words.h"
#include "server/service/fields_to_proto.h"
#include "server/service/proto_values.h"

namespace cis::server {

void DowntimeToProto(const Downtime& downtime, absl::Time now, v1::Downtime* proto) {
  FieldsToProto(downtime, proto);
  proto->set_is_running(downtime.IsRunning(now));
}

void SiteProblemToProto(const SiteProblem& problem, v1::SiteProblem* proto) {
  proto->set_name(FormatSiteProblemName(problem));
  FieldsToProto(problem, proto);
}

void OfferToProto(const OfferRow& row, v1::Offer* proto) {
  proto->set_name(row.name);
  proto->set_site_name(std::string(row.site_name));
  proto->set_country_code(std::string(row.country_code));
  proto->set_service_type(std::string(row.service_type));
  proto->set_service_count(row.service_count);
  proto->set_production_count(row.production_count);
  for (const absl::string_view hostname : row.hostnames) {
    proto->add_hostnames(std::string(hostname));
  }
  proto->set_certification(EnumOfWord<v1::Certification>(row.certification));
  proto->set_in_downtime(row.in_downtime);
}

void RegistryFactsToProto(const RegistryFacts& facts, absl::Time now, v1::Site* proto) {
  if (facts.listed.has_value()) proto->set_in_registry(*facts.listed);
  if (facts.site != nullptr) FieldsToProto(*facts.site, proto);
  for (const DowntimeFacts& downtime : facts.downtimes) {
    v1::Downtime& entry = *proto->add_downtimes();
    DowntimeToProto(*downtime.downtime, now, &entry);
    for (const EndpointView* view : downtime.endpoints) {
      entry.add_endpoints(FormatEndpointName(view->endpoint->endpoint));
    }
  }
  for (const absl::string_view type : facts.service_types) {
    proto->add_service_types(std::string(type));
  }
  if (IsKnown(facts.observe_time)) {
    *proto->mutable_registry_observe_time() = TimeToProto(facts.observe_time);
  }
}

}  // namespace cis::server
