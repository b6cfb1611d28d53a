cis_library(
  cis_overrides
  SOURCES overrides/corrector.cc overrides/override_fields.cc overrides/overrides.cc
  PUBLIC cis_model cis_store
  PRIVATE cis_normalize cis_sites yaml-cpp)
