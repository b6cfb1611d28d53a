cis_library(cis_snapshot SOURCES snapshot/data_state.cc snapshot/site_index.cc
                    snapshot/snapshot.cc
            PUBLIC cis_model absl::flat_hash_map absl::function_ref absl::span absl::strings)

# Follows the database file. Apart from cis_snapshot, which knows no store.
cis_library(cis_refresher SOURCES snapshot/refresher.cc PUBLIC cis_snapshot cis_store
            PRIVATE Threads::Threads)

# The past, read from the file when it is asked for.
cis_library(cis_past SOURCES snapshot/history_thread.cc snapshot/past.cc
            PUBLIC cis_snapshot cis_store absl::function_ref PRIVATE Threads::Threads)
