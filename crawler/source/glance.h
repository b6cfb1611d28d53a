// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "crawler/source/exchange.h"
#include "crawler/source/service_client.h"

namespace cis::crawler {

// Fetches all images the project may list ("images") and those hidden from the default listing
// ("images_hidden"). Lives as long as its exchange.
// https://docs.openstack.org/api-ref/image/v2/#list-images
class ImageFetch {
 public:
  explicit ImageFetch(ServiceClient* client) : client_(client) {}
  ImageFetch(const ImageFetch&) = delete;
  ImageFetch& operator=(const ImageFetch&) = delete;

  void Start(DocumentsDone done);

 private:
  ServiceClient* client_;
};

}  // namespace cis::crawler
