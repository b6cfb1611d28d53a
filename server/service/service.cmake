# Handlers, the one place that makes v1 messages of records, and every error that a user can see.
cis_library(cis_service SOURCES service/errors.cc
            PUBLIC cis_snapshot cis_query cis_proto absl::span)
