// SPDX-License-Identifier: Apache-2.0
#pragma once

// The account for logging in to a machine of an image.

#include "crawler/normalize/image_facts.h"
#include "crawler/normalize/site_logins.h"
#include "schema/model/records.h"

namespace cis::crawler {

class Rules;

// How reliable the operating system is that the account is derived from.
struct LoginBasis {
  Confidence distro = Confidence::kUnknown;
  bool in_conflict = false;
  bool stated = false;  // a property or tag names the system, not only the image's name
};

// Sets `login_user` from, in this order: a property; EGI's or the vendor's own build; the site's
// convention; the vendor's account, which is a guess if only a name indicates the system.
void InferLogin(const Rules& rules, const ImageFacts& facts, const ImageSite& site,
                const LoginBasis& basis, Image* image);

}  // namespace cis::crawler
