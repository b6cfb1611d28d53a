// SPDX-License-Identifier: Apache-2.0
#pragma once

// Distributions, releases and login users from the tables of data/.

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "crawler/normalize/table.h"
#include "crawler/normalize/tokens.h"

namespace cis::crawler {

// One spelling of a distribution in free text.
struct NamePattern {
  std::vector<std::string> words;  // token texts; "$v" is a placeholder for a release
  bool needs_version = false;      // counts only with a release right after it
  bool glued = false;              // ... and glued to it
  bool at_start = false;           // only as the first word
};

struct Distro {
  std::string id;
  std::string scheme;  // see os_version.h
  std::vector<std::string> may_be_labelled;
  std::vector<NamePattern> patterns;
  std::vector<std::string> labels;  // property values that mean it
};

struct Release {
  std::string distro;
  std::string version;
  std::string codename;  // may be empty
  std::string release_date;
  std::string eol_date;
};

// A distribution and one of its spellings.
struct NameCandidate {
  const Distro* distro = nullptr;
  const NamePattern* pattern = nullptr;
};

// The tables distros, releases, codenames, successions, logins and fillers. What it returns by
// pointer or reference lives as long as it does.
class OsRules {
 public:
  // `tokenizer` must outlive this object.
  OsRules(const Tables& tables, const Tokenizer& tokenizer);
  OsRules(const OsRules&) = delete;
  OsRules& operator=(const OsRules&) = delete;

  // Returns the distributions in the order of the table.
  const std::vector<Distro>& distros() const { return distros_; }
  // Returns null if there is none.
  const Distro* FindDistro(absl::string_view id) const;

  // Returns the spellings that start with `word`, in the order of the table.
  absl::Span<const NameCandidate> NamesStartingWith(absl::string_view word) const;

  // Returns the distribution that a property value names as a whole, e.g. rhel for "RedHat". Null
  // if none.
  const Distro* FindDistroByLabel(absl::string_view value) const;
  // Returns whether sites label images of `distro` as `label`, e.g. almalinux as centos.
  bool MayBeLabelled(absl::string_view distro, absl::string_view label) const;

  // Returns the row of a version, or of its major number for families whose minor releases have
  // one lifetime.
  const Release* FindRelease(absl::string_view distro, absl::string_view version) const;
  // Returns the release with the code name `word`; `distro` may be empty. Null if there is none.
  const Release* FindCodename(absl::string_view word, absl::string_view distro) const;

  // Returns whether a code name has hardly any other meaning, so that it names its release in any
  // text.
  bool CodenameStandsAlone(absl::string_view word) const;

  // Returns the actual distribution, given release and build date (may be empty): CentOS 9 is
  // CentOS Stream 9. `from_date` is set if only the build date decided. Returns `distro` if nothing
  // applies.
  std::string SuccessorOf(absl::string_view distro, absl::string_view version,
                          absl::string_view build_date, bool* from_date) const;

  // Returns the vendor's login user of a release; empty if builds differ or nothing is known, and
  // if the image's name says that it is a build without one ("nocloud").
  std::string VendorLogin(absl::string_view distro, absl::string_view version,
                          absl::string_view name) const;
  // Returns whether `login` is known not to exist on this distribution although sites publish it.
  bool IsRejectedLogin(absl::string_view distro, absl::string_view login) const;

  // Returns "link", "variant", "host" for a word of data/fillers.tsv; empty for any other.
  absl::string_view FillerRole(absl::string_view word) const;

 private:
  struct Login {
    std::string distro;
    std::string versions;
    std::string login;
    std::string unless;
    std::vector<std::string> rejects;
  };
  struct Succession {
    std::string distro;
    int major = 0;
    std::string built_after;
    std::string becomes;
  };
  template <typename Value>
  using Index = absl::flat_hash_map<std::string, Value>;

  void ReadDistros(const Tables& tables);
  void ReadReleases(const Tables& tables);

  const Tokenizer& tokenizer_;
  std::vector<Distro> distros_;
  Index<const Distro*> by_id_;
  Index<const Distro*> by_label_;
  Index<std::vector<NameCandidate>> by_first_word_;
  Index<std::vector<Release>> releases_;  // by distribution, in the order of the table
  Index<const Release*> codenames_;
  absl::flat_hash_set<std::string> lone_codenames_;
  std::vector<Succession> successions_;
  std::vector<Login> logins_;
  Index<std::string> fillers_;
};

// Returns the major number of "9.4"; -1 if it does not start with a number.
int MajorOf(absl::string_view version);

}  // namespace cis::crawler
