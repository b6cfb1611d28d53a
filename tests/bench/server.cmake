cis_bench(server_bench SOURCES server_bench.cc LINK cis_service)

# Over a real connection to a server that runs: it has a main of its own.
add_executable(grpc_bench grpc_bench.cc)
target_link_libraries(grpc_bench PRIVATE cis::cis_grpc cis_warnings cis_build)
