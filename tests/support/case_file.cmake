# SPDX-License-Identifier: Apache-2.0
add_library(cis_case_file STATIC ${CMAKE_CURRENT_LIST_DIR}/case_file.cc)
target_include_directories(cis_case_file PUBLIC ${PROJECT_SOURCE_DIR})
target_link_libraries(cis_case_file PUBLIC absl::status absl::statusor absl::strings
                      PRIVATE cis_warnings PUBLIC cis_build)
