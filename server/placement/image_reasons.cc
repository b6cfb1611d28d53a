// SPDX-License-Identifier: Apache-2.0
#include "server/placement/image_reasons.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "schema/model/os_version.h"
#include "server/placement/filter_reasons.h"

namespace cis::server {
namespace {

// The images that a reason is about: all whose failures satisfy `is_meant`.
struct RemainingImages {
  absl::Span<const IndexedImage> images;
  absl::Span<const Checks> failures;
  absl::FunctionRef<bool(Checks)> is_meant;
};

// By version alone: the newest is named even if its purpose makes it a late choice.
bool IsNewer(const IndexedImage& a, const IndexedImage& b) {
  const bool same = a.image->os_distro == b.image->os_distro;
  const int version = CompareOsVersions(same ? absl::string_view(a.image->os_distro) : "",
                                        a.image->os_version, b.image->os_version);
  if (version != 0) return version > 0;
  return same ? a.newness < b.newness : IsNewerImage(a, b);
}

// Returns the numbers of a version: {22, 4} of "22.04".
std::vector<int64_t> NumbersOf(absl::string_view version) {
  std::vector<int64_t> out;
  while (!version.empty()) {
    const auto* const begin = std::find_if(version.begin(), version.end(), absl::ascii_isdigit);
    const auto* const end = std::find_if_not(begin, version.end(), absl::ascii_isdigit);
    int64_t number = 0;
    if (!absl::SimpleAtoi(absl::string_view(begin, static_cast<size_t>(end - begin)), &number)) {
      break;
    }
    out.push_back(number);
    version.remove_prefix(static_cast<size_t>(end - version.begin()));
  }
  return out;
}

// Returns how far two versions are apart, most significant number first.
std::vector<int64_t> DistanceOf(absl::string_view a, absl::string_view b) {
  std::vector<int64_t> left = NumbersOf(a);
  std::vector<int64_t> right = NumbersOf(b);
  const size_t size = std::max(left.size(), right.size());
  left.resize(size);
  right.resize(size);
  for (size_t i = 0; i < size; ++i) left[i] = std::abs(left[i] - right[i]);
  return left;
}

// Returns whether `a` is nearer than `b` to one of the requested versions. Neither has one of these
// versions; of two that are equally near, the newer one is nearer.
bool IsNearerVersion(const IndexedImage& a, const IndexedImage& b, const PlacementQuery& query) {
  for (const OsRequirement& requirement : query.os) {
    if (requirement.version.empty()) continue;
    const auto distance = [&requirement](const IndexedImage& one) {
      return DistanceOf(one.image->os_version, requirement.version);
    };
    const bool of_a = MatchOs(requirement, *a.image) == OsMatch::kOtherVersion;
    const bool of_b = MatchOs(requirement, *b.image) == OsMatch::kOtherVersion;
    if (of_a != of_b) return of_a;
    if (of_a && distance(a) != distance(b)) return distance(a) < distance(b);
  }
  return IsNewer(a, b);
}

// Returns the reason of the image whose version is nearest to the request: the newest of those that
// are too old, the oldest of those that are too new.
Reason NearestVersion(const RemainingImages& remaining, const PlacementQuery& query,
                      const SystemFits& systems) {
  Reason reason;
  OsMatch nearest = OsMatch::kOtherDistro;
  const IndexedImage* best = nullptr;
  const auto is_better = [&](OsMatch match, const IndexedImage& image) {
    if (match != nearest || best == nullptr) return match > nearest;
    if (match == OsMatch::kOtherVersion) return IsNearerVersion(image, *best, query);
    return match == OsMatch::kTooNew ? IsNewer(*best, image) : IsNewer(image, *best);
  };
  for (size_t i = 0; i < remaining.images.size(); ++i) {
    if (!remaining.is_meant(remaining.failures[i])) continue;
    ++reason.counted.count;
    const IndexedImage& image = remaining.images[i];
    const OsMatch match = systems[image.system].match;
    if (match == OsMatch::kVersionUnknown) reason.counted.has_unreported = true;
    if (match == OsMatch::kOtherDistro || !is_better(match, image)) continue;
    nearest = match;
    best = &image;
    reason.image = image.image;
  }
  switch (nearest) {
    case OsMatch::kTooOld:
      reason.code = ReasonCode::kOsVersionTooOld;
      break;
    case OsMatch::kTooNew:
      reason.code = ReasonCode::kOsVersionTooNew;
      break;
    case OsMatch::kVersionUnknown:
      reason.code = ReasonCode::kOsVersionUnknown;
      break;
    default:
      reason.code = ReasonCode::kOsVersionMismatch;
  }
  return reason;
}

Reason NearestOfImages(ImageCheck check, const RemainingImages& remaining,
                       const PlacementQuery& query, const SystemFits& systems) {
  if (check == ImageCheck::kVersion) return NearestVersion(remaining, query, systems);
  Reason reason;
  reason.code = CodeOf(check);
  const bool names_item =
      check != ImageCheck::kNamed && check != ImageCheck::kName && check != ImageCheck::kDistro;
  for (size_t i = 0; i < remaining.images.size(); ++i) {
    if (!remaining.is_meant(remaining.failures[i])) continue;
    ++reason.counted.count;
    if (check == ImageCheck::kDistro && remaining.images[i].image->os_distro.empty()) {
      reason.counted.has_unreported = true;
    }
    if (names_item && reason.image == nullptr) reason.image = remaining.images[i].image;
  }
  return reason;
}

// Adds the first image that passes `check` and fails only one other, earlier checks first.
void AddOtherImages(ImageCheck check, absl::Span<const IndexedImage> images,
                    absl::Span<const Checks> failures, Reason* reason) {
  for (size_t i = 0; i < images.size(); ++i) {
    const bool fails_one = failures[i] != 0 && (failures[i] & (failures[i] - 1)) == 0;
    if (!fails_one || (failures[i] & Bit(check)) != 0) continue;
    const auto other = static_cast<ImageCheck>(FirstOf(failures[i]));
    // A version means nothing without its distro.
    if (check == ImageCheck::kVersion && other == ImageCheck::kDistro) continue;
    if (reason->other_image != nullptr && other >= reason->other_image_fails) continue;
    reason->other_image = images[i].image;
    reason->other_image_fails = other;
  }
}

}  // namespace

ReasonCode CodeOf(ImageCheck check) {
  constexpr std::array<ReasonCode, kImageCheckCount> kCodes{
      ReasonCode::kImageNotFound,        ReasonCode::kImageNameMismatch,
      ReasonCode::kImageExcluded,        ReasonCode::kImageNotActive,
      ReasonCode::kImageHidden,          ReasonCode::kImageNotOffered,
      ReasonCode::kImagePropertyRefused, ReasonCode::kOsNotFound,
      ReasonCode::kOsVersionMismatch,    ReasonCode::kImageArchMismatch};
  return kCodes[static_cast<size_t>(check)];
}

std::optional<ImageCheck> ImageCheckOf(ReasonCode code) {
  if (code == ReasonCode::kOsVersionUnknown || code == ReasonCode::kOsVersionTooOld ||
      code == ReasonCode::kOsVersionTooNew) {
    return ImageCheck::kVersion;
  }
  for (uint32_t i = 0; i < kImageCheckCount; ++i) {
    if (CodeOf(static_cast<ImageCheck>(i)) == code) return static_cast<ImageCheck>(i);
  }
  return std::nullopt;
}

std::vector<Reason> ExplainImages(absl::Span<const IndexedImage> images,
                                  absl::Span<const Checks> failures, const PlacementQuery& query,
                                  const SystemFits& systems) {
  if (images.empty()) {
    Reason reason;
    reason.code = ReasonCode::kNoImageVisible;
    return {reason};
  }
  const Blocking blocking = BlockingOf(failures);
  const auto check = static_cast<ImageCheck>(blocking.check);
  const auto was_left = [&](Checks failure) { return FirstOf(failure) == blocking.check; };
  std::vector<Reason> out{NearestOfImages(check, {images, failures, was_left}, query, systems)};
  Reason& first = out.front();
  first.counted.passed = blocking.passed;
  for (size_t i = 0; i < images.size(); ++i) {
    if (!was_left(failures[i])) continue;
    first.counted.assumed |= WithoutReport<ImageCheck>(blocking.passed, [&](ImageCheck c) {
      return c != ImageCheck::kArch || !images[i].image->arch.empty();
    });
  }
  AddOtherImages(check, images, failures, &first);
  const auto any = [](Checks) { return true; };
  for (uint32_t other = 0; other < kImageCheckCount; ++other) {
    if (other != blocking.check && (blocking.failed_by_all & (1U << other)) != 0) {
      out.push_back(
          NearestOfImages(static_cast<ImageCheck>(other), {images, failures, any}, query, systems));
    }
  }
  return out;
}

void AddImageNearMisses(absl::Span<const IndexedImage> images, absl::Span<const Checks> failures,
                        const PlacementQuery& query, const SystemFits& systems, NearMisses* out) {
  Checks found = 0;
  for (const Checks failure : failures) {
    if ((failure & (failure - 1)) == 0) found |= failure;
  }
  for (uint32_t i = 0; i < kImageCheckCount; ++i) {
    const auto check = static_cast<ImageCheck>(i);
    if ((found & Bit(check)) == 0) continue;
    const auto is_near = [check](Checks failure) { return failure == Bit(check); };
    out->reasons.push_back(NearestOfImages(check, {images, failures, is_near}, query, systems));
  }
}

std::vector<Reason> NearImages(absl::Span<const IndexedImage> images,
                               absl::Span<const Checks> failures, const PlacementQuery& query,
                               const SystemFits& systems) {
  constexpr Checks kFar =
      Bit(ImageCheck::kNamed) | Bit(ImageCheck::kName) | Bit(ImageCheck::kDistro);
  const auto any = [](Checks) { return true; };
  std::vector<Reason> out;
  for (size_t i = 0; i < images.size(); ++i) {
    const Checks failure = failures[i];
    if (failure == 0 || (failure & (failure - 1)) != 0 || (failure & kFar) != 0) continue;
    const auto check = static_cast<ImageCheck>(FirstOf(failure));
    out.push_back(NearestOfImages(check, {images.subspan(i, 1), failures.subspan(i, 1), any}, query,
                                  systems));
    out.back().image = images[i].image;
    out.back().counted = {};
  }
  return out;
}

}  // namespace cis::server
