#pragma once

// What is said of a change, pure.

#include <string>

#include "cis/v1/changes.pb.h"

namespace cis::client {

// What differs: `ram_mib: 2048 -> 4096`, `public00 -> external`, `by IMAGE-ID (same egi_ref)`,
// `images: timeout`; empty if the event says it all. Changes by rules or site files say so.
std::string ChangeDetail(const v1::Change& change);

// The thing by the name that its site uses, else by its id.
std::string ChangedThing(const v1::Change& change);

// One line: `2026-01-02 03:04  SITE-A  vo.one  flavor m1.large changed, ram_mib: 2048 -> 4096`.
std::string ChangeLine(const v1::Change& change);

}  // namespace cis::client
