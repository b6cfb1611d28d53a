# SPDX-License-Identifier: Apache-2.0
"""A replayed federation for crawl_bench.py: starts it, reads the requests that it received,
computes the lower bound of a crawl."""
import collections
import json
import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, 'tests', 'e2e'))
sys.path.insert(0, os.path.join(ROOT, 'tests', 'replay'))
import harness  # pylint: disable=wrong-import-position
import recording  # pylint: disable=wrong-import-position

IN_FLIGHT = 6   # --max-in-flight-per-endpoint's default
RECORDED = os.path.join(ROOT, 'tests', 'replay', 'recorded')


class Replay:
    """One replay, from its start to its end, and the requests that it received."""

    def __init__(self, folder, name, latency_ms, sites, shares, loose=False):
        self.out = os.path.join(folder, name)
        self.process = harness.Process(
            [sys.executable, os.path.join(ROOT, 'tests/replay/replay'), 'serve', '--out', self.out, '--timeline',
             '--latency-ms', str(latency_ms), '--copies', str(sites), '--shares', str(shares)] +
            (['--loose'] if loose else []), self.out + '.log', 'replay ready')
        self.sites_dir = os.path.join(self.out, 'sites')
        self.sites = self.read('replay.json')['sites']
        self.timeline = []
        self.misses = []

    def break_sites(self, rules):
        """Breaks sites: each rule (tests/replay/faults.py) is for one site: the first, the second
        and so on."""
        with open(os.path.join(self.out, 'faults.json'), 'w', encoding='utf-8') as f:
            json.dump([dict(rule, site=site['name']) for rule, site in zip(rules, self.sites)], f)

    def read(self, name):
        with open(os.path.join(self.out, name), encoding='utf-8') as f:
            return json.load(f)

    def stop(self):
        """Ends the replay; afterwards `timeline` and `misses` are set."""
        self.process.stop()
        with open(os.path.join(self.out, 'timeline.jsonl'), encoding='utf-8') as f:
            self.timeline = [json.loads(line) for line in f]
        self.misses = self.read('summary.json')['misses']

    def cpu_seconds(self):
        """Returns the CPU time of the replay so far."""
        with open('/proc/%d/stat' % self.process.child.pid, encoding='ascii') as f:
            fields = f.read().rpartition(')')[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def recording_of(recordings, site_name):
    """Returns the recording that a site of the federation, maybe a copy ("CESGA-3"), is made from.
    """
    return recordings.get(site_name) or recordings[site_name.rpartition('-')[0]]


def longest_chain(rec):
    """Returns the requests of one share of which each needs the answer to the one before: login and
    the pages of a listing; if extra specs are requested one by one, one after the flavors; login,
    extensions and what depends on them."""
    pages = collections.Counter((e.service, e.target.partition('?')[0], e.project, 'os_hidden' in e.target)
                                for e in rec.exchanges.values() if e.method == 'GET')
    longest = max(2, max(pages.values()))
    flavors = max((n for (_, path, _, _), n in pages.items() if path.endswith('/flavors/detail')), default=0)
    if any('os-extra_specs' in path for _, path, _, _ in pages):
        longest = max(longest, flavors + 1)
    return 1 + longest


def lower_bounds(timeline, recordings, latency_s):
    """Returns the seconds that each site needs at least for the requests it received: the longest
    chain, or all of them at IN_FLIGHT at a time."""
    counts = collections.Counter(one['site'] for one in timeline)
    return {site: max(longest_chain(recording_of(recordings, site)), count / IN_FLIGHT) * latency_s
            for site, count in counts.items()}


def in_flight(timeline, site):
    """Returns (first, last, mean) of a site: when its first request came and its last answer was
    sent, and how many were in flight between."""
    own = [one for one in timeline if one['site'] == site]
    first, last = min(one['came'] for one in own), max(one['left'] for one in own)
    return first, last, sum(one['left'] - one['came'] for one in own) / (last - first)


def is_extra(one):
    """Returns True for a request that is only needed at sites that limit their pages, or that are
    older than 2018: a further page, extra specs one by one."""
    return 'marker=' in one['target'] or 'os-extra_specs' in one['target']
