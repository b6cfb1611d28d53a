cis_library(
  cis_source
  SOURCES source/answer.cc source/exchange.cc source/glance.cc source/json_bounds.cc source/keystone.cc source/keystone_client.cc source/login.cc
          source/neutron.cc source/nova.cc source/openstack_source.cc source/paging.cc
          source/quotas.cc source/service_client.cc source/service_endpoint.cc source/session.cc source/token_claims.cc
  PUBLIC cis_model cis_http
  PRIVATE nlohmann_json::nlohmann_json)
