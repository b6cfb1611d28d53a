#include "crawler/lint.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace cis {
namespace {

// Adds findings about one record.
class Reporter {
 public:
  Reporter(std::vector<LintFinding>* findings, std::string site_name, std::string noun,
           std::string id, std::string name)
      : findings_(findings),
        base_{std::move(site_name), std::move(noun), std::move(id), std::move(name), "", ""} {}

  void Add(absl::string_view code, absl::string_view text) {
    LintFinding finding = base_;
    finding.code = std::string(code);
    finding.text = std::string(text);
    findings_->push_back(std::move(finding));
  }
  // "CODE: text" as the normaliser writes it.
  void AddWarnings(const Provenance& provenance) {
    for (const std::string& warning : provenance.warnings) {
      const size_t colon = warning.find(':');
      const absl::string_view text = colon == std::string::npos
                                         ? absl::string_view(warning)
                                         : absl::string_view(warning).substr(colon + 1);
      Add(colon == std::string::npos ? "WARNING" : absl::string_view(warning).substr(0, colon),
          absl::StripLeadingAsciiWhitespace(text));
    }
  }

 private:
  std::vector<LintFinding>* findings_;
  LintFinding base_;
};

void LintImage(const Image& image, Reporter report) {
  report.AddWarnings(image.provenance);
  if (!image.usable || image.is_snapshot) return;
  if (image.os_distro.empty()) {
    report.Add("OS_UNKNOWN",
               "neither properties nor name tell the operating system; set the "
               "properties os_distro and os_version");
  } else if (image.os_version.empty()) {
    report.Add("OS_VERSION_UNKNOWN",
               "neither properties nor name tell the release; set the property os_version");
  }
  if (image.arch.empty()) {
    report.Add("ARCH_UNKNOWN",
               "nothing tells the processor architecture; set the property "
               "architecture (x86_64, aarch64)");
  }
  if (image.login_user.empty() && !image.os_distro.empty()) {
    report.Add("LOGIN_USER_UNKNOWN",
               "nothing tells which user logs in; set the property os_admin_user");
  }
  if (image.min_disk_gib.value_or(0) == 0 && !image.virtual_size_bytes.has_value()) {
    report.Add("DISK_NEED_UNKNOWN",
               "neither min_disk nor virtual_size say how large a disk it needs; set min_disk");
  }
}

void LintFlavor(const Flavor& flavor, Reporter report) {
  report.AddWarnings(flavor.provenance);
  if (!flavor.extra_specs.has_value()) {
    report.Add("EXTRA_SPECS_HIDDEN",
               "policy hides its extra specs, so GPUs and CPU pinning cannot "
               "be seen; allow os-flavor-extra-specs:index to readers");
  }
}

void LintNetwork(const Network& network, Reporter report) {
  report.AddWarnings(network.provenance);
  if (network.is_external == true && network.public_v4 == Tristate::kUnknown &&
      network.public_v6 == Tristate::kUnknown) {
    report.Add("ADDRESSES_UNKNOWN",
               "nothing tells whether its addresses are public; load Neutron's "
               "extension floatingip-pools or show its subnets");
  }
}

}  // namespace

std::vector<LintFinding> LintSite(const SiteCatalog& site) {
  std::vector<LintFinding> findings;
  const std::string& name = site.site.name;
  for (const EndpointCatalog& endpoint : site.endpoints) {
    for (const Stored<Flavor>& flavor : endpoint.flavors) {
      if (!flavor.active) continue;
      LintFlavor(flavor.record,
                 Reporter(&findings, name, "flavor", flavor.record.id, flavor.record.name));
    }
    for (const Stored<Image>& image : endpoint.images) {
      if (!image.active) continue;
      LintImage(image.record,
                Reporter(&findings, name, "image", image.record.id, image.record.name));
    }
    for (const ShareCatalog& share : endpoint.shares) {
      for (const Stored<Network>& network : share.networks) {
        if (!network.active) continue;
        LintNetwork(network.record,
                    Reporter(&findings, name, "network", network.record.id, network.record.name));
      }
    }
  }
  const auto key = [](const LintFinding& f) { return std::tie(f.noun, f.id, f.code, f.text); };
  std::sort(findings.begin(), findings.end(),
            [&](const LintFinding& a, const LintFinding& b) { return key(a) < key(b); });
  findings.erase(std::unique(findings.begin(), findings.end()), findings.end());
  return findings;
}

std::string FormatLintFinding(const LintFinding& finding) {
  return absl::StrCat(finding.site_name, " ", finding.noun, " ", finding.id, " \"", finding.name,
                      "\": ", finding.code, ": ", finding.text);
}

}  // namespace cis
