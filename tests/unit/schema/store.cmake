# SPDX-License-Identifier: Apache-2.0
cis_test(
  store_test
  LABEL unit
  SOURCES sqlite_test.cc
          store_backup_test.cc
          store_comparison_test.cc
          store_crash_test.cc
          store_history_test.cc
          store_lifecycle_test.cc
          store_open_test.cc
          store_reader_test.cc store_registry_test.cc
          store_round_trip_test.cc
          zstd_test.cc
  LINK cis_store)
