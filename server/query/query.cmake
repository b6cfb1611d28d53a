# Words of a list request: filter, order, page token, read mask.
cis_library(cis_query
            SOURCES query/field.cc query/filter.cc query/filter_match.cc query/order_by.cc
                    query/page_token.cc query/query_error.cc query/read_mask.cc
            PUBLIC cis_model cis_proto absl::strings absl::status absl::statusor absl::function_ref)
