// SPDX-License-Identifier: Apache-2.0
#pragma once

// The meanings of the properties of images: of those that publishers use (data/image_keys.tsv), and
// of those that a site has named itself (data/image_key_words.tsv).

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "crawler/normalize/table.h"

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

// The meaning of one property, and how strong a source it is.
struct ImageKey {
  Meaning meaning = Meaning::kDescription;
  FactLevel level = FactLevel::kProperty;
  std::size_t rank =
      0;  // the row of the table: of several facts, the one with the first row counts
};

class ImageKeyRules {
 public:
  explicit ImageKeyRules(const Tables& tables);

  // Returns the meaning of `key`, as written; `lower` is the same in lower case. Names that no
  // publisher uses, "default_ssh_username", "cpuArch", "distro-version", are understood by their
  // words. Absent if the meaning is not known.
  std::optional<ImageKey> Find(absl::string_view key, absl::string_view lower) const;

 private:
  std::optional<Meaning> ReadWords(absl::string_view key) const;

  absl::flat_hash_map<std::string, ImageKey> keys_;
  absl::flat_hash_map<std::string, std::string> words_;
};

}  // namespace cis::crawler
