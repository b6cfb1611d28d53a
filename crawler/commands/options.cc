// SPDX-License-Identifier: Apache-2.0
#include "crawler/commands/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <fstream>
#include <sstream>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "crawler/crawl/registry_refresh.h"
#include "schema/base/duration_text.h"
#include "schema/base/flag_file.h"
#include "schema/base/spelling.h"
#include "schema/base/status_macros.h"
#include "schema/base/version.h"

namespace cis::crawler {
namespace {

std::string VersionLine() { return absl::StrCat("cis-crawler ", Version(), "\n"); }

// The values that CLI11 fills; durations and enumerations are still text.
struct RawOptions {
  CrawlerOptions options;
  std::vector<std::string> sites, clouds;
  std::string config, log_format = "text", timeout = "30s", share_deadline = "10m", max_age = "26h",
                      expire_after = "14d", keep_history = "90d", kind, output = "table";
};

CLI::Option* AddText(CLI::App* app, const std::string& name, std::string& value,
                     const std::string& help) {
  return app->add_option(name, value, help)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

void AddDb(CLI::App* app, RawOptions& raw) {
  AddText(app, "--db", raw.options.db, "Database file")->type_name("FILE");
}

void AddSite(CLI::App* app, RawOptions& raw, const std::string& help) {
  app->add_option("--site", raw.options.site_filter, help)->type_name("SITE");
}

void AddKeepHistory(CLI::App* app, RawOptions& raw) {
  AddText(app, "--keep-history", raw.keep_history,
          "How long to keep crawls, changes and earlier states (90d, 26h)")
      ->capture_default_str()
      ->type_name("AGE");
}

// Adds the flag for the registry of sites.
void AddGocdb(CLI::App* app, RawOptions& raw, const std::string& help) {
  app->add_option("--gocdb", raw.options.gocdb, help)->type_name("URL|PATH");
}

void AddTimeout(CLI::App* app, RawOptions& raw) {
  AddText(app, "--timeout", raw.timeout, "Time limit for one attempt at a request (90s, 2m)")
      ->capture_default_str()
      ->type_name("DURATION");
}

// Adds the flags that select the rules by which answers become records.
void AddRules(CLI::App* app, RawOptions& raw) {
  AddText(app, "--overrides", raw.options.overrides,
          "YAML file with the operator's corrections of facts")
      ->type_name("FILE");
  AddText(app, "--rules", raw.options.rules,
          "Folder of tables (NAME.tsv) that replace the built-in ones")
      ->type_name("DIR");
}

void AddCrawl(CLI::App& app, RawOptions& raw) {
  CLI::App* crawl = app.add_subcommand("crawl", "Read what the sites offer and store it");
  crawl->footer(
      "Exit code: 0 all shares refreshed, 3 some kept last good data, 4 none refreshed,\n"
      "2 usage or configuration, 1 internal, interrupted, or another crawl is running.\n"
      "With --dry-run: 0 all shares can be asked, 3 some cannot or a file has an error,\n"
      "4 none can, 2 usage or configuration.");
  crawl->add_option("--sites", raw.sites, "Site files or clouds.yaml files, or folders of them")
      ->type_name("PATH");
  crawl
      ->add_option("--clouds", raw.clouds,
                   "clouds.yaml files (a secure.yaml beside one is read too)")
      ->type_name("FILE");
  AddDb(crawl, raw);
  AddSite(crawl, raw, "Crawl only this site; may be repeated (default: all)");
  crawl
      ->add_option("--vo", raw.options.vo_filter,
                   "Crawl only this VO; may be repeated (default: all)")
      ->type_name("VO");
  AddGocdb(crawl, raw,
           "Also read GOCDB: URL of its interface, or XML files from it, or folders of them");
  AddRules(crawl, raw);
  AddText(crawl, "--config", raw.config,
          "File of further flags, one per line: `flag = value`; the command line takes precedence")
      ->type_name("FILE");
  AddText(crawl, "--token-file", raw.options.token_file,
          "File with the OIDC access token (default: environment variable OIDC_ACCESS_TOKEN)")
      ->type_name("FILE");
  AddText(crawl, "--credentials", raw.options.credentials,
          "YAML file with credentials for sites and VOs whose site file names none")
      ->type_name("FILE");
  crawl
      ->add_option("--max-in-flight-per-endpoint", raw.options.max_in_flight_per_endpoint,
                   "Maximum number of concurrent requests to one endpoint, 1 to 100")
      ->capture_default_str()
      ->type_name("N")
      ->check(CLI::Range(1, 100).description(""))
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  crawl
      ->add_option("--max-in-flight", raw.options.max_in_flight,
                   "Maximum number of concurrent requests in total, 1 to 10000")
      ->capture_default_str()
      ->type_name("N")
      ->check(CLI::Range(1, 10000).description(""))
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  AddTimeout(crawl, raw);
  AddText(crawl, "--share-deadline", raw.share_deadline, "Time limit for all requests of one share")
      ->capture_default_str()
      ->type_name("DURATION");
  AddKeepHistory(crawl, raw);
  crawl->add_flag("--no-back-off{false}", raw.options.back_off,
                  "Also ask endpoints that have failed for days (--site always asks its site)");
  crawl->add_flag("--dry-run", raw.options.dry_run,
                  "Print the requests without sending them: where, for which VO, with which login");
  AddText(crawl, "--summary", raw.options.summary,
          "Write a summary of the crawl, ready to be mailed, to FILE (-: stdout)")
      ->type_name("FILE");
  crawl->add_flag("--verbose", raw.options.verbose, "Print one summary line per share");
  AddText(crawl, "--log-format", raw.log_format, "Format of the log: text or json")
      ->capture_default_str();
}

void AddOthers(CLI::App& app, RawOptions& raw) {
  CLI::App* status = app.add_subcommand("status", "Print one status line for a monitoring system");
  status->footer("Exit code: 0 ok, 1 warning, 2 critical, 3 unknown.");
  AddDb(status, raw);
  AddText(status, "--max-age", raw.max_age, "Age from which data is stale (90m, 26h, 2d)")
      ->capture_default_str()
      ->type_name("AGE");
  AddText(status, "--expire-after", raw.expire_after,
          "Age from which data is expired; use the same value as cis-server")
      ->capture_default_str()
      ->type_name("AGE");
  CLI::App* registry =
      app.add_subcommand("registry", "Read only GOCDB: countries, status, downtimes and services");
  registry->footer(
      "Exit code: 0 all lists refreshed, 3 some kept last good data, 4 none refreshed,\n"
      "2 usage or configuration, 1 internal, interrupted, or another crawl is running.");
  AddGocdb(registry, raw, "URL of GOCDB's interface, or XML files from it, or folders of them");
  AddDb(registry, raw);
  AddTimeout(registry, raw);
  AddText(registry, "--log-format", raw.log_format, "Format of the log: text or json")
      ->capture_default_str();
  CLI::App* normalize = app.add_subcommand(
      "normalize", "Read a raw API list from stdin and print one normalised record per line");
  normalize->footer(
      "Records that cannot be read are reported on stderr. Exit code: 0, or 2 if the input\n"
      "is not such a list.");
  AddText(normalize, "--kind", raw.kind, "Kind of the list: images, flavors or networks");
  AddText(normalize, "--site", raw.options.of_site,
          "Site that the list comes from, for its overrides (default: only those for every site)")
      ->type_name("SITE");
  AddRules(normalize, raw);
  CLI::App* renormalize =
      app.add_subcommand("renormalize", "Apply the current rules to the stored observations");
  renormalize->footer(
      "Exit code: 0 if all observations were applied; 3 if some are not readable by these rules\n"
      "and keep their records. With --compare, 0 if nothing would change; 3 if something would.\n"
      "2 for usage or configuration; 1 for an internal error.");
  AddDb(renormalize, raw);
  CLI::Option* compare = renormalize->add_flag(
      "--compare", raw.options.compare, "Print the changes, record by record, without making them");
  AddText(renormalize, "-o,--output", raw.output, "Output format of --compare: table or json")
      ->capture_default_str()
      ->needs(compare);
  AddRules(renormalize, raw);
  AddText(renormalize, "--log-format", raw.log_format, "Format of the log: text or json")
      ->capture_default_str();
  CLI::App* lint = app.add_subcommand("lint", "Report what sites could publish better");
  lint->footer("Exit code: 0 nothing found, 3 findings, 2 usage or configuration, 1 internal.");
  AddDb(lint, raw);
  AddSite(lint, raw, "Report only on this site; may be repeated (default: all)");
  AddText(lint, "-o,--output", raw.output, "Format of the findings: table or json")
      ->capture_default_str();
  AddRules(lint, raw);
}

void AddCopies(CLI::App& app, RawOptions& raw) {
  CLI::App* backup = app.add_subcommand("backup", "Back up the database; a crawl may be running");
  AddDb(backup, raw);
  AddText(backup, "--to", raw.options.copy,
          "File to write the backup to; an existing file is replaced")
      ->type_name("FILE");
  CLI::App* restore = app.add_subcommand(
      "restore", "Replace the database with a backup; running servers reload it");
  AddDb(restore, raw);
  AddText(restore, "--from", raw.options.copy, "Backup to restore, made by `backup`")
      ->type_name("FILE");
  CLI::App* prune =
      app.add_subcommand("prune", "Delete history older than AGE, as every crawl does");
  AddDb(prune, raw);
  AddKeepHistory(prune, raw);
  for (CLI::App* command : {backup, restore, prune}) {
    command->footer("Exit code: 0 done, 2 usage or a file that is not valid, 1 internal or busy.");
    AddText(command, "--log-format", raw.log_format, "Format of the log: text or json")
        ->capture_default_str();
  }
}

const std::vector<std::pair<std::string, CrawlerCommand>>& Commands() {
  static const std::vector<std::pair<std::string, CrawlerCommand>> kCommands = {
      {"crawl", CrawlerCommand::kCrawl},         {"status", CrawlerCommand::kStatus},
      {"normalize", CrawlerCommand::kNormalize}, {"renormalize", CrawlerCommand::kRenormalize},
      {"lint", CrawlerCommand::kLint},           {"registry", CrawlerCommand::kRegistry},
      {"backup", CrawlerCommand::kBackup},       {"restore", CrawlerCommand::kRestore},
      {"prune", CrawlerCommand::kPrune}};
  return kCommands;
}

std::string CommandNames() {
  return absl::StrJoin(Commands(), ", ", [](std::string* out, const auto& command) {
    absl::StrAppend(out, command.first);
  });
}

absl::Status UnknownArgument(const CLI::App& app, absl::string_view argument) {
  std::vector<std::string> known;
  for (const CLI::Option* option : app.get_options()) known.push_back(option->get_name());
  const std::vector<std::string> near = NearestNames(argument, known, 1);
  return absl::InvalidArgumentError(absl::StrCat(
      "unknown argument \"", argument, "\" of ", app.get_name(),
      near.empty() ? "" : absl::StrCat("; did you mean ", near.front(), "?"),
      near.empty() ? "; see cis-crawler " : " See cis-crawler ", app.get_name(), " --help"));
}

// Runs CLI11 over `args`. Help and version are returned as options.
absl::StatusOr<RawOptions> ParseRaw(std::vector<std::string> args) {
  RawOptions raw;
  CLI::App app("Reads what OpenStack sites offer to their VOs, and stores it.", "cis-crawler");
  app.set_help_flag("-h,--help", "Show this help");
  app.set_version_flag("--version", VersionLine());
  app.allow_extras();
  AddCrawl(app, raw);
  AddOthers(app, raw);
  AddCopies(app, raw);
  for (CLI::App* command : app.get_subcommands(nullptr)) command->allow_extras();
  const auto parsed = [&]() -> const CLI::App* {
    const std::vector<CLI::App*> commands = app.get_subcommands();
    return commands.empty() ? nullptr : commands.front();
  };
  try {
    std::reverse(args.begin(), args.end());
    app.parse(std::move(args));
  } catch (const CLI::CallForHelp&) {
    raw.options.text = parsed() == nullptr ? app.help() : parsed()->help("cis-crawler");
    return raw;
  } catch (const CLI::CallForVersion&) {
    raw.options.command = CrawlerCommand::kVersion;
    raw.options.text = VersionLine();
    return raw;
  } catch (const CLI::ParseError& error) {
    return absl::InvalidArgumentError(absl::StripAsciiWhitespace(error.what()));
  }
  if (parsed() == nullptr) {
    const std::vector<std::string> rest = app.remaining();
    return absl::InvalidArgumentError(
        rest.empty() ? absl::StrCat("a command is missing; it must be one of ", CommandNames())
                     : absl::StrCat("unknown command \"", rest.front(), "\"; it must be one of ",
                                    CommandNames()));
  }
  if (const std::vector<std::string> rest = app.remaining(true); !rest.empty()) {
    return UnknownArgument(*parsed(), rest.front());
  }
  for (const auto& [name, command] : Commands()) {
    if (name == parsed()->get_name()) raw.options.command = command;
  }
  return raw;
}

absl::Status Missing(absl::string_view command, absl::string_view flag) {
  return absl::InvalidArgumentError(
      absl::StrCat(command, " needs ", flag, "; see cis-crawler ", command, " --help"));
}

// Converts texts to values and checks for required flags.
absl::StatusOr<CrawlerOptions> Convert(RawOptions raw) {
  CrawlerOptions& options = raw.options;
  if (raw.log_format != "text" && raw.log_format != "json") {
    return absl::InvalidArgumentError(
        absl::StrCat("--log-format is \"", raw.log_format, "\"; it must be text or json"));
  }
  options.log_format = raw.log_format == "json" ? LogFormat::kJson : LogFormat::kText;
  if (raw.output != "table" && raw.output != "json") {
    return absl::InvalidArgumentError(
        absl::StrCat("--output is \"", raw.output, "\"; it must be table or json"));
  }
  options.lint_format = raw.output == "json" ? LintFormat::kJson : LintFormat::kTable;
  CIS_ASSIGN_OR_RETURN(options.timeout, ParseDurationFlag("--timeout", raw.timeout));
  CIS_ASSIGN_OR_RETURN(options.share_deadline,
                       ParseDurationFlag("--share-deadline", raw.share_deadline));
  CIS_ASSIGN_OR_RETURN(options.keep_history, ParseDurationFlag("--keep-history", raw.keep_history));
  CIS_ASSIGN_OR_RETURN(options.freshness.stale_after, ParseDurationFlag("--max-age", raw.max_age));
  CIS_ASSIGN_OR_RETURN(options.freshness.expire_after,
                       ParseDurationFlag("--expire-after", raw.expire_after));
  if (options.freshness.expire_after < options.freshness.stale_after) {
    return absl::InvalidArgumentError(absl::StrCat("--expire-after is ", raw.expire_after,
                                                   "; it must not be less than --max-age, ",
                                                   raw.max_age));
  }
  options.site_paths = raw.sites;
  options.site_paths.insert(options.site_paths.end(), raw.clouds.begin(), raw.clouds.end());
  switch (options.command) {
    case CrawlerCommand::kCrawl:
      if (options.site_paths.empty()) return Missing("crawl", "--sites PATH (or --clouds FILE)");
      if (options.db.empty() && !options.dry_run) return Missing("crawl", "--db FILE");
      CIS_RETURN_IF_ERROR(CheckRegistrySources(options.gocdb));
      break;
    case CrawlerCommand::kRegistry:
      if (options.gocdb.empty()) return Missing("registry", "--gocdb URL (or PATH...)");
      if (options.db.empty()) return Missing("registry", "--db FILE");
      CIS_RETURN_IF_ERROR(CheckRegistrySources(options.gocdb));
      break;
    case CrawlerCommand::kStatus:
      if (options.db.empty()) return Missing("status", "--db FILE");
      break;
    case CrawlerCommand::kRenormalize:
      if (options.db.empty()) return Missing("renormalize", "--db FILE");
      break;
    case CrawlerCommand::kLint:
      if (options.db.empty()) return Missing("lint", "--db FILE");
      break;
    case CrawlerCommand::kPrune:
      if (options.db.empty()) return Missing("prune", "--db FILE");
      break;
    case CrawlerCommand::kBackup:
      if (options.db.empty()) return Missing("backup", "--db FILE");
      if (options.copy.empty()) return Missing("backup", "--to FILE");
      break;
    case CrawlerCommand::kRestore:
      if (options.db.empty()) return Missing("restore", "--db FILE");
      if (options.copy.empty()) return Missing("restore", "--from FILE");
      break;
    case CrawlerCommand::kNormalize: {
      const std::optional<Kind> kind = ParseKind(raw.kind);
      if (!kind || *kind == Kind::kAuth || *kind == Kind::kQuotas) {
        return absl::InvalidArgumentError(
            absl::StrCat("--kind is \"", raw.kind, "\"; it must be images, flavors or networks"));
      }
      options.kind = *kind;
      break;
    }
    case CrawlerCommand::kHelp:
    case CrawlerCommand::kVersion:
      break;
  }
  return std::move(options);
}

}  // namespace

absl::StatusOr<CrawlerOptions> ParseCrawlerOptions(const std::vector<std::string>& args) {
  CIS_ASSIGN_OR_RETURN(RawOptions raw, ParseRaw(args));
  if (!raw.config.empty()) {
    CIS_ASSIGN_OR_RETURN(const std::vector<std::string> flags, ReadFlagFile(raw.config));
    // Insert right after the command's name, so that the command line's own flags come later.
    std::vector<std::string> all = args;
    const auto command = std::find(all.begin(), all.end(), "crawl");
    all.insert(command == all.end() ? command : command + 1, flags.begin(), flags.end());
    CIS_ASSIGN_OR_RETURN(raw, ParseRaw(all));
  }
  if (!raw.options.text.empty()) return raw.options;
  return Convert(std::move(raw));
}

int UsageExitCode(const std::vector<std::string>& args) {
  return !args.empty() && args.front() == "status" ? 3 : 2;
}

}  // namespace cis::crawler
