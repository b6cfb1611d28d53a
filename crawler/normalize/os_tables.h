#pragma once

// Distributions, releases and login users from the tables of data/. All lookups use tables that are
// loaded once; safe to call from any thread.

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

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

const std::vector<Distro>& Distros();
// Returns null if there is none.
const Distro* FindDistro(absl::string_view id);

// A distribution and one of its spellings.
struct NameCandidate {
  const Distro* distro = nullptr;
  const NamePattern* pattern = nullptr;
};
// Returns the spellings that start with `word`, in the order of the table.
const std::vector<NameCandidate>& NamesStartingWith(absl::string_view word);

// Returns the distribution that a property value names as a whole, e.g. rhel for "RedHat". Null if
// none.
const Distro* FindDistroByLabel(absl::string_view value);
// Returns whether sites label images of `distro` as `label`, e.g. almalinux as centos.
bool MayBeLabelled(absl::string_view distro, absl::string_view label);

// Returns the row of a version, or of its major number for families whose minor releases have one
// lifetime.
const Release* FindRelease(absl::string_view distro, absl::string_view version);
// Returns the release with the code name `word`; `distro` may be empty. Null if there is none.
const Release* FindCodename(absl::string_view word, absl::string_view distro);

// Returns whether a code name has hardly any other meaning, so that it names its release in any
// text.
bool CodenameStandsAlone(absl::string_view word);

// Returns the actual distribution, given release and build date (may be empty): CentOS 9 is CentOS
// Stream 9. `from_date` is set if only the build date decided. Returns `distro` if nothing applies.
std::string SuccessorOf(absl::string_view distro, absl::string_view version,
                        absl::string_view build_date, bool* from_date);

// Returns the vendor's login user of a release; empty if builds differ or nothing is known, and if
// the image's name says that it is a build without one ("nocloud").
std::string VendorLogin(absl::string_view distro, absl::string_view version,
                        absl::string_view name);
// Returns whether `login` is known not to exist on this distribution although sites publish it.
bool IsRejectedLogin(absl::string_view distro, absl::string_view login);

// Returns "link", "variant", "host" for a word of data/fillers.tsv; empty for any other.
absl::string_view FillerRole(absl::string_view word);

// Returns the purpose that a property value names, e.g. k8s for "k8snode"; empty if none. A value
// of SCS-0102 may begin with "old", which means that the image has been replaced: "oldgeneric" is
// custom.
std::string PurposeOfLabel(absl::string_view value);
// Returns whether a property value says that the image has been replaced, "oldgeneric".
bool IsReplacedPurpose(absl::string_view value);

// Returns the major number of "9.4"; -1 if it does not start with a number.
int MajorOf(absl::string_view version);

}  // namespace cis::crawler
