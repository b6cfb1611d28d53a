#include "client/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "schema/base/spelling.h"
#include "schema/base/status_macros.h"

namespace cis {
namespace {

constexpr char kVersion[] = "cisquery 0.1.0";
constexpr char kDefaultServer[] = "127.0.0.1:50051";

constexpr char kMainFooter[] =
    "Answers go to stdout, notes to stderr.\n"
    "Exit codes: 0 something matches, 2 nothing matches, 1 error.\n\n"
    "Examples:\n"
    "  cisquery place --vo vo.access.egi.eu --vcpus 2 --ram 4G --os 'ubuntu>=22.04' --public-ip\n"
    "  cisquery images --site CESGA-CLOUD --os ubuntu -o csv\n"
    "`cisquery COMMAND --help` tells a command's own flags.";

constexpr absl::string_view kCriteria[] = {"fit", "network", "os", "health", "freshness"};

// Which of the flags shared by lists a command has.
struct ListFlags {
  bool sites = true;
  bool vos = true;
  bool inactive = false;
  bool server_side = true;  // --filter, --order-by, --fields, --page-size
};

// Collects flags as text; what they mean is checked after all are read, so that each error is one
// sentence of ours. The checks refer to `options`, which therefore must not move.
class Parser {
 public:
  explicit Parser(absl::string_view default_server);
  ParsedArguments Parse(std::vector<std::string> arguments);

 private:
  using Check = std::function<absl::Status()>;

  CLI::App* AddCommand(Command command, const char* name, const char* about, const char* examples);
  void AddGlobalFlags(absl::string_view default_server);
  void AddPlace();
  void AddLists();
  void AddOthers();
  void AddListFlags(CLI::App* app, const ListFlags& flags);
  void AddSizeFlags(CLI::App* app, const char* group, Range* vcpus, Range* ram, Range* disk,
                    Range* gpus);

  // Flags of one kind. `parse` turns the text into `target`; the error is prefixed by the flag.
  template <typename T, typename Parse>
  CLI::Option* AddParsed(CLI::App* app, const char* flag, T* target, Parse parse,
                         const char* about) {
    auto text = std::make_shared<std::string>();
    CLI::Option* option = app->add_option(flag, *text, about);
    checks_.push_back([=]() -> absl::Status {
      if (option->count() == 0) return absl::OkStatus();
      auto value = parse(*text);
      if (!value.ok()) {
        return absl::InvalidArgumentError(
            absl::StrCat(option->get_name(), ": ", value.status().message()));
      }
      *target = *std::move(value);
      return absl::OkStatus();
    });
    return option;
  }
  static CLI::Option* AddText(CLI::App* app, const char* flag, std::string* target,
                              const char* about) {
    return app->add_option(flag, *target, about)->type_name("TEXT");
  }
  // A flag that may be repeated, or take several values with commas between them.
  static CLI::Option* AddTexts(CLI::App* app, const char* flag, std::vector<std::string>* target,
                               const char* about) {
    return app->add_option(flag, *target, about)
        ->allow_extra_args(false)
        ->delimiter(',')
        ->type_name("NAME");
  }

  absl::Status Finish();
  absl::Status UnknownArgument(const CLI::App& app, const std::string& argument) const;

  CLI::App app_{"Tells where (site, flavor, image, network) a VO can start a machine.", "cisquery"};
  std::map<const CLI::App*, Command> commands_;
  std::vector<Check> checks_;
  Options options_;
};

absl::StatusOr<int64_t> ParseWhole(absl::string_view text) {
  int64_t value = 0;
  if (absl::SimpleAtoi(text, &value)) return value;
  return absl::InvalidArgumentError(
      absl::StrCat("\"", text, "\" is not a whole number; write for example 10"));
}

// Numbers that the server judges: any that fits.
absl::StatusOr<int32_t> ParseInt32(absl::string_view text) {
  int32_t value = 0;
  if (absl::SimpleAtoi(text, &value)) return value;
  return absl::InvalidArgumentError(
      absl::StrCat("\"", text, "\" is not a whole number; write for example 10"));
}

absl::StatusOr<int64_t> ParseLimit(absl::string_view text) {
  CIS_ASSIGN_OR_RETURN(const int64_t value, ParseWhole(text));
  if (value < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", text, "\" is negative; write 0 for all, or for example 10"));
  }
  return value;
}

absl::StatusOr<int64_t> ParsePick(absl::string_view text) {
  CIS_ASSIGN_OR_RETURN(const int64_t value, ParseWhole(text));
  if (value < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", text, "\" must be 1 or more; 1 is the best placement"));
  }
  return value;
}

// `fit=0.5,network=0.5`; the server knows the bounds.
absl::StatusOr<std::vector<std::pair<std::string, double>>> ParseWeights(absl::string_view text) {
  std::vector<std::pair<std::string, double>> weights;
  for (const absl::string_view part : absl::StrSplit(text, ',')) {
    const std::pair<absl::string_view, absl::string_view> entry = absl::StrSplit(part, '=');
    double value = 0;
    const auto* known = std::find(std::begin(kCriteria), std::end(kCriteria), entry.first);
    if (known == std::end(kCriteria) || !absl::SimpleAtod(entry.second, &value)) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", part, "\" is not a weight; write for example fit=0.5, of ",
                       absl::StrJoin(kCriteria, ", ")));
    }
    weights.emplace_back(entry.first, value);
  }
  return weights;
}

absl::StatusOr<absl::Duration> ParsePositiveAge(absl::string_view text) {
  CIS_ASSIGN_OR_RETURN(const absl::Duration value, ParseAge(text));
  if (value <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", text, "\" must be more than 0; write for example 10s"));
  }
  return value;
}

absl::StatusOr<std::string> ParseUsableAs(absl::string_view text) {
  for (const absl::string_view use : {"floating-pool", "direct", "tenant", "none"}) {
    if (text == use) return std::string(text);
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "\"", text, "\" is not a use of networks; there are floating-pool, direct, tenant, none"));
}

Parser::Parser(absl::string_view default_server) {
  app_.allow_extras();
  app_.footer(kMainFooter);
  app_.set_version_flag("--version", kVersion, "Print the version and exit");
  AddGlobalFlags(default_server);
  AddPlace();
  AddLists();
  AddOthers();
}

CLI::App* Parser::AddCommand(Command command, const char* name, const char* about,
                             const char* examples) {
  CLI::App* app = app_.add_subcommand(name, about);
  app->fallthrough();
  app->allow_extras();
  app->footer(absl::StrCat("Examples:\n", examples,
                           "\nFlags of every command (-o, --server, ...): cisquery --help"));
  commands_[app] = command;
  return app;
}

void Parser::AddGlobalFlags(absl::string_view default_server) {
  options_.server = default_server.empty() ? kDefaultServer : std::string(default_server);
  options_.timeout = absl::Seconds(10);
  const auto grouped = [](const char* group, CLI::Option* option) { option->group(group); };
  constexpr char kSource[] = "Where the answer comes from";
  grouped(kSource, app_.add_option("--server", options_.server,
                                   "CIS server, default: CIS_SERVER, else 127.0.0.1:50051")
                       ->type_name("HOST:PORT"));
  grouped(kSource, app_.add_option("--db", options_.db,
                                   "Database file to read instead: same answers, no server")
                       ->type_name("FILE"));
  grouped(kSource, app_.add_flag("--tls", options_.tls, "Use TLS with the system's authorities"));
  grouped(kSource, app_.add_option("--tls-ca", options_.tls_ca, "Use TLS with these authorities")
                       ->type_name("PEM"));
  grouped(kSource, app_.add_option("--tls-cert", options_.tls_cert, "This client's certificate")
                       ->type_name("PEM"));
  grouped(kSource, app_.add_option("--tls-key", options_.tls_key, "Its key")->type_name("PEM"));
  grouped(kSource, AddParsed(&app_, "--timeout", &options_.timeout, ParsePositiveAge,
                             "Longest wait for each answer, default 10s")
                       ->type_name("TIME"));
  constexpr char kForm[] = "Form of the answer";
  grouped(kForm, AddParsed(&app_, "-o,--output", &options_.format, ParseFormat,
                           "table (default), wide, json, ndjson, yaml, csv or name; place also "
                           "openstack, fedcloud, tfvars, terraform-external, ansible or env")
                     ->type_name("FORMAT"));
  grouped(kForm, app_.add_flag("-q,--quiet", options_.quiet, "No notes on stderr, only errors"));
}

void Parser::AddSizeFlags(CLI::App* app, const char* group, Range* vcpus, Range* ram, Range* disk,
                          Range* gpus) {
  AddParsed(app, "--vcpus", vcpus, ParseCountRange, "Virtual CPUs: N (at least), N..M")
      ->type_name("N")
      ->group(group);
  AddParsed(app, "--ram", ram, ParseSizeRangeMib, "Memory: 8G, 512M, 4G..16G; G without a unit")
      ->type_name("SIZE")
      ->group(group);
  AddParsed(app, "--disk", disk, ParseSizeRangeGib, "Root disk: 20G, 20G..80G")
      ->type_name("SIZE")
      ->group(group);
  AddParsed(app, "--gpus", gpus, ParseCountRange, "GPUs: N (at least), N..M")
      ->type_name("N")
      ->group(group);
}

void Parser::AddPlace() {
  PlaceOptions& p = options_.place;
  CLI::App* app = AddCommand(
      Command::kPlace, "place", "Where can a VO start this machine, and if nowhere, why?",
      "  cisquery place --vo vo.access.egi.eu --vcpus 2 --ram 4G --os 'ubuntu>=22.04' --public-ip\n"
      "  cisquery place --vo ops --gpus 1 --gpu-model A100 --explain");
  AddTexts(app, "--vo", &p.vos, "VO that starts it (required; may be repeated)");

  constexpr char kMachine[] = "Machine";
  AddSizeFlags(app, kMachine, &p.vcpu_count, &p.ram_mib, &p.disk_gib, &p.gpu_count);
  AddParsed(app, "--ephemeral", &p.ephemeral_gib, ParseSizeRangeGib, "Ephemeral disk, as --disk")
      ->type_name("SIZE")
      ->group(kMachine);
  AddText(app, "--gpu-model", &p.gpu_model, "Words of the GPU's model: A100")->group(kMachine);
  AddText(app, "--gpu-vendor", &p.gpu_vendor, "NVIDIA, AMD")->group(kMachine);
  AddParsed(app, "--gpu-memory", &p.gpu_memory_mib, ParseSizeRangeMib, "Memory of one GPU: 40G")
      ->type_name("SIZE")
      ->group(kMachine);
  AddText(app, "--gpu-kind", &p.gpu_kind, "passthrough, vgpu, mig")->group(kMachine);
  AddText(app, "--cpu-alloc", &p.cpu_alloc, "dedicated, shared, oversubscribed")->group(kMachine);
  AddText(app, "--arch", &p.arch, "x86_64, aarch64")->group(kMachine);
  AddTexts(app, "--flavor", &p.flavors, "Only flavors of this name; * and ? match any text")
      ->group(kMachine);
  AddTexts(app, "--not-flavor", &p.excluded_flavors, "No flavors of this name; * and ? as above")
      ->group(kMachine);
  app->add_flag("--no-volume", p.no_volume, "No flavors that boot from a volume")->group(kMachine);
  AddParsed(app, "--count", &p.count, ParseInt32, "Machines at the same time, default 1")
      ->type_name("N")
      ->group(kMachine);

  constexpr char kImage[] = "Image";
  AddTexts(app, "--os", &p.os, "ubuntu, ubuntu:22.04, 'ubuntu>=22.04', el, linux; repeat: any")
      ->type_name("OS")
      ->group(kImage);
  AddText(app, "--image", &p.image, "This image: its name, id, or EGI reference")->group(kImage);

  AddTexts(app, "--image-name", &p.images, "Only images of this name; * and ? match any text")
      ->group(kImage);
  AddTexts(app, "--not-image", &p.excluded_images, "No images of this name; * and ? as above")
      ->group(kImage);

  constexpr char kNetwork[] = "Network";
  app->add_flag("--public-ip", p.public_ip, "Must have a public IPv4 address")->group(kNetwork);
  app->add_flag("--prefer-public-ip", p.prefer_public_ip, "Better with a public IPv4 address")
      ->group(kNetwork);
  app->add_flag("--no-public-ip", p.no_public_ip, "Must have none")->group(kNetwork);
  app->add_flag("--ipv6", p.ipv6, "Must have a public IPv6 address")->group(kNetwork);
  AddText(app, "--network", &p.network, "On this network: its name or id")->group(kNetwork);

  constexpr char kSites[] = "Sites";
  AddTexts(app, "--site", &p.sites, "Only these sites")->group(kSites);
  AddTexts(app, "--not-site", &p.excluded_sites, "Not these sites")->group(kSites);
  AddTexts(app, "--country", &p.countries, "Only these countries: ES, PT")
      ->type_name("CC")
      ->group(kSites);
  AddTexts(app, "--not-country", &p.excluded_countries, "Not these countries")
      ->type_name("CC")
      ->group(kSites);
  AddParsed(app, "--max-age", &p.max_age, ParseAge, "Refuse older data: 26h, 7d")
      ->type_name("TIME")
      ->group(kSites);

  constexpr char kAnswer[] = "Answer";
  app->add_flag("--all", p.all, "Every combination, not only the best of each share")
      ->group(kAnswer);
  app->add_flag("--explain", p.explain, "What became of every share, and why")->group(kAnswer);
  AddParsed(app, "--limit", &p.limit, ParseLimit, "At most this many placements, 0 = all")
      ->type_name("N")
      ->group(kAnswer);
  AddParsed(app, "--pick", &p.pick, ParsePick, "With -o openstack and its like: which, default 1")
      ->type_name("N")
      ->group(kAnswer);
  AddText(app, "--sort-by", &p.sort_by, "waste, vcpu_count, ram_mib, site, freshness, os_version")
      ->type_name("KEY")
      ->group(kAnswer);
  AddParsed(app, "--weights", &p.weights, ParseWeights, "Of the score: fit=0.4,network=0.2,os=0.2")
      ->type_name("KEY=N,...")
      ->group(kAnswer);
  AddParsed(app, "--page-size", &p.page_size, ParseInt32, "Placements of one call")
      ->type_name("N")
      ->group(kAnswer);
  AddText(app, "--page-token", &p.page_token, "Go on after the page that gave this token")
      ->group(kAnswer);
}

void Parser::AddListFlags(CLI::App* app, const ListFlags& flags) {
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

void Parser::AddLists() {
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

void Parser::AddOthers() {
  CLI::App* changes = AddCommand(Command::kChanges, "changes",
                                 "Flavors, images and networks that appeared or vanished",
                                 "  cisquery changes --since 7d --vo vo.access.egi.eu\n"
                                 "  cisquery changes --since 1d -o ndjson");
  AddListFlags(changes, {.server_side = false});
  options_.since = absl::Hours(24 * 7);
  AddParsed(changes, "--since", &options_.since, ParsePositiveAge, "How far back, default 7d")
      ->type_name("TIME")
      ->group("Which");

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
  CLI::App* watch = AddCommand(Command::kWatch, "watch", "States of sites, and each change of them",
                               "  cisquery watch\n"
                               "  cisquery watch --interval 5m -o ndjson");
  AddListFlags(watch, {.server_side = false});
  options_.interval = absl::Seconds(30);
  AddParsed(watch, "--interval", &options_.interval, ParsePositiveAge,
            "Time between two looks, default 30s")
      ->type_name("TIME");
  AddParsed(watch, "--rounds", &options_.rounds, ParseLimit,
            "Looks before it ends, 0 = until interrupted (default)")
      ->type_name("N");
}

absl::Status Parser::UnknownArgument(const CLI::App& app, const std::string& argument) const {
  const bool is_flag = absl::StartsWith(argument, "-");
  const std::string word = argument.substr(0, is_flag ? argument.find('=') : std::string::npos);
  std::vector<std::string> known;
  const bool has_command = &app != &app_;
  if (is_flag) {
    for (const CLI::App* source : {&app, static_cast<const CLI::App*>(&app_)}) {
      for (const CLI::Option* option : source->get_options()) {
        for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
      }
    }
  } else if (!has_command) {
    for (const CLI::App* command : app_.get_subcommands(nullptr)) {
      known.push_back(command->get_name());
    }
  }
  const std::vector<std::string> nearest = NearestNames(word, known, 1);
  const std::string help =
      has_command ? absl::StrCat("cisquery ", app.get_name(), " --help") : "cisquery --help";
  const absl::string_view what = is_flag ? "flag" : has_command ? "argument" : "command";
  return absl::InvalidArgumentError(
      absl::StrCat("there is no ", what, " \"", word, "\"",
                   has_command ? absl::StrCat(" of ", app.get_name()) : "", "; ",
                   nearest.empty() ? absl::StrCat("see ", help)
                                   : absl::StrCat("did you mean ", nearest[0], "?")));
}

absl::Status Parser::Finish() {
  const std::vector<CLI::App*> chosen = app_.get_subcommands();
  const CLI::App& app = chosen.empty() ? app_ : *chosen[0];
  for (const CLI::App* source : {&app, static_cast<const CLI::App*>(&app_)}) {
    const std::vector<std::string> extras = source->remaining();
    if (!extras.empty()) return UnknownArgument(app, extras[0]);
  }
  if (chosen.empty()) {
    return absl::InvalidArgumentError("no command is given; see cisquery --help");
  }
  if (chosen.size() > 1) {
    return absl::InvalidArgumentError(absl::StrCat("two commands are given, ",
                                                   chosen[0]->get_name(), " and ",
                                                   chosen[1]->get_name(), "; write one"));
  }
  options_.command = commands_.at(chosen[0]);
  for (const Check& check : checks_) CIS_RETURN_IF_ERROR(check());
  if (options_.command == Command::kShow && options_.show_name.empty()) {
    return absl::InvalidArgumentError("NAME is missing; write for example cisquery show m1.large");
  }
  if (options_.command == Command::kPlace && options_.place.vos.empty()) {
    return absl::InvalidArgumentError(
        "--vo is missing; write for example --vo vo.access.egi.eu (cisquery vos lists them)");
  }
  if (options_.command != Command::kPlace && IsHandover(options_.format)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--output: ", kHandoverNames, " are of place only; here are ", kFormatNames));
  }
  if (options_.list.problems && options_.list.offers) {
    return absl::InvalidArgumentError("--problems and --offers exclude each other");
  }
  if ((options_.list.problems || options_.list.offers) && !options_.list.vos.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("--vo has no meaning with --",
                                                   options_.list.problems ? "problems" : "offers",
                                                   "; --site and --filter choose there"));
  }
  const PlaceOptions& place = options_.place;
  if (place.public_ip + place.prefer_public_ip + place.no_public_ip > 1) {
    return absl::InvalidArgumentError(
        place.prefer_public_ip
            ? "--prefer-public-ip excludes --public-ip and --no-public-ip; write one"
            : "--public-ip and --no-public-ip exclude each other");
  }
  if (app_.count("--db") > 0 && app_.count("--server") > 0) {
    return absl::InvalidArgumentError("--server and --db exclude each other");
  }
  if (options_.tls_cert.empty() != options_.tls_key.empty()) {
    return absl::InvalidArgumentError("--tls-cert and --tls-key need each other");
  }
  return absl::OkStatus();
}

ParsedArguments Parser::Parse(std::vector<std::string> arguments) {
  ParsedArguments result;
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 takes them
  absl::Status status;
  try {
    app_.parse(std::move(arguments));
    status = Finish();
  } catch (const CLI::CallForHelp&) {
    const std::vector<CLI::App*> chosen = app_.get_subcommands();
    result.out = chosen.empty() ? app_.help() : chosen[0]->help("cisquery");
    return result;
  } catch (const CLI::CallForVersion&) {
    result.out = absl::StrCat(kVersion, "\n");
    return result;
  } catch (const CLI::ArgumentMismatch& error) {
    const std::string what = error.what();
    status = absl::InvalidArgumentError(
        absl::StrCat(what.substr(0, what.find(':')), " needs a value; see cisquery --help"));
  } catch (const CLI::ParseError& error) {
    status = absl::InvalidArgumentError(error.what());
  }
  if (status.ok()) {
    result.options = options_;
    return result;
  }
  result.err = absl::StrCat("cisquery: ", status.message(), "\n");
  result.exit_code = 1;
  return result;
}

}  // namespace

ParsedArguments ParseArguments(std::vector<std::string> arguments,
                               absl::string_view default_server) {
  return Parser(default_server).Parse(std::move(arguments));
}

}  // namespace cis
