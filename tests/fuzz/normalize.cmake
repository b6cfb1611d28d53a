# SPDX-License-Identifier: Apache-2.0
cis_fuzz(image SOURCES image_fuzz.cc LINK cis_normalize nlohmann_json::nlohmann_json)
cis_fuzz(flavor SOURCES flavor_fuzz.cc LINK cis_normalize nlohmann_json::nlohmann_json)
cis_fuzz(network SOURCES network_fuzz.cc LINK cis_normalize nlohmann_json::nlohmann_json)
cis_fuzz(overrides SOURCES overrides_fuzz.cc LINK cis_overrides)
cis_fuzz(rules SOURCES rules_fuzz.cc LINK cis_normalize)
