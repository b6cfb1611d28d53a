// SPDX-License-Identifier: Apache-2.0
#include "crawler/normalize/image_login.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "crawler/normalize/image_claims.h"
#include "crawler/normalize/os_text.h"
#include "crawler/normalize/provenance.h"
#include "crawler/normalize/rules.h"

namespace cis::crawler {
namespace {

constexpr std::size_t kMaxLoginBytes = 64;

// Whether `name` is how the vendor of `distro` names its files, and says nothing else.
bool IsVendorFileName(const Rules& rules, absl::string_view distro, absl::string_view name) {
  const OsGuess guess = ParseOsText(rules, name);
  if (guess.distro != distro || !guess.leftovers.empty() ||
      (!guess.purpose.empty() && guess.purpose != "minimal")) {
    return false;
  }
  return rules.vendor_builds.Match(distro, rules.tokenizer.Tokenize(name).tokens);
}

class LoginInference {
 public:
  LoginInference(const Rules& rules, const ImageFacts& facts, const ImageSite& site,
                 const LoginBasis& basis, Image* image)
      : rules_(rules), facts_(facts), basis_(basis), image_(image) {
    vendor_ = rules.os.VendorLogin(image->os_distro, image->os_version, image->name);
    const bool published = image->visibility.empty() || image->visibility == "public";
    if (published && !image->is_snapshot) {
      convention_ = rules.site_logins.Find(site, image->os_distro, image->name);
    }
  }

  void Run() {
    if (FromProperties() || FromEgi()) return;
    const bool own = IsVendorBuild();
    if (!own && convention_.has_value()) {
      if (convention_->login.empty()) {
        AddEvidence(provenance(), "login_user", "table:site_logins",
                    absl::StrCat(convention_->site, ": each user's own"));
        return;
      }
      return Set(convention_->login, "table:site_logins",
                 absl::StrCat(convention_->site, " ", image_->os_distro), FromTable());
    }
    if (vendor_.empty()) return;
    const bool name_alone = !own && !basis_.stated;
    Set(vendor_, "table:logins", absl::StrCat(image_->os_distro, " ", image_->os_version),
        name_alone ? std::min(FromTable(), Confidence::kGuess) : FromTable());
  }

 private:
  Provenance* provenance() { return &image_->provenance; }

  Confidence FromTable() const {
    return basis_.in_conflict ? Confidence::kGuess : std::min(basis_.distro, Confidence::kProbable);
  }

  void Set(const std::string& login, absl::string_view source, absl::string_view value,
           Confidence confidence) {
    image_->login_user = login;
    AddEvidence(provenance(), "login_user", source, value);
    SetConfidence(provenance(), "login_user", confidence);
  }

  bool FromProperties() {
    for (const ImageFact* fact : facts_.Of(Meaning::kLogin)) {
      if (!IsLogin(fact->value)) {
        AddWarning(provenance(), "LOGIN_REJECTED",
                   absl::StrCat(fact->source, " is \"", fact->value, "\""));
        continue;
      }
      if (IsLeftOver(*fact)) {
        AddWarning(provenance(), "LOGIN_DEFAULTED",
                   absl::StrCat(fact->source, " is \"", fact->value, "\", the vendor's image has ",
                                vendor_));
        continue;
      }
      Set(fact->value, fact->source, fact->value,
          vendor_ == fact->value && basis_.distro != Confidence::kGuess ? Confidence::kVerified
                                                                        : Confidence::kStrong);
      return true;
    }
    return false;
  }

  bool IsLogin(const std::string& value) const {
    const bool word = std::none_of(value.begin(), value.end(), [](unsigned char c) {
      return absl::ascii_isspace(c) || absl::ascii_iscntrl(c);
    });
    return word && value.size() <= kMaxLoginBytes &&
           !rules_.os.IsRejectedLogin(image_->os_distro, absl::AsciiStrToLower(value));
  }

  // "root" and "Administrator" are Glance's documented defaults, often left unchanged.
  bool IsLeftOver(const ImageFact& fact) const {
    const bool is_default =
        fact.value == "root" || (fact.value == "Administrator" && image_->os_distro != "windows");
    const bool usual_here = convention_.has_value() && convention_->login == fact.value;
    return is_default && !usual_here && !vendor_.empty() && vendor_ != fact.value &&
           fact.level != FactLevel::kAsserted;
  }

  // EGI's own images have the account that EGI's build creates.
  bool FromEgi() {
    const std::optional<EgiImage> egi = rules_.egi_images.Find(image_->egi_ref);
    if (!egi.has_value() || egi->login.empty() || egi->distro != image_->os_distro) return false;
    const bool said = facts_.First(Meaning::kEgiRef) != nullptr;
    Set(egi->login, "table:egi_images", egi->ref,
        basis_.in_conflict ? Confidence::kGuess
        : said             ? Confidence::kStrong
                           : Confidence::kProbable);
    return true;
  }

  // Taken from the vendor's server, or named as the vendor names its files.
  bool IsVendorBuild() const {
    if (IsVendorFileName(rules_, image_->os_distro, image_->name)) return true;
    for (const ImageFact* fact : facts_.Of(Meaning::kUrl)) {
      if (VendorOfUrl(rules_, fact->value) == image_->os_distro && !image_->os_distro.empty())
        return true;
    }
    for (const ImageFact* fact : facts_.Of(Meaning::kFile)) {
      const std::size_t slash = fact->value.rfind('/');
      if (IsVendorFileName(rules_, image_->os_distro,
                           absl::string_view(fact->value).substr(slash + 1))) {
        return true;
      }
    }
    return false;
  }

  const Rules& rules_;
  const ImageFacts& facts_;
  const LoginBasis basis_;
  Image* image_;
  std::string vendor_;
  std::optional<SiteLogin> convention_;
};

}  // namespace

void InferLogin(const Rules& rules, const ImageFacts& facts, const ImageSite& site,
                const LoginBasis& basis, Image* image) {
  LoginInference(rules, facts, site, basis, image).Run();
}

}  // namespace cis::crawler
