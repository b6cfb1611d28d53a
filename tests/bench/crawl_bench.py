#!/usr/bin/python3
"""Crawls a replayed federation and prints what it took.

  tests/bench/crawl_bench.py [--sites 40] [--latency-ms 200] [--runs 3] [--bin build/release/bin]

Lower bound: for each endpoint, its requests divided by the in-flight limit (6), times the latency; the longest counts.
CPU and memory are the crawler's own (getrusage), not the replay's.
"""
import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, 'tests', 'e2e'))
import harness  # pylint: disable=wrong-import-position

IN_FLIGHT = 6


def one_crawl(binary, folder, latency_ms, sites, number):
    """Returns (wall s, cpu s, peak MiB, requests, lower bound s, shares, exit code)."""
    out = os.path.join(folder, 'replay-%d' % number)
    replay = harness.Process([sys.executable, os.path.join(ROOT, 'tests/replay/replay'), 'serve', '--out', out,
                              '--latency-ms', str(latency_ms), '--copies', str(sites)],
                             os.path.join(folder, 'replay-%d.log' % number), 'replay ready')
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    child = subprocess.Popen([binary, 'crawl', '--sites', os.path.join(out, 'sites'), '--db',
                              os.path.join(folder, 'crawl-%d.db' % number)],
                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                             env=dict(harness.clean_env(), CIS_REPLAY_PASSWORD=harness.PASSWORD))
    _, err = child.communicate()
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    replay.stop()
    if child.returncode:
        sys.stderr.write(err.decode()[-2000:])
    with open(os.path.join(out, 'summary.json'), encoding='utf-8') as f:
        summary = json.load(f)
    with open(os.path.join(out, 'replay.json'), encoding='utf-8') as f:
        shares = sum(len(s['shares']) for s in json.load(f)['sites'])
    bound = max(sum(c.values()) for c in summary['by_site'].values()) / IN_FLIGHT * latency_ms / 1000
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, cpu, after.ru_maxrss / 1024, summary['requests'], bound, shares, child.returncode


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--sites', type=int, default=40)
    parser.add_argument('--latency-ms', type=int, default=200)
    parser.add_argument('--runs', type=int, default=3)
    parser.add_argument('--bin', default=os.path.join(ROOT, 'build', 'release', 'bin'))
    args = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory(prefix='cis-bench-') as folder:
        for number in range(args.runs):
            row = one_crawl(os.path.join(args.bin, 'cis-crawler'), folder, args.latency_ms, args.sites, number)
            rows.append(row)
            print('run %d: wall %.2f s, cpu %.2f s, peak %.0f MiB, %d requests, %d shares, lower bound %.2f s, '
                  'exit %d' % ((number + 1,) + row[:4] + (row[5], row[4], row[6])), flush=True)
    wall = statistics.median(r[0] for r in rows)
    bound = statistics.median(r[4] for r in rows)
    print('median: wall %.2f s = %.2f x the lower bound of %.2f s; cpu %.2f s' % (
        wall, wall / bound if bound else 0, bound, statistics.median(r[1] for r in rows)))


if __name__ == '__main__':
    main()
