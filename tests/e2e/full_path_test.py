#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Crawls, serves and asks: the headline questions, and that every way of asking gives the same
answer."""
import glob
import json
import os
import re
import signal
import subprocess
import unittest
import urllib.request

import harness

VO = 'vo.access.egi.eu'
CESGA_WISH = ['place', '--vo', VO, '--vcpus', '2', '--ram', '4G', '--os', 'ubuntu>=20.04', '--public-ip']


def without_ages(reply):
    """Returns the value without what depends on the time of the request."""
    return re.sub(r'"(data_age|snapshot_generation)": [^,\n]*,?', '', json.dumps(reply, indent=1, sort_keys=True))


class FullPath(harness.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.db = os.path.join(cls.dir, 'cis.db')
        cls.crawl_result = harness.run('cis-crawler', 'crawl', '--sites', cls.sites, '--db', cls.db,
                                       '--verbose')
        cls.server = harness.Process(
            [harness.program('cis-server'), '--db', cls.db, '--listen', '127.0.0.1:0',
             '--http-listen', '127.0.0.1:0'],
            os.path.join(cls.dir, 'server.log'), 'snapshot.published')
        cls.address = re.search(r'address="?(127\.0\.0\.1:\d+)', cls.server.text()).group(1)

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()
        super().tearDownClass()

    def ask(self, *args):
        return harness.run('cisquery', '--server', self.address, *args)

    def test_the_crawl_refreshes_every_share(self):
        code, out, err = self.crawl_result
        self.assertEqual(code, 0, out + err)
        self.assert_sound(self.db)

    def every_vo(self):
        """Flags for all VOs of the federation, as many as one request may have."""
        code, out, err = self.ask('vos', '-o', 'json')
        self.assertEqual(code, 0, err)
        names = [one['display_name'] for one in json.loads(out)][:20]
        return [word for name in names for word in ('--vo', name)]

    def placements(self, *words):
        code, out, err = self.ask('place', *words, '-o', 'json', '-q')
        self.assertIn(code, (0, 2), err)
        return json.loads(out)['placements']

    def test_each_share_gets_the_first_alternative_that_is_possible(self):
        # 8 H100, else 4 A100, else 2 of any GPU with 40 GB.
        vos = self.every_vo()
        alternatives = (('H100', 8, 'gpu-model=H100'), ('A100', 4, 'gpu-model=A100'),
                        ('any', 2, 'gpu-memory=40G'))
        expected = {}
        for name, count, requirement in reversed(alternatives):
            key, value = requirement.split('=')
            for one in self.placements(*vos, '--count', str(count), '--gpus', '1', '--' + key, value):
                expected[one['share']] = (name, one['machine']['flavor']['name'])
        found = self.placements(*vos, *(word for one in alternatives for word in (
            '--alternative', '%s:%d:gpus=1,%s' % one)))
        self.assertEqual({one['share']: (one['alternative'], one['machine']['flavor']['name'])
                          for one in found}, expected)
        self.assertGreater(len(expected), 0)

    def test_groups_are_placed_where_each_of_them_is_possible(self):
        vos = self.every_vo()
        groups = (('head', 1, ('vcpus', '2'), ('public-ip', 'yes')), ('workers', 3, ('vcpus', '4')))
        flags = [word for name, count, *requirements in groups for word in (
            '--group', '%s:%d:%s' % (name, count, ','.join(map('='.join, requirements))))]
        found = self.placements(*vos, *flags)
        self.assertGreater(len(found), 0)
        heads = {one['share'] for one in self.placements(*vos, '--vcpus', '2', '--public-ip')}
        workers = {one['share'] for one in self.placements(*vos, '--vcpus', '4', '--count', '3')}
        for one in found:
            self.assertIn(one['share'], heads & workers)
            self.assertEqual([(group['display_name'], group['count']) for group in one['groups']],
                             [('head', 1), ('workers', 3)])
            self.assertIsNone(one['machine'])
            self.assertEqual(self.ask('show', one['name'])[0], 0, one['name'])

    def test_the_replay_was_asked_nothing_that_was_not_recorded(self):
        # A replay that answers 404 because of a missing recording would make the crawl meaningless.
        other = harness.Process(self.replay.child.args[:4] + [os.path.join(self.dir, 'second')],
                                os.path.join(self.dir, 'second.log'), 'replay ready')
        code, _, err = harness.run('cis-crawler', 'crawl', '--sites',
                                   os.path.join(self.dir, 'second', 'sites'), '--db',
                                   os.path.join(self.dir, 'second.db'))
        other.stop()
        self.assertEqual(code, 0, err)
        with open(os.path.join(self.dir, 'second', 'summary.json'), encoding='utf-8') as f:
            summary = json.load(f)
        self.assertEqual(summary['misses'], [])
        self.assertGreater(summary['requests'], 50)

    def test_cesga_answers_the_first_users_question(self):
        code, out, err = self.ask(*CESGA_WISH, '--site', 'CESGA', '-o', 'json')
        self.assertEqual(code, 0, err)
        (placement,) = json.loads(out)['placements']
        machine = placement['machine']
        self.assertEqual(machine['flavor']['display_name'], 'cor2mem4hd20')
        self.assertEqual(machine['image']['display_name'],
                         'Image for EGI Ubuntu 20.04 [Ubuntu/20.04/VirtualBox]')
        self.assertEqual(machine['network']['network']['display_name'], 'net-vo.access.egi.eu')
        self.assertEqual(machine['network']['external_network']['display_name'], 'public00')
        self.assertEqual(machine['login_user'], 'ubuntu')
        # The quota is used up, but the project has unattached floating IPs: they are offered.
        self.assertEqual(len(machine['network']['unattached_floating_ip_ids']), 6)
        for field in ('project_id', 'keystone_url', 'region', 'data_age'):
            self.assertTrue(placement.get(field), field)

    def test_padova_never_pairs_the_small_disk_with_the_large_image(self):
        code, out, err = self.ask('place', '--vo', VO, '--ram', '512M', '--site', 'INFN-PADOVA-STACK',
                                  '--os', 'ubuntu', '--all', '--explain', '-o', 'json')
        self.assertEqual(code, 0, err)
        reply = json.loads(out)
        self.assertTrue(reply['placements'])
        for placement in reply['placements']:
            machine = placement['machine']
            if machine['image']['display_name'] == 'Ubuntu Server 18.04 LTS':
                self.assertNotEqual(machine['flavor']['display_name'], 'm1.tiny')
        (verdict,) = [v for v in reply['verdicts'] if v['site_name'] == 'INFN-PADOVA-STACK']
        refused = [p for p in verdict['refused_pairs'] if
                   p['flavor']['display_name'] == 'm1.tiny' and
                   p['image']['display_name'] == 'Ubuntu Server 18.04 LTS']
        self.assertTrue(refused, verdict)
        self.assertIn(refused[0]['reason']['code'],
                      ('REASON_CODE_IMAGE_SIZE_GT_DISK', 'REASON_CODE_IMAGE_MIN_DISK_GT_FLAVOR',
                       'REASON_CODE_IMAGE_VIRTUAL_SIZE_GT_DISK'))
        self.assertRegex(refused[0]['reason']['message'], r'GiB|bytes')

    def test_the_same_answer_in_process_and_over_grpc(self):
        for args in (CESGA_WISH, ['flavors'], ['images', '--vo', VO], ['networks'], ['shares'],
                     ['sites'], ['vos'], ['crawls'], ['endpoints']):
            code, out, err = self.ask('-o', 'json', *args)
            code_db, out_db, err_db = self.query(self.db, '-o', 'json', *args)
            self.assertEqual((code, err), (code_db, err_db), args)
            self.assertEqual(without_ages(json.loads(out)), without_ages(json.loads(out_db)), args)
            self.assertGreater(len(json.loads(out)), 0, args)

    def test_a_second_crawl_reaches_the_running_server(self):
        code, out, _ = self.ask('crawls', '-o', 'json')
        before = len(json.loads(out))
        code, _, err = self.crawl(self.db)
        self.assertEqual(code, 0, err)
        for _ in range(200):          # bounded polling of what a user would see
            _, out, _ = self.ask('crawls', '-o', 'json')
            if len(json.loads(out)) > before:
                break
        self.assertEqual(len(json.loads(out)), before + 1)

    def test_every_output_format_works(self):
        for form in ('table', 'wide', 'json', 'ndjson', 'yaml', 'csv', 'name'):
            for args in (CESGA_WISH, ['flavors'], ['images'], ['networks'], ['sites'], ['shares']):
                code, out, err = self.ask('-o', form, *args)
                self.assertEqual(code, 0, (form, args, err))
                self.assertTrue(out.strip(), (form, args))

    def test_tables_fit_100_columns(self):
        for args in (CESGA_WISH, ['flavors'], ['images'], ['networks'], ['sites'], ['shares'], ['vos']):
            _, out, _ = self.ask(*args)
            self.assertLessEqual(max(len(line) for line in out.split('\n')), 100, args)

    def test_monitoring_sees_readiness_requests_and_ages(self):
        http = re.search(r'http="?(127\.0\.0\.1:\d+)', self.server.text()).group(1)
        self.ask('sites')
        with urllib.request.urlopen('http://%s/readyz' % http, timeout=10) as answer:
            self.assertEqual(answer.status, 200)
        with urllib.request.urlopen('http://%s/metrics' % http, timeout=10) as answer:
            text = answer.read().decode()
        self.assertRegex(text, r'cis_requests_total\{code="ok",method="ListSites"\} [1-9]')
        self.assertIn('cis_shares{state="fresh"} 24', text)
        self.assertRegex(text, r'cis_last_crawl_end_timestamp_seconds 1\d{9}')

    def test_no_match_exits_with_2_and_explains_why_on_one_screen(self):
        code, out, err = self.ask('place', '--vo', VO, '--ram', '999G', '--os', 'ubuntu')
        self.assertEqual(code, 2, err)
        self.assertLessEqual((out + err).count('\n'), 40)
        self.assertRegex(out + err, r'(?i)ram')

    def test_no_secret_anywhere(self):
        secrets = [harness.PASSWORD.encode(), b'replay-']
        files = [f for f in glob.glob(self.dir + '/**/*', recursive=True) if os.path.isfile(f)]
        files = [f for f in files if '/tls/' not in f and not f.endswith('replay.json')]
        self.assertGreater(len(files), 3)
        dump = subprocess.run(['sqlite3', self.db, '.dump'], capture_output=True, check=True).stdout
        texts = {}
        for name in files:
            with open(name, 'rb') as f:
                texts[name] = f.read()
        texts['dump'] = dump
        texts['output'] = ''.join(map(str, self.crawl_result)).encode()
        for doc in self.observations():
            texts['observation %s' % len(texts)] = doc
        for name, text in texts.items():
            for secret in secrets:
                where = text.find(secret)
                self.assertTrue(where < 0 or text[where:where + 11] == b'replay-user', name)

    def observations(self):
        """Returns the raw answers in the database, decompressed."""
        out = subprocess.run(['sqlite3', self.db, 'SELECT hex(bodies_zstd) FROM observation'],
                             capture_output=True, text=True, check=True).stdout.split()
        self.assertGreater(len(out), 20)
        for line in out:
            yield subprocess.run(['zstd', '-dc'], input=bytes.fromhex(line), capture_output=True,
                                 check=True).stdout

    def test_the_server_drains_on_sigterm(self):
        other = harness.Process(
            [harness.program('cis-server'), '--db', self.db, '--listen', '127.0.0.1:0'],
            os.path.join(self.dir, 'other.log'), 'snapshot.published')
        self.assertEqual(other.stop(signal.SIGTERM), 0)


if __name__ == '__main__':
    unittest.main()
