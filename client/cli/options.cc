// SPDX-License-Identifier: Apache-2.0
#include "client/cli/options.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client/cli/options_parser.h"
#include "client/cli/options_values.h"
#include "schema/base/duration_text.h"
#include "schema/base/spelling.h"
#include "schema/base/status_macros.h"
#include "schema/base/version.h"

namespace cis::client {
namespace {

std::string VersionLine() { return absl::StrCat("cisquery ", Version()); }
constexpr char kDefaultServer[] = "127.0.0.1:50051";

constexpr char kMainFooter[] =
    "Answers are written to stdout, notes to stderr.\n"
    "Exit codes: 0 if something matches, 2 if nothing matches, 1 after an error.\n\n"
    "Examples:\n"
    "  cisquery place --vo vo.access.egi.eu --vcpus 2 --ram 4G --os 'ubuntu>=22.04' --public-ip\n"
    "  cisquery images --site CESGA-CLOUD --os ubuntu -o csv\n"
    "`cisquery COMMAND --help` shows the flags of one command.";

// Whether another program has this flag for the token itself.
bool IsTokenFlag(absl::string_view word) {
  constexpr absl::string_view kNames[] = {"token", "access-token", "bearer-token",
                                          "oidc-access-token"};
  return absl::ConsumePrefix(&word, "--") &&
         std::find(std::begin(kNames), std::end(kNames), word) != std::end(kNames);
}

}  // namespace

OptionsParser::OptionsParser(absl::string_view default_server) {
  app_.allow_extras();
  app_.footer(kMainFooter);
  app_.set_version_flag("--version", VersionLine(), "Print the version and exit");
  AddGlobalFlags(default_server);
  AddPlace();
  AddLists();
  AddOthers();
}

CLI::App* OptionsParser::AddCommand(Command command, const char* name, const char* about,
                                    const char* examples) {
  CLI::App* app = app_.add_subcommand(name, about);
  app->fallthrough();
  app->allow_extras();
  app->footer(
      absl::StrCat("Examples:\n", examples,
                   "\nFor the flags of every command (-o, --server, ...), see cisquery --help."));
  commands_[app] = command;
  return app;
}

void OptionsParser::AddGlobalFlags(absl::string_view default_server) {
  options_.server = default_server.empty() ? kDefaultServer : std::string(default_server);
  options_.timeout = absl::Seconds(10);
  const auto grouped = [](const char* group, CLI::Option* option) { option->group(group); };
  constexpr char kSource[] = "Source of the answer";
  grouped(kSource, app_.add_option("--server", options_.server,
                                   "Ask this server (default: CIS_SERVER, else 127.0.0.1:50051)")
                       ->type_name("HOST:PORT"));
  grouped(kSource, app_.add_option("--db", options_.db,
                                   "Read this database file instead; the answers are the same")
                       ->type_name("FILE"));
  grouped(kSource, app_.add_flag("--tls", options_.tls,
                                 "Use TLS with the system's certificate authorities"));
  grouped(kSource,
          app_.add_option("--tls-ca", options_.tls_ca, "Use TLS with these certificate authorities")
              ->type_name("PEM"));
  grouped(kSource,
          app_.add_option("--tls-cert", options_.tls_cert, "Present this client certificate")
              ->type_name("PEM"));
  grouped(kSource,
          app_.add_option("--tls-key", options_.tls_key, "Private key of the client certificate")
              ->type_name("PEM"));
  grouped(kSource, app_.add_option("--token-file", options_.token_file,
                                   "Send the OIDC access token in this file, - for stdin (default: "
                                   "the token in OIDC_ACCESS_TOKEN)")
                       ->type_name("FILE"));
  grouped(kSource, app_.add_option("--oidc-agent", options_.oidc_agent,
                                   "Without such a token, send one of oidc-agent's account "
                                   "(default: OIDC_AGENT_ACCOUNT)")
                       ->type_name("ACCOUNT"));
  grouped(kSource, AddParsed(&app_, "--timeout", &options_.timeout, ParsePositiveDuration,
                             "Wait at most this long for each call (default: 10s)")
                       ->type_name("DURATION"));
  constexpr char kForm[] = "Format of the answer";
  grouped(kForm, AddParsed(&app_, "-o,--output", &options_.format, ParseFormat,
                           "Write table (default), wide, json, ndjson, yaml, csv or name; with "
                           "place, also query, openstack, fedcloud, tfvars, terraform-external, "
                           "ansible or env")
                     ->type_name("FORMAT"));
  grouped(kForm, app_.add_flag("-q,--quiet", options_.quiet, "Omit notes, but not errors"));
}

absl::Status OptionsParser::UnknownArgument(const CLI::App& app,
                                            const std::string& argument) const {
  const bool is_flag = absl::StartsWith(argument, "-");
  const std::string word = argument.substr(0, is_flag ? argument.find('=') : std::string::npos);
  if (IsTokenFlag(word)) {
    return absl::InvalidArgumentError(
        absl::StrCat("there is no flag ", word,
                     ", because every user of the machine can read the arguments of a process; use "
                     "--token-file FILE, OIDC_ACCESS_TOKEN or --oidc-agent ACCOUNT"));
  }
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
      absl::StrCat(has_command ? absl::StrCat("command ", app.get_name(), " has") : "there is",
                   " no ", what, " \"", word, "\"; ",
                   nearest.empty() ? absl::StrCat("see ", help)
                                   : absl::StrCat("did you mean ", nearest[0], "?")));
}

absl::Status OptionsParser::Finish() {
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
  if (options_.command == Command::kPlace && options_.place.vos.empty() &&
      options_.place.query_file.empty()) {
    return absl::InvalidArgumentError(
        "--vo is missing; write for example --vo vo.access.egi.eu (cisquery vos lists them)");
  }
  if (options_.command != Command::kPlace && IsForPlacements(options_.format)) {
    return absl::InvalidArgumentError(absl::StrCat("--output: ", kPlaceFormatNames,
                                                   " are formats of place only; write one of ",
                                                   kFormatNames));
  }
  if (options_.list.problems && options_.list.offers) {
    return absl::InvalidArgumentError("--problems and --offers exclude each other; write one");
  }
  if ((options_.list.problems || options_.list.offers) && !options_.list.vos.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("--vo cannot be used with --",
                                                   options_.list.problems ? "problems" : "offers",
                                                   "; use --site or --filter"));
  }
  if ((options_.list.problems || options_.list.offers) && options_.as_of.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat("--as-of cannot be used with --",
                                                   options_.list.problems ? "problems" : "offers",
                                                   ", of which CIS keeps no history"));
  }
  const PlaceOptions& place = options_.place;
  if (place.public_ip + place.prefer_public_ip + place.no_public_ip > 1) {
    return absl::InvalidArgumentError(
        place.prefer_public_ip
            ? "--prefer-public-ip excludes --public-ip and --no-public-ip; write one"
            : "--public-ip and --no-public-ip exclude each other; write one");
  }
  if (place.ipv6 + place.prefer_ipv6 + place.no_ipv6 > 1) {
    return absl::InvalidArgumentError(
        "--ipv6, --prefer-ipv6 and --no-ipv6 exclude each other; write one");
  }
  if (app_.count("--db") > 0 && app_.count("--server") > 0) {
    return absl::InvalidArgumentError("--server and --db exclude each other; write one");
  }
  if (app_.count("--token-file") > 0 && app_.count("--oidc-agent") > 0) {
    return absl::InvalidArgumentError(
        "--token-file and --oidc-agent exclude each other; write one");
  }
  for (const char* flag : {"--token-file", "--oidc-agent"}) {
    if (app_.count(flag) == 0) continue;
    if (app_.count("--db") > 0) {
      return absl::InvalidArgumentError(
          absl::StrCat(flag, " and --db exclude each other: a database needs no token"));
    }
    if (app_.get_option(flag)->as<std::string>().empty()) {
      return absl::InvalidArgumentError(absl::StrCat(flag, " needs a value; see cisquery --help"));
    }
  }
  if (options_.tls_cert.empty() != options_.tls_key.empty()) {
    return absl::InvalidArgumentError("--tls-cert and --tls-key must be given together");
  }
  return absl::OkStatus();
}

ParsedArguments OptionsParser::Parse(std::vector<std::string> arguments) {
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
    result.out = absl::StrCat(VersionLine(), "\n");
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

ParsedArguments ParseArguments(std::vector<std::string> arguments,
                               absl::string_view default_server) {
  return OptionsParser(default_server).Parse(std::move(arguments));
}

}  // namespace cis::client
