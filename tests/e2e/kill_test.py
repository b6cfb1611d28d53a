#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The crawler is killed at random moments; the file that is left can be opened, is intact and
answers as before."""
import os
import random
import shutil
import signal
import subprocess
import time
import unittest

import harness

RUNS = int(os.environ.get('CIS_KILL_RUNS', 20))
SEED = 20261122


class Kill(harness.Case):
    def names(self, db):
        return {n: sorted(r['name'] for r in self.query_json(db, n) if r.get('active', True))
                for n in ('flavors', 'images', 'networks', 'shares')}

    def test_killing_the_crawler_loses_nothing(self):
        good = self.path('good.db')
        started = time.monotonic()
        code, _, err = self.crawl(good)
        self.assertEqual(code, 0, err)
        span = time.monotonic() - started
        want = self.names(good)
        chance = random.Random(SEED)
        killed = 0
        for i in range(RUNS):
            db = self.path('kill-%d.db' % i)
            shutil.copy(good, db)
            child = subprocess.Popen(
                [harness.program('cis-crawler'), 'crawl', '--sites', self.sites, '--db', db],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                env=dict(harness.clean_env(), CIS_REPLAY_PASSWORD=harness.PASSWORD))
            try:
                child.wait(chance.uniform(0.01, span))
            except subprocess.TimeoutExpired:
                child.send_signal(signal.SIGKILL)
                killed += 1
            child.wait()
            with self.subTest(run=i):
                self.assertEqual(self.names(db), want)
                self.assert_sound(db)
                # The next crawl works as if nothing had happened.
                code, _, err = self.crawl(db)
                self.assertEqual(code, 0, err)
                self.assertEqual(self.names(db), want)
                self.assert_sound(db)
                for suffix in ('', '-wal', '-shm'):
                    if os.path.exists(db + suffix):
                        os.unlink(db + suffix)
        self.assertGreater(killed, RUNS // 2, 'too few runs were killed to prove anything')

    def test_a_first_crawl_that_is_killed_can_be_repeated(self):
        db = self.path('first.db')
        for pause in (0.02, 0.1, 0.3):
            child = subprocess.Popen(
                [harness.program('cis-crawler'), 'crawl', '--sites', self.sites, '--db', db],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                env=dict(harness.clean_env(), CIS_REPLAY_PASSWORD=harness.PASSWORD))
            try:
                child.wait(pause)
            except subprocess.TimeoutExpired:
                child.kill()
            child.wait()
        code, _, err = self.crawl(db)
        self.assertEqual(code, 0, err)
        self.assert_sound(db)


if __name__ == '__main__':
    unittest.main()
