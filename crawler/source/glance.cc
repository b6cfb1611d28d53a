#include "crawler/source/glance.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "crawler/source/gather.h"
#include "crawler/source/limits.h"
#include "crawler/source/paging.h"

namespace cis {

void ImageFetch::Start(DocumentsDone done) {
  auto gather = std::make_shared<Gather>(std::move(done));
  ListSpec spec;
  spec.kind = Kind::kImages;
  spec.document_name = "images";
  // Without a limit Glance gives 25.
  spec.path = absl::StrCat("/images?limit=", kPageSize);
  spec.list_key = "images";
  spec.leads_on = true;
  FetchList(*client_, spec, Gather::ListPart(gather));
  spec.leads_on = false;
  spec.document_name = "images_hidden";
  absl::StrAppend(&spec.path, "&os_hidden=true");
  // Before Rocky there is no os_hidden: 400.
  spec.tolerated = {400, 403};
  FetchList(*client_, std::move(spec), Gather::ListPart(gather));
  gather->Seal();
}

}  // namespace cis
