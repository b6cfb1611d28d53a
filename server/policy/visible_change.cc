// SPDX-License-Identifier: Apache-2.0
#include "server/policy/visible_change.h"

namespace cis::server {

bool MaySee(const Change& change, const Rights& rights) {
  if (!rights.may_read) return false;
  if (rights.operation) return true;
  if (!change.of_share || change.event == ChangeEvent::kFailing ||
      change.event == ChangeEvent::kRecovered) {
    return false;
  }
  // An owner may be the project of another VO.
  if (change.field == "owner") return false;
  return rights.SeesShare(change.share.endpoint.site_name, change.share.vo);
}

}  // namespace cis::server
