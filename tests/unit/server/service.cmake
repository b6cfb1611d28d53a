# SPDX-License-Identifier: Apache-2.0
cis_test(service_test LABEL unit
         SOURCES caller_test.cc certificate_test.cc connection_table_test.cc errors_test.cc fair_pool_test.cc field_reference_test.cc field_tables_test.cc fields_to_proto_test.cc history_thread_test.cc inventory_get_test.cc inventory_list_test.cc load_gate_test.cc options_test.cc
                 proto_values_test.cc rate_limiter_test.cc registry_handlers_test.cc summary_test.cc to_proto_test.cc
         LINK cis_address cis_service cis_serving cis_grpc gRPC::grpc++ cis_server_process)
