// SPDX-License-Identifier: Apache-2.0

// Images: what they are, their login user, what they need, which of them to use.

#include <algorithm>
#include <cstdint>
#include <map>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "crawler/lint/reporter.h"
#include "schema/base/remedy.h"
#include "schema/model/known.h"

namespace cis::crawler {
namespace {

constexpr int64_t kGib = int64_t{1} << 30;

// The largest sizes of an endpoint's flavors.
struct Largest {
  bool known = false;
  bool from_volume = false;  // a flavor without root disk boots from a volume of any size
  int64_t disk_gib = 0;
  int64_t ram_mib = 0;
};

Largest LargestOf(const EndpointCatalog& endpoint) {
  Largest largest;
  for (const Stored<Flavor>& flavor : endpoint.flavors) {
    if (!flavor.active || flavor.record.disabled.value_or(false)) continue;
    largest.known = true;
    largest.from_volume |= flavor.record.disk_gib.value_or(0) == 0;
    largest.disk_gib = std::max(largest.disk_gib, flavor.record.disk_gib.value_or(0));
    largest.ram_mib = std::max(largest.ram_mib, flavor.record.ram_mib.value_or(0));
  }
  return largest;
}

int64_t CeilGib(int64_t bytes) { return bytes / kGib + (bytes % kGib == 0 ? 0 : 1); }

std::vector<std::string> ImageArguments(absl::string_view field, absl::string_view value) {
  return RemedyArguments(RemedyNoun::kImage, field, value);
}

std::vector<std::string> OsArguments(const Image& image, bool is_sure) {
  std::vector<std::string> arguments = ImageArguments("os_distro", is_sure ? image.os_distro : "");
  for (std::string& argument : ImageArguments("os_version", is_sure ? image.os_version : "")) {
    arguments.push_back(std::move(argument));
  }
  return arguments;
}
std::vector<std::string> ArchArguments(const Image& image) {
  return ImageArguments("arch", image.arch);
}
std::vector<std::string> LoginArguments(const Image& image) {
  return ImageArguments("login_user", image.login_user);
}

// `gib` 0 = not known.
std::vector<std::string> MinDiskArguments(int64_t gib) {
  return ImageArguments("min_disk_gib", gib > 0 ? absl::StrCat(gib) : "");
}

std::vector<std::string> RemedyOfWarning(const Image& image, absl::string_view code) {
  if (code == "OS_REFINED_FROM_NAME" || code == "OS_REFINED_FROM_RELEASE") {
    return OsArguments(image, true);
  }
  if (absl::StartsWith(code, "OS_")) return OsArguments(image, false);
  if (code == "ARCH_NOT_NOVA") return ArchArguments(image);
  if (absl::StartsWith(code, "ARCH_")) return ImageArguments("arch", "");
  if (absl::StartsWith(code, "LOGIN_")) return LoginArguments(image);
  if (code == "IMAGE_RETIRED") return {"--hidden"};
  if (code == "MIN_DISK_UNTRUSTED") {
    return MinDiskArguments(CeilGib(image.virtual_size_bytes.value_or(0)));
  }
  return {};
}

void LintSystem(const Image& image, LintReporter& report) {
  const Provenance& told = image.provenance;
  if (image.os_distro.empty()) {
    report.Add("OS_UNKNOWN", "neither its properties nor its name state the operating system",
               report.SetCommand(OsArguments(image, false)));
  } else if (image.os_version.empty()) {
    report.Add("OS_VERSION_UNKNOWN", "neither its properties nor its name state the release",
               report.SetCommand(OsArguments(image, true)));
  } else if (OverrideOf(told, "os_distro").empty() && OverrideOf(told, "os_version").empty() &&
             (!IsPublished(told, "os_distro") || !IsPublished(told, "os_version"))) {
    report.Add("OS_NOT_PUBLISHED",
               absl::StrCat("only its name states that it is ", image.os_distro, " ",
                            image.os_version, "; set os_distro and os_version"),
               report.SetCommand(OsArguments(image, true)));
  }
  if (image.arch.empty()) {
    report.Add("ARCH_UNKNOWN", "nothing states the processor architecture (x86_64, aarch64)",
               report.SetCommand(ArchArguments(image)));
  } else if (OverrideOf(told, "arch").empty() && !IsPublished(told, "arch")) {
    report.Add("ARCH_NOT_PUBLISHED",
               absl::StrCat("only its name states that it is for ", image.arch),
               report.SetCommand(ArchArguments(image)));
  }
  if (image.login_user.empty() && !image.os_distro.empty()) {
    report.Add("LOGIN_USER_UNKNOWN", "nothing names the user to log in as",
               report.SetCommand(LoginArguments(image)));
  }
}

void LintNeeds(const Image& image, const Largest& largest, LintReporter& report) {
  const int64_t size_gib = CeilGib(image.virtual_size_bytes.value_or(0));
  const int64_t min_disk_gib = image.min_disk_gib.value_or(0);
  const std::string min_disk = report.SetCommand(MinDiskArguments(size_gib));
  if (min_disk_gib == 0 && size_gib == 0) {
    report.Add("DISK_NEED_UNKNOWN",
               "neither min_disk nor virtual_size states how large a disk it needs", min_disk);
  } else if (min_disk_gib < size_gib) {
    report.Add("MIN_DISK_TOO_SMALL",
               absl::StrCat("its disk has ", size_gib, " GiB, but min_disk is ", min_disk_gib,
                            ", so users request machines that cannot start"),
               min_disk);
  }
  if (image.min_ram_mib.value_or(0) == 0 && size_gib > 0) {
    report.Add("MIN_RAM_MISSING", "min_ram is 0, so users request machines that cannot boot it",
               report.SetCommand(ImageArguments("min_ram_mib", "")));
  }
  if (!largest.known) return;
  const int64_t need_gib = std::max(min_disk_gib, size_gib);
  if (need_gib > largest.disk_gib && !largest.from_volume) {
    report.Add("MIN_DISK_ABOVE_FLAVORS",
               absl::StrFormat("it needs a disk of %d GiB, but the largest flavor has %d GiB",
                               need_gib, largest.disk_gib),
               size_gib <= largest.disk_gib ? min_disk : "");
  }
  if (image.min_ram_mib.value_or(0) > largest.ram_mib) {
    report.Add("MIN_RAM_ABOVE_FLAVORS",
               absl::StrFormat("it needs %d MiB of memory, but the largest flavor has %d MiB",
                               *image.min_ram_mib, largest.ram_mib),
               report.SetCommand(ImageArguments("min_ram_mib", "")));
  }
}

void LintOverridden(const Image& image, LintReporter& report) {
  const std::map<std::string, std::vector<std::string>> arguments = {
      {"os_distro", OsArguments(image, true)},
      {"os_version", OsArguments(image, true)},
      {"arch", ArchArguments(image)},
      {"login_user", LoginArguments(image)},
      {"min_disk_gib",
       ImageArguments("min_disk_gib", absl::StrCat(image.min_disk_gib.value_or(0)))},
      {"min_ram_mib", ImageArguments("min_ram_mib", absl::StrCat(image.min_ram_mib.value_or(0)))}};
  for (const Evidence& evidence : image.provenance.evidence) {
    absl::string_view source = evidence.source;
    if (!absl::ConsumePrefix(&source, "override:")) continue;
    const auto found = arguments.find(std::string(evidence.field));
    report.Add("OVERRIDDEN",
               absl::StrCat(evidence.field, " is corrected by ", source, " to ", evidence.value),
               found == arguments.end() ? "" : report.SetCommand(found->second));
  }
}

// Images that a person cannot distinguish: everything is equal except the build date.
using Alike = std::tuple<SharedText, SharedText, SharedText, SharedText>;

Alike AlikeOf(const Image& image) {
  return {image.os_distro, image.os_version, image.arch, image.purpose};
}

std::string BuiltOn(const Image& image) {
  if (!image.build_date.empty()) return std::string(image.build_date);
  if (!IsKnown(image.create_time)) return "";
  return absl::FormatTime("%Y-%m-%d", image.create_time, absl::UTCTimeZone());
}

// Images that anyone publishes or that others share with the project are not the site's
// responsibility.
bool IsOfOthers(const Image& image) {
  return image.visibility == "community" || !image.member_status.empty();
}

bool IsOffered(const Stored<Image>& image) {
  return image.active && image.record.usable && !image.record.is_snapshot;
}

void LintChoice(const std::string& site_name, const EndpointCatalog& endpoint,
                std::vector<LintFinding>* findings) {
  std::map<SharedText, std::vector<const Image*>> by_name;
  std::map<Alike, std::vector<const Image*>> by_kind;
  for (const Stored<Image>& image : endpoint.images) {
    if (!IsOffered(image) || image.record.visibility != "public") continue;
    if (!image.record.name.empty()) by_name[image.record.name].push_back(&image.record);
    if (!image.record.os_version.empty() && image.record.purpose != "custom") {
      by_kind[AlikeOf(image.record)].push_back(&image.record);
    }
  }
  const auto is_older = [](const Image* a, const Image* b) {
    return std::make_pair(BuiltOn(*a), a->id) < std::make_pair(BuiltOn(*b), b->id);
  };
  for (auto& [name, images] : by_name) {
    std::sort(images.begin(), images.end(), is_older);
    for (size_t i = 0; i + 1 < images.size(); ++i) {
      LintReporter report(findings, site_name, "image", images[i]->id, images[i]->name);
      report.Add(
          "NAME_REPEATED",
          absl::StrCat(images.size(), " public images have this name; hide all but the newest, ",
                       images.back()->id),
          report.SetCommand({"--hidden"}));
    }
  }
  for (auto& [kind, images] : by_kind) {
    std::sort(images.begin(), images.end(), is_older);
    const Image& newest = *images.back();
    for (size_t i = 0; i + 1 < images.size(); ++i) {
      const Image& image = *images[i];
      if (BuiltOn(image) != BuiltOn(newest) || image.name == newest.name) continue;
      LintReporter report(findings, site_name, "image", image.id, image.name);
      report.Add("NEWEST_REPEATED",
                 absl::StrCat("it and \"", newest.name, "\" are both published as the newest ",
                              image.os_distro, " ", image.os_version,
                              "; state their purpose in their names, or hide one"),
                 report.SetCommand({"--hidden"}));
    }
  }
}

}  // namespace

void LintImages(const EndpointCatalog& endpoint, absl::Time now,
                std::vector<LintFinding>* findings) {
  const std::string& site_name = endpoint.endpoint.site_name;
  const Largest largest = LargestOf(endpoint);
  const std::string today = absl::FormatTime("%Y-%m-%d", now, absl::UTCTimeZone());
  for (const Stored<Image>& stored : endpoint.images) {
    const Image& image = stored.record;
    if (!stored.active || IsOfOthers(image)) continue;
    LintReporter report(findings, site_name, "image", image.id, image.name);
    report.AddWarnings(image.provenance,
                       [&](absl::string_view code) { return RemedyOfWarning(image, code); });
    LintOverridden(image, report);
    if (!IsOffered(stored)) continue;
    LintSystem(image, report);
    LintNeeds(image, largest, report);
    if (!image.expire_date.empty() && image.expire_date < today) {
      report.Add("IMAGE_EXPIRED",
                 absl::StrCat("it was valid until ", image.expire_date, "; hide it or replace it"),
                 report.SetCommand({"--hidden"}));
    }
    if (!image.eol_date.empty() && image.eol_date < today) {
      report.Add("IMAGE_EOL",
                 absl::StrCat(image.os_distro, " ", image.os_version,
                              " has had no standard support since ", image.eol_date,
                              "; hide it once there is a newer one"),
                 report.SetCommand({"--hidden"}));
    }
  }
  LintChoice(site_name, endpoint, findings);
}

}  // namespace cis::crawler
