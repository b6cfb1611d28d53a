cis_library(cis_snapshot SOURCES snapshot/snapshot.cc snapshot/data_state.cc
            PUBLIC cis_model absl::flat_hash_map absl::span)
