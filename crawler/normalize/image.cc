// SPDX-License-Identifier: Apache-2.0
#include "crawler/normalize/image.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "crawler/normalize/egi_image.h"
#include "crawler/normalize/image_boot.h"
#include "crawler/normalize/image_facts.h"
#include "crawler/normalize/image_lifecycle.h"
#include "crawler/normalize/image_os.h"
#include "crawler/normalize/image_volumes.h"
#include "crawler/normalize/provenance.h"
#include "crawler/normalize/rules.h"

namespace cis::crawler {
namespace {

absl::Time ParseTime(const std::string& text) {
  absl::Time time;
  std::string error;
  if (absl::ParseTime(absl::RFC3339_full, text, &time, &error) ||
      absl::ParseTime("%Y-%m-%dT%H:%M:%E*S", text, &time, &error)) {
    return time;
  }
  return absl::InfinitePast();
}

// Returns a size or minimum; a negative number counts as none.
std::optional<int64_t> OrUnknownIfNegative(std::optional<int64_t> value) {
  return value.has_value() && *value >= 0 ? value : std::nullopt;
}

std::optional<int64_t> FirstInt(const JsonReader& record, absl::string_view key,
                                absl::string_view older_key) {
  const std::optional<int64_t> value = record.Int(key);
  return OrUnknownIfNegative(value.has_value() ? value : record.Int(older_key));
}

// Applies what the image's listing says about it. The record itself takes precedence: a Glance that
// does not know a filter may return every image.
void ApplyListing(ImageListing listing, Image* image) {
  switch (listing) {
    case ImageListing::kImages:
      return;
    case ImageListing::kHidden:
      if (!image->hidden.has_value()) image->hidden = true;
      return;
    case ImageListing::kCommunity:
      if (image->visibility.empty()) image->visibility = "community";
      return;
    case ImageListing::kPending:
      if (image->visibility.empty()) image->visibility = "shared";
      if (image->visibility == "shared") image->member_status = "pending";
      return;
  }
}

// Nova marks the images it makes of servers; a name alone is believed only where it is not public.
void InferSnapshot(const Rules& rules, const ImageFacts& facts, Image* image) {
  const auto say = [&](absl::string_view source, absl::string_view value, Confidence confidence) {
    image->is_snapshot = true;
    AddEvidence(&image->provenance, "is_snapshot", source, value);
    SetConfidence(&image->provenance, "is_snapshot", confidence);
  };
  for (const ImageFact* fact : facts.Of(Meaning::kImageType)) {
    if (absl::EqualsIgnoreCase(fact->value, "snapshot")) {
      return say(fact->source, "snapshot", Confidence::kVerified);
    }
  }
  for (const Meaning meaning : {Meaning::kOrigin, Meaning::kVolumeBacked}) {
    if (const ImageFact* fact = facts.First(meaning)) {
      return say(fact->source, "set", Confidence::kStrong);
    }
  }
  if (image->visibility != "public" && image->visibility != "community") {
    for (const Token& token : rules.tokenizer.Tokenize(image->name).tokens) {
      if (absl::EndsWith(token.text, "snapshot")) {
        return say("name", image->name, Confidence::kGuess);
      }
    }
  }
}

// The reference under which EGI publishes the image.
void InferEgiRef(const Rules& rules, const ImageFacts& facts, Image* image) {
  if (const ImageFact* fact = facts.First(Meaning::kEgiRef)) {
    image->egi_ref = fact->value;
    AddEvidence(&image->provenance, "egi_ref", fact->source, fact->value);
    SetConfidence(&image->provenance, "egi_ref", Confidence::kVerified);
    return;
  }
  // atrope names its images "registry.egi.eu egi_vm_images/ubuntu:22.04".
  const auto find = [&](absl::string_view source, absl::string_view text) {
    const std::optional<EgiImage> own = rules.egi_images.Find(text);
    image->egi_ref = own.has_value() ? own->ref : FindEgiRegistryRef(text);
    if (image->egi_ref.empty()) return false;
    AddEvidence(&image->provenance, "egi_ref", source, text);
    SetConfidence(&image->provenance, "egi_ref", Confidence::kProbable);
    return true;
  };
  if (find("name", image->name)) return;
  for (const Meaning meaning : {Meaning::kUrl, Meaning::kFile, Meaning::kTitle}) {
    for (const ImageFact* fact : facts.Of(meaning)) {
      if (find(fact->source, fact->value)) return;
    }
  }
}

}  // namespace

absl::StatusOr<Image> NormalizeImage(const Rules& rules, const JsonValue& record,
                                     const std::string& path, const ImageSite& site,
                                     ImageListing listing) {
  if (!record.is_object()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": / is of type ", record.type_name(), "; it must be an object"));
  }
  Image image;
  const JsonReader reader(record, path, &image.provenance.warnings);
  image.id = reader.String("id");
  image.name = reader.String("name");
  if (image.id.empty() && image.name.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": /id is missing; an image needs an id or a name"));
  }
  image.status = absl::AsciiStrToLower(reader.String("status"));
  image.visibility = absl::AsciiStrToLower(reader.String("visibility"));
  image.hidden = reader.Bool("os_hidden");
  image.owner = reader.String("owner");
  ApplyListing(listing, &image);
  image.disk_format = absl::AsciiStrToLower(reader.String("disk_format"));
  image.container_format = absl::AsciiStrToLower(reader.String("container_format"));
  image.min_ram_mib = FirstInt(reader, "min_ram", "minRam");
  image.min_disk_gib = FirstInt(reader, "min_disk", "minDisk");
  image.size_bytes = OrUnknownIfNegative(reader.Int("size"));
  image.virtual_size_bytes = OrUnknownIfNegative(reader.Int("virtual_size"));
  image.create_time = ParseTime(reader.String("created_at"));
  const ImageFacts facts = GatherImageFacts(rules, reader, &image.provenance);
  image.tags = facts.tags;
  if (facts.from_cloudkeeper && image.min_disk_gib.value_or(0) > 0) {
    AddWarning(&image.provenance, "MIN_DISK_UNTRUSTED",
               absl::StrCat("cloudkeeper wrote the number of cores into min_disk (",
                            *image.min_disk_gib, ")"));
    image.min_disk_gib.reset();
  }
  InferSnapshot(rules, facts, &image);
  InferEgiRef(rules, facts, &image);
  InferImageOs(rules, facts, site, &image);
  GatherBootProperties(reader, &image);
  InferVolumes(reader, &image);
  InferBootable(rules, facts, &image);
  InferLifecycle(rules, facts, &image);
  image.usable =
      image.status == "active" && !image.hidden.value_or(false) && image.bootable.value_or(true);
  return image;
}

}  // namespace cis::crawler
