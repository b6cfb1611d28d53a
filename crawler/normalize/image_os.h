// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which operating system an image contains, weighed from everything that is known about it.

#include "crawler/normalize/image_facts.h"
#include "crawler/normalize/site_logins.h"
#include "schema/model/records.h"

namespace cis::crawler {

class Rules;

// Fills os_distro, os_version, os_codename, arch, build_date, eol_date, login_user and purpose of
// `image`, whose id, name, tags and is_snapshot are set already, with evidence, confidence and
// warnings.
//
// Precedence: published with the image (EGI annotations, HEPiX lists) > Glance properties > source
// URLs > tags > name > description. A name that is more specific than the label wins ("centos" on
// an AlmaLinux image); in other contradictions, the stronger source wins, the confidence is lowered
// to `guess` and OS_CONFLICT is warned of. `site` decides which conventions for accounts apply.
void InferImageOs(const Rules& rules, const ImageFacts& facts, const ImageSite& site, Image* image);

}  // namespace cis::crawler
