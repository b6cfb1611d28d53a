cis_library(cis_server_options SOURCES options.cc PUBLIC cis_snapshot absl::status absl::statusor
            PRIVATE CLI11::CLI11)
target_compile_definitions(cis_server_options PRIVATE CIS_VERSION="${PROJECT_VERSION}")

cis_program(cis_server OUTPUT cis-server SOURCES main.cc
            LINK cis_server_options cis_monitor cis_serving cis_refresher Threads::Threads)
target_compile_definitions(cis_server PRIVATE CIS_VERSION="${PROJECT_VERSION}")
