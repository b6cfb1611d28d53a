include(embed_sql.cmake)
set(CIS_MIGRATIONS_CC ${CMAKE_CURRENT_BINARY_DIR}/gen/migrations_data.cc)
cis_embed_sql(${CIS_MIGRATIONS_CC})

cis_library(
  cis_store
  SOURCES store/backup.cc store/history.cc store/listing_rows.cc store/load_rows.cc store/migrations.cc store/observation_rows.cc store/past_catalog.cc
          store/record_comparison.cc store/record_set.cc store/registry_rows.cc store/rows.cc store/share_rows.cc store/sqlite.cc store/sqlite_reader.cc
          store/sqlite_sql.cc store/sqlite_store.cc store/sqlite_writer.cc
          store/transaction_log.cc store/zstd.cc
          ${CIS_MIGRATIONS_CC}
  PUBLIC cis_model
  PRIVATE absl::flat_hash_map absl::flat_hash_set absl::function_ref SQLite::SQLite3 PkgConfig::ZSTD)
