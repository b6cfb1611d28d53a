#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Every fault of the replay at every request of a crawl: the file is sound, last good data stay, the exit code is
right, the other site is fresh, and the next crawl heals.

A run takes each fault at some of the requests, so that each request meets many faults; the whole matrix is
    CIS_MATRIX=all tests/e2e/matrix_test.py
"""
import concurrent.futures
import json
import os
import shutil
import sqlite3
import sys
import threading
import unittest

import harness

VICTIM, OTHER = 'CESGA', 'INFN-PADOVA-STACK'
ONLY = ('--site', VICTIM, '--site', OTHER, '--vo', 'vo.access.egi.eu')
WHOLE = os.environ.get('CIS_MATRIX') == 'all'
PER_FAULT = 2                # requests that a fault hits, out of all, unless the whole matrix is run
WORKERS = 2
# Bounds the waits of the faults that answer too late; the others have as much time as they need.
HASTY = ('--timeout', '1s', '--share-deadline', '2s')
PATIENT = ('--timeout', '20s', '--share-deadline', '30s')

# fault -> (error classes that may describe it, limits of which one is hit, or none)
FAULTS = {
    '401': (('auth',), ()), '403': (('forbidden', 'auth'), ()), '404': (('not-found', 'auth', 'config'), ()),
    '429': (('rate-limit',), ('tries',)), '500': (('server',), ()), '502': (('server',), ('tries',)),
    '503': (('server',), ('tries',)),
    'timeout': (('timeout',), ('try-time', 'request-time')),
    'reset': (('connect',), ('tries',)), 'half': (('connect',), ('tries',)),
    'html': (('parse',), ()), 'garbage': (('parse',), ()), 'shape': (('parse',), ()), 'no-http': (('parse',), ()),
    'drip': (('timeout',), ('try-time', 'request-time')),
    'endless-body': (('limit',), ('body-bytes',)), 'bomb': (('limit',), ('gzip-ratio', 'body-bytes')),
    'huge-header': (('limit',), ('header-bytes',)),
    'redirect': (('policy',), ('redirect-origin',)), 'redirect-loop': (('policy',), ('redirects',)),
    'deep': (('limit',), ('json-depth',)), 'values': (('limit',), ('json-values',)),
    'endless-pages': (('parse', 'limit'), ()), 'empty-pages': (('parse',), ('empty-pages',)),
}
# The login is a POST with a secret, which no redirect is followed with, and its answer may have 4 MiB.
LOGIN_FAULTS = {'redirect': (('parse',), ()), 'redirect-loop': (('parse',), ()), 'values': (('limit',), ('body-bytes',))}
SLOW = ('timeout', 'drip')
CATALOG_FAULTS = {
    'catalog-dns': ('dns', ''), 'catalog-connect': ('connect', ''), 'catalog-tls': ('tls', ''),
    'catalog-foreign': ('policy', 'foreign-host'), 'catalog-http': ('policy', 'foreign-host'),
    'catalog-metadata': ('policy', 'foreign-host'), 'catalog-mapped': ('policy', 'foreign-host'),
}
RECORDS = '''
    SELECT s.name, 'flavor', f.upstream_id FROM share_flavor JOIN flavor f ON f.id = flavor_id
      JOIN endpoint e ON e.id = f.endpoint_id JOIN site s ON s.id = e.site_id WHERE f.active
    UNION SELECT s.name, 'image', i.upstream_id FROM share_image JOIN image i ON i.id = image_id
      JOIN endpoint e ON e.id = i.endpoint_id JOIN site s ON s.id = e.site_id WHERE i.active
    UNION SELECT s.name, 'network', n.upstream_id FROM network n JOIN share h ON h.id = n.share_id
      JOIN endpoint e ON e.id = h.endpoint_id JOIN site s ON s.id = e.site_id WHERE n.active
    UNION SELECT s.name, 'quota', q.resource FROM quota q JOIN share h ON h.id = q.share_id
      JOIN endpoint e ON e.id = h.endpoint_id JOIN site s ON s.id = e.site_id'''
STATES = '''
    SELECT s.name, k.kind, k.error, k.failure_count, k.failing_since_us, k.remarks FROM share_kind k
      JOIN share h ON h.id = k.share_id JOIN endpoint e ON e.id = h.endpoint_id JOIN site s ON s.id = e.site_id
      JOIN vo ON vo.id = h.vo_id WHERE vo.name = 'vo.access.egi.eu' '''


class Bench:
    """A replay of its own with its databases; one fault at a time."""

    def __init__(self, folder, number):
        self.dir = os.path.join(folder, 'bench-%d' % number)
        self.replay_dir = os.path.join(self.dir, 'replay')
        os.makedirs(self.replay_dir)
        self.sites = os.path.join(self.replay_dir, 'sites')
        self.replay = harness.Process(
            [sys.executable, os.path.join(harness.ROOT, 'tests/replay/replay'), 'serve', '--out', self.replay_dir],
            os.path.join(self.dir, 'replay.log'), 'replay ready')
        path = os.path.join(self.sites, VICTIM + '.yaml')
        with open(path, encoding='utf-8') as f:
            text = f.read()
        with open(path, 'w', encoding='utf-8') as f:     # otherwise dns would be rejected by policy
            f.write(text.replace('cis:\n', 'cis:\n  allow_hosts: [gone.invalid]\n'))
        self.good = os.path.join(self.dir, 'good.db')
        self.db = os.path.join(self.dir, 'run.db')
        code, err = self.crawl(self.good, PATIENT)
        assert code == 0, err
        self.want = self.rows(self.good, RECORDS)
        assert not [r for r in self.states(self.good) if r[5] != '[]'], 'a remark on a good site'

    def crawl(self, db, speed):
        code, _, err = harness.run('cis-crawler', 'crawl', '--sites', self.sites, '--db', db, *ONLY, *speed)
        return code, err

    def faults(self, *rules):
        path = os.path.join(self.replay_dir, 'faults.json')
        with open(path + '.new', 'w', encoding='utf-8') as f:
            json.dump(rules, f)
        os.replace(path + '.new', path)

    @staticmethod
    def rows(db, sql):
        con = sqlite3.connect(db)
        try:
            return sorted(con.execute(sql).fetchall())
        finally:
            con.close()

    def states(self, db):
        """Returns the states of kinds, without remarks on Cinder: the recorded catalogs list one
        that is not replayed."""
        return [(*row[:5], json.dumps([remark for remark in json.loads(row[5])
                                       if not remark.startswith('cinder_')]), *row[6:])
                for row in self.rows(db, STATES)]

    def problem(self, rule, classes, limits):
        """Returns what is wrong after a crawl with this fault and one without it; empty if nothing
        is."""
        for suffix in ('-wal', '-shm'):
            if os.path.exists(self.db + suffix):
                os.unlink(self.db + suffix)
        shutil.copy(self.good, self.db)
        self.faults(rule)
        code, err = self.crawl(self.db, HASTY if rule['kind'] in SLOW else PATIENT)
        self.faults()
        wrong = self.check(rule, classes, limits, code)
        if wrong:
            return '%s; exit %d; %s' % (wrong, code, err)
        code, err = self.crawl(self.db, PATIENT)
        if code != 0:
            return 'the next crawl ends with %d: %s' % (code, err)
        if self.rows(self.db, RECORDS) != self.want:
            return 'the next crawl does not bring all back'
        if [r for r in self.states(self.db) if r[2] != 'none' or r[5] != '[]']:
            return 'the next crawl leaves an error or a remark behind'
        return self.unsound()

    def unsound(self):
        for sql in ('PRAGMA integrity_check', 'PRAGMA foreign_key_check'):
            if self.rows(self.db, sql) not in ([('ok',)], []):
                return sql
        return ''

    def check(self, rule, classes, limits, code):
        if self.unsound():
            return self.unsound()
        got = self.rows(self.db, RECORDS)
        failed = [r for r in self.states(self.db) if r[2] != 'none']
        if set(got) - set(self.want):
            return 'invented: %s' % (set(got) - set(self.want))
        if [r for r in failed if r[0] != VICTIM]:
            return 'another site failed: %s' % failed
        if [r for r in self.want if r[0] != VICTIM and r not in got]:
            return 'another site lost data'
        remarked = [r for r in self.states(self.db) if r[5] != '[]']
        if [r for r in remarked if r[0] != VICTIM]:
            return 'another site is remarked: %s' % remarked
        # A listing that only adds facts fails no kind: its facts are unknown, with a remark.
        lost = set(self.want) - set(got)
        if not failed and code == 0:
            if [r for r in lost if r[1] not in ('quota', 'image')]:
                return 'lost: %s' % lost
            if rule['kind'].endswith('-pages') or rule.get('of') == 'cinder':
                return ''
            return '' if len(remarked) == 1 else 'the fault went unnoticed: %s' % remarked
        # A service that cannot be reached leaves its kind's last good data, and its part of another
        # kind unknown.
        if [r for r in lost if r[1] != 'quota'] or (lost and not remarked):
            return 'lost: %s' % lost
        if code != 3:
            return 'the exit code should be 3'
        if [r for r in failed if r[2] not in classes]:
            return 'classes: %s' % failed
        if [r for r in failed if r[3] != 1 or not r[4]]:
            return 'count or first-seen time: %s' % failed
        con = sqlite3.connect(self.db)
        errors, hits = con.execute('SELECT error_counts, limit_hits FROM crawl ORDER BY id DESC').fetchone()
        con.close()
        if dict(zip(json.loads(errors)[::2], json.loads(errors)[1::2])) != counts([r[2] for r in failed]):
            return 'errors of the crawl: %s' % errors
        if limits and not set(limits) & set(json.loads(hits)[::2]):
            return 'limits of the crawl: %s' % hits
        return ''

    def requests(self):
        """Returns how many requests a crawl of the victim sends."""
        self.faults({'kind': '500', 'site': VICTIM, 'index': 10 ** 6})
        before = self.asked()
        self.crawl(self.good, PATIENT)
        self.faults()
        return self.asked() - before

    def asked(self):
        con = sqlite3.connect(self.good)
        try:
            return con.execute('SELECT coalesce(sum(r.request_count), 0) FROM crawl_result r JOIN share h ON h.id = r.share_id '
                               'JOIN endpoint e ON e.id = h.endpoint_id JOIN site s ON s.id = e.site_id '
                               'WHERE s.name = ?', (VICTIM,)).fetchone()[0]
        finally:
            con.close()


def counts(words):
    return {w: str(words.count(w)) for w in words}


class Matrix(unittest.TestCase):
    def test_every_fault_at_every_request(self):
        with harness.tempfile.TemporaryDirectory(prefix='cis-matrix-') as folder:
            benches = [Bench(folder, n) for n in range(WORKERS)]
            try:
                self.run_all(benches)
            finally:
                for bench in benches:
                    bench.replay.stop()

    def run_all(self, benches):
        total = benches[0].requests()
        self.assertGreaterEqual(total, 16)
        cells = []
        for n, kind in enumerate(FAULTS):
            chosen = range(total) if WHOLE else {(n + i * total // PER_FAULT) % total for i in range(PER_FAULT)}
            for index in chosen:
                classes, limits = (LOGIN_FAULTS if index == 0 else FAULTS).get(kind, FAULTS[kind])
                cells.append(({'kind': kind, 'site': VICTIM, 'index': index,
                               'seconds': 30 if kind == 'timeout' else 0 if kind.isdigit() else 1}, classes, limits))
        for kind, (error, limit) in CATALOG_FAULTS.items():
            for of in ('nova', 'glance', 'neutron', 'cinder'):
                cells.append(({'kind': kind, 'site': VICTIM, 'service': 'keystone', 'of': of}, (error,),
                              (limit,) if limit else ()))
        free = list(benches)
        lock = threading.Lock()

        def one(cell):
            with lock:
                bench = free.pop()
            try:
                return cell[0], bench.problem(*cell)
            finally:
                with lock:
                    free.append(bench)
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            results = list(pool.map(one, cells))
        for rule, wrong in results:
            if wrong:
                with self.subTest(rule=rule):
                    self.fail(wrong)
        print('%d faults x %d requests: %d cells of %d' % (
            len(FAULTS) + len(CATALOG_FAULTS), total, len(cells), len(FAULTS) * total + 4 * len(CATALOG_FAULTS)))


if __name__ == '__main__':
    unittest.main()
