// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crawler/normalize/image_facts.h"
#include "schema/model/records.h"

namespace cis::crawler {

class Rules;

// Sets what publisher and site promise for `image`: expire_date, image_source, uuid_validity,
// replace_frequency, provided_until and hotfix_hours, with evidence and confidence. Warns
// `IMAGE_RETIRED` if something says that the image should not be used any more.
void InferLifecycle(const Rules& rules, const ImageFacts& facts, Image* image);

}  // namespace cis::crawler
