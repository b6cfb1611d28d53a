// SPDX-License-Identifier: Apache-2.0
#include "client/cli/options_parser.h"
#include "client/cli/options_values.h"
#include "client/cli/quantity.h"

namespace cis::client {

void OptionsParser::AddListFlags(CLI::App* app, const ListFlags& flags) {
  ListOptions& l = options_.list;
  constexpr char kWhich[] = "Selection";
  if (flags.sites) {
    AddTexts(app, "--site", &l.sites, "Only what belongs to these sites (repeatable)")
        ->group(kWhich);
  }
  if (flags.vos) {
    AddTexts(app, "--vo", &l.vos, "Only what belongs to these VOs (repeatable)")->group(kWhich);
  }
  if (flags.inactive) {
    app->add_flag("--show-inactive", l.show_inactive, "Include what has disappeared")
        ->group(kWhich);
  }
  if (!flags.server_side) return;
  AddAsOf(app, kWhich);
  AddText(app, "--filter", &l.filter, "Only what this AIP-160 filter matches")
      ->type_name("EXPR")
      ->group(kWhich);
  constexpr char kAnswer[] = "Answer";
  AddText(app, "--order-by", &l.order_by, "Sort by these fields: 'ram_mib desc, display_name'")
      ->type_name("FIELDS")
      ->group(kAnswer);
  AddTexts(app, "--fields", &l.fields, "Show only these fields, in this order")
      ->type_name("FIELD")
      ->group(kAnswer);
  AddParsed(app, "--limit", &l.limit, ParseLimit,
            "Show at most this many rows; 0 (default) means all")
      ->type_name("N")
      ->group(kAnswer);
  AddParsed(app, "--page-size", &l.page_size, ParseInt32, "Request this many rows per call")
      ->type_name("N")
      ->group(kAnswer);
  AddText(app, "--page-token", &l.page_token, "Continue after the page that returned this token")
      ->group(kAnswer);
}

void OptionsParser::AddLists() {
  ListOptions& l = options_.list;
  CLI::App* sites =
      AddCommand(Command::kSites, "sites", "List sites, with the age and state of their data",
                 "  cisquery sites --vo vo.access.egi.eu\n"
                 "  cisquery sites --offers --filter 'service_type = \"*htcondor*\"'");
  AddListFlags(sites, {});
  constexpr char kWhat[] = "Contents";
  sites
      ->add_flag("--problems", l.problems,
                 "List the problems of sites: code, time since when, message")
      ->group(kWhat);
  sites
      ->add_flag("--offers", l.offers,
                 "List all services of sites, as GOCDB lists them, clouds and others; a listed "
                 "service is no promise that a VO may use it")
      ->group(kWhat);
  AddListFlags(AddCommand(Command::kEndpoints, "endpoints", "List the Keystone endpoints of sites",
                          "  cisquery endpoints\n"
                          "  cisquery endpoints --site CESGA-CLOUD -o json"),
               {.vos = false});
  AddListFlags(AddCommand(Command::kVos, "vos", "List virtual organisations and their shares",
                          "  cisquery vos\n"
                          "  cisquery vos --site CESGA-CLOUD -o wide"),
               {.vos = false});
  AddListFlags(AddCommand(Command::kShares, "shares",
                          "List projects of VOs at endpoints, with login, age and contents",
                          "  cisquery shares --vo vo.access.egi.eu\n"
                          "  cisquery shares --filter 'support = \"refused\"'"),
               {.inactive = true});

  CLI::App* flavors = AddCommand(Command::kFlavors, "flavors", "List the sizes of machines",
                                 "  cisquery flavors --vo vo.access.egi.eu --gpus 1\n"
                                 "  cisquery flavors --ram 8G..16G --order-by ram_mib -o csv");
  AddListFlags(flavors, {.inactive = true});
  AddSizeFlags(flavors, "Selection", &l.vcpu_count, &l.ram_mib, &l.disk_gib, &l.gpu_count);

  CLI::App* images =
      AddCommand(Command::kImages, "images", "List disk images and what they contain",
                 "  cisquery images --os 'ubuntu>=22.04' --vo vo.access.egi.eu\n"
                 "  cisquery images --filter 'usable = true' --fields name,os_distro");
  AddListFlags(images, {.inactive = true});
  AddTexts(images, "--os", &l.os,
           "Only these operating systems (repeatable): ubuntu, ubuntu:22.04, 'ubuntu>=22.04', el, "
           "linux")
      ->type_name("OS")
      ->group("Selection");

  CLI::App* networks =
      AddCommand(Command::kNetworks, "networks", "List networks as each share sees them",
                 "  cisquery networks --vo vo.access.egi.eu --public\n"
                 "  cisquery networks --usable-as floating-pool -o wide");
  AddListFlags(networks, {.inactive = true});
  networks->add_flag("--public", l.public_only, "Only networks with public addresses")
      ->group("Selection");
  AddParsed(networks, "--usable-as", &l.usable_as, ParseUsableAs,
            "Only networks of this use: floating-pool, direct, tenant or none")
      ->type_name("USE")
      ->group("Selection");

  AddListFlags(AddCommand(Command::kCrawls, "crawls", "List the crawls, newest first",
                          "  cisquery crawls --limit 5\n"
                          "  cisquery crawls --filter 'failed_count > 0'"),
               {.sites = false, .vos = false});
}

void OptionsParser::AddOthers() {
  CLI::App* changes = AddCommand(Command::kChanges, "changes",
                                 "Show what appeared, disappeared or changed at sites",
                                 "  cisquery changes --since 7d --vo vo.access.egi.eu\n"
                                 "  cisquery changes --since 2026-01-02 --kind image -o ndjson");
  AddListFlags(changes, {.server_side = false});
  AddKinds(changes);
  options_.since.age = absl::Hours(24 * 7);
  AddParsed(changes, "--since", &options_.since, ParseMoment,
            "Show changes since this time (default: 7d ago)")
      ->type_name("TIME")
      ->group("Selection");
  AddParsed(changes, "--until", &options_.until, ParseMoment,
            "Show changes until this time (default: now)")
      ->type_name("TIME")
      ->group("Selection");
  AddParsed(changes, "--limit", &options_.list.limit, ParseLimit,
            "Show at most this many, newest first; 0 (default) means all")
      ->type_name("N")
      ->group("Answer");

  CLI::App* show =
      AddCommand(Command::kShow, "show", "Show all that is known of one resource, and from where",
                 "  cisquery show m1.large\n"
                 "  cisquery show sites/cesga/images/d1f5-ubuntu --explain");
  show->add_option("NAME", options_.show_name,
                   "Resource name, as -o name prints it, or the own name or id of a site, VO, "
                   "project, flavor, image or network")
      ->type_name("");
  show->add_flag("--explain", options_.show_explain,
                 "Show each fact of a flavor, image or network with its evidence, and what would "
                 "change it");
  CLI::App* watch = AddCommand(Command::kWatch, "watch", "Print one line per change as it is found",
                               "  cisquery watch --vo vo.access.egi.eu\n"
                               "  cisquery watch --kind network -o ndjson");
  AddListFlags(watch, {.server_side = false});
  AddKinds(watch);
  AddText(watch, "--resume", &options_.resume_token,
          "Continue where the watch that printed this token ended")
      ->type_name("TOKEN")
      ->group("Selection");
  AddParsed(watch, "--limit", &options_.list.limit, ParseLimit,
            "End after this many changes; 0 (default) means when interrupted")
      ->type_name("N")
      ->group("Answer");
}

void OptionsParser::AddKinds(CLI::App* app) {
  AddTexts(app, "--kind", &options_.kinds, "Only changes of flavor, image, network, quota or share")
      ->type_name("KIND")
      ->group("Selection");
}

void OptionsParser::AddAsOf(CLI::App* app, const char* group) {
  AddParsed(app, "--as-of", &options_.as_of, ParseMoment,
            "Answer as of this time: 3d, '3d ago', 2026-01-02, 2026-01-02T03:04:05Z")
      ->type_name("TIME")
      ->group(group);
}

}  // namespace cis::client
