cis_test(snapshot_test LABEL unit SOURCES data_state_test.cc refresher_test.cc snapshot_test.cc
         LINK cis_refresh)
