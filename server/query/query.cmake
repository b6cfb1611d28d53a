# Words of a list request: filter, order, page token, read mask.
cis_library(cis_query SOURCES query/query_error.cc
            PUBLIC cis_base absl::strings absl::status absl::statusor cis_proto)
