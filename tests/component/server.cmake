# SPDX-License-Identifier: Apache-2.0
cis_test(server_component_test LABEL component
         SOURCES server_access_test.cc server_test.cc server_concurrency_test.cc server_history_test.cc
                 server_in_process_test.cc server_tls_test.cc server_token_test.cc
         LINK cis_serving cis_store cis_grpc gRPC::grpc++ OpenSSL::Crypto TIMEOUT 120)

cis_test(http_server_test LABEL component
         SOURCES http_server_test.cc http_hostile_test.cc http_tls_test.cc
         LINK cis_server_http cis_snapshot OpenSSL::SSL)
