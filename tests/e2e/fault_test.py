#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Each fault costs only its own site's refresh; last good data is served, labelled with age and error."""
import shutil
import unittest

import harness

VICTIM = 'INFN-PADOVA-STACK'
# fault -> (service, kind of data that it costs, the error class that says so). One class each: no bound of time is
# near where another ends the request, but for the faults that only a time limit ends (WAITING).
FAULTS = {
    'timeout': ('neutron', 'networks', 'timeout'),
    '503': ('glance', 'images', 'server'),
    '502': ('neutron', 'networks', 'server'),
    '500': ('nova', 'flavors', 'server'),
    '401': ('glance', 'images', 'auth'),
    '403': ('glance', 'images', 'forbidden'),
    '429': ('nova', 'flavors', 'rate-limit'),
    'html': ('glance', 'images', 'parse'),
    'garbage': ('nova', 'flavors', 'parse'),
    'shape': ('glance', 'images', 'parse'),
    'half': ('neutron', 'networks', 'connect'),
    'reset': ('neutron', 'networks', 'connect'),
    'endless-pages': ('glance', 'images', 'parse'),    # each page brings the images of the first
    'endless-body': ('nova', 'flavors', 'limit'),
    'bomb': ('glance', 'images', 'limit'),
    'drip': ('nova', 'flavors', 'timeout'),
    'redirect': ('nova', 'flavors', 'policy'),
    'huge-header': ('glance', 'images', 'limit'),
}
WAITING = {'timeout': 30, 'drip': 1}   # fault -> seconds of each wait, in all more than SHORT
SHORT = ('--timeout', '3s')


class Faults(harness.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.good = cls.crawled('good.db')

    def broken(self, kind, rule, *args):
        """A copy of the good database after a crawl with the fault; (exit code, stderr, path)."""
        db = self.path('%s.db' % kind)
        shutil.copy(self.good, db)
        self.faults(rule)
        code, _, err = self.crawl(db, '--verbose', *args)
        self.faults()
        return code, err, db

    def answers(self, db, site):
        """Returns what is served of a site, without ages."""
        out = {}
        for noun in ('flavors', 'images', 'networks'):
            out[noun] = sorted((r['upstream_id'], r.get('vo', ''), r['active'])
                               for r in self.query_json(db, noun, '--site', site))
        return out

    def test_each_fault_costs_only_its_own_site(self):
        want = {s: self.answers(self.good, s) for s in (VICTIM, 'CESGA')}
        for fault, (service, data, error) in FAULTS.items():
            with self.subTest(fault=fault):
                code, err, db = self.broken(fault, {'kind': fault, 'site': VICTIM, 'service': service,
                                                    'seconds': WAITING.get(fault, 0)},
                                            *(SHORT if fault in WAITING else ()))
                self.assertEqual(code, 3, err)
                self.assert_sound(db)
                for site, answer in want.items():
                    self.assertEqual(self.answers(db, site), answer, site)
                states, failed = {}, set()
                for share in self.query_json(db, 'shares'):
                    states.setdefault(share['site_name'], set()).add(share['state'])
                    if share['site_name'] == VICTIM:
                        failed |= {(k['kind'], k['error_class']) for k in share['kinds'] if k['error_message']}
                self.assertEqual(failed, {(harness.value('DATA_KIND', data), harness.value('ERROR_CLASS', error))})
                self.assertIn('DATA_STATE_STALE', states.pop(VICTIM))
                for site, state in states.items():
                    self.assertEqual(state, {'DATA_STATE_FRESH'}, site)

    def test_a_site_whose_keystone_is_down(self):
        for kind in ('401', '503', 'html', 'timeout', 'reset'):
            with self.subTest(fault=kind):
                code, err, db = self.broken('keystone-' + kind, {
                    'kind': kind, 'site': VICTIM, 'service': 'keystone', 'seconds': 30}, *SHORT, '--share-deadline', '6s')
                self.assertEqual(code, 3, err)
                self.assertIn(VICTIM, err)
                self.assertEqual(self.answers(db, VICTIM), self.answers(self.good, VICTIM))

    def test_one_answer_that_fails_once_is_asked_again(self):
        for kind in ('503', 'reset', 'half'):
            with self.subTest(fault=kind):
                code, err, _ = self.broken('once-' + kind, {
                    'kind': kind, 'site': VICTIM, 'service': 'glance', 'count': 1, 'seconds': 0})
                self.assertEqual(code, 0, err)

    def test_a_crawl_that_refreshes_nothing_exits_with_4(self):
        code, err, db = self.broken('all', {'kind': '503', 'service': 'keystone', 'seconds': 0})
        self.assertEqual(code, 4, err)
        self.assertEqual(self.answers(db, 'CESGA'), self.answers(self.good, 'CESGA'))

    def test_the_age_and_the_error_are_shown(self):
        _, _, db = self.broken('shown', {'kind': '503', 'site': VICTIM, 'service': 'glance',
                                         'seconds': 0})
        code, out, _ = self.query(db, 'show', VICTIM)
        self.assertEqual(code, 0)
        self.assertRegex(out, r'503')
        code, out, _ = harness.run('cis-crawler', 'status', '--db', db)
        self.assertEqual(code, 1, out)
        self.assertEqual(out.count('\n'), 1)
        self.assertIn(VICTIM, out)

    def test_the_next_crawl_heals(self):
        _, _, db = self.broken('heal', {'kind': '503', 'site': VICTIM, 'seconds': 0})
        code, _, err = self.crawl(db)
        self.assertEqual(code, 0, err)
        for share in self.query_json(db, 'shares'):
            self.assertEqual(share['state'], 'DATA_STATE_FRESH')


if __name__ == '__main__':
    unittest.main()
