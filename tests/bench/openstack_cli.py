# SPDX-License-Identifier: Apache-2.0
"""Lists the same shares with the `openstack` command, as fedcloudclient does: one process per
command, one share after another. CIS crawls the same replay for comparison."""
import collections
import os
import re
import shutil
import subprocess
import time

import federation
from federation import harness

# What CIS requests of a share, as an ordinary user would request it. Hidden images and Nova's usage
# have no command.
COMMANDS = ('flavor list --long', 'image list --long', 'network list --long', 'subnet list --long', 'router list --long',
            'port list --device-owner network:router_interface', 'floating ip list --long', 'quota show')
Beside = collections.namedtuple('Beside', 'shares sites vos cis_wall cis_requests wall commands requests failures')


def environment(site, share):
    return dict(harness.clean_env(), OS_AUTH_TYPE='password', OS_AUTH_URL=site['origins']['keystone'] + '/v3',
                OS_IDENTITY_API_VERSION='3', OS_USERNAME='replay', OS_USER_DOMAIN_NAME='Default',
                OS_PASSWORD=harness.PASSWORD, OS_PROJECT_ID=share['project_id'])


def run_commands(site, share, failures):
    for command in COMMANDS:
        done = subprocess.run(['openstack'] + command.split() + ['-f', 'json'], capture_output=True, text=True,
                              env=environment(site, share), timeout=300, check=False)
        if done.returncode:
            said = re.sub(r"<[^>]* at 0x[0-9a-f]+>: |[0-9a-f]{32}", '', ' '.join(done.stderr.split()))
            failures[command, said[-110:]] += 1


def measure(folder, args):
    """Measures `args.beside_openstack_cli` shares, of VOs that the first two sites both have."""
    if shutil.which('openstack') is None:
        raise SystemExit('there is no `openstack` command: install python3-openstackclient')
    replay = federation.Replay(folder, 'replay-cli', args.latency_ms, args.sites, args.shares, loose=True)
    sites = replay.sites[:2]
    vos = [share['vo'] for share in sites[0]['shares'] if share['vo'] in {s['vo'] for s in sites[1]['shares']}]
    vos = vos[:max(1, args.beside_openstack_cli // 2)]
    shares = [(site, share) for site in sites for share in site['shares'] if share['vo'] in vos]
    filters = [word for site in sites for word in ('--site', site['name'])] + [word for vo in vos for word in ('--vo', vo)]
    start = time.monotonic()
    done = subprocess.run([os.path.join(args.bin, 'cis-crawler'), 'crawl', '--sites', replay.sites_dir, '--db',
                           os.path.join(folder, 'cli.db')] + filters, capture_output=True, text=True, timeout=300,
                          check=False, env=dict(harness.clean_env(), CIS_REPLAY_PASSWORD=harness.PASSWORD))
    between = time.monotonic()
    if done.returncode:
        raise SystemExit('cis-crawler ended with %d:\n%s' % (done.returncode, done.stderr[-2000:]))
    failures = collections.Counter()
    for site, share in shares:
        run_commands(site, share, failures)
    end = time.monotonic()
    replay.stop()
    cis = sum(one['came'] < between for one in replay.timeline)
    return Beside(len(shares), [site['name'] for site in sites], vos, between - start, cis, end - between,
                  len(shares) * len(COMMANDS), len(replay.timeline) - cis, failures)


def show(beside, args, whole):
    """Prints the result. `whole` is the run of CIS over all shares."""
    print('%d shares (%s at %s), CIS: %.2f s, %d requests; `openstack`, one after another: %.1f s, %d commands, %d requests, '
          '%d commands failed' % (
              beside.shares, ', '.join(beside.vos), ', '.join(beside.sites), beside.cis_wall, beside.cis_requests,
              beside.wall, beside.commands, beside.requests, sum(beside.failures.values())))
    for (command, why), count in beside.failures.items():
        print('  %d x `openstack %s`: ...%s' % (count, command, why))
    total = beside.wall / beside.shares * args.shares
    print('  all %d shares: CIS %.2f s, measured; `openstack` %.0f s = %.1f min, EXTRAPOLATED from these %d shares: %.0f x' % (
        args.shares, whole.wall, total, total / 60, beside.shares, total / whole.wall))
