# SPDX-License-Identifier: Apache-2.0
cis_bench(server_bench SOURCES server_bench.cc LINK cis_service)
cis_bench(policy_bench SOURCES policy_bench.cc LINK cis_policy)

# Over a real connection to a server that runs: it has a main of its own.
add_executable(grpc_bench grpc_bench.cc)
target_include_directories(grpc_bench PRIVATE ${PROJECT_SOURCE_DIR})
target_link_libraries(grpc_bench PRIVATE cis::cis_grpc cis_warnings cis_build)

add_executable(overload_bench overload_bench.cc)
target_include_directories(overload_bench PRIVATE ${PROJECT_SOURCE_DIR})
target_link_libraries(overload_bench PRIVATE cis::cis_grpc cis_base cis_warnings cis_build)

# The server beside a bare one, in one process.
add_executable(echo_bench echo_bench.cc)
target_include_directories(echo_bench PRIVATE ${PROJECT_SOURCE_DIR})
target_link_libraries(echo_bench PRIVATE cis_serving cis::cis_grpc gRPC::grpc++ cis_warnings cis_build)
