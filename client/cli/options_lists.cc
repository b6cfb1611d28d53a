#include "client/cli/options_parser.h"
#include "client/cli/options_values.h"
#include "client/cli/quantity.h"

namespace cis::client {

void OptionsParser::AddListFlags(CLI::App* app, const ListFlags& flags) {
  ListOptions& l = options_.list;
  constexpr char kWhich[] = "Which";
  if (flags.sites) {
    AddTexts(app, "--site", &l.sites, "Only of these sites (may be repeated)")->group(kWhich);
  }
  if (flags.vos) {
    AddTexts(app, "--vo", &l.vos, "Only of these VOs (may be repeated)")->group(kWhich);
  }
  if (flags.inactive) {
    app->add_flag("--show-inactive", l.show_inactive, "Also what is gone")->group(kWhich);
  }
  if (!flags.server_side) return;
  AddAsOf(app, kWhich);
  AddText(app, "--filter", &l.filter, "AIP-160 filter on the answer's fields")
      ->type_name("EXPR")
      ->group(kWhich);
  constexpr char kAnswer[] = "Answer";
  AddText(app, "--order-by", &l.order_by, "Fields to sort by: 'ram_mib desc, display_name'")
      ->type_name("FIELDS")
      ->group(kAnswer);
  AddTexts(app, "--fields", &l.fields, "Only these fields, in this order")
      ->type_name("FIELD")
      ->group(kAnswer);
  AddParsed(app, "--limit", &l.limit, ParseLimit, "At most this many, 0 = all (default)")
      ->type_name("N")
      ->group(kAnswer);
  AddParsed(app, "--page-size", &l.page_size, ParseInt32, "Rows of one call")
      ->type_name("N")
      ->group(kAnswer);
  AddText(app, "--page-token", &l.page_token, "Go on after the page that gave this token")
      ->group(kAnswer);
}

void OptionsParser::AddLists() {
  ListOptions& l = options_.list;
  CLI::App* sites =
      AddCommand(Command::kSites, "sites", "Sites, how old and how good their data is",
                 "  cisquery sites --vo vo.access.egi.eu\n"
                 "  cisquery sites --offers --filter 'service_type = \"*htcondor*\"'");
  AddListFlags(sites, {});
  constexpr char kWhat[] = "What is listed";
  sites->add_flag("--problems", l.problems, "What is wrong, by site: code, since when, sentence")
      ->group(kWhat);
  sites
      ->add_flag("--offers", l.offers,
                 "All services of sites as GOCDB has them, clouds and others; no promise that a VO "
                 "may use them")
      ->group(kWhat);
  AddListFlags(AddCommand(Command::kEndpoints, "endpoints", "Keystone endpoints of sites",
                          "  cisquery endpoints\n"
                          "  cisquery endpoints --site CESGA-CLOUD -o json"),
               {.vos = false});
  AddListFlags(AddCommand(Command::kVos, "vos", "Virtual organisations and where they have shares",
                          "  cisquery vos\n"
                          "  cisquery vos --site CESGA-CLOUD -o wide"),
               {.vos = false});
  AddListFlags(
      AddCommand(Command::kShares, "shares", "Projects of VOs at endpoints: login, age, contents",
                 "  cisquery shares --vo vo.access.egi.eu\n"
                 "  cisquery shares --filter 'support = \"refused\"'"),
      {.inactive = true});

  CLI::App* flavors = AddCommand(Command::kFlavors, "flavors", "Sizes of machines",
                                 "  cisquery flavors --vo vo.access.egi.eu --gpus 1\n"
                                 "  cisquery flavors --ram 8G..16G --order-by ram_mib -o csv");
  AddListFlags(flavors, {.inactive = true});
  AddSizeFlags(flavors, "Which", &l.vcpu_count, &l.ram_mib, &l.disk_gib, &l.gpu_count);

  CLI::App* images =
      AddCommand(Command::kImages, "images", "Disk images and what is in them",
                 "  cisquery images --os 'ubuntu>=22.04' --vo vo.access.egi.eu\n"
                 "  cisquery images --filter 'usable = true' --fields name,os_distro");
  AddListFlags(images, {.inactive = true});
  AddTexts(images, "--os", &l.os, "ubuntu, ubuntu:22.04, 'ubuntu>=22.04', el, linux; repeat: any")
      ->type_name("OS")
      ->group("Which");

  CLI::App* networks =
      AddCommand(Command::kNetworks, "networks", "Networks as each share sees them",
                 "  cisquery networks --vo vo.access.egi.eu --public\n"
                 "  cisquery networks --usable-as floating-pool -o wide");
  AddListFlags(networks, {.inactive = true});
  networks->add_flag("--public", l.public_only, "Only with public addresses")->group("Which");
  AddParsed(networks, "--usable-as", &l.usable_as, ParseUsableAs,
            "floating-pool, direct, tenant or none")
      ->type_name("USE")
      ->group("Which");

  AddListFlags(AddCommand(Command::kCrawls, "crawls", "Passes of the crawler, newest first",
                          "  cisquery crawls --limit 5\n"
                          "  cisquery crawls --filter 'failed_count > 0'"),
               {.sites = false, .vos = false});
}

void OptionsParser::AddOthers() {
  CLI::App* changes = AddCommand(Command::kChanges, "changes",
                                 "What changed at sites: appeared, gone, replaced, renamed...",
                                 "  cisquery changes --since 7d --vo vo.access.egi.eu\n"
                                 "  cisquery changes --since 2026-01-02 --kind image -o ndjson");
  AddListFlags(changes, {.server_side = false});
  AddKinds(changes);
  options_.since.age = absl::Hours(24 * 7);
  AddParsed(changes, "--since", &options_.since, ParseMoment, "From when on, default 7d ago")
      ->type_name("TIME")
      ->group("Which");
  AddParsed(changes, "--until", &options_.until, ParseMoment, "Until when, default now")
      ->type_name("TIME")
      ->group("Which");
  AddParsed(changes, "--limit", &options_.list.limit, ParseLimit,
            "At most this many, newest first; 0 = all (default)")
      ->type_name("N")
      ->group("Answer");

  CLI::App* show =
      AddCommand(Command::kShow, "show", "All that is known of one thing, and from where",
                 "  cisquery show m1.large\n"
                 "  cisquery show sites/cesga/images/d1f5-ubuntu --explain");
  show->add_option("NAME", options_.show_name,
                   "Resource name (-o name prints them), or a site's, VO's, flavor's, image's or "
                   "network's own name or id")
      ->type_name("");
  show->add_flag("--explain", options_.show_explain,
                 "Each fact of a flavor, image or network with its evidence, and what would change "
                 "it");
  CLI::App* watch = AddCommand(Command::kWatch, "watch", "One line for each change, as it is found",
                               "  cisquery watch --vo vo.access.egi.eu\n"
                               "  cisquery watch --kind network -o ndjson");
  AddListFlags(watch, {.server_side = false});
  AddKinds(watch);
  AddText(watch, "--resume", &options_.resume_token,
          "Go on where the watch that gave this token ended")
      ->type_name("TOKEN")
      ->group("Which");
  AddParsed(watch, "--limit", &options_.list.limit, ParseLimit,
            "Changes before it ends, 0 = until interrupted (default)")
      ->type_name("N")
      ->group("Answer");
}

void OptionsParser::AddKinds(CLI::App* app) {
  AddTexts(app, "--kind", &options_.kinds, "Only flavor, image, network, quota or share")
      ->type_name("KIND")
      ->group("Which");
}

void OptionsParser::AddAsOf(CLI::App* app, const char* group) {
  AddParsed(app, "--as-of", &options_.as_of, ParseMoment,
            "As it was then: 3d, '3d ago', 2026-01-02, 2026-01-02T03:04:05Z")
      ->type_name("TIME")
      ->group(group);
}

}  // namespace cis::client
