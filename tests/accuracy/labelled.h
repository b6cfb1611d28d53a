// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reads the labelled lists of a folder, normalises every record and counts the answers. A list that
// the folder does not hold is passed over.

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "schema/model/records.h"
#include "tests/accuracy/scoreboard.h"

namespace cis::crawler {

using LabelledRow = std::map<std::string, std::string>;

// The rows of a table of tab-separated cells under a heading; none if there is no such file.
std::vector<LabelledRow> ReadLabelledRows(const std::string& path);

// The normalised form of one raw record; an empty object if it was skipped.
nlohmann::json NormalizeOne(Kind kind, const nlohmann::json& record);

// The answer in `field` of a normalised record, with its confidence.
Answer MakeAnswer(const nlohmann::json& record, const std::string& field);

// images.tsv: name distro version arch login, optionally basis and properties (a JSON object);
// image_properties.jsonl: name, properties, tags, truth; os_strings.tsv: text distro version.
void MeasureImages(const std::string& folder, Scoreboard* board);
// egi_images/cesnet-metacloud-2017.json: OpenNebula's images and templates with the attributes
// that cloudkeeper got from EGI; the labels are those of images.tsv for the same name.
void MeasureEgiImages(const std::string& folder, Scoreboard* board);
// flavors.tsv: name extra_specs gpu_vendor gpu_model gpu_count gpu_kind vcpus ram_mb disk_gb...
void MeasureFlavors(const std::string& folder, Scoreboard* board);
// networks.tsv: name role router_external; network_sets.json: networks external tenant.
void MeasureNetworks(const std::string& folder, Scoreboard* board);

}  // namespace cis::crawler
