#pragma once

// The account with which one logs in to a machine of an image.

#include "crawler/normalize/image_facts.h"
#include "crawler/normalize/site_logins.h"
#include "schema/model/records.h"

namespace cis {

class Rules;

// How much the operating system, of which the account follows, is worth.
struct LoginBasis {
  Confidence distro = Confidence::kUnknown;
  bool in_conflict = false;
  bool stated = false;  // a property or tag names the system, not only the image's name
};

// Sets `login_user` from, in this order: a property; EGI's or the vendor's own build; the site's
// convention; the vendor's account, which is a guess where only a name tells the system.
void InferLogin(const Rules& rules, const ImageFacts& facts, const ImageSite& site,
                const LoginBasis& basis, Image* image);

}  // namespace cis
