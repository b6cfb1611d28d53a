// SPDX-License-Identifier: Apache-2.0
#pragma once

// Values of `--group` and `--alternative`: one of several kinds of machines in one word.

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/cli/options.h"

namespace cis::client {

struct GroupOption {
  std::string name;
  int32_t count = 0;         // 0 = not given
  PlaceOptions machine;      // its requirements, as from flags
  bool has_network = false;  // whether it has requirements for the network
};

// Parses `NAME:COUNT:KEY=VALUE,...`, such as `workers:8:vcpus=16,public-ip=no`. The keys are the
// names of the flags of `place` for machine, image and network; a flag without a value takes `yes`
// or `no`, and `public-ip=any` drops the requirement of the whole query. Name, count and
// requirements may be empty; `\\,` is a comma in a value. Returns INVALID_ARGUMENT with what would
// be right.
absl::StatusOr<GroupOption> ParseGroupOption(absl::string_view text);

}  // namespace cis::client
