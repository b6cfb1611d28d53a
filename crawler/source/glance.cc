// SPDX-License-Identifier: Apache-2.0
#include "crawler/source/glance.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "crawler/source/gather.h"
#include "crawler/source/limits.h"
#include "crawler/source/paging.h"

namespace cis::crawler {

void ImageFetch::Start(DocumentsDone done) {
  auto gather = std::make_shared<Gather>(std::move(done));
  ListSpec spec;
  spec.kind = Kind::kImages;
  spec.document_name = "images";
  // Without a limit, Glance returns 25 images.
  spec.path = absl::StrCat("/images?limit=", kPageSize);
  spec.list_key = "images";
  spec.leads_on = true;
  FetchList(*client_, spec, Gather::ListPart(gather));
  spec.leads_on = false;
  const std::string path = spec.path;
  const auto fetch = [&](absl::string_view name, absl::string_view filter, Need need,
                         Audience audience) {
    ListSpec optional = spec;
    optional.document_name = std::string(name);
    optional.path = absl::StrCat(path, filter);
    optional.need = need;
    optional.audience = audience;
    if (audience == Audience::kEndpoint) {
      optional.max_objects = kMaxCommunityImages;
      optional.max_objects_limit = Limit::kCommunityImages;
    }
    FetchList(*client_, std::move(optional), Gather::ListPart(gather));
  };
  // Before Rocky, Glance has no os_hidden and answers 400.
  fetch("images_hidden", "&os_hidden=true", Need::kFacts, Audience::kShare);
  // Community images belong to no project in particular: Glance lists all of them to everyone.
  fetch("images_community", "&visibility=community", Need::kExtras, Audience::kEndpoint);
  fetch("images_pending", "&visibility=shared&member_status=pending", Need::kExtras,
        Audience::kShare);
  gather->Seal();
}

}  // namespace cis::crawler
