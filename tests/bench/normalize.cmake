# SPDX-License-Identifier: Apache-2.0
cis_bench(normalize_bench SOURCES normalize_bench.cc LINK cis_normalize nlohmann_json::nlohmann_json)
