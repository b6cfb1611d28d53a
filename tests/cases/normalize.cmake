cis_test(normalize_cases LABEL cases SOURCES normalize_cases_test.cc LINK cis_normalize cis_case_file
         nlohmann_json::nlohmann_json)
