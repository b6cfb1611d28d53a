# Handlers, the one place that makes v1 messages of records, and every error that a user can see.
cis_library(cis_service
            SOURCES service/errors.cc service/field_tables.cc service/inventory_handlers.cc
                    service/list_page.cc service/lookup.cc service/proto_values.cc
                    service/summary.cc service/to_proto.cc
            PUBLIC cis_snapshot cis_query cis_proto absl::span)
