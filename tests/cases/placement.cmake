cis_test(placement_cases_test LABEL cases SOURCES placement_cases_test.cc federations.cc
         LINK cis_service cis_client_cli cis_client_answer cis_client_handover cis_case_file)
