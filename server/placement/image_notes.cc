// SPDX-License-Identifier: Apache-2.0
#include "server/placement/image_notes.h"

#include "absl/strings/str_cat.h"
#include "server/placement/gpu_kinds.h"
#include "server/placement/nova_rules.h"

namespace cis::server {
namespace {

// "2 volumes of 120 GiB together", "a volume of 20 GiB", "3 volumes".
std::string VolumesText(int64_t count, const std::optional<int64_t>& gib) {
  std::string out = count == 1 ? "a volume" : absl::StrCat(count, " volumes");
  if (gib) absl::StrAppend(&out, " of ", *gib, " GiB", count == 1 ? "" : " together");
  return out;
}

std::string VolumesNote(absl::string_view name, const Image& image, const Share& share) {
  const int64_t count = *image.volume_count;
  std::string out;
  if (count == 0) {
    out = absl::StrCat("Image ", name,
                       " attaches an existing volume: only one machine can use it at a time.");
  } else if (StartsFromItsVolumes(image)) {
    out = absl::StrCat("Image ", name, " is a snapshot of volumes: each machine starts from ",
                       VolumesText(count, image.volume_gib),
                       " that Nova creates from it, not from the root disk of the flavor.");
  } else {
    out = absl::StrCat("Image ", name, " adds ", VolumesText(count, image.volume_gib),
                       " to each machine.");
  }
  if (!image.owner.empty() && image.owner != share.project_id) {
    absl::StrAppend(&out, " The snapshots of these volumes belong to project ", image.owner,
                    "; whether this project may use them cannot be seen.");
  }
  return out;
}

}  // namespace

void NoteUnusualImage(const Placement& placement, std::vector<std::string>* out) {
  const Image& image = *placement.image->image;
  const absl::string_view name = image.name.empty() ? image.id : image.name;
  const std::string owner =
      image.owner.empty() ? "an unknown project" : absl::StrCat("project ", image.owner);
  if (image.visibility == "community") {
    out->push_back(absl::StrCat("Anyone may publish a community image under any name; image ", name,
                                " (", image.id, ") belongs to ", owner, "."));
  }
  if (!image.member_status.empty()) {
    // is_image_visible of glance/db/utils.py: a member may use the image whatever its status is;
    // the status decides only whether it is listed.
    out->push_back(absl::StrCat("Image ", name, " of ", owner,
                                " is shared with the project, which has not accepted it: it can "
                                "be used by its id (",
                                image.id,
                                "), but lists do not show it until the project accepts it."));
  }
  if (image.disk_format == "iso") {
    out->push_back(absl::StrCat("Image ", name,
                                " is an installer (ISO): the machine boots the installer, which "
                                "needs a console and a disk to install to."));
  }
  if (image.volume_count) out->push_back(VolumesNote(name, image, placement.share->share()));
}

void NoteGpuKind(const Placement& placement, const PlacementQuery& query,
                 std::vector<std::string>* out) {
  const Flavor& flavor = *placement.flavor;
  if (!IsGpuKindAssumed(flavor, query.gpu_kind)) return;
  out->push_back(absl::StrCat("Whether the GPU of flavor ", flavor.name, " is of kind ",
                              query.gpu_kind, " is not known."));
}

}  // namespace cis::server
