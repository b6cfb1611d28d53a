// SPDX-License-Identifier: Apache-2.0
#pragma once

// References to the images that EGI publishes in its registry, in all forms that occur in names.

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "crawler/normalize/table.h"

namespace cis::crawler {

struct EgiImage {
  std::string ref;      // "egi_vm_images/docker:22.04", without host, digest and commit
  std::string version;  // of the operating system, from the tag; empty if it has none
  std::string distro;   // empty if the image is not in data/egi_images.tsv
  std::string login;    // likewise
};

// The table data/egi_images.tsv.
class EgiImageRules {
 public:
  explicit EgiImageRules(const Tables& tables);

  // Finds the reference in `text`: "registry.egi.eu egi_vm_images/docker:22.04",
  // "https://registry.egi.eu/...", "egi://SITE/egi_vm_images/ubuntu:24.04?VO",
  // "egi_vm_images/alma:9@sha256:...", "docker-22.04" after "egi_vm_images". Absent if there is
  // none, also for other projects of the registry.
  std::optional<EgiImage> Find(absl::string_view text) const;

 private:
  struct Row {
    std::string image;
    std::string distro;
    std::string login;
  };
  std::vector<Row> rows_;  // long names first: "small-ubuntu" is not "ubuntu"
};

// Returns "PROJECT/IMAGE:TAG" after the host of EGI's registry, of any project; empty if there is
// none.
std::string FindEgiRegistryRef(absl::string_view text);

}  // namespace cis::crawler
