// SPDX-License-Identifier: Apache-2.0
#pragma once

// The content of an image record, collected by meaning and source (data/image_keys.tsv), before any
// rule weighs it.

#include <string>
#include <vector>

#include "crawler/normalize/image_keys.h"
#include "crawler/normalize/json_reader.h"
#include "schema/model/records.h"

namespace cis::crawler {

class Rules;

struct ImageFact {
  Meaning meaning = Meaning::kDescription;
  std::string value;
  std::string source;  // "property:os_distro", "APPLIANCE_ATTRIBUTES:sl:osname"
  std::string group;   // facts of one group belong together, e.g. "property"
  FactLevel level = FactLevel::kProperty;
};

struct ImageFacts {
  std::vector<ImageFact> facts;  // strongest first
  std::vector<std::string> tags;
  bool from_cloudkeeper = false;  // uploaded by cloudkeeper, whose min_disk cannot be trusted

  // Returns the facts of one meaning, strongest first.
  std::vector<const ImageFact*> Of(Meaning meaning) const;
  // Returns the strongest; null if there is none.
  const ImageFact* First(Meaning meaning) const;
};

// Reads properties at the top level, under "properties" (older clients) and inside the JSON of
// APPLIANCE_ATTRIBUTES (plain or base64). Adds a warning if such JSON cannot be read.
ImageFacts GatherImageFacts(const Rules& rules, const JsonReader& record, Provenance* provenance);

}  // namespace cis::crawler
