# SPDX-License-Identifier: Apache-2.0

# For the picture of the rooms: CONTRIBUTING.md has the command.
set(GRAPHVIZ_GRAPH_NAME "rooms")
set(GRAPHVIZ_EXTERNAL_LIBS FALSE)
set(GRAPHVIZ_UNKNOWN_LIBS FALSE)
set(GRAPHVIZ_GENERATE_PER_TARGET FALSE)
set(GRAPHVIZ_GENERATE_DEPENDERS FALSE)
set(GRAPHVIZ_IGNORE_TARGETS "cis_build" "cis_warnings")
