cis_test(filter_cases_test LABEL cases SOURCES filter_cases_test.cc LINK cis_service cis_case_file)
