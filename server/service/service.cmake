# Handlers, the one place that makes v1 messages of records, and every error that a user can see.
cis_library(cis_service
            SOURCES service/change_handlers.cc service/change_to_proto.cc service/enum_words.cc service/errors.cc service/field_tables.cc
                    service/history_errors.cc service/inventory_handlers.cc
                    service/list_page.cc service/lookup.cc service/placement_errors.cc service/placement_handlers.cc
                    service/placement_name.cc service/placement_to_proto.cc
                    service/proto_values.cc service/query_from_proto.cc service/query_to_proto.cc service/reason_to_proto.cc service/registry_handlers.cc service/registry_summary.cc
                    service/registry_to_proto.cc
                    service/summary.cc service/to_proto.cc
            PUBLIC cis_past cis_snapshot cis_placement cis_query cis_proto absl::span)

# The gRPC side of the handlers: services, server, and the server inside another program.
cis_library(cis_serving SOURCES service/change_service.cc service/change_watch.cc service/grpc_services.cc service/in_process.cc service/server.cc
            PUBLIC cis_service cis_placement cis_store cis_past cis_refresher
            PRIVATE cis_grpc gRPC::grpc++ gRPC::grpc++_reflection)
