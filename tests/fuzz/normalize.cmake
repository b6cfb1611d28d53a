cis_fuzz(image LINK cis_normalize nlohmann_json::nlohmann_json)
cis_fuzz(flavor LINK cis_normalize nlohmann_json::nlohmann_json)
cis_fuzz(network LINK cis_normalize nlohmann_json::nlohmann_json)
