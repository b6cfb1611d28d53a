// SPDX-License-Identifier: Apache-2.0
#include "server/process/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "schema/base/duration_text.h"
#include "schema/base/flag_file.h"
#include "schema/base/status_macros.h"
#include "schema/base/version.h"

namespace cis::server {
namespace {

constexpr double kMaxRate = 1e6;
constexpr int64_t kMaxConnections = 100000;

// Flags as text, before they are checked.
struct Texts {
  std::string stale_after = "26h";
  std::string expire_after = "14d";
  std::string refresh_interval = "2s";
  std::string drain_grace = "10s";
  std::string log_format = "text";
  std::string config;
};

std::string VersionLine() { return absl::StrCat("cis-server ", Version()); }

void AddFlags(CLI::App& app, Options& options, Texts& texts) {
  app.set_version_flag("--version", VersionLine());
  // The command line follows what --config says, and takes precedence.
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  app.add_option("--config", texts.config,
                 "File of further flags, one per line: `flag = value`; the command line takes "
                 "precedence")
      ->type_name("FILE");
  app.add_option("--db", options.db,
                 "Database file that cis-crawler writes; it may appear later (required)")
      ->type_name("FILE");
  app.add_option(
         "--listen", options.listen,
         "Listen on this address: HOST:PORT or unix:PATH; port 0 takes a free port, which the log "
         "reports")
      ->capture_default_str()
      ->type_name("ADDR");
  app.add_option(
         "--http-listen", options.http_listen,
         "Serve /healthz, /readyz and /metrics over HTTP on this address, HOST:PORT or "
         "unix:PATH; with TLS if --tls-cert is given. Without this flag, they are not served")
      ->type_name("ADDR");
  const char* tls = "TLS (without it, anyone on the network path can read and change answers)";
  app.add_option("--tls-cert", options.tls_cert, "PEM file with the server's certificate chain")
      ->type_name("FILE")
      ->group(tls);
  app.add_option("--tls-key", options.tls_key, "PEM file with the server's private key")
      ->type_name("FILE")
      ->group(tls);
  app.add_option(
         "--client-ca", options.client_ca,
         "PEM file with CAs; serve only clients that present a certificate issued by one of them")
      ->type_name("FILE")
      ->group(tls);
  app.add_flag("--client-certificate-optional", options.client_certificate_optional,
               "Serve clients without a certificate too; the policy says what they may see")
      ->group(tls);
  const char* access = "Access (without a policy, only processes of this machine may ask)";
  app.add_option("--policy", options.policy,
                 "YAML file that says who may see what; SIGHUP reads it again")
      ->type_name("FILE")
      ->group(access);
  app.add_option("--issuer-ca", options.issuer_ca,
                 "PEM file with the CAs of the policy's issuers (default: those of the system)")
      ->type_name("FILE")
      ->group(access);
  app.add_option("--trusted-proxy", options.trusted_proxies,
                 "Address of a proxy in front of the server; connections over loopback are no "
                 "longer taken for processes of this machine. May be repeated; needs --policy")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->type_name("ADDRESS")
      ->group(access);
  app.add_option("--rate-limit", options.rate_limit,
                 "Requests per second that one caller from another machine may send for long; five "
                 "times as many at once. 0 = no limit")
      ->capture_default_str()
      ->type_name("NUMBER")
      ->group(access);
  app.add_option("--max-connections", options.max_connections,
                 "Connections at a time; idle ones give way to new ones (default: half of the "
                 "descriptors that the process may have, at most 4096)")
      ->type_name("NUMBER")
      ->group(access);
  app.add_option("--max-connections-per-address", options.max_connections_per_address,
                 "Connections at a time from one address; trusted proxies have no such limit")
      ->capture_default_str()
      ->type_name("NUMBER")
      ->group(access);
  app.add_flag("--insecure-listen", options.insecure_listen,
               "Let other machines connect in plain text; only for a network that nobody else can "
               "reach")
      ->group(tls);
  const char* data = "Data";
  app.add_option("--stale-after", texts.stale_after, "Age from which data is stale")
      ->capture_default_str()
      ->type_name("DURATION")
      ->group(data);
  app.add_option("--expire-after", texts.expire_after,
                 "Age from which data is expired; no placement is based on it")
      ->capture_default_str()
      ->type_name("DURATION")
      ->group(data);
  app.add_option("--refresh-interval", texts.refresh_interval,
                 "Time between two polls of the database file")
      ->capture_default_str()
      ->type_name("DURATION")
      ->group(data);
  const char* process = "Process";
  app.add_option("--drain-grace", texts.drain_grace,
                 "Time for requests in progress after SIGTERM or SIGINT")
      ->capture_default_str()
      ->type_name("DURATION")
      ->group(process);
  app.add_option("--log-format", texts.log_format, "Format of the log on stderr: text or json")
      ->capture_default_str()
      ->type_name("FORMAT")
      ->group(process);
  app.footer(
      "A DURATION is for example 26h, 14d, 90s or 1d12h.\n"
      "Exit codes: 0 after a signal, 1 after an internal error, 2 for wrong usage or "
      "configuration.\n\n"
      "Examples:\n"
      "  cis-server --db /var/lib/cis/cis.db\n"
      "  cis-server --db cis.db --listen 0.0.0.0:50051 --tls-cert chain.pem --tls-key key.pem");
}

// Everything from one reading of the command line. `printout` has text if that is all there is to
// do.
struct Parsed {
  Options options;
  Texts texts;
  Printout printout;
};

// `words` are those that no flag took, the last one first; never empty.
absl::Status UnknownWord(const std::vector<std::string>& words) {
  std::string word = words.back();
  for (const std::string& other : words) {
    if (other.starts_with("-")) word = other;
  }
  return absl::InvalidArgumentError(absl::StrCat("there is no ",
                                                 word.starts_with("-") ? "flag" : "argument", " \"",
                                                 word, "\"; see cis-server --help"));
}

absl::StatusOr<Parsed> ParseFlags(std::vector<std::string> args) {
  CLI::App app("Answer questions over gRPC about the sites that cis-crawler wrote to a database.",
               "cis-server");
  Parsed parsed;
  AddFlags(app, parsed.options, parsed.texts);
  try {
    std::reverse(args.begin(), args.end());  // as CLI11 takes them
    app.parse(std::move(args));
  } catch (const CLI::CallForHelp&) {
    parsed.printout.text = app.help();
  } catch (const CLI::CallForVersion&) {
    parsed.printout.text = absl::StrCat(VersionLine(), "\n");
  } catch (const CLI::ExtrasError&) {
    return UnknownWord(app.remaining());
  } catch (const CLI::ParseError& e) {
    return absl::InvalidArgumentError(e.what());
  }
  return parsed;
}

// Whether only this machine can reach an address to listen on.
bool IsLocal(absl::string_view address) {
  if (absl::StartsWith(address, "unix:")) return true;
  absl::string_view host = address.substr(0, address.rfind(':'));
  if (absl::ConsumePrefix(&host, "[")) absl::ConsumeSuffix(&host, "]");
  const bool is_literal = host.find_first_not_of("0123456789.") == absl::string_view::npos;
  return host == "localhost" || host == "::1" || (is_literal && absl::StartsWith(host, "127."));
}

absl::Status CheckLocal(absl::string_view flag, absl::string_view address) {
  if (address.empty() || IsLocal(address)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      flag, " is \"", address,
      "\", which other machines can reach in plain text; write 127.0.0.1:PORT, give "
      "--tls-cert and --tls-key, or give --insecure-listen if the network between is safe"));
}

absl::Status Check(const Options& options) {
  // Not left to the parser, which would report this before an unknown flag.
  if (options.db.empty()) {
    return absl::InvalidArgumentError("--db is missing; name the file that cis-crawler writes");
  }
  if (options.tls_cert.empty() != options.tls_key.empty()) {
    return absl::InvalidArgumentError("--tls-cert and --tls-key must be given together");
  }
  if (!options.client_ca.empty() && options.tls_cert.empty()) {
    return absl::InvalidArgumentError("--client-ca needs --tls-cert and --tls-key");
  }
  if (options.client_certificate_optional && options.client_ca.empty()) {
    return absl::InvalidArgumentError("--client-certificate-optional needs --client-ca");
  }
  if (options.client_certificate_optional && options.policy.empty()) {
    return absl::InvalidArgumentError(
        "--client-certificate-optional needs --policy, which says what clients without one may "
        "see");
  }
  if (!options.issuer_ca.empty() && options.policy.empty()) {
    return absl::InvalidArgumentError("--issuer-ca needs --policy, which names the issuers");
  }
  if (!options.trusted_proxies.empty() && options.policy.empty()) {
    return absl::InvalidArgumentError(
        "--trusted-proxy needs --policy: what comes through a proxy may come from anyone");
  }
  for (const auto& [flag, value] :
       {std::pair<const char*, int64_t>("--max-connections", options.max_connections),
        std::pair<const char*, int64_t>("--max-connections-per-address",
                                        options.max_connections_per_address)}) {
    const bool is_default = flag == absl::string_view("--max-connections") && value == 0;
    if (is_default || (value >= 1 && value <= kMaxConnections)) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        flag, " is ", value, "; write a number of connections from 1 to ", kMaxConnections));
  }
  if (!(options.rate_limit >= 0 && options.rate_limit <= kMaxRate)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--rate-limit is ", options.rate_limit,
                     "; write a number of requests per second up to 1000000, or 0 for no limit"));
  }
  if (!options.insecure_listen && options.tls_cert.empty()) {
    CIS_RETURN_IF_ERROR(CheckLocal("--listen", options.listen));
    CIS_RETURN_IF_ERROR(CheckLocal("--http-listen", options.http_listen));
  }
  if (options.freshness.expire_after < options.freshness.stale_after) {
    return absl::InvalidArgumentError(
        absl::StrCat("--expire-after is ", FormatDurationText(options.freshness.expire_after),
                     "; it must not be less than --stale-after, ",
                     FormatDurationText(options.freshness.stale_after)));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::variant<Options, Printout>> ParseOptions(int argc, const char* const* argv) {
  std::vector<std::string> args(argv + std::min(argc, 1), argv + argc);
  CIS_ASSIGN_OR_RETURN(Parsed parsed, ParseFlags(args));
  if (!parsed.texts.config.empty()) {
    CIS_ASSIGN_OR_RETURN(const std::vector<std::string> flags, ReadFlagFile(parsed.texts.config));
    args.insert(args.begin(), flags.begin(), flags.end());
    CIS_ASSIGN_OR_RETURN(parsed, ParseFlags(args));
  }
  if (!parsed.printout.text.empty()) return parsed.printout;
  Options& options = parsed.options;
  const Texts& texts = parsed.texts;
  CIS_ASSIGN_OR_RETURN(options.freshness.stale_after,
                       ParseDurationFlag("--stale-after", texts.stale_after));
  CIS_ASSIGN_OR_RETURN(options.freshness.expire_after,
                       ParseDurationFlag("--expire-after", texts.expire_after));
  CIS_ASSIGN_OR_RETURN(options.refresh_interval,
                       ParseDurationFlag("--refresh-interval", texts.refresh_interval));
  CIS_ASSIGN_OR_RETURN(options.drain_grace, ParseDurationFlag("--drain-grace", texts.drain_grace));
  if (texts.log_format != "text" && texts.log_format != "json") {
    return absl::InvalidArgumentError(
        absl::StrCat("--log-format is \"", texts.log_format, "\"; it must be text or json"));
  }
  options.log_format = texts.log_format == "json" ? LogFormat::kJson : LogFormat::kText;
  CIS_RETURN_IF_ERROR(Check(options));
  return options;
}

}  // namespace cis::server
