cis_library(cis_snapshot SOURCES snapshot/data_state.cc snapshot/site_index.cc
                    snapshot/snapshot.cc
            PUBLIC cis_model absl::flat_hash_map absl::function_ref absl::span absl::strings)
