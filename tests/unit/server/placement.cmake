cis_test(placement_test LABEL unit
         SOURCES placement_headline_test.cc
         LINK cis_placement)
