// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/cli/quantity.h"
#include "client/format/format.h"

namespace cis::client {

enum class Command {
  kPlace,
  kSites,
  kEndpoints,
  kVos,
  kShares,
  kFlavors,
  kImages,
  kNetworks,
  kChanges,
  kCrawls,
  kShow,
  kWatch,
};

// The flags of commands that list resources; each command offers those that it can use.
struct ListOptions {
  std::vector<std::string> sites;  // GOCDB names
  std::vector<std::string> vos;
  std::string filter;  // AIP-160, sent as it is
  std::string order_by;
  int64_t limit = 0;       // rows; 0 = all
  int32_t page_size = 0;   // of one call; 0 = the server's default
  std::string page_token;  // where to continue
  bool show_inactive = false;
  std::vector<std::string> fields;  // read mask
  Range vcpu_count;
  Range ram_mib;
  Range disk_gib;
  Range gpu_count;
  std::vector<std::string> os;  // alternatives
  bool public_only = false;
  std::string usable_as;
  bool problems = false;  // of sites: list problems instead of sites
  bool offers = false;    // of sites: list the registry's services instead of sites
};

// The flags of `place`.
struct PlaceOptions {
  std::vector<std::string> vos;
  Range vcpu_count;
  Range ram_mib;
  Range disk_gib;
  Range ephemeral_gib;
  Range gpu_count;
  std::string gpu_model;
  std::string gpu_vendor;
  std::string arch;
  Range gpu_memory_mib;
  Range total_gpu_memory_mib;
  std::string gpu_kind;
  std::string cpu_alloc;
  std::vector<std::string> flavors;           // globs
  std::vector<std::string> excluded_flavors;  // globs
  bool no_volume = false;                     // refuse flavors without a root disk
  std::string like;                           // SITE/FLAVOR, or a resource name
  std::string zone;                           // of Nova
  std::vector<std::string> os;
  std::string image;
  std::vector<std::string> images;           // globs
  std::vector<std::string> excluded_images;  // globs
  bool public_ip = false;
  bool prefer_public_ip = false;
  bool no_public_ip = false;
  bool ipv6 = false;
  bool prefer_ipv6 = false;
  bool no_ipv6 = false;
  std::string network;
  int32_t count = 0;  // 0 = not given
  std::vector<std::string> sites;
  std::vector<std::string> excluded_sites;
  std::vector<std::string> countries;
  std::vector<std::string> excluded_countries;
  std::optional<absl::Duration> max_age;
  std::vector<std::string> next;          // placements to leave out, as `-o name` prints them
  std::vector<std::string> groups;        // NAME:COUNT:REQUIREMENTS (group_option.h)
  std::vector<std::string> alternatives;  // likewise
  std::string query_file;                 // YAML or JSON of a PlacementQuery; flags are added to it
  int64_t pick = 1;                       // which placement is handed over, 1 = the best
  std::string sort_by;
  std::vector<std::pair<std::string, double>> weights;  // by criterion
  std::string page_token;                               // where to continue
  bool all = false;
  bool explain = false;
  std::optional<int64_t> limit;  // placements; 0 = all; not given: 1000 with `all`, else all
  int32_t page_size = 0;         // of one call; 0 = the server's default
};

// All flags of cisquery.
struct Options {
  Command command = Command::kSites;
  std::string server;
  std::string db;
  bool tls = false;
  std::string tls_ca;
  std::string tls_cert;
  std::string tls_key;
  std::string token_file;  // "-" is stdin
  std::string oidc_agent;  // an account
  absl::Duration timeout;
  Format format = Format::kTable;
  bool quiet = false;  // no notes on stderr, only errors
  ListOptions list;
  PlaceOptions place;
  std::string show_name;
  bool show_explain = false;       // of show: each fact with its evidence
  std::optional<Moment> as_of;     // of lists and place: the earlier time to ask about
  Moment since;                    // of changes
  std::optional<Moment> until;     // of changes
  std::vector<std::string> kinds;  // of changes and watch
  std::string resume_token;        // of watch
};

// Either options, or a text to print and the exit code (help, version, wrong usage).
struct ParsedArguments {
  std::optional<Options> options;
  std::string out;  // for stdout
  std::string err;  // for stderr
  int exit_code = 0;
};

// Reads the arguments after the program's name. `default_server` is the value of CIS_SERVER, or
// empty. Wrong usage gives exit code 1 and one sentence that says what would be right.
ParsedArguments ParseArguments(std::vector<std::string> arguments,
                               absl::string_view default_server);

}  // namespace cis::client
