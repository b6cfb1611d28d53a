cis_test(placement_cases_test LABEL cases SOURCES placement_cases_test.cc federations.cc
         LINK cis_service cis_client cis_case_file)
