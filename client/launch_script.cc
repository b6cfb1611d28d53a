#include "client/launch_script.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "client/handover.h"
#include "client/place_text.h"
#include "client/request_text.h"
#include "client/text.h"
#include "schema/base/shell_quote.h"
#include "schema/base/status_macros.h"

namespace cis {
namespace {

constexpr absl::string_view kSettings =
    "# Variables that may be set before:\n"
    "#   CIS_NAME            name of the machine (default: cis- and the time)\n"
    "#   CIS_KEY             a keypair that the site has (default: one made of CIS_PUBLIC_KEY)\n"
    "#   CIS_PUBLIC_KEY      file with a public key (default: the first ~/.ssh/id_*.pub)\n"
    "#   CIS_SECURITY_GROUP  added to the machine (default: cis-ssh, made if missing, which lets\n"
    "#                       SSH in; empty: none is added)\n"
    "#   CIS_WAIT            seconds until a machine must run (default: 900)\n";

constexpr absl::string_view kHelpers = R"sh(
die() { printf 'error: %s\n' "$1" >&2; exit 1; }
made() { printf 'made %s %s\n' "$1" "$2" >&2; }
)sh";

// fedcloud tells failures on stdout and succeeds all the same.
constexpr absl::string_view kFedcloud = R"sh(
openstack() {
  answer=$(fedcloud openstack --site="$site" --vo="$vo" "$@") || return 1
  if printf '%s\n' "$answer" | grep -q -e '^Error code: ' -e ' generated an exception: '; then
    printf '%s\n' "$answer" >&2
    return 1
  fi
  printf '%s\n' "$answer" | sed -e '/^Site: .*, command: /d' -e '/^$/d'
}
)sh";

constexpr absl::string_view kKey = R"sh(
key=${CIS_KEY-}
if [ -z "$key" ]; then
  public=${CIS_PUBLIC_KEY-}
  for file in "$HOME/.ssh/id_ed25519.pub" "$HOME/.ssh/id_ecdsa.pub" "$HOME/.ssh/id_rsa.pub"; do
    if [ -z "$public" ] && [ -r "$file" ]; then public=$file; fi
  done
  [ -n "$public" ] || die 'there is no public key: set CIS_PUBLIC_KEY to its file, or CIS_KEY'
  [ -r "$public" ] || die "the public key $public cannot be read"
  key=cis-$(cksum <"$public" | cut -d ' ' -f 1)
  if ! openstack keypair show "$key" >/dev/null 2>&1; then
    openstack keypair create --public-key="$public" "$key" >/dev/null
    made keypair "$key"
  fi
fi
)sh";

// Added when the machine runs: a network without port security refuses it at the start.
constexpr absl::string_view kOpenSsh = R"sh(
# Lets SSH in. A site that refuses this may still let it in by its own rules.
open_ssh() {
  group=${CIS_SECURITY_GROUP-cis-ssh}
  if [ -z "$group" ]; then return 0; fi
  if ! openstack security group show "$group" >/dev/null 2>&1; then
    if openstack security group create "$group" >/dev/null; then
      made 'security group' "$group"
      for family in IPv4 IPv6; do
        openstack security group rule create --ethertype="$family" --protocol=tcp --dst-port=22 \
          "$group" >/dev/null || :
      done
    fi
  fi
  openstack server add security group "$1" "$group" ||
    printf 'note: security group %s was not added; SSH may be closed\n' "$group" >&2
}
)sh";

constexpr absl::string_view kWait = R"sh(
  made server "$server"
  end=$(($(date +%s) + ${CIS_WAIT:-900}))
  while :; do
    status=$(openstack server show --format=value --column=status "$server") || status=unknown
    case $status in
      ACTIVE) break ;;
      ERROR)
        openstack server show --format=value --column=fault "$server" >&2 || :
        die "the site could not start machine $server" ;;
    esac
    [ "$(date +%s)" -lt "$end" ] || die "machine $server is still in state $status"
    sleep 3
  done
)sh";

constexpr absl::string_view kFixedAddress = R"sh(
  v4=
  v6=
  for found in $(openstack port list --server="$server" --format=json \
    --column='Fixed IP Addresses' | sed -n 's/.*ip_address[^0-9a-fA-F]*\([0-9a-fA-F:.]*\).*/\1/p'); do
    case $found in
      *:*) v6=$found ;;
      *) v4=$found ;;
    esac
  done
)sh";

// An id as the value of a flag: `--flavor=ID`.
absl::StatusOr<std::string> FlagValue(absl::string_view what, absl::string_view id) {
  if (id.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("the id of the ", what, " is not known"));
  }
  if (absl::StrContains(id, absl::string_view("\0", 1))) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the id of the ", what, " holds a NUL character, which no command can be given"));
  }
  return ShellQuote(id);
}

// An id that stands alone.
absl::StatusOr<std::string> Word(absl::string_view what, absl::string_view id) {
  if (absl::StartsWith(id, "-")) {
    return absl::InvalidArgumentError(absl::StrCat("the id of the ", what, " is \"", id,
                                                   "\", which commands would read as a flag"));
  }
  return FlagValue(what, id);
}

// `ubuntu`, or `USER` if it is not known or nothing that a system would call a user.
std::string LoginUser(const std::string& user) {
  const bool plain = !user.empty() && absl::ascii_isalpha(static_cast<unsigned char>(user[0])) &&
                     user.size() <= 64 && std::all_of(user.begin(), user.end(), [](char c) {
                       return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' ||
                              c == '-' || c == '.';
                     });
  return plain ? user : "USER";
}

class ScriptWriter {
 public:
  ScriptWriter(const v1::Placement& placement, const v1::FindPlacementsRequest& request,
               Launcher launcher)
      : p_(placement),
        plan_(placement.network()),
        request_(request),
        launcher_(launcher),
        floating_(NeedsFloatingIp(placement, request)) {}

  absl::StatusOr<std::string> Write() {
    AddHead();
    CIS_RETURN_IF_ERROR(AddLogin());
    Add(kKey);
    Add("\nname=${CIS_NAME:-cis-$(date -u +%Y%m%d-%H%M%S)}\n");
    CIS_RETURN_IF_ERROR(AddNetwork());
    Add(kOpenSsh);
    CIS_RETURN_IF_ERROR(AddStart());
    const int count = std::max(request_.count(), 1);
    if (count == 1) {
      Add("\nstart \"$name\"\n");
    } else {
      Add("\nnumber=1\nwhile [ \"$number\" -le ", absl::StrCat(count),
          " ]; do\n  start \"$name-$number\"\n  number=$((number + 1))\ndone\n");
    }
    return std::move(text_);
  }

 private:
  template <typename... Parts>
  void Add(const Parts&... parts) {
    absl::StrAppend(&text_, parts...);
  }
  // A comment stays one line whatever it says.
  void Comment(absl::string_view text) { Add("# ", CleanText(text), "\n"); }

  void AddHead() {
    const int count = std::max(request_.count(), 1);
    Add("#!/bin/sh\n");
    Comment(absl::StrCat("Starts ", count, count == 1 ? " machine" : " machines", " at ",
                         p_.site_name(), " for VO ", p_.vo(), "."));
    Comment(absl::StrCat("Asked for: ", RequestText(request_)));
    Comment(absl::StrCat("Flavor:  ", p_.flavor().display_name()));
    Comment(absl::StrCat("Image:   ", p_.image().display_name()));
    Comment(absl::StrCat("Network: ", NetworkPlanText(plan_)));
    for (const std::string& note : p_.notes()) Comment(absl::StrCat("Note: ", note));
    if (p_.has_boot_volume_gib()) {
      Comment("The boot volume stays when the machine is deleted; delete it too.");
    }
    Add(kSettings, "set -eu\n", kHelpers);
  }

  absl::Status AddLogin() {
    if (launcher_ == Launcher::kFedcloud) {
      CIS_ASSIGN_OR_RETURN(const std::string site, FlagValue("site", p_.site_name()));
      CIS_ASSIGN_OR_RETURN(const std::string vo, FlagValue("VO", p_.vo()));
      Add("\nsite=", site, "\nvo=", vo, kFedcloud);
    } else {
      CIS_RETURN_IF_ERROR(AddOpenstackLogin());
    }
    if (p_.project_id().empty()) return absl::OkStatus();
    CIS_ASSIGN_OR_RETURN(const std::string project, FlagValue("project", p_.project_id()));
    Add("\nproject=$(openstack token issue --format=value --column=project_id)\n",
        "if [ \"$(printf %s \"$project\" | tr -d -)\" != \"$(printf %s ", project,
        " | tr -d -)\" ]; then\n  die \"this login is of project $project, not of the "
        "VO's\"\nfi\n");
    return absl::OkStatus();
  }

  // OS_CLOUD speaks for itself. Else the placement says where, and the environment who: a federated
  // token (OS_ACCESS_TOKEN), a password or an application credential, which has its project.
  absl::Status AddOpenstackLogin() {
    CIS_ASSIGN_OR_RETURN(const std::string url, FlagValue("Keystone", p_.keystone_url()));
    Add("\nif [ -z \"${OS_CLOUD-}\" ]; then\n  export OS_AUTH_URL=", url, "\n");
    if (!p_.region().empty()) {
      CIS_ASSIGN_OR_RETURN(const std::string region, FlagValue("region", p_.region()));
      Add("  export OS_REGION_NAME=", region, "\n");
    }
    if (!p_.protocol().empty()) {
      CIS_ASSIGN_OR_RETURN(const std::string protocol, FlagValue("protocol", p_.protocol()));
      Add("  if [ -z \"${OS_AUTH_TYPE-}${OS_USERNAME-}${OS_APPLICATION_CREDENTIAL_ID-}\" ]; then\n",
          "    export OS_AUTH_TYPE=v3oidcaccesstoken OS_PROTOCOL=", protocol, "\n",
          "    export OS_IDENTITY_PROVIDER=\"${OS_IDENTITY_PROVIDER:-egi.eu}\"\n",
          "    [ -n \"${OS_ACCESS_TOKEN-}\" ] || die 'set OS_ACCESS_TOKEN, or OS_CLOUD'\n  fi\n");
    }
    if (!p_.project_id().empty()) {
      CIS_ASSIGN_OR_RETURN(const std::string project, FlagValue("project", p_.project_id()));
      Add("  if [ \"${OS_AUTH_TYPE-}\" != v3applicationcredential ]; then\n",
          "    unset OS_PROJECT_NAME OS_TENANT_NAME OS_TENANT_ID\n    export OS_PROJECT_ID=",
          project, "\n  fi\n");
    }
    Add("fi\n");
    return absl::OkStatus();
  }

  absl::Status AddNetwork() {
    if (plan_.has_network()) {
      CIS_ASSIGN_OR_RETURN(const std::string id, Word("network", plan_.network().upstream_id()));
      Add("network=", id, "\n");
    }
    const bool needs_network = plan_.kind() == v1::NetworkPlan::FLOATING_NEEDS_NETWORK;
    if (!needs_network && plan_.kind() != v1::NetworkPlan::FLOATING_NEEDS_ROUTER) {
      return absl::OkStatus();
    }
    CIS_ASSIGN_OR_RETURN(const std::string pool,
                         FlagValue("external network", plan_.external_network().upstream_id()));
    if (needs_network) {
      Add("\nnetwork=$(openstack network create --format=value --column=id \"$name-net\")\n",
          "[ -n \"$network\" ] || die 'the network was not made'\nmade network \"$network\"\n",
          "subnet=$(openstack subnet create --format=value --column=id --network=\"$network\" \\\n",
          "  --subnet-range=192.168.199.0/24 \"$name-net\")\n",
          "[ -n \"$subnet\" ] || die 'the subnet was not made'\nmade subnet \"$subnet\"\n");
    } else if (plan_.router().upstream_id().empty()) {
      CIS_ASSIGN_OR_RETURN(const std::string subnet, Word("subnet", plan_.subnet_id()));
      Add("\nsubnet=", subnet, "\n");
    } else {
      CIS_ASSIGN_OR_RETURN(const std::string router, Word("router", plan_.router().upstream_id()));
      Add("\nopenstack router set --external-gateway=", pool, " ", router, "\n");
      return absl::OkStatus();
    }
    Add("router=$(openstack router create --format=value --column=id \"$name-router\")\n",
        "[ -n \"$router\" ] || die 'the router was not made'\nmade router \"$router\"\n",
        "openstack router set --external-gateway=", pool, " \"$router\"\n",
        "openstack router add subnet \"$router\" \"$subnet\"\n");
    return absl::OkStatus();
  }

  // The function that starts one machine.
  absl::Status AddStart() {
    CIS_ASSIGN_OR_RETURN(const std::string flavor, FlagValue("flavor", p_.flavor().upstream_id()));
    CIS_ASSIGN_OR_RETURN(const std::string image, FlagValue("image", p_.image().upstream_id()));
    Add("\nstart() {\n");
    if (floating_) CIS_RETURN_IF_ERROR(AddFloatingIp());
    const bool no_network = plan_.kind() == v1::NetworkPlan::KIND_UNSPECIFIED;
    Add("  server=$(openstack ", no_network ? "--os-compute-api-version=2.37 " : "",
        "server create --flavor=", flavor, " --image=", image, " \\\n");
    if (p_.has_boot_volume_gib()) {
      Add("    --boot-from-volume=", absl::StrCat(p_.boot_volume_gib()), " \\\n");
    }
    Add("    ", no_network ? "--nic=none" : "--network=\"$network\"",
        " --key-name=\"$key\" --format=value --column=id \"$1\")\n",
        "  [ -n \"$server\" ] || die 'the site took no machine'", kWait);
    Add("  open_ssh \"$server\"\n");
    const std::string user = LoginUser(p_.login_user());
    if (user == "USER") Add("  printf 'note: the login user is not known\\n' >&2\n");
    if (floating_) {
      Add("  openstack server add floating ip \"$server\" \"$address\"\n");
    } else if (no_network) {
      Add("  printf 'note: machine %s has no network\\n' \"$server\" >&2\n}\n");
      return absl::OkStatus();
    } else {
      const bool v6 =
          plan_.public_v6() == v1::TRISTATE_YES && plan_.public_v4() != v1::TRISTATE_YES;
      Add(kFixedAddress.substr(1), "  address=", v6 ? "${v6:-$v4}" : "${v4:-$v6}", "\n",
          "  [ -n \"$address\" ] || die \"machine $server has no address\"\n");
      if (plan_.kind() == v1::NetworkPlan::PRIVATE && !v6) {
        Add("  printf 'note: %s is reached from inside the site only\\n' \"$address\" >&2\n");
      }
    }
    Add("  printf 'ssh %s@%s\\n' ", ShellQuote(user), " \"$address\"\n}\n");
    return absl::OkStatus();
  }

  absl::Status AddFloatingIp() {
    CIS_ASSIGN_OR_RETURN(const std::string pool,
                         Word("external network", plan_.external_network().upstream_id()));
    Add("  floating=\n");
    if (plan_.unattached_floating_ip_ids_size() > 0) {
      Add("  for candidate in");
      for (const std::string& id : plan_.unattached_floating_ip_ids()) {
        CIS_ASSIGN_OR_RETURN(const std::string word, Word("floating IP", id));
        Add(" \\\n    ", word);
      }
      Add("; do\n    port=$(openstack floating ip show --format=value --column=port_id "
          "\"$candidate\") || continue\n",
          "    if [ \"$port\" = None ] || [ -z \"$port\" ]; then floating=$candidate; break; fi\n",
          "  done\n");
    }
    Add("  if [ -z \"$floating\" ]; then\n",
        "    floating=$(openstack floating ip create --format=value --column=id ", pool, ")\n",
        "    [ -n \"$floating\" ] || die 'the site gave no floating IP'\n",
        "    made 'floating ip' \"$floating\"\n  fi\n",
        "  address=$(openstack floating ip show --format=value --column=floating_ip_address "
        "\"$floating\")\n",
        "  [ -n \"$address\" ] || die \"floating IP $floating has no address\"\n");
    return absl::OkStatus();
  }

  const v1::Placement& p_;
  const v1::NetworkPlan& plan_;
  const v1::FindPlacementsRequest& request_;
  const Launcher launcher_;
  const bool floating_;
  std::string text_;
};

}  // namespace

absl::StatusOr<std::string> FormatLaunchScript(const v1::Placement& placement,
                                               const v1::FindPlacementsRequest& request,
                                               Launcher launcher) {
  return ScriptWriter(placement, request, launcher).Write();
}

}  // namespace cis
