#pragma once

// The content of an image record, collected by meaning and source (data/image_keys.tsv), before any
// rule weighs it.

#include <cstdint>
#include <string>
#include <vector>

#include "crawler/normalize/json_reader.h"
#include "schema/model/records.h"

namespace cis::crawler {

// The kind of source, strongest first.
enum class FactLevel : uint8_t { kAsserted, kProperty, kCustom };

// The meaning of a fact. The words are those of the column "meaning" of data/image_keys.tsv.
enum class Meaning : uint8_t {
  kArch,
  kArm,  // whether the architecture is Arm's
  kBuildDate,
  kDescription,
  kDiskMap,  // block_device_mapping: the volumes of a volume-backed image
  kDistro,
  kEgiRef,
  kExpired,
  kExpires,
  kFamily,
  kFile,
  kGpuSoftware,
  kGuestId,
  kHotfixHours,
  kImageType,  // image_type, image_location: snapshot, kernel...
  kLink,
  kLogin,
  kMachine,
  kOrigin,  // the server that a snapshot was made of
  kOsText,
  kProvidedUntil,
  kPurpose,
  kReplaceFrequency,
  kTitle,
  kUrl,
  kUuidValidity,
  kVersion,
  kVolumeBacked,
};

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
ImageFacts GatherImageFacts(const JsonReader& record, Provenance* provenance);

}  // namespace cis::crawler
