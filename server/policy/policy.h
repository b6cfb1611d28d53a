// SPDX-License-Identifier: Apache-2.0
#pragma once

// What `--policy FILE` says, as plain values. The file's format is in README.md.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace cis::server {

// Where an issuer states the groups of a person.
enum class GroupsFrom { kToken, kUserinfo };

// An issuer of tokens that is trusted.
struct IssuerPolicy {
  std::string name;  // what rules call it
  std::string url;   // equal to the claim `iss`
  std::vector<std::string> audiences;
  std::vector<std::string> algorithms;  // "RS256"...
  GroupsFrom groups_from = GroupsFrom::kToken;
  std::string scope;  // without it, a token has no groups; empty = none is needed

  friend bool operator==(const IssuerPolicy&, const IssuerPolicy&) = default;
};

// Which groups a rule is about. A part that is empty matches anything.
struct GroupPattern {
  std::vector<std::string> group;  // empty = the group of any VO
  bool subgroups = false;          // those below it too
  std::string role;
  std::string authority;
  std::string urn_namespace;

  friend bool operator==(const GroupPattern&, const GroupPattern&) = default;
};

// Whom a rule is about.
struct Who {
  enum class Kind {
    kGroup,
    kSubject,
    kCertificateSubject,
    kCertificateSan,
    kAnonymous,
    kAuthenticated
  };
  Kind kind = Kind::kAnonymous;
  std::string issuer;  // a name of Policy::issuers; kGroup and kSubject only
  GroupPattern group;  // kGroup only
  std::string text;    // the subject, DN or SAN

  friend bool operator==(const Who&, const Who&) = default;
};

// What a rule grants.
struct Grant {
  enum class Vos { kListed, kOwn, kAll };
  Vos vos = Vos::kListed;             // whose own facts may be read
  std::vector<std::string> vo_names;  // kListed only
  bool operation = false;             // problems in detail, changes of all, reports
  bool report = false;                // may report outcomes

  friend bool operator==(const Grant&, const Grant&) = default;
};

struct Rule {
  Who who;
  Grant may;

  friend bool operator==(const Rule&, const Rule&) = default;
};

// Kinds of a VO's own facts that may be declared public; combined with `|`.
enum PublicKind : uint8_t {
  kProjectIds = 1U << 0U,
  kPrivateFlavors = 1U << 1U,
  kPrivateImages = 1U << 2U,
  kQuotas = 1U << 3U,
  kFloatingIps = 1U << 4U,
  kPlacements = 1U << 5U,  // all that a VO has at a site: a placement shows it
};
using PublicKinds = uint8_t;

// "project_ids", "private_flavors", "private_images", "quotas", "floating_ips", "placements"; 0 if
// `word` is none of them.
PublicKinds ParsePublicKind(absl::string_view word);
// The words of `kinds`, in that order.
std::vector<absl::string_view> FormatPublicKinds(PublicKinds kinds);

// Facts that are public for some sites and VOs. An empty list means all.
struct PublicFacts {
  PublicKinds kinds = 0;
  std::vector<std::string> sites;  // GOCDB names in lower case, sorted
  std::vector<std::string> vos;    // sorted

  friend auto operator<=>(const PublicFacts&, const PublicFacts&) = default;
};

// How personal data is kept.
struct PersonalData {
  bool audit_subject = false;   // audit lines have the subject itself instead of a keyed digest
  std::string digest_key_file;  // empty = the server makes a key at each start
  std::string digest_key;       // the content of that file
  absl::Duration retention = absl::Hours(24 * 90);

  friend bool operator==(const PersonalData&, const PersonalData&) = default;
};

struct Policy {
  // False = there is no policy: only local callers may read anything.
  bool is_given = false;
  std::vector<IssuerPolicy> issuers;
  std::vector<Rule> rules;
  std::vector<PublicFacts> public_facts;  // sorted
  PersonalData personal;
  // The group of each VO whose group has another name.
  std::map<std::string, std::vector<std::string>> groups_of_vos;

  const IssuerPolicy* FindIssuer(absl::string_view name) const;
  // Finds an issuer by its URL, which must be equal.
  const IssuerPolicy* FindIssuerByUrl(absl::string_view url) const;
  // Returns the VO that a group is the group of: the one that `groups_of_vos` gives it, else the
  // one of the group's own name. Nothing for a subgroup, or if the VO of that name has another
  // group.
  std::optional<std::string> VoOfGroup(const std::vector<std::string>& group) const;

  friend bool operator==(const Policy&, const Policy&) = default;
};

}  // namespace cis::server
