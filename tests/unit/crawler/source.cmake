# SPDX-License-Identifier: Apache-2.0
cis_test(source_test LABEL unit
         SOURCES source_endpoint_test.cc source_kinds_test.cc source_limits_test.cc source_login_test.cc
                 source_optional_test.cc source_paging_test.cc source_versions_test.cc
         LINK cis_source cis_normalize nlohmann_json::nlohmann_json)
