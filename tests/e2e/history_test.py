#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Crawls that find differences: changes are reported, watched over a restart, and earlier states
still answer."""
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import time
import unittest

import harness

VO = 'vo.access.egi.eu'
SITE = 'CESGA'
DOWN = 'CIS-LAB-DIRECT'
FLAVOR, NEW_FLAVOR = '6ba0080d-d71c-4aff-b6f9-b5a9484097f8', '11111111-d71c-4aff-b6f9-b5a9484097f8'
IMAGE, NEW_IMAGE = 'cc10fb9b-1878-4638-a7e7-241762de3231', '22222222-1878-4638-a7e7-241762de3231'
# The site as it is at the second crawl, and another whose login fails then.
CHANGED = (
    {'kind': 'rewrite', 'site': SITE, 'path': 'flavors/detail', 'from': FLAVOR, 'to': NEW_FLAVOR},
    {'kind': 'rewrite', 'site': SITE, 'path': '/v2/images', 'from': '"id": "%s"' % IMAGE,
     'to': '"id": "%s"' % NEW_IMAGE},
    {'kind': 'rewrite', 'site': SITE, 'path': '/v2.0/networks', 'from': '"public00"', 'to': '"external"'},
    {'kind': 'rewrite', 'site': SITE, 'path': '/limits', 'service': 'nova', 'from': '"maxTotalCores": 80',
     'to': '"maxTotalCores": 40'},
    {'kind': '401', 'site': DOWN, 'service': 'keystone'})
PLACE = ('place', '--vo', VO, '--site', SITE, '--ram', '4G', '--os', 'ubuntu', '--public-ip')


def utc(seconds):
    """Returns the time with milliseconds."""
    return time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds)) + '.%03dZ' % (seconds % 1 * 1000)


class HistoryTest(harness.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.start = time.time() - 0.01
        cls.db = cls.crawled('history.db')
        cls.servers = 0

    def serve(self):
        HistoryTest.servers += 1
        server = harness.Process([harness.program('cis-server'), '--db', self.db, '--listen', '127.0.0.1:0',
                                  '--refresh-interval', '100ms'],
                                 self.path('server-%d.log' % self.servers), 'snapshot.published')
        self.addCleanup(server.stop)
        return server, re.search(r'address="?(127\.0\.0\.1:\d+)', server.text()).group(1)

    def watch(self, address, *args):
        child = subprocess.Popen(
            [harness.program('cisquery'), '--server', address, 'watch', '-o', 'ndjson', *args], text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=harness.clean_env())
        self.addCleanup(self.end, child)
        return child

    @staticmethod
    def end(child):
        if child.poll() is None:
            child.kill()
        child.communicate()

    def token_of_now(self, address):
        """Returns the token with which an interrupted watch continues; interrupts later each time
        until it was connected."""
        for attempt in range(1, 50):
            child = self.watch(address)
            try:
                child.wait(0.1 * attempt)
            except subprocess.TimeoutExpired:
                child.send_signal(signal.SIGINT)
            _, err = child.communicate(timeout=20)
            found = re.search(r'--resume (\S+)', err)
            if found:
                return found.group(1)
        raise AssertionError('watch gave no token: ' + err)

    def renames(self, child):
        """Returns the renamed networks that a watch reports until there are enough, and its token.
        """
        out, err = child.communicate(timeout=60)
        self.assertEqual(child.returncode, 0, err)
        return ([(c['old_value'], c['new_value']) for c in map(json.loads, out.splitlines())],
                re.search(r'--resume (\S+)', err).group(1))

    def changes(self, *args, db=None):
        return self.query_json(db or self.db, 'changes', '--since', utc(self.start), *args)

    def test_each_change_is_in_the_journal_and_in_the_state_of_its_time(self):
        first_done = time.time()
        server, address = self.serve()
        token = self.token_of_now(address)
        shares = len(self.query_json(self.db, 'shares', '--site', SITE))
        live = self.watch(address, '--resume', token, '--kind', 'network', '--limit', str(shares))
        self.faults(*CHANGED)
        code, _, err = self.crawl(self.db)
        self.faults()
        self.assertEqual(code, 3, err)
        self.assert_sound(self.db)
        self.check_journal(first_done, shares)
        told, token = self.renames(live)
        self.assertEqual(told, [('public00', 'external')] * shares)
        self.check_past(first_done)
        self.assertEqual(server.stop(), 0)

        # While no server runs, the site reverts everything.
        code, _, err = self.crawl(self.db)
        self.assertEqual(code, 0, err)
        _, address = self.serve()
        told, _ = self.renames(self.watch(address, '--resume', token, '--kind', 'network', '--limit', str(shares)))
        self.assertEqual(told, [('external', 'public00')] * shares)
        recovered = self.changes('--kind', 'share', '--site', DOWN)
        self.assertEqual({c['event'] for c in recovered[:1]}, {'CHANGE_EVENT_RECOVERED'})
        self.check_retention()

    def check_journal(self, first_done, shares):
        by_event = {}
        for change in self.query_json(self.db, 'changes', '--since', utc(first_done)):
            by_event.setdefault((change['site_name'], change['kind'][len('CHANGE_KIND_'):].lower(),
                                 change['event'][len('CHANGE_EVENT_'):]),
                                []).append(change)
        (gone,) = by_event[(SITE, 'flavor', 'GONE')]
        (appeared,) = by_event[(SITE, 'flavor', 'APPEARED')]
        self.assertEqual((gone['upstream_id'], appeared['upstream_id']), (FLAVOR, NEW_FLAVOR))
        (replaced,) = by_event[(SITE, 'image', 'REPLACED')]
        self.assertEqual((replaced['old_value'], replaced['new_value'], replaced['field']),
                         (IMAGE, NEW_IMAGE, 'egi_ref'))
        self.assertNotIn((SITE, 'image', 'GONE'), by_event)
        self.assertEqual(len(by_event[(SITE, 'network', 'RENAMED')]), shares)
        (quota,) = by_event[(SITE, 'quota', 'CHANGED')]
        self.assertEqual((quota['vo'], quota['field'], quota['old_value'], quota['new_value']),
                         (VO, 'limit', '80', '40'))
        failing = by_event[(DOWN, 'share', 'FAILING')]
        self.assertEqual({(c['field'], c['new_value']) for c in failing}, {('auth', 'auth')})
        refused = by_event[(DOWN, 'share', 'CHANGED')]
        self.assertEqual({(c['field'], c['new_value']) for c in refused}, {('support', 'refused')})
        # Sites that did not change are not in it.
        self.assertEqual({site for site, _, _ in by_event}, {SITE, DOWN})
        self.assertEqual(self.changes('--kind', 'quota', '--vo', 'ops'), [])

    def check_past(self, first_done):
        external = {}
        for name, args in (('then', ('--as-of', utc(first_done))), ('now', ())):
            code, out, err = self.query(self.db, '-o', 'json', *PLACE, *args)
            self.assertEqual(code, 0, err)
            machine = json.loads(out)['placements'][0]['machine']
            external[name] = (machine['network']['external_network']['display_name'],
                              machine['image']['upstream_id'])
        self.assertEqual(external, {'then': ('public00', IMAGE), 'now': ('external', NEW_IMAGE)})
        ids = [{f['upstream_id'] for f in self.query_json(self.db, 'flavors', '--site', SITE, *args)}
               for args in (('--as-of', utc(first_done)), ())]
        self.assertEqual(ids[0] - ids[1], {FLAVOR})
        states = {s['display_name']: s['state']
                  for s in self.query_json(self.db, 'sites', '--as-of', utc(first_done))}
        self.assertEqual(states[DOWN], 'DATA_STATE_FRESH')
        code, _, err = self.query(self.db, 'sites', '--as-of', utc(self.start - 3600))
        self.assertEqual(code, 1)
        self.assertIn('AS_OF_TOO_OLD', err)

    def check_retention(self):
        db = self.path('pruned.db')
        self.assertEqual(harness.run('cis-crawler', 'backup', '--db', self.db, '--to', db)[0], 0)
        flavors = self.query_json(db, 'flavors')
        code, _, err = harness.run('cis-crawler', 'prune', '--db', db, '--keep-history', '1ms')
        self.assertEqual(code, 0, err)
        self.assertRegex(err, r'prune\.done .*crawls=2 ')
        self.assert_sound(db)
        self.assertEqual(self.changes(db=db), [])
        self.assertEqual(self.query_json(db, 'flavors'), flavors)
        self.assertEqual(len(self.query_json(db, 'crawls')), 1)
        con = sqlite3.connect(db)
        self.assertEqual(con.execute('SELECT count(*) FROM change').fetchall(), [(0,)])
        con.close()
        code, _, err = harness.run('cis-crawler', 'prune', '--db', db, '--keep-history', 'long')
        self.assertEqual(code, 2)
        self.assertIn('--keep-history', err)
        # Without the flag, nothing of today is deleted.
        shutil.copy(self.db, self.path('kept.db'))
        self.assertEqual(harness.run('cis-crawler', 'prune', '--db', self.path('kept.db'))[0], 0)
        self.assertEqual(self.changes(db=self.path('kept.db')), self.changes())


if __name__ == '__main__':
    unittest.main()
