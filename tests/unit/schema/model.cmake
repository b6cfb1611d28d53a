cis_test(
  model_test
  LABEL unit
  SOURCES builders_test.cc fact_test.cc network_peers_test.cc os_version_test.cc registry_test.cc records_test.cc resource_name_test.cc
  LINK cis_model)
