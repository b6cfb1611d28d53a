cis_bench(server_bench SOURCES server_bench.cc LINK cis_service)
