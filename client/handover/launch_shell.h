// SPDX-License-Identifier: Apache-2.0
#pragma once

// The parts of launch scripts that are the same for every placement. launch_script.cc puts them
// together.

#include "absl/strings/string_view.h"

namespace cis::client {

inline constexpr absl::string_view kSettings =
    "# Environment variables that change what this script does:\n"
    "#   CIS_NAME            name of the machine (default: cis- and the time)\n"
    "#   CIS_KEY             an existing keypair (default: one created from CIS_PUBLIC_KEY)\n"
    "#   CIS_PUBLIC_KEY      file with a public key (default: the first ~/.ssh/id_*.pub)\n"
    "#   CIS_SECURITY_GROUP  security group to add (default: cis-ssh, created if missing, which\n"
    "#                       allows SSH; empty: none)\n"
    "#   CIS_WAIT            seconds to wait until a machine is ACTIVE (default: 900)\n";

inline constexpr absl::string_view kHelpers = R"sh(
die() { printf 'error: %s\n' "$1" >&2; exit 1; }
made() { printf 'created %s %s\n' "$1" "$2" >&2; }
deleted() { printf 'deleted %s %s\n' "$1" "$2" >&2; }
)sh";

// fedcloud writes failures to stdout and still exits with 0.
inline constexpr absl::string_view kFedcloud = R"sh(
openstack() {
  answer=$(fedcloud openstack --site="$site" --vo="$vo" "$@") || return 1
  if printf '%s\n' "$answer" | grep -q -e '^Error code: ' -e ' generated an exception: '; then
    printf '%s\n' "$answer" >&2
    return 1
  fi
  printf '%s\n' "$answer" | sed -e '/^Site: .*, command: /d' -e '/^$/d'
}
)sh";

inline constexpr absl::string_view kKey = R"sh(
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

// Added when the machine runs: a network without port security rejects it at the start.
inline constexpr absl::string_view kOpenSsh = R"sh(
# Allows SSH. A site that refuses this may still allow SSH by its own rules.
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

// Returns 1 if the site could not start the machine.
inline constexpr absl::string_view kWait = R"sh(
wait_until_active() {
  end=$(($(date +%s) + ${CIS_WAIT:-900}))
  while :; do
    status=$(openstack server show --format=value --column=status "$1") || status=unknown
    case $status in
      ACTIVE) return 0 ;;
      ERROR)
        openstack server show --format=value --column=fault "$1" >&2 || :
        return 1 ;;
    esac
    [ "$(date +%s)" -lt "$end" ] || die "machine $1 is still in state $status"
    sleep 3
  done
}
)sh";

inline constexpr absl::string_view kWaitForVolume = R"sh(
wait_for_volume() {
  end=$(($(date +%s) + ${CIS_WAIT:-900}))
  while :; do
    status=$(openstack volume show --format=value --column=status "$1") || status=unknown
    case $status in
      available) return 0 ;;
      error*) die "the site could not create volume $1" ;;
    esac
    [ "$(date +%s)" -lt "$end" ] || die "volume $1 is still in state $status"
    sleep 3
  done
}
)sh";

// `free ID` uses an unattached floating IP, `new_address POOL` creates one.
inline constexpr absl::string_view kFloatingIp = R"sh(
free() {
  port=$(openstack floating ip show --format=value --column=port_id "$1") || return 1
  if [ "$port" != None ] && [ -n "$port" ]; then return 1; fi
  floating=$1
}
new_address() {
  floating=$(openstack floating ip create --format=value --column=id "$1") || floating=
  [ -n "$floating" ] || return 1
  made 'floating ip' "$floating"
}
)sh";

inline constexpr absl::string_view kFixedAddress = R"sh(
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

}  // namespace cis::client
