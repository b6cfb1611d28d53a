#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A server whose database is deleted, damaged or replaced by an older copy: it goes on with what it
has read, and health, a metric and one line of the log say so."""
import json
import os
import re
import shutil
import sqlite3
import time
import unittest
import urllib.request

import harness


class Degraded(harness.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        first = cls.crawled('first.db')
        second = os.path.join(cls.dir, 'second.db')
        code, _, err = harness.run('cis-crawler', 'backup', '--db', first, '--to', second)
        assert code == 0, err
        code, _, err = harness.run('cis-crawler', 'crawl', '--sites', cls.sites, '--db', second)
        assert code == 0, err
        # Without side files, so that one file is the whole database.
        cls.older, cls.newer = cls.whole(first, 'older.db'), cls.whole(second, 'newer.db')

    @classmethod
    def whole(cls, db, name):
        path = os.path.join(cls.dir, name)
        code, _, err = harness.run('cis-crawler', 'backup', '--db', db, '--to', path)
        assert code == 0, err
        return path

    def setUp(self):
        self.db = self.path(self.id() + '.db')
        shutil.copy(self.newer, self.db)
        self.start('first')

    def start(self, name):
        self.server = harness.Process(
            [harness.program('cis-server'), '--db', self.db, '--listen', '127.0.0.1:0', '--http-listen',
             '127.0.0.1:0', '--refresh-interval', '20ms', '--log-format', 'json'],
            self.path('%s.%s.log' % (self.id(), name)), 'snapshot.published')
        self.addCleanup(self.server.stop)
        log = [json.loads(line) for line in self.server.text().splitlines()]
        listening = [line for line in log if line['event'] == 'server.listening'][0]
        self.address, self.http = listening['address'], listening['http']

    def get(self, page):
        with urllib.request.urlopen('http://%s/%s' % (self.http, page), timeout=10) as answer:
            return answer.read().decode()

    def crawls(self):
        code, out, err = harness.run('cisquery', '--server', self.address, '-o', 'json', 'crawls')
        self.assertEqual(code, 0, err)
        return len(json.loads(out))

    def replace(self, source):
        shutil.copy(source, self.db + '.new')
        os.replace(self.db + '.new', self.db)

    def wait_for_health(self, start):
        """Polls, for at most 20 s, what an operator would see."""
        end = time.monotonic() + 20
        while not self.get('healthz').startswith(start):
            self.assertLess(time.monotonic(), end, self.get('healthz'))

    def failures(self):
        return [json.loads(line) for line in self.server.text().splitlines() if '"refresher.failed"' in line]

    def assert_degraded(self, reason):
        self.wait_for_health('degraded: the database has not been read since 20')
        self.assertEqual(self.crawls(), 2)
        self.assertEqual(self.get('readyz'), 'ready\n')
        since = re.search(r'^cis_refresh_failing_since_timestamp_seconds (\S+)', self.get('metrics'), re.M)
        self.assertAlmostEqual(float(since.group(1)), time.time(), delta=60)
        log = self.failures()
        self.assertEqual(len(log), 1, log)
        self.assertIn(reason, log[0]['error'])

    def assert_recovers(self, crawls):
        self.wait_for_health('ok')
        self.assertNotRegex(self.get('metrics'), r'(?m)^cis_refresh_failing_since')
        self.assertEqual(self.crawls(), crawls)
        self.assertEqual(self.server.text().count('"refresher.recovered"'), 1)

    def test_an_older_copy_is_refused_until_the_newer_file_is_back(self):
        self.replace(self.older)
        self.assert_degraded('is an older copy')
        self.replace(self.newer)
        self.assert_recovers(2)

    def test_an_older_copy_is_served_after_a_restart(self):
        self.replace(self.older)
        self.assert_degraded('is an older copy')
        self.server.stop()
        self.start('second')
        self.assertEqual(self.crawls(), 1)
        self.assertEqual(self.get('healthz'), 'ok\n')

    def test_a_restored_older_copy_is_served(self):
        code, _, err = harness.run('cis-crawler', 'restore', '--db', self.db, '--from', self.older)
        self.assertEqual(code, 0, err)
        end = time.monotonic() + 20
        while self.crawls() != 1:
            self.assertLess(time.monotonic(), end)
        self.assertEqual(self.get('healthz'), 'ok\n')
        self.assertEqual(self.failures(), [])

    def test_a_deleted_database(self):
        os.remove(self.db)
        self.assert_degraded('there is no database file')
        self.replace(self.newer)
        self.assert_recovers(2)

    def test_a_file_that_is_no_database(self):
        with open(self.path('text'), 'w', encoding='utf-8') as f:
            f.write('no database, however long this text may be' * 100)
        self.replace(self.path('text'))
        self.assert_degraded(self.db)
        self.replace(self.newer)
        self.assert_recovers(2)

    def test_a_generation_that_does_not_load(self):
        damaged = self.path('damaged.db')
        shutil.copy(self.newer, damaged)
        con = sqlite3.connect(damaged)
        with con:
            con.execute("UPDATE flavor SET evidence = 'no list'")
            con.execute('UPDATE site SET revision = revision + 1')
            con.execute('UPDATE meta SET generation = generation + 1')
        con.close()
        self.replace(damaged)
        self.assert_degraded('evidence')
        self.replace(self.newer)
        # The damaged generation was never served, so the one before is no step back.
        self.assert_recovers(2)


if __name__ == '__main__':
    unittest.main()
