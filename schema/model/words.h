// SPDX-License-Identifier: Apache-2.0
#pragma once

// The closed lists of words, and the known words of open lists. Records, overrides, filters and the
// enums of the API all take their words from here; fields.h says which field has which list.

#include "schema/model/described_field.h"

namespace cis {

namespace words {

inline constexpr absl::string_view kArches[] = {"x86_64", "aarch64", "i686",  "armv7l",
                                                "ppc64",  "ppc64le", "s390x", "riscv64"};
inline constexpr absl::string_view kGpuKinds[] = {"passthrough", "vgpu", "mig"};
inline constexpr absl::string_view kCpuAllocations[] = {"dedicated", "shared", "oversubscribed"};
inline constexpr absl::string_view kImageVisibilities[] = {"public", "private", "shared",
                                                           "community"};
inline constexpr absl::string_view kImagePurposes[] = {"generic", "minimal",   "gpu",   "docker",
                                                       "k8s",     "appliance", "custom"};
inline constexpr absl::string_view kNetworkUses[] = {"floating-pool", "direct", "tenant", "none"};
inline constexpr absl::string_view kSubnetSources[] = {"subnets", "floatingip_pools",
                                                       "router_gateway", "floatingips"};
inline constexpr absl::string_view kZoneServices[] = {"compute", "volume"};
inline constexpr absl::string_view kDataKinds[] = {"auth", "flavors", "images", "networks",
                                                   "quotas"};
inline constexpr absl::string_view kErrorClasses[] = {
    "dns",    "connect", "tls",   "timeout", "auth",   "forbidden", "not-found",  "rate-limit",
    "server", "parse",   "limit", "policy",  "config", "internal",  "backing-off"};
// As GOCDB spells them.
inline constexpr absl::string_view kCertifications[] = {"Certified", "Candidate", "Uncertified",
                                                        "Suspended", "Closed"};
// Explained in crawler/registry/README.md, the last six in server/service/summary.h.
inline constexpr absl::string_view kSiteProblemCodes[] = {"SITE_NOT_IN_GOCDB",
                                                          "SITE_VANISHED",
                                                          "SITE_RENAMED",
                                                          "SITE_NOT_IN_FILES",
                                                          "SITE_NOT_CERTIFIED",
                                                          "SITE_NOT_PRODUCTION",
                                                          "SERVICE_NOT_PRODUCTION",
                                                          "SERVICE_NOT_IN_GOCDB",
                                                          "SERVICE_WITHOUT_URL",
                                                          "URL_DIFFERS",
                                                          "ENDPOINT_NOT_IN_FILES",
                                                          "NAME_SHARED",
                                                          "VO_REFUSED",
                                                          "PROJECT_UNKNOWN",
                                                          "PROJECT_DISCOVERED",
                                                          "PROJECT_NOT_IN_FILES",
                                                          "SHARE_FAILING",
                                                          "SHARE_OLD",
                                                          "RECORDS_SKIPPED",
                                                          "SITE_REMOVED",
                                                          "NO_VO",
                                                          "BACKING_OFF"};

}  // namespace words

// An open list: sites may have others.
inline constexpr WordSet kArchWords = {"", words::kArches};

inline constexpr WordSet kGpuKindWords = {"GPU_KIND_", words::kGpuKinds};
inline constexpr WordSet kCpuAllocationWords = {"CPU_ALLOCATION_", words::kCpuAllocations};
inline constexpr WordSet kImageVisibilityWords = {"IMAGE_VISIBILITY_", words::kImageVisibilities};
inline constexpr WordSet kImagePurposeWords = {"IMAGE_PURPOSE_", words::kImagePurposes};
inline constexpr WordSet kNetworkUseWords = {"NETWORK_USE_", words::kNetworkUses};
inline constexpr WordSet kSubnetSourceWords = {"SUBNET_SOURCE_", words::kSubnetSources};
inline constexpr WordSet kZoneServiceWords = {"ZONE_SERVICE_", words::kZoneServices};
inline constexpr WordSet kDataKindWords = {"DATA_KIND_", words::kDataKinds};
inline constexpr WordSet kErrorClassWords = {"ERROR_CLASS_", words::kErrorClasses};
inline constexpr WordSet kCertificationWords = {"CERTIFICATION_", words::kCertifications};
inline constexpr WordSet kSiteProblemCodeWords = {"SITE_PROBLEM_CODE_", words::kSiteProblemCodes};

}  // namespace cis
