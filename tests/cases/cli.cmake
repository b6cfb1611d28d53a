cis_test(cli_cases_test LABEL cases SOURCES cli_cases_test.cc LINK cis_client cis_case_file)
