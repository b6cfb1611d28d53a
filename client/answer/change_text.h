// SPDX-License-Identifier: Apache-2.0
#pragma once

// Changes in words. Pure.

#include <string>

#include "cis/v1/changes.pb.h"

namespace cis::client {

// Returns what differs: `ram_mib: 2048 -> 4096`, `public00 -> external`, `by IMAGE-ID (same
// egi_ref)`, `images: timeout`; empty if the event is the whole change. Changes by rules or site
// files say so.
std::string ChangeDetail(const v1::Change& change);

// Returns the name of the changed thing at its site, else its id.
std::string ChangedThing(const v1::Change& change);

// Returns one line: `2026-01-02 03:04  SITE-A  vo.one  flavor m1.large changed, ram_mib: 2048 ->
// 4096`.
std::string ChangeLine(const v1::Change& change);

}  // namespace cis::client
