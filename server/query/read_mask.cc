// SPDX-License-Identifier: Apache-2.0
#include "server/query/read_mask.h"

#include <algorithm>

#include "google/protobuf/util/field_mask_util.h"

namespace cis::server {
namespace {

using google::protobuf::util::FieldMaskUtil;

bool KeepsAll(const google::protobuf::FieldMask& mask) {
  return mask.paths().empty() ||
         std::find(mask.paths().begin(), mask.paths().end(), "*") != mask.paths().end();
}

}  // namespace

std::string FindUnknownPath(const google::protobuf::FieldMask& mask,
                            const google::protobuf::Descriptor& type) {
  for (const std::string& path : mask.paths()) {
    if (path == "*") continue;
    // The library takes an empty path for one that names everything.
    if (path.empty()) return "\"\"";
    if (!FieldMaskUtil::GetFieldDescriptors(&type, path, nullptr)) return path;
  }
  return "";
}

void ApplyReadMask(const google::protobuf::FieldMask& mask, google::protobuf::Message* message) {
  if (KeepsAll(mask)) return;
  FieldMaskUtil::TrimMessage(mask, message);
}

}  // namespace cis::server
