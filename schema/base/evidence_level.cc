// SPDX-License-Identifier: Apache-2.0
#include "schema/base/evidence_level.h"

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace cis {
namespace {

// How the words of a row occur in sources.
enum class Form {
  kStart,   // the source begins with the word
  kWithin,  // the word is anywhere, in any case
  kWhole,   // the source is the word
  kPart,    // the word is the source, or is delimited by ":" in it: `extra_spec:resources:VGPU`
};

struct Row {
  char level;
  Form form;
  absl::string_view word;
};

// The first row that fits decides; a source without a row is a statement of the API (C).
constexpr Row kRows[] = {
    {'A', Form::kStart, "override:"},
    {'A', Form::kWithin, "org.openstack.glance."},
    {'A', Form::kWithin, "eu.egi.cloud."},
    {'A', Form::kWithin, "appliance_attributes"},
    {'A', Form::kWithin, "vmcatcher_"},
    {'A', Form::kWithin, "property:ad:"},
    {'A', Form::kWithin, "property:sl:"},
    {'A', Form::kWithin, "property:dc:"},
    {'A', Form::kWithin, "cloudkeeper_"},
    {'E', Form::kWhole, "name"},
    {'E', Form::kWhole, "description"},
    {'E', Form::kWhole, "title"},
    {'B', Form::kPart, "subnets"},
    {'B', Form::kPart, "floatingip_pools"},
    {'B', Form::kPart, "floatingips"},
    {'B', Form::kPart, "router_gateway"},
    {'B', Form::kPart, "ports"},
    {'B', Form::kPart, "addresses"},
    {'B', Form::kPart, "resources"},
    // What another share of the endpoint observed (schema/model/network_peers).
    {'B', Form::kPart, "other_shares"},
    {'D', Form::kWhole, "routers"},
    {'D', Form::kWhole, "tag"},
    {'D', Form::kStart, "table:"},
};

bool Fits(const Row& row, absl::string_view source) {
  switch (row.form) {
    case Form::kStart:
      return absl::StartsWith(source, row.word);
    case Form::kWithin:
      return absl::StrContains(absl::AsciiStrToLower(source), row.word);
    case Form::kWhole:
      return source == row.word;
    case Form::kPart:
      return source == row.word || absl::StartsWith(source, absl::StrCat(row.word, ":")) ||
             absl::StrContains(source, absl::StrCat(":", row.word, ":"));
  }
  return false;
}

}  // namespace

char EvidenceLevel(absl::string_view source) {
  for (const Row& row : kRows) {
    if (Fits(row, source)) return row.level;
  }
  return 'C';
}

}  // namespace cis
