#pragma once

// What operating system an image holds, weighed from all that is said about it.

#include "crawler/normalize/image_facts.h"
#include "crawler/normalize/site_logins.h"
#include "schema/model/records.h"

namespace cis {

class Rules;

// Fills os_distro, os_version, os_codename, arch, build_date, eol_date, login_user and purpose of
// `image`, whose id, name, tags and is_snapshot are set already, with evidence, confidence and
// warnings.
//
// Precedence: published with the image (EGI annotations, HEPiX lists) > Glance properties > source
// URLs > tags > name > description. A name that is narrower than the label wins ("centos" on an
// AlmaLinux image); other contradictions keep the stronger source, lower the confidence to `guess`
// and warn OS_CONFLICT. `site` decides which conventions for accounts hold.
void InferImageOs(const Rules& rules, const ImageFacts& facts, const ImageSite& site, Image* image);

}  // namespace cis
