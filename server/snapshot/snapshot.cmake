cis_library(cis_snapshot SOURCES snapshot/data_state.cc snapshot/snapshot.cc
            PUBLIC cis_model absl::flat_hash_map absl::span)
