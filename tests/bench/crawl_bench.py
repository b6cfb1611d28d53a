#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Crawls a replayed federation and prints what it took.

  tests/bench/crawl_bench.py [--sites 40] [--shares 250] [--latency-ms 200] [--runs 3] [--bin build/release/bin]
                             [--endpoints N] [--beside-openstack-cli SHARES]

Lower bound: for each endpoint the longest chain of dependent requests or, if that is more, its requests divided by the
in-flight limit (6), times the latency; the longest counts. CPU and memory are the crawler's own (getrusage), not the
replay's, whose own cost a request is measured first, with curl. Then come the crawls; one in which five sites
misbehave at once, and one in which two of five only hang; and, with --beside-openstack-cli, what the `openstack`
command needs for the same shares, one after another. --endpoints prints the N that ended last.
"""
import argparse
import collections
import math
import os
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import federation
import openstack_cli
import replay_cost
from federation import IN_FLIGHT, ROOT, harness, recording

# The faults of five sites. None of them makes the crawl wait for a timeout.
MISBEHAVING = ({'kind': 'reset', 'service': 'keystone'}, {'kind': '500', 'service': 'nova'},
               {'kind': 'bomb', 'service': 'glance'}, {'kind': 'garbage', 'service': 'neutron'},
               {'kind': 'redirect', 'service': 'glance'})
# The same, with one site that never answers a login and one that sends single bytes slowly.
HANGING = ({'kind': 'timeout', 'service': 'keystone', 'seconds': 600}, {'kind': 'drip', 'service': 'glance', 'seconds': 0.2},
           {'kind': '500', 'service': 'nova'}, {'kind': 'garbage', 'service': 'neutron'},
           {'kind': 'redirect', 'service': 'glance'})
HANGING_TIMEOUT_S = 2
Run = collections.namedtuple('Run', 'wall cpu peak_mib requests pages objects bound shares code line replay_cpu '
                             'timeline commits start sites')


class Watch(threading.Thread):
    """Records, as a reader of the database sees it, when each share is complete: login and four
    kinds."""

    def __init__(self, db):
        super().__init__()
        self.db, self.ended, self.seen = db, threading.Event(), {}

    def run(self):
        while not self.ended.wait(0.02):   # decides how exact the times are
            if os.path.exists(self.db):
                self.look()
        self.look()

    def look(self):
        con = sqlite3.connect('file:%s?mode=ro' % self.db, uri=True)
        try:
            for share in con.execute("SELECT e.name || ' ' || h.id FROM share h JOIN endpoint p ON p.id = h.endpoint_id "
                                     'JOIN site e ON e.id = p.site_id JOIN share_kind k ON k.share_id = h.id '
                                     'WHERE k.success_time_us IS NOT NULL GROUP BY h.id HAVING count(*) = 5'):
                self.seen.setdefault(share[0], time.monotonic())
        except sqlite3.OperationalError:
            pass    # not created yet
        finally:
            con.close()


def one_crawl(args, folder, number, rules=(), flags=()):
    replay = federation.Replay(folder, 'replay-%d' % number, args.latency_ms, args.sites, args.shares)
    replay.break_sites(rules)
    db = os.path.join(folder, 'crawl-%d.db' % number)
    watch = Watch(db) if rules else None
    replay_before, before = replay.cpu_seconds(), resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    child = subprocess.Popen([os.path.join(args.bin, 'cis-crawler'), 'crawl', '--sites', replay.sites_dir,
                              '--db', db, *flags], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                             env=dict(harness.clean_env(), CIS_REPLAY_PASSWORD=harness.PASSWORD))
    if watch:
        watch.start()
    _, err = child.communicate()
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    replay_cpu = replay.cpu_seconds() - replay_before
    if watch:
        watch.ended.set()
        watch.join()
    replay.stop()
    if child.returncode and not rules:
        sys.stderr.write(err.decode()[-2000:])
    con = sqlite3.connect(db)
    objects = con.execute('SELECT sum(record_count) FROM crawl_result').fetchone()[0]
    con.close()
    bad = {site['name'] for _, site in zip(rules, replay.sites)}
    bounds = federation.lower_bounds([one for one in replay.timeline if one['site'] not in bad],
                                     recording.load_all(federation.RECORDED), args.latency_ms / 1000)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    (line,) = [one for one in err.decode().splitlines() if ' crawl.done ' in one]
    return Run(wall, cpu, after.ru_maxrss / 1024, len(replay.timeline), sum(map(federation.is_extra, replay.timeline)),
               objects, max(bounds.values()), sum(len(s['shares']) for s in replay.sites), child.returncode, line,
               replay_cpu, replay.timeline, {k: v for k, v in watch.seen.items() if k.split()[0] not in bad}
               if watch else {}, start, replay.sites)


def show(name, run):
    print('%s: wall %.2f s = %.2f x the lower bound of %.2f s, cpu %.2f s (%.0f ms per 1,000 objects), peak %.0f MiB, '
          '%d requests (%.1f a share, %.1f without further pages and extra specs one by one), %d objects, %d shares, '
          'exit %d; replay cpu %.2f s' % (
              name, run.wall, run.wall / run.bound, run.bound, run.cpu, run.cpu * 1e6 / run.objects, run.peak_mib,
              run.requests, run.requests / run.shares, (run.requests - run.pages) / run.shares, run.objects, run.shares,
              run.code, run.replay_cpu), flush=True)


def show_endpoints(run, count):
    """Prints where the time is spent: before the first request, at the busiest endpoints, after the
    last answer."""
    print('  first request after %.2f s, %.2f s from the last answer to the end' % (
        min(one['came'] for one in run.timeline) - run.start,
        run.start + run.wall - max(one['left'] for one in run.timeline)))
    spans = {site: federation.in_flight(run.timeline, site) for site in {one['site'] for one in run.timeline}}
    for site in sorted(spans, key=lambda name: spans[name][1], reverse=True)[:count]:
        first, last, mean = spans[site]
        print('  %-22s from %.2f s to %.2f s, %3d requests, %.2f of %d in flight on average' % (
            site, first - run.start, last - run.start, sum(one['site'] == site for one in run.timeline), mean,
            IN_FLIGHT))


def commit_delays(run):
    """How long after the last answer of a share a reader found it whole; shares of a site by order, since only the
    crawler knows which login is whose."""
    answered, committed = collections.defaultdict(dict), collections.defaultdict(list)
    for one in run.timeline:
        own = answered[one['site']]
        own[one['login']] = max(own.get(one['login'], 0), one['left'])
    for share, when in run.commits.items():
        committed[share.split()[0]].append(when)
    return sorted(max(0.0, c - a) for site, times in committed.items()
                  for a, c in zip(sorted(answered[site].values()), sorted(times)))


def show_misbehaving(run, allowed, how):
    delays = commit_delays(run)
    print('  ends in %.2f s; allowed are %.2f s (%s): %s' % (run.wall, allowed, how,
                                                           'holds' if run.wall <= allowed else 'DOES NOT HOLD'))
    print('  %d healthy shares committed from %.2f s to %.2f s of %.2f s, each after its last answer: median %.0f ms, at '
          'most %.0f ms (seen by a reader every 20 ms)' % (
              len(run.commits), min(run.commits.values()) - run.start, max(run.commits.values()) - run.start, run.wall,
              statistics.median(delays) * 1000, delays[-1] * 1000))
    print('  ' + run.line)


def hanging_bound(run, replay_sites, timeout_s):
    """Seconds that the sites of HANGING may take: each request that gets no answer is tried twice, `--timeout` long, with
    half a second between at most, and holds its place meanwhile; IN_FLIGHT at a time."""
    rounds = 0
    for rule, site in zip(HANGING, replay_sites):
        asked = {'timeout': 1, 'drip': 2}.get(rule['kind'], 0)   # of a share: its login; images and hidden images
        rounds = max(rounds, math.ceil(asked * len(site['shares']) / IN_FLIGHT))
    return 1.3 * run.bound + rounds * (2 * timeout_s + 0.5)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--sites', type=int, default=40)
    parser.add_argument('--shares', type=int, default=250)
    parser.add_argument('--latency-ms', type=int, default=200)
    parser.add_argument('--runs', type=int, default=3)
    parser.add_argument('--endpoints', type=int, default=0)
    parser.add_argument('--beside-openstack-cli', type=int, default=0, metavar='SHARES')
    parser.add_argument('--bin', default=os.path.join(ROOT, 'build', 'release', 'bin'))
    args = parser.parse_args()
    print('%s, %d cores, load %.1f before' % (time.strftime('%Y-%m-%d %H:%MZ', time.gmtime()), os.cpu_count(),
                                              os.getloadavg()[0]))
    with tempfile.TemporaryDirectory(prefix='cis-bench-') as folder:
        cost = replay_cost.measure(folder, args.latency_ms, args.sites, args.shares)
        print('the replay adds to its %d ms: median %.1f ms, mean %.1f ms, 99 %% below %.1f ms (%d requests by curl, %d at a '
              'time, %.2f s, replay cpu %.2f s)' % (
                  args.latency_ms, cost.added_median_ms, cost.added_mean_ms, cost.added_p99_ms, cost.requests,
                  args.sites * IN_FLIGHT, cost.wall, cost.replay_cpu), flush=True)
        runs = []
        for number in range(args.runs):
            runs.append(one_crawl(args, folder, number))
            show('run %d' % (number + 1), runs[-1])
            show_endpoints(runs[-1], args.endpoints)
        wall, bound = (statistics.median(getattr(r, what) for r in runs) for what in ('wall', 'bound'))
        print('median: wall %.2f s = %.2f x the lower bound of %.2f s; cpu %.2f s; most memory %.0f MiB' % (
            wall, wall / bound, bound, statistics.median(r.cpu for r in runs), max(r.peak_mib for r in runs)))
        bad = one_crawl(args, folder, args.runs, MISBEHAVING)
        show('five sites misbehave', bad)
        show_endpoints(bad, args.endpoints)
        show_misbehaving(bad, 1.3 * bad.bound, '1.3 x the healthy sites\' lower bound')
        slow = one_crawl(args, folder, args.runs + 1, HANGING, ('--timeout', '%ds' % HANGING_TIMEOUT_S))
        show('five sites misbehave, two of them hang, --timeout %ds' % HANGING_TIMEOUT_S, slow)
        show_endpoints(slow, args.endpoints)
        show_misbehaving(slow, hanging_bound(slow, slow.sites, HANGING_TIMEOUT_S),
                         'the same and two timeouts for each round of requests that hang')
        if args.beside_openstack_cli:
            openstack_cli.show(openstack_cli.measure(folder, args), args, runs[-1])


if __name__ == '__main__':
    main()
