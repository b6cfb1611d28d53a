# The rules' tables are compiled in, so that a program and its rules cannot part.
file(GLOB CIS_RULE_TABLES CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/data/*.tsv)
set(CIS_RULE_TABLES_CC ${CMAKE_CURRENT_BINARY_DIR}/normalize_tables.cc)
add_custom_command(
  OUTPUT ${CIS_RULE_TABLES_CC}
  COMMAND ${CMAKE_COMMAND} -DDATA_DIR=${CMAKE_CURRENT_LIST_DIR}/data
          -DOUTPUT=${CIS_RULE_TABLES_CC} -P ${CMAKE_CURRENT_LIST_DIR}/data/embed.cmake
  DEPENDS ${CIS_RULE_TABLES} ${CMAKE_CURRENT_LIST_DIR}/data/embed.cmake
  COMMENT "Embedding the tables of crawler/normalize/data"
  VERBATIM)

cis_library(
  cis_normalize
  SOURCES
  normalize/address_range.cc
  normalize/arch.cc
  normalize/distro_info.cc
  normalize/documents.cc
  normalize/egi_image.cc
  normalize/flavor.cc
  normalize/flavor_keys.cc
  normalize/gpu.cc
  normalize/gpu_claims.cc
  normalize/gpu_device.cc
  normalize/gpu_keys.cc
  normalize/gpu_model.cc
  normalize/gpu_tokens.cc
  normalize/gpu_words.cc
  normalize/iana.cc
  normalize/image.cc
  normalize/image_boot.cc
  normalize/image_claims.cc
  normalize/image_facts.cc
  normalize/image_keys.cc
  normalize/image_lifecycle.cc
  normalize/image_login.cc
  normalize/image_os.cc
  normalize/image_sources.cc
  normalize/image_volumes.cc
  normalize/json_lines.cc
  normalize/json_reader.cc
  normalize/json_value.cc
  normalize/network.cc
  normalize/network_set.cc
  normalize/network_words.cc
  normalize/normalizer.cc
  normalize/os_purposes.cc
  normalize/os_tables.cc
  normalize/os_text.cc
  normalize/os_version.cc
  normalize/ports.cc
  normalize/provenance.cc
  normalize/quota.cc
  normalize/remarks.cc
  normalize/retirement.cc
  normalize/rules.cc
  normalize/scs_gpus.cc
  normalize/scs_name.cc
  normalize/site_logins.cc
  normalize/table.cc
  normalize/table_check.cc
  normalize/tokens.cc
  normalize/vendor_builds.cc
  ${CIS_RULE_TABLES_CC}
  PUBLIC
  cis_model
  PRIVATE
  absl::flat_hash_map
  nlohmann_json::nlohmann_json
  simdjson::simdjson)
