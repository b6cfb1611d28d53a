// SPDX-License-Identifier: Apache-2.0

// Any bytes as an HTTP request: refused with a status of its own, or a request with one reading. In
// how many pieces the bytes come makes no difference.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "schema/base/utf8.h"
#include "server/http/wire.h"

namespace {

using cis::server::HttpRequest;
using cis::server::RequestLimits;
using cis::server::RequestReader;

constexpr RequestLimits kLimits = {.header_bytes = 400, .header_count = 10, .body_bytes = 100};

std::unique_ptr<RequestReader> Read(absl::string_view bytes, size_t piece) {
  auto reader = std::make_unique<RequestReader>(kLimits);
  for (size_t begin = 0; begin < bytes.size(); begin += piece) {
    reader->Feed(bytes.substr(begin, piece));
  }
  return reader;
}

void Require(bool condition) {
  if (!condition) std::abort();
}

void Check(const HttpRequest& request) {
  static const std::set<absl::string_view> kMethods = {"GET",   "HEAD",   "POST",   "PUT",
                                                       "PATCH", "DELETE", "OPTIONS"};
  Require(kMethods.count(request.method) == 1);
  Require(absl::StartsWith(request.path, "/") && cis::IsValidUtf8(request.path));
  Require(request.path.find('\\') == std::string::npos);
  Require(!absl::StrContains(request.path, "//") && !absl::StrContains(request.path, "/../"));
  Require(request.body.size() <= kLimits.body_bytes);
  Require(request.headers.size() <= kLimits.header_count);
  size_t hosts = 0;
  size_t framings = 0;
  for (const auto& [name, value] : request.headers) {
    Require(value.find_first_of(absl::string_view("\r\n\0", 3).data(), 0, 3) == std::string::npos);
    if (absl::EqualsIgnoreCase(name, "host")) ++hosts;
    if (absl::EqualsIgnoreCase(name, "content-length")) ++framings;
    if (absl::EqualsIgnoreCase(name, "transfer-encoding")) ++framings;
  }
  Require(hosts <= 1 && framings <= 1 && (framings == 1 || request.body.empty()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::set<int> kStatuses = {400, 413, 417, 431, 501, 505};
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::unique_ptr<RequestReader> whole = Read(bytes, bytes.size() + 1);
  for (const size_t piece : {size_t{1}, size_t{7}}) {
    const std::unique_ptr<RequestReader> pieces = Read(bytes, piece);
    Require(pieces->progress() == whole->progress());
    if (whole->progress() == RequestReader::Progress::kRefused) {
      Require(kStatuses.count(whole->refusal().status) == 1);
      Require(pieces->refusal().status == whole->refusal().status);
    } else if (whole->progress() == RequestReader::Progress::kDone) {
      Require(pieces->keeps_alive() == whole->keeps_alive());
    }
  }
  if (whole->progress() == RequestReader::Progress::kDone) Check(whole->TakeRequest());
  return 0;
}
