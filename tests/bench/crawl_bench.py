#!/usr/bin/python3
"""Crawls a replayed federation and prints what it took.

  tests/bench/crawl_bench.py [--sites 40] [--shares 250] [--latency-ms 200] [--runs 3] [--bin build/release/bin]

Lower bound: for each endpoint the longest chain of dependent requests or, if that is more, its requests divided by the
in-flight limit (6), times the latency; the longest counts. CPU and memory are the crawler's own (getrusage), not the
replay's. A last crawl meets five sites that misbehave in different ways.
"""
import argparse
import collections
import json
import os
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, 'tests', 'e2e'))
sys.path.insert(0, os.path.join(ROOT, 'tests', 'replay'))
import harness  # pylint: disable=wrong-import-position
import recording  # pylint: disable=wrong-import-position

IN_FLIGHT = 6
# What five sites do. None waits for a timeout: a site that hangs costs `--timeout` twice, whatever the others do.
MISBEHAVIOUR = ({'kind': 'reset', 'service': 'keystone'}, {'kind': '500', 'service': 'nova'},
                {'kind': 'bomb', 'service': 'glance'}, {'kind': 'garbage', 'service': 'neutron'},
                {'kind': 'redirect', 'service': 'glance'})
Run = collections.namedtuple('Run', 'wall cpu peak_mib requests objects bound shares code line')


def longest_chain():
    """Requests that wait for each other in a share: the login and the pages of its longest listing; or login, extensions
    and what depends on them."""
    longest = 3
    for rec in recording.load_all(os.path.join(ROOT, 'tests/replay/recorded')).values():
        pages = collections.Counter((e.service, e.target.partition('?')[0], e.project)
                                    for e in rec.exchanges.values() if 'os_hidden' not in e.target)
        longest = max(longest, 1 + max(pages.values()))
    return longest


def one_crawl(args, folder, number, rules=()):
    out = os.path.join(folder, 'replay-%d' % number)
    replay = harness.Process([sys.executable, os.path.join(ROOT, 'tests/replay/replay'), 'serve', '--out', out,
                              '--latency-ms', str(args.latency_ms), '--copies', str(args.sites),
                              '--shares', str(args.shares)],
                             os.path.join(folder, 'replay-%d.log' % number), 'replay ready')
    with open(os.path.join(out, 'replay.json'), encoding='utf-8') as f:
        sites = json.load(f)['sites']
    if rules:
        with open(os.path.join(out, 'faults.json'), 'w', encoding='utf-8') as f:
            json.dump([dict(rule, site=site['name']) for rule, site in zip(rules, sites)], f)
    db = os.path.join(folder, 'crawl-%d.db' % number)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    child = subprocess.Popen([os.path.join(args.bin, 'cis-crawler'), 'crawl', '--sites', os.path.join(out, 'sites'),
                              '--db', db], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                             env=dict(harness.clean_env(), CIS_REPLAY_PASSWORD=harness.PASSWORD))
    _, err = child.communicate()
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    replay.stop()
    if child.returncode and not rules:
        sys.stderr.write(err.decode()[-2000:])
    with open(os.path.join(out, 'summary.json'), encoding='utf-8') as f:
        summary = json.load(f)
    con = sqlite3.connect(db)
    objects = con.execute('SELECT sum(record_count) FROM crawl_result').fetchone()[0]
    con.close()
    busiest = max(sum(c.values()) for c in summary['by_site'].values()) / IN_FLIGHT
    bound = max(busiest, longest_chain()) * args.latency_ms / 1000
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(wall, cpu, after.ru_maxrss / 1024, summary['requests'], objects, bound,
               sum(len(s['shares']) for s in sites), child.returncode, err.decode().splitlines()[-1])


def show(name, run):
    print('%s: wall %.2f s = %.2f x the lower bound of %.2f s, cpu %.2f s (%.0f ms per 1,000 objects), peak %.0f MiB, '
          '%d requests (%.1f a share), %d objects, %d shares, exit %d' % (
              name, run.wall, run.wall / run.bound, run.bound, run.cpu, run.cpu * 1e6 / run.objects, run.peak_mib,
              run.requests, run.requests / run.shares, run.objects, run.shares, run.code), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--sites', type=int, default=40)
    parser.add_argument('--shares', type=int, default=250)
    parser.add_argument('--latency-ms', type=int, default=200)
    parser.add_argument('--runs', type=int, default=3)
    parser.add_argument('--bin', default=os.path.join(ROOT, 'build', 'release', 'bin'))
    args = parser.parse_args()
    runs = []
    with tempfile.TemporaryDirectory(prefix='cis-bench-') as folder:
        for number in range(args.runs):
            runs.append(one_crawl(args, folder, number))
            show('run %d' % (number + 1), runs[-1])
        bad = one_crawl(args, folder, args.runs, MISBEHAVIOUR)
        show('five sites misbehave', bad)
        print(bad.line)
    wall = statistics.median(r.wall for r in runs)
    bound = statistics.median(r.bound for r in runs)
    print('median: wall %.2f s = %.2f x the lower bound of %.2f s; cpu %.2f s; most memory %.0f MiB' % (
        wall, wall / bound, bound, statistics.median(r.cpu for r in runs), max(r.peak_mib for r in runs)))


if __name__ == '__main__':
    main()
