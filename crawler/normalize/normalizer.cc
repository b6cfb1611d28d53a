// SPDX-License-Identifier: Apache-2.0
#include "crawler/normalize/normalizer.h"

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "crawler/normalize/basics.h"
#include "crawler/normalize/documents.h"
#include "crawler/normalize/flavor.h"
#include "crawler/normalize/image.h"
#include "crawler/normalize/json_reader.h"
#include "crawler/normalize/network_set.h"
#include "crawler/normalize/quota.h"
#include "crawler/normalize/remarks.h"
#include "schema/base/check.h"
#include "schema/base/status_macros.h"

namespace cis::crawler {
namespace {

// How many skipped records are named; further ones are only counted.
constexpr std::size_t kMaxReasons = 20;

// Returns extra specs that were requested flavor by flavor; absent if refused or unreadable.
std::optional<ExtraSpecs> FindExtraSpecs(const std::vector<Document>& documents,
                                         const std::string& flavor_id) {
  const std::string name = absl::StrCat("extra_specs/", flavor_id);
  for (const Document& document : documents) {
    if (document.name != name || !IsAnswered(document)) {
      continue;
    }
    const absl::StatusOr<JsonDocument> body = ParseJson(document.body);
    if (body.ok() && body->root().is_object()) {
      return JsonReader(body->root(), name, nullptr).StringMap("extra_specs");
    }
  }
  return std::nullopt;
}

void NoteSkipped(absl::string_view reason, RecordSet* records) {
  ++records->skipped_count;
  if (records->skipped_reasons.size() < kMaxReasons) {
    records->skipped_reasons.emplace_back(reason);
  }
}

absl::Status AddFlavors(const Rules& rules, const std::vector<Document>& documents,
                        RecordSet* records) {
  CIS_ASSIGN_OR_RETURN(const Listing listing, ReadListing(documents, "flavors", "flavors"));
  for (const ListItem& item : listing.items) {
    std::optional<ExtraSpecs> specs;
    if (item.value.is_object()) {
      specs = FindExtraSpecs(documents, JsonReader(item.value, item.path, nullptr).String("id"));
    }
    absl::StatusOr<Flavor> flavor = NormalizeFlavor(rules, item.value, item.path, specs);
    if (!flavor.ok()) {
      NoteSkipped(flavor.status().message(), records);
      continue;
    }
    records->flavors.push_back(*std::move(flavor));
  }
  return absl::OkStatus();
}

// Appends the images of one listing. Those of `known` were in an earlier listing, whose record
// counts.
void AddListedImages(const Rules& rules, const std::vector<ListItem>& items, ImageListing listing,
                     const absl::flat_hash_set<SharedText>& known, RecordSet* records) {
  const Endpoint& endpoint = records->share.endpoint;
  const ImageSite site{endpoint.site_name, endpoint.keystone_url};
  for (const ListItem& item : items) {
    absl::StatusOr<Image> image = NormalizeImage(rules, item.value, item.path, site, listing);
    if (!image.ok()) {
      NoteSkipped(image.status().message(), records);
      continue;
    }
    if (!image->id.empty() && known.contains(image->id)) continue;
    // Glance lists the project's own shared images along with those that others share with it.
    if (!image->owner.empty() && image->owner == records->share.project_id) {
      image->member_status = "";
    }
    records->images.push_back(*std::move(image));
  }
}

absl::Status AddImages(const Rules& rules, const std::vector<Document>& documents,
                       RecordSet* records) {
  CIS_ASSIGN_OR_RETURN(const Listing listing, ReadListing(documents, "images", "images"));
  AddListedImages(rules, listing.items, ImageListing::kImages, {}, records);
  constexpr std::array<std::pair<absl::string_view, ImageListing>, 3> kFurther = {{
      {"images_hidden", ImageListing::kHidden},
      {"images_pending", ImageListing::kPending},
      {"images_community", ImageListing::kCommunity},
  }};
  for (const auto& [name, kind] : kFurther) {
    // These listings only add images: one that cannot be read loses only its own.
    const absl::StatusOr<Listing> further = ReadListing(documents, name, "images");
    if (!further.ok()) {
      records->remarks.emplace_back(further.status().message());
      continue;
    }
    absl::flat_hash_set<SharedText> known;
    for (const Image& image : records->images) known.insert(image.id);
    AddListedImages(rules, further->items, kind, known, records);
  }
  return absl::OkStatus();
}

// Pages overlap when a site changes while it is read: the first record of an id counts. An equal
// one is no loss; a different one is reported. A record without an id can neither be stored nor be
// requested.
template <typename Record>
void CheckIds(absl::string_view plural, MissingIds ids, std::vector<Record>* found,
              RecordSet* records) {
  absl::flat_hash_map<std::string, std::size_t> seen;
  std::vector<Record> kept;
  kept.reserve(found->size());
  for (Record& record : *found) {
    if (record.id.empty() && ids == MissingIds::kSkip) {
      NoteSkipped(absl::StrCat(plural, ": \"", CutUtf8(record.name, kMaxShownBytes),
                               "\" has no id; a record needs one"),
                  records);
      continue;
    }
    const auto [place, is_new] = seen.emplace(record.id, kept.size());
    if (record.id.empty() || is_new) {
      kept.push_back(std::move(record));
    } else if (!(kept[place->second] == record)) {
      NoteSkipped(absl::StrCat(plural, ": id \"", CutUtf8(record.id, kMaxShownBytes),
                               "\" appears twice with different contents; the first is kept"),
                  records);
    }
  }
  *found = std::move(kept);
}

}  // namespace

absl::StatusOr<RecordSet> Normalize(const Rules& rules, const Observation& observation,
                                    MissingIds ids) {
  RecordSet records;
  records.share = observation.share;
  records.kind = observation.kind;
  records.observe_time = observation.fetch_time;
  records.remarks = RemarksOf(observation.documents);
  switch (observation.kind) {
    case Kind::kFlavors:
      CIS_RETURN_IF_ERROR(AddFlavors(rules, observation.documents, &records));
      CheckIds("flavors", ids, &records.flavors, &records);
      break;
    case Kind::kImages:
      CIS_RETURN_IF_ERROR(AddImages(rules, observation.documents, &records));
      CheckIds("images", ids, &records.images, &records);
      break;
    case Kind::kNetworks: {
      std::vector<std::string> skipped;
      CIS_ASSIGN_OR_RETURN(records.network_set, NormalizeNetworks(rules, observation.documents,
                                                                  observation.share.project_id,
                                                                  &skipped, &records.remarks));
      for (const std::string& reason : skipped) {
        NoteSkipped(reason, &records);
      }
      CheckIds("networks", ids, &records.network_set.networks, &records);
      break;
    }
    case Kind::kQuotas: {
      SharedList<SharedText> problems;
      records.limit_set = NormalizeLimits(observation.documents, &problems, &records.remarks);
      for (const SharedText& problem : problems) {
        NoteSkipped(problem, &records);
      }
      break;
    }
    case Kind::kAuth:
      break;
  }
  CIS_CHECK(records.skipped_reasons.size() <= static_cast<std::size_t>(records.skipped_count),
            "each reason is of a record that was skipped");
  return records;
}

}  // namespace cis::crawler
