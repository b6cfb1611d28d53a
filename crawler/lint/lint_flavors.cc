// SPDX-License-Identifier: Apache-2.0

// Flavors: the GPU and the processors that a name stands for.

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "crawler/lint/reporter.h"
#include "schema/base/remedy.h"

namespace cis::crawler {
namespace {

std::vector<std::string> FlavorArguments(absl::string_view field, absl::string_view value) {
  return RemedyArguments(RemedyNoun::kFlavor, field, value);
}

std::vector<std::string> AcceleratorArguments(const Flavor& flavor) {
  const double count = flavor.gpu_count.value_or(0);
  std::vector<std::string> arguments =
      FlavorArguments("gpu_count", count > 0 ? absl::StrCat(count) : "");
  for (const std::vector<std::string>& more : {FlavorArguments("gpu_vendor", flavor.gpu_vendor),
                                               FlavorArguments("gpu_model", flavor.gpu_model)}) {
    arguments.insert(arguments.end(), more.begin(), more.end());
  }
  return arguments;
}

std::vector<std::string> RemedyOfWarning(const Flavor& flavor, absl::string_view code) {
  if (absl::StartsWith(code, "GPU_")) return AcceleratorArguments(flavor);
  if (absl::StartsWith(code, "ARCH_")) return FlavorArguments("arch", "");
  return {};
}

void LintFlavor(const Flavor& flavor, LintReporter& report) {
  report.AddWarnings(flavor.provenance,
                     [&](absl::string_view code) { return RemedyOfWarning(flavor, code); });
  for (const Evidence& evidence : flavor.provenance.evidence) {
    absl::string_view source = evidence.source;
    if (!absl::ConsumePrefix(&source, "override:")) continue;
    report.Add("OVERRIDDEN",
               absl::StrCat(evidence.field, " is corrected by ", source, " to ", evidence.value),
               absl::StartsWith(evidence.field, "gpu_")
                   ? report.SetCommand(AcceleratorArguments(flavor))
                   : "");
  }
  if (flavor.gpu_count.value_or(0) > 0 && flavor.gpu_model.empty()) {
    report.Add("GPU_MODEL_UNKNOWN", "it has a GPU, but nothing names its model",
               report.SetCommand(AcceleratorArguments(flavor)));
  }
}

}  // namespace

void LintFlavors(const EndpointCatalog& endpoint, std::vector<LintFinding>* findings) {
  const std::string& site_name = endpoint.endpoint.site_name;
  int hidden_count = 0;
  for (const Stored<Flavor>& stored : endpoint.flavors) {
    if (!stored.active) continue;
    const Flavor& flavor = stored.record;
    if (!flavor.extra_specs.has_value()) ++hidden_count;
    LintReporter report(findings, site_name, "flavor", flavor.id, flavor.name);
    LintFlavor(flavor, report);
  }
  if (hidden_count == 0) return;
  LintReporter report(findings, site_name, "site", endpoint.endpoint.keystone_url, "");
  report.Add("EXTRA_SPECS_HIDDEN",
             absl::StrCat("a policy hides the extra specs of ", hidden_count,
                          " flavors, so their GPUs and CPU pinning are unknown; allow readers "
                          "in Nova's policy os_compute_api:os-flavor-extra-specs:index"));
}

}  // namespace cis::crawler
