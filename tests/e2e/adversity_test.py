#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Every class of error from a real fault and what a person sees of it; TLS; a slow site beside fast
ones; a locked database; a clock that is changed; an endpoint that fails for days."""
import glob
import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import unittest

import harness
sys.path.insert(0, os.path.join(harness.ROOT, 'tests', 'replay'))
import recording  # pylint: disable=wrong-import-position

VICTIM, OTHER = 'CESGA', 'INFN-PADOVA-STACK'
VO = 'vo.access.egi.eu'
ONLY = ('--site', VICTIM, '--site', OTHER, '--vo', VO)
# class -> how it is caused
CLASSES = {
    'dns': 'endpoint: https://keystone.gone.invalid:5000/v3', 'connect': 'endpoint: http://127.0.0.1:1/v3',
    'tls': {'kind': 'catalog-tls', 'service': 'keystone', 'of': 'glance'},
    'timeout': {'kind': 'timeout', 'service': 'glance', 'seconds': 30},
    'auth': {'kind': '401', 'service': 'keystone'}, 'forbidden': {'kind': '403', 'service': 'glance'},
    'not-found': {'kind': '404', 'service': 'neutron', 'path': 'networks'},
    'rate-limit': {'kind': '429', 'service': 'nova', 'seconds': 0}, 'server': {'kind': '500', 'service': 'nova'},
    'parse': {'kind': 'garbage', 'service': 'glance'}, 'limit': {'kind': 'bomb', 'service': 'glance'},
    'policy': {'kind': 'redirect', 'service': 'nova'},
}
FAKETIME = (glob.glob('/usr/lib/*/faketime/libfaketime.so.1') or ['/missing/libfaketime.so.1'])[0]


def site_file(folder, name):
    return os.path.join(folder, name + '.yaml')


def read(path):
    with open(path, encoding='utf-8') as f:
        return f.read()


def write(path, text):
    with open(path, 'w', encoding='utf-8') as f:
        f.write(text)


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def faked(**settings):
    """Returns an environment with a different clock; durations stay the same."""
    return dict({'LD_PRELOAD': FAKETIME, 'FAKETIME_DONT_FAKE_MONOTONIC': '1', 'FAKETIME_NO_CACHE': '1'}, **settings)


class Adversity(harness.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.good = cls.crawled('good.db')

    def setUp(self):
        self.faults()

    def copy(self, name):
        db = self.path(name + '.db')
        shutil.copy(self.good, db)
        return db

    def sites_with(self, name, change):
        """A folder of the site files in which the victim's is changed by `change(text)`."""
        folder = self.path(name)
        shutil.copytree(self.sites, folder)
        path = site_file(folder, VICTIM)
        write(path, change(read(path)))
        return folder

    def crawl_sites(self, db, sites, *args, env=None):
        return harness.run('cis-crawler', 'crawl', '--sites', sites, '--db', db, *args, env=env)

    def names(self, db):
        return {n: sorted(r['name'] for r in self.query_json(db, n) if r.get('active', True))
                for n in ('flavors', 'images', 'networks')}

    def test_every_class_of_error_is_reported_with_count_and_time(self):
        want = self.names(self.good)
        for error, cause in CLASSES.items():
            with self.subTest(error=error):
                db, sites = self.copy(error), self.sites
                if isinstance(cause, str):
                    # The same endpoint for the store; only the file names the new URL, as when a
                    # site moves.
                    sites = self.sites_with(error, lambda text, line=cause: re.sub(r'endpoint: .*', line, text))
                else:
                    self.faults(dict(cause, site=VICTIM))
                args = ('--site', VICTIM, '--site', OTHER, '--vo', VO, '--timeout', '2s', '--share-deadline', '5s')
                for _ in range(2):
                    code, _, err = self.crawl_sites(db, sites, *args)
                    self.assertEqual(code, 3, err)
                self.faults()
                self.assertIn('error=' + error, err)
                self.assertRegex(err, r'errors="?[^"]*\b%s=\d' % error)
                self.assert_sound(db)
                if not isinstance(cause, str):
                    self.assertEqual(self.names(db), want)
                # The newest crawl counts them.
                crawl = max(self.query_json(db, 'crawls'), key=lambda c: int(c['name'].split('/')[1]))
                counts = {entry['error_class']: entry['count'] for entry in crawl['error_counts']}
                self.assertGreaterEqual(counts[harness.value('ERROR_CLASS', error)], 1)
                # Shares and sites: class, how often, since when.
                failing = [k for s in self.query_json(db, 'shares', '--site', VICTIM) for k in s['kinds']
                           if k['error_class'] == harness.value('ERROR_CLASS', error)]
                self.assertTrue(failing)
                for kind in failing:
                    self.assertEqual(int(kind['failure_count']), 2)
                    self.assertLess(kind['failing_since_time'], kind['attempt_time'])
                (site,) = [s for s in self.query_json(db, 'sites') if s['display_name'] == VICTIM]
                (told,) = [e for e in site['errors'] if e['error_class'] == harness.value('ERROR_CLASS', error)]
                self.assertEqual(told['kind_count'], len(failing))
                self.assertEqual(told['failing_since_time'], min(k['failing_since_time'] for k in failing))
                self.assertRegex(self.query(db, 'sites')[1], r'%s \(\d+ s\)' % error)
                self.assertRegex(self.query(db, 'shares')[1], r'%s, 2 x \(\d+ s\)' % error)
                self.assertRegex(self.query(db, 'crawls')[1], r'\b%s \d' % error)
                out = harness.run('cis-crawler', 'status', '--db', db)[1]
                self.assertIn('CIS WARNING', out)
                self.assertRegex(out, r'%s for \d+ (s|min), data (\d+ (s|min) old|never fetched)' % error)

    def test_limits_that_are_hit_are_counted_in_log_history_and_status(self):
        db = self.copy('limits')
        self.faults({'kind': 'bomb', 'site': VICTIM, 'service': 'glance'})
        code, _, err = self.crawl(db, *ONLY, '--log-format', 'json')
        self.assertEqual(code, 3)
        done = [json.loads(line) for line in err.splitlines() if '"crawl.done"' in line][0]
        self.assertRegex(done['limits'], r'\bgzip-ratio=\d')
        crawl = max(self.query_json(db, 'crawls'), key=lambda c: int(c['name'].split('/')[1]))
        hits = {entry['limit']: entry['count'] for entry in crawl['limit_hits']}
        self.assertGreaterEqual(hits['CRAWL_LIMIT_GZIP_RATIO'], 1)
        self.assertRegex(self.query(db, 'crawls')[1], r'LIMITS REACHED[^$]*gzip-ratio \d')

    def test_a_slow_site_does_not_delay_the_others(self):
        db = self.copy('slow')
        con = sqlite3.connect(db)
        before = con.execute('SELECT max(attempt_time_us) FROM share_kind').fetchone()[0]
        self.faults({'kind': 'drip', 'site': VICTIM, 'seconds': 0.2})
        child = subprocess.Popen(
            [harness.program('cis-crawler'), 'crawl', '--sites', self.sites, '--db', db, '--timeout', '60s'],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=dict(harness.clean_env(), CIS_REPLAY_PASSWORD=harness.PASSWORD))
        try:
            end = time.monotonic() + 60
            others = con.execute('SELECT count(*) FROM share h JOIN endpoint e ON e.id = h.endpoint_id '
                                 'JOIN site s ON s.id = e.site_id WHERE s.name <> ?', (VICTIM,)).fetchone()[0]
            done = 0
            while done < others and time.monotonic() < end:
                self.assertIsNone(child.poll(), 'the crawl ended before the slow site could')
                done = con.execute(
                    'SELECT count(*) FROM (SELECT h.id FROM share h JOIN share_kind k ON k.share_id = h.id '
                    "WHERE k.success_time_us > ? GROUP BY h.id HAVING count(*) = 5)", (before,)).fetchone()[0]
                time.sleep(0.02)    # a bounded poll of what a server would see
            self.assertEqual(done, others, 'committed while the slow site drips')
        finally:
            child.terminate()
            child.wait()
            con.close()
        self.assertEqual(self.names(db), self.names(self.good))

    def test_a_database_that_is_locked(self):
        db = self.copy('locked')
        holder = sqlite3.connect(db, isolation_level=None)
        holder.execute('BEGIN IMMEDIATE')
        code, _, err = self.crawl(db, *ONLY)
        self.assertEqual(code, 1, err)
        self.assertRegex(err, r'lock|busy')
        # Readers are served meanwhile.
        self.assertEqual(self.names(db), self.names(self.good))
        holder.execute('ROLLBACK')
        holder.close()
        self.assert_sound(db)
        code, _, err = self.crawl(db)
        self.assertEqual(code, 0, err)

    def test_a_lock_that_goes_away_is_waited_for(self):
        db = self.copy('waited')
        holder = subprocess.Popen(
            [sys.executable, '-c', 'import sqlite3, sys\nc = sqlite3.connect(sys.argv[1], isolation_level=None)\n'
             'c.execute("BEGIN IMMEDIATE")\nprint("held", flush=True)\nsys.stdin.readline()\nc.execute("ROLLBACK")', db],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.assertEqual(holder.stdout.readline(), 'held\n')
        child = subprocess.Popen(
            [harness.program('cis-crawler'), 'crawl', '--sites', self.sites, '--db', db, *ONLY],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            env=dict(harness.clean_env(), CIS_REPLAY_PASSWORD=harness.PASSWORD))
        with self.assertRaises(subprocess.TimeoutExpired):
            child.wait(1)
        holder.communicate('go\n')
        _, err = child.communicate(timeout=60)
        self.assertEqual(child.returncode, 0, err)
        self.assert_sound(db)

    def test_crawls_by_a_clock_that_was_set(self):
        self.assertTrue(os.path.exists(FAKETIME), 'install libfaketime (deploy/packages test)')
        for name, offset in (('forward', '+400d'), ('backward', '-400d')):
            with self.subTest(clock=name):
                db = self.copy(name)
                code, _, err = self.crawl(db, env=faked(FAKETIME=offset))
                self.assertEqual(code, 0, err)
                self.assert_sound(db)
                self.assertEqual(self.names(db), self.names(self.good))
                # The clock is right again: one crawl fails and one succeeds.
                self.faults({'kind': '503', 'site': VICTIM, 'seconds': 0})
                code, _, err = self.crawl(db, *ONLY)
                self.assertEqual(code, 3, err)
                self.faults()
                self.assertEqual(self.names(db), self.names(self.good))
                code, _, err = self.crawl(db)
                self.assertEqual(code, 0, err)
                self.assert_sound(db)
                for share in self.query_json(db, 'shares'):
                    self.assertEqual(share['state'], 'DATA_STATE_FRESH')

    def test_a_clock_that_is_set_in_the_middle_of_a_crawl(self):
        for name, offset in (('later', '+40d'), ('earlier', '-40d')):
            with self.subTest(clock=name):
                db, stamp = self.copy('mid-' + name), self.path('clock-' + name)
                write(stamp, '+0')
                self.faults({'kind': 'timeout', 'site': VICTIM, 'service': 'glance', 'seconds': 2})
                child = subprocess.Popen(
                    [harness.program('cis-crawler'), 'crawl', '--sites', self.sites, '--db', db, *ONLY],
                    stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                    env=dict(harness.clean_env(), CIS_REPLAY_PASSWORD=harness.PASSWORD,
                             **faked(FAKETIME_TIMESTAMP_FILE=stamp)))
                con = sqlite3.connect(db)
                end = time.monotonic() + 30
                while time.monotonic() < end and con.execute(
                        'SELECT count(*) FROM crawl_result WHERE crawl_id = (SELECT max(id) FROM crawl)'
                        " AND kind <> 'auth'").fetchone()[0] < 3:
                    time.sleep(0.02)     # a bounded poll: it is in the middle
                con.close()
                write(stamp, offset)
                _, err = child.communicate(timeout=60)
                self.assertEqual(child.returncode, 0, err)
                self.faults()
                self.assert_sound(db)
                self.assertEqual(self.names(db), self.names(self.good))
                code, _, err = self.crawl(db)
                self.assertEqual(code, 0, err)

    def test_an_endpoint_that_fails_for_days_is_backed_off_from(self):
        db = self.copy('backing-off')
        path = site_file(self.sites, VICTIM)
        port = re.search(r'endpoint: http://127.0.0.1:(\d+)', read(path)).group(1)
        self.faults({'kind': 'reset', 'site': VICTIM, 'service': 'keystone'})
        words = []
        for night in range(1, 8):
            code, _, err = self.crawl(db, env=faked(FAKETIME='+%dd' % night))
            self.assertEqual(code, 3, err)
            words.append('backing-off' in err)
        self.assertFalse(any(words[:3]), 'in the first days every crawl asks')
        self.assertTrue(any(words[3:]), 'then it is backed off from')
        env = faked(FAKETIME='+169h')
        out = harness.run('cisquery', '--db', db, 'sites', env=env)[1]
        self.assertRegex(out, r'SHARES +AGE +FAILING +NEXT ATTEMPT')
        self.assertRegex(out, r'CESGA .*3 stale .*connect \(\d d\) +\d\d-\d\d \d\d:\d\d UTC\n')
        out = harness.run('cisquery', '--db', db, 'shares', '--site', VICTIM, env=env)[1]
        self.assertIn('backing off until', out)
        self.assertRegex(harness.run('cisquery', '--db', db, 'crawls', env=env)[1], r'BACKING OFF')
        out = harness.run('cis-crawler', 'status', '--db', db, env=env)[1]
        self.assertRegex(out, r'backing off, next attempt in \d+ (s|min|h|d)')
        # Who insists asks at once: --site, or --no-back-off.
        for args in (('--site', VICTIM), ('--no-back-off',)):
            _, _, err = self.crawl(db, *args, env=faked(FAKETIME='+170h'))
            self.assertNotIn('backing-off', err)
            self.assertIn('127.0.0.1:' + port, err)
        self.assertEqual(self.names(db), self.names(self.good))
        # The site recovers, and CIS notices within the longest wait without intervention.
        self.faults()
        for night in range(8, 16):
            code, _, err = self.crawl(db, env=faked(FAKETIME='+%dd' % night))
            if code == 0:
                break
        self.assertEqual(code, 0, err)
        self.assert_sound(db)

    def test_one_table_shows_five_sites_that_misbehave_in_five_ways(self):
        db = self.copy('story')
        sites = self.sites_with('story-sites', lambda text: text)
        tls = site_file(sites, 'CIS-LAB-DIRECT')
        write(tls, read(tls).replace('endpoint: http:', 'endpoint: https:'))
        self.faults({'kind': 'timeout', 'site': VICTIM, 'seconds': 30},
                    {'kind': '503', 'site': 'CIS-LAB-CLASSIC', 'seconds': 0},
                    {'kind': '401', 'site': 'CIS-LAB-SIX', 'service': 'keystone'},
                    {'kind': 'html', 'site': OTHER, 'service': 'glance'})
        code, _, err = self.crawl_sites(db, sites, '--timeout', '1s')
        self.assertEqual(code, 3, err)
        out = self.query(db, 'sites')[1]
        self.assertLessEqual(max(len(line) for line in out.splitlines()), 100, out)
        for name, error, kind in ((VICTIM, 'timeout', 'auth'), ('CIS-LAB-CLASSIC', 'server', 'auth'),
                                  ('CIS-LAB-DIRECT', 'tls', 'auth'), ('CIS-LAB-SIX', 'auth', 'auth'),
                                  (OTHER, 'parse', 'images')):
            shares = len(re.findall('- name:', read(site_file(sites, name))))
            # An endpoint that moved to another URL is a new one, of which nothing was read yet.
            state = 'missing' if error == 'tls' else 'stale'
            self.assertRegex(out, r'%s +\? +%s +%d %s +[^\n]+ %s \(\d+ s\)\n  %s of %d shares since \d{4}-'
                             % (name, state, shares, state, error, kind, shares))

    def test_what_is_asked_once_per_endpoint_is_the_same_for_all_its_shares(self):
        for name, recorded in recording.load_all(os.path.join(harness.ROOT, 'tests/replay/recorded')).items():
            answers = [json.loads(e.body) for e in recorded.exchanges.values() if e.target == '/v2.0/extensions']
            self.assertGreater(len(answers), 1, name)
            for answer in answers:
                self.assertEqual(sorted(e['alias'] for e in answer['extensions']),
                                 sorted(e['alias'] for e in answers[0]['extensions']), name)

    def test_data_age_from_fresh_over_stale_to_expired(self):
        """Expired data is still there, too: nothing is deleted because a crawl failed."""
        for offset, state in (('+0', 'FRESH'), ('+2d', 'STALE'), ('+20d', 'EXPIRED')):
            out = harness.run('cisquery', '--db', self.good, '-o', 'json', 'shares', env=faked(FAKETIME=offset))[1]
            self.assertEqual({s['state'] for s in json.loads(out)}, {'DATA_STATE_' + state})
            self.assertEqual(self.names(self.good)['images'], sorted(i['name'] for i in json.loads(harness.run(
                'cisquery', '--db', self.good, '-o', 'json', 'images', env=faked(FAKETIME=offset))[1])
                if i.get('active', True)))


class Tls(harness.Case):
    replay_args = ('--tls',)

    def test_tls_errors_are_errors_and_ca_files_are_per_site(self):
        db = self.crawled('good.db')
        path = site_file(self.sites, VICTIM)
        text = read(path)
        certificate = self.path('replay/tls/ca.pem')
        wrong = self.path('other-ca.pem')
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
                        '-days', '1', '-keyout', self.path('other.key'), '-out', wrong, '-subj', '/CN=other CA'],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        cases = {
            'a CA that did not sign it': text.replace('../tls/ca.pem', wrong),
            'no CA of its own': re.sub(r'\n  ca_file: .*', '', text),
        }
        for what, changed in cases.items():
            with self.subTest(what):
                write(path, changed)
                copy = self.path('copy.db')
                shutil.copy(db, copy)
                code, _, err = self.crawl(copy)
                write(path, text)
                self.assertEqual(code, 3, err)
                self.assertIn('error=tls', err)
                self.assertNotRegex(err, r'crawl\.failure site=INFN')
                self.assert_sound(copy)
        with self.subTest('certificates that have expired'):      # they are valid for 30 days
            copy = self.path('copy.db')
            shutil.copy(db, copy)
            code, _, err = self.crawl(copy, *ONLY, env=faked(FAKETIME='+40d'))
            self.assertEqual(code, 4, err)
            self.assertIn('expired', err)
            self.assertIn('errors="tls=2"', err)
        self.assertTrue(os.path.exists(certificate))
        code, _, err = self.crawl(db)
        self.assertEqual(code, 0, err)

    def test_http2_is_spoken_where_it_is_offered(self):
        db = self.crawled('http1.db')
        path = site_file(self.sites, VICTIM)
        text = read(path)
        keystone = re.search(r'endpoint: https://127.0.0.1:(\d+)', text).group(1)
        port = free_port()
        tls = os.path.join(self.replay_dir, 'tls')
        proxy = harness.Process(
            ['/usr/sbin/nghttpx', '--conf=/dev/null', '--frontend=127.0.0.1,%d' % port, '--workers=1', '--insecure',
             '--backend=127.0.0.1,%s;;tls' % keystone, os.path.join(tls, 'server.key'), os.path.join(tls, 'server.pem')],
            self.path('nghttpx.log'), 'Listening on')
        try:
            write(path, text.replace(':' + keystone, ':%d' % port))
            code, _, err = self.crawl(db, '--site', VICTIM)
        finally:
            write(path, text)
            proxy.stop()
        self.assertEqual(code, 0, err)
        shares = len(re.findall('- name:', text))
        self.assertRegex(err, r'http2=%d\b' % shares)     # each login
        self.assertEqual([s['state'] for s in self.query_json(db, 'shares', '--site', VICTIM)
                          if str(port) in s['keystone_url']], ['DATA_STATE_FRESH'] * shares)


if __name__ == '__main__':
    unittest.main()
