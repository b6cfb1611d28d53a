cis_test(
  store_test
  LABEL unit
  SOURCES store_lifecycle_test.cc store_reader_test.cc store_round_trip_test.cc
  LINK cis_store)
