find_path(CIS_CIVETWEB_INCLUDE civetweb.h REQUIRED)
find_library(CIS_CIVETWEB_LIBRARY civetweb REQUIRED)
# Not its CMake package, which wants the packages of an exporter and a push gateway too.
pkg_check_modules(PROMETHEUS REQUIRED IMPORTED_TARGET prometheus-cpp-core)

# What an operator's monitoring asks over HTTP.
cis_library(cis_monitor SOURCES monitor/http_server.cc monitor/metrics.cc monitor/pages.cc
                    monitor/standing.cc
            PUBLIC cis_snapshot PRIVATE PkgConfig::PROMETHEUS ${CIS_CIVETWEB_LIBRARY})
target_include_directories(cis_monitor SYSTEM PRIVATE ${CIS_CIVETWEB_INCLUDE})
