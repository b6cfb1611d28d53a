// SPDX-License-Identifier: Apache-2.0
#include "crawler/normalize/image_os.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "crawler/normalize/image_claims.h"
#include "crawler/normalize/image_login.h"
#include "crawler/normalize/os_text.h"
#include "crawler/normalize/provenance.h"
#include "crawler/normalize/rules.h"

namespace cis::crawler {
namespace {

// A name without a release and with unknown words may only sound like a system:
// "alpine-glacier-model".
bool MayBeCommonWord(const OsClaim& claim) {
  return claim.level == OsSource::kName && claim.guess.version.empty() &&
         !claim.guess.leftovers.empty();
}

Confidence ForLevel(OsSource level, bool codename_only) {
  switch (level) {
    case OsSource::kAsserted:
    case OsSource::kProperty:
      return Confidence::kStrong;
    case OsSource::kUrl:
    case OsSource::kTag:
      return codename_only ? Confidence::kProbable : Confidence::kStrong;
    case OsSource::kName:
      return Confidence::kProbable;
    case OsSource::kDescription:
      return Confidence::kGuess;
  }
  return Confidence::kUnknown;
}

// Two claims are independent only if they come from different kinds of sources.
bool Independent(const OsClaim& a, const OsClaim& b) { return a.level != b.level; }

class OsInference {
 public:
  OsInference(const Rules& rules, const ImageFacts& facts, const ImageSite& site, Image* image)
      : rules_(rules),
        facts_(facts),
        site_(site),
        image_(image),
        claims_(GatherOsClaims(rules, facts, *image)) {}

  void Run() {
    ChooseDistro();
    InferBuildDate();
    if (!image_->os_distro.empty()) {
      ChooseVersion();
      ApplySuccession();
      Describe();
    }
    InferArch();
    InferLogin(rules_, facts_, site_, {distro_confidence_, in_conflict_, IsStated()}, image_);
    InferPurpose();
  }

 private:
  Provenance* provenance() { return &image_->provenance; }

  bool Related(absl::string_view a, absl::string_view b) const {
    return a == b || rules_.os.MayBeLabelled(a, b) || rules_.os.MayBeLabelled(b, a);
  }

  // Returns the strongest source that names a system, except labels that contradict themselves when
  // another source names a different system.
  const OsClaim* Primary() const {
    const OsClaim* fallback = nullptr;
    for (const OsClaim& claim : claims_) {
      if (claim.guess.distro.empty()) {
        continue;
      }
      if (!claim.implausible) {
        return &claim;
      }
      if (fallback == nullptr) {
        fallback = &claim;
      }
    }
    return fallback;
  }

  void ChooseDistro() {
    chosen_ = Primary();
    for (const OsClaim& claim : claims_) {
      if (claim.implausible) {
        AddWarning(provenance(), "OS_IMPLAUSIBLE",
                   absl::StrCat(claim.source, " says ", claim.value, ", which is not a release of ",
                                claim.guess.distro));
      }
      if (claim.guess.conflict && claim.level != OsSource::kDescription) {
        AddWarning(provenance(), "OS_CONFLICT",
                   absl::StrCat(claim.source, " names several systems or releases"));
      }
    }
    if (chosen_ == nullptr) {
      return;
    }
    std::string distro = chosen_->guess.distro;
    AddEvidence(provenance(), "os_distro", chosen_->source, chosen_->value);
    distro_confidence_ = MayBeCommonWord(*chosen_) || chosen_->guess.doubtful
                             ? Confidence::kGuess
                             : ForLevel(chosen_->level, false);
    for (const OsClaim& claim : claims_) {
      if (&claim == chosen_ || claim.guess.distro.empty() ||
          claim.level == OsSource::kDescription) {
        continue;
      }
      if (claim.guess.distro == distro) {
        if (Independent(claim, *chosen_) && !MayBeCommonWord(claim)) {
          distro_confidence_ = Confidence::kVerified;
          AddEvidence(provenance(), "os_distro", claim.source, claim.value);
        }
      } else if (rules_.os.MayBeLabelled(claim.guess.distro, distro)) {
        AddWarning(provenance(), "OS_REFINED_FROM_NAME",
                   absl::StrCat(chosen_->source, " says ", distro, ", ", claim.source, " says ",
                                claim.guess.distro));
        AddEvidence(provenance(), "os_distro", claim.source, claim.value);
        distro = claim.guess.distro;
        distro_confidence_ = Confidence::kProbable;
      } else if (!Related(claim.guess.distro, distro) && !claim.implausible) {
        Conflict(claim, "os_distro", distro, claim.guess.distro);
        distro_confidence_ = Confidence::kGuess;
        in_conflict_ = true;
      }
    }
    if (distro == "suse") {  // says only that it is one of two
      distro = ClaimsServicePack() ? "sles" : "";
    }
    image_->os_distro = distro;
  }

  // Only SUSE Linux Enterprise has service packs.
  bool ClaimsServicePack() const {
    return std::any_of(claims_.begin(), claims_.end(), [this](const OsClaim& claim) {
      const TokenList list = rules_.tokenizer.Tokenize(claim.value);
      for (std::size_t i = 0; i + 1 < list.tokens.size(); ++i) {
        if (list.tokens[i].IsWord("sp") && list.tokens[i + 1].IsNumber()) {
          return true;
        }
      }
      return false;
    });
  }

  void Conflict(const OsClaim& claim, absl::string_view field, absl::string_view kept,
                absl::string_view other) {
    AddEvidence(provenance(), field, claim.source, claim.value);
    AddWarning(provenance(), "OS_CONFLICT",
               absl::StrCat(chosen_->source, " says ", kept, ", ", claim.source, " says ", other));
  }

  void ChooseVersion() {
    const OsClaim* source = nullptr;
    Confidence confidence = Confidence::kUnknown;
    for (const OsClaim& claim : claims_) {
      std::string version = VersionOf(claim);
      if (version.empty()) {
        continue;
      }
      if (source == nullptr) {
        source = &claim;
        image_->os_version = version;
        confidence = claim.guess.doubtful ? Confidence::kGuess
                                          : ForLevel(claim.level, claim.guess.codename_only);
        AddEvidence(provenance(), "os_version", VersionSource(claim), claim.value);
        continue;
      }
      if (claim.level == OsSource::kDescription) {
        continue;
      }
      if (!CompatibleVersions(image_->os_version, version)) {
        AddEvidence(provenance(), "os_version", claim.source, claim.value);
        AddWarning(provenance(), "OS_CONFLICT",
                   absl::StrCat(VersionSource(*source), " says ", image_->os_version, ", ",
                                VersionSource(claim), " says ", version));
        confidence = Confidence::kGuess;
        in_conflict_ = true;
        continue;
      }
      if (version.size() > image_->os_version.size()) {
        image_->os_version = version;
        AddEvidence(provenance(), "os_version", claim.source, claim.value);
      }
      if (Independent(claim, *source) && confidence != Confidence::kGuess) {
        confidence = Confidence::kVerified;
      }
    }
    if (in_conflict_) {
      confidence = Confidence::kGuess;
    }
    if (!image_->os_version.empty()) {
      SetConfidence(provenance(), "os_version",
                    image_->is_snapshot ? std::min(confidence, Confidence::kProbable) : confidence);
    }
  }

  static const std::string& VersionSource(const OsClaim& claim) {
    return claim.version_source.empty() ? claim.source : claim.version_source;
  }

  // The release that a claim states for the chosen distribution.
  std::string VersionOf(const OsClaim& claim) const {
    if (!claim.guess.distro.empty()) {
      if (claim.guess.distro == image_->os_distro && !claim.guess.version.empty()) {
        return claim.guess.version;
      }
      if (!rules_.os.MayBeLabelled(image_->os_distro, claim.guess.distro)) {
        return "";
      }
    } else if (claim.said_version.empty()) {
      return "";
    }
    const std::string& text = claim.said_version.empty() ? claim.guess.version : claim.said_version;
    return text.empty() ? "" : ParseOsTextOf(rules_, image_->os_distro, text).version;
  }

  void ApplySuccession() {
    bool from_date = false;
    const std::string successor = rules_.os.SuccessorOf(image_->os_distro, image_->os_version,
                                                        image_->build_date, &from_date);
    if (successor == image_->os_distro) {
      return;
    }
    AddWarning(provenance(), "OS_REFINED_FROM_RELEASE",
               absl::StrCat(image_->os_distro, " ", image_->os_version,
                            from_date ? absl::StrCat(" built on ", image_->build_date) : "",
                            " can only be ", successor));
    image_->os_distro = successor;
    image_->os_version = ParseOsTextOf(rules_, successor, image_->os_version).version;
    distro_confidence_ =
        std::min(distro_confidence_, from_date ? Confidence::kGuess : Confidence::kProbable);
  }

  void Describe() {
    SetConfidence(provenance(), "os_distro",
                  image_->is_snapshot ? std::min(distro_confidence_, Confidence::kProbable)
                                      : distro_confidence_);
    if (const Release* release = rules_.os.FindRelease(image_->os_distro, image_->os_version)) {
      if (release->version == image_->os_version) {
        image_->os_codename = release->codename;
      }
      image_->eol_date = release->eol_date;
    }
  }

  void InferBuildDate() {
    for (const ImageFact* fact : facts_.Of(Meaning::kBuildDate)) {
      const std::string date = rules_.tokenizer.LeadingDate(fact->value);
      if (!date.empty()) {
        SetBuildDate(date, fact->source, fact->value, Confidence::kStrong);
        return;
      }
    }
    for (const OsClaim& claim : claims_) {
      if ((claim.level == OsSource::kName || claim.level == OsSource::kUrl) &&
          !claim.guess.build_date.empty()) {
        SetBuildDate(claim.guess.build_date, claim.source, claim.value, Confidence::kProbable);
        return;
      }
    }
  }

  void SetBuildDate(const std::string& date, absl::string_view source, absl::string_view value,
                    Confidence confidence) {
    image_->build_date = date;
    AddEvidence(provenance(), "build_date", source, value);
    SetConfidence(provenance(), "build_date", confidence);
  }

  void InferArch() {
    struct Said {
      std::string arch;
      std::string source;
      std::string value;
      OsSource level;
      bool exact;
      bool width;  // "64bit": nothing where anything names an architecture
    };
    std::vector<Said> said;
    for (const ImageFact* fact : facts_.Of(Meaning::kArch)) {
      const std::string arch = rules_.arch.Parse(fact->value);
      if (arch.empty()) {
        AddWarning(provenance(), "ARCH_UNKNOWN",
                   absl::StrCat(fact->source, " is \"", fact->value, "\""));
        continue;
      }
      if (fact->level == FactLevel::kProperty && !rules_.arch.IsNova(fact->value)) {
        AddWarning(provenance(), "ARCH_NOT_NOVA",
                   absl::StrCat(fact->source, " is \"", fact->value, "\"; Nova accepts \"", arch,
                                "\" and refuses to start this image"));
      }
      const OsSource level = fact->level == FactLevel::kAsserted   ? OsSource::kAsserted
                             : fact->level == FactLevel::kProperty ? OsSource::kProperty
                                                                   : OsSource::kUrl;
      const bool width = rules_.arch.IsWidth(fact->value);
      said.push_back({arch, fact->source, fact->value, level, !width, width});
    }
    for (const ImageFact* fact : facts_.Of(Meaning::kArm)) {
      if (ParseBool(fact->value).value_or(false)) {
        said.push_back({"aarch64", fact->source, fact->value, OsSource::kUrl, true, false});
      }
    }
    for (const OsClaim& claim : claims_) {
      if (claim.guess.arch.empty() ||
          (claim.level == OsSource::kDescription && claim.guess.arch_width)) {
        continue;
      }
      said.push_back({claim.guess.arch, claim.source, claim.value, claim.level,
                      claim.guess.arch_exact, claim.guess.arch_width});
    }
    for (const ImageFact* fact : facts_.Of(Meaning::kMachine)) {
      const std::string machine = absl::AsciiStrToLower(fact->value);
      if (absl::StrContains(machine, "q35") || absl::StrContains(machine, "i440fx") ||
          machine == "pc") {
        said.push_back({"x86_64", fact->source, fact->value, OsSource::kDescription, false, false});
      }
    }
    // Nova follows the properties: for what a machine will do, they take precedence over
    // everything.
    std::stable_sort(said.begin(), said.end(), [](const Said& a, const Said& b) {
      const auto rank = [](const Said& one) {
        return one.width ? 2 : one.level == OsSource::kProperty ? 0 : 1;
      };
      return rank(a) < rank(b);
    });
    Confidence confidence = Confidence::kUnknown;
    for (const Said& one : said) {
      if (image_->arch.empty()) {
        image_->arch = one.arch;
        confidence = one.exact ? ForLevel(one.level, false) : Confidence::kGuess;
      } else if (one.arch != image_->arch) {
        // Descriptions mention other things too; a word size names no architecture.
        if (one.exact && one.level != OsSource::kDescription) {
          AddWarning(provenance(), "ARCH_CONFLICT",
                     absl::StrCat(one.source, " says ", one.arch, ", ", said.front().source,
                                  " says ", image_->arch));
          confidence = Confidence::kGuess;
        }
        continue;
      } else if (one.level != said.front().level && one.level != OsSource::kDescription &&
                 confidence != Confidence::kGuess) {
        confidence = Confidence::kVerified;
      }
      AddEvidence(provenance(), "arch", one.source, one.value);
    }
    if (!image_->arch.empty()) {
      SetConfidence(provenance(), "arch", confidence);
    }
  }

  // Whether a property or tag names the system, or only names and descriptions do.
  bool IsStated() const {
    return std::any_of(claims_.begin(), claims_.end(), [&](const OsClaim& claim) {
      return claim.stated && claim.guess.distro == image_->os_distro;
    });
  }

  // First what the site says in words of SCS-0102, then the words of names and tags.
  void InferPurpose() {
    std::string purpose;
    for (const ImageFact* fact : facts_.Of(Meaning::kPurpose)) {
      purpose = rules_.purposes.OfLabel(fact->value);
      if (!purpose.empty() && !image_->is_snapshot) {
        image_->purpose = purpose;
        AddEvidence(provenance(), "purpose", fact->source, fact->value);
        SetConfidence(provenance(), "purpose", Confidence::kStrong);
        if (rules_.purposes.IsReplaced(fact->value)) {
          AddWarning(provenance(), "IMAGE_RETIRED",
                     absl::StrCat(fact->source, " says \"", fact->value, "\""));
        }
        return;
      }
    }
    purpose.clear();
    bool explained = !image_->os_distro.empty();
    for (const OsClaim& claim : claims_) {
      if (claim.level != OsSource::kName && claim.level != OsSource::kTag) {
        continue;
      }
      explained = explained && claim.guess.leftovers.empty();
      if (purpose.empty() && !claim.guess.purpose.empty()) {
        purpose = claim.guess.purpose;
        AddEvidence(provenance(), "purpose", claim.source, claim.value);
      }
    }
    for (const std::string& tag : facts_.tags) {
      const std::string tagged = ParseOsText(rules_, tag).purpose;
      if (tagged == "appliance" || tagged == "k8s") {
        purpose = tagged;
        AddEvidence(provenance(), "purpose", "tag", tag);
      }
    }
    for (const ImageFact* fact : facts_.Of(Meaning::kGpuSoftware)) {
      if (purpose.empty() && ParseBool(fact->value).value_or(true)) {
        purpose = "gpu";
        AddEvidence(provenance(), "purpose", fact->source, fact->value);
      }
    }
    if (image_->is_snapshot) {
      purpose = "custom";
      AddEvidence(provenance(), "purpose", "is_snapshot", "true");
    }
    if (purpose.empty() && explained) {
      purpose = "generic";
      AddEvidence(provenance(), "purpose", "name", image_->name);
    }
    image_->purpose = purpose;
    if (!purpose.empty()) {
      SetConfidence(provenance(), "purpose", Confidence::kProbable);
    }
  }

  const Rules& rules_;
  const ImageFacts& facts_;
  const ImageSite& site_;
  Image* image_;
  std::vector<OsClaim> claims_;
  const OsClaim* chosen_ = nullptr;
  Confidence distro_confidence_ = Confidence::kUnknown;
  bool in_conflict_ = false;
};

}  // namespace

void InferImageOs(const Rules& rules, const ImageFacts& facts, const ImageSite& site,
                  Image* image) {
  OsInference(rules, facts, site, image).Run();
}

}  // namespace cis::crawler
