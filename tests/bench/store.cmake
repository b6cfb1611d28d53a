# SPDX-License-Identifier: Apache-2.0

# A file of many sites: it has a main of its own.
add_executable(file_bench file_bench.cc)
target_include_directories(file_bench PRIVATE ${PROJECT_SOURCE_DIR})
target_link_libraries(file_bench PRIVATE cis_store cis_normalize cis_placement nlohmann_json::nlohmann_json
                                         cis_warnings cis_build)
