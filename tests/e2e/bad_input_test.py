#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Bad input gets one clear sentence with the wrong value and the right form, and the contracted exit code."""
import os
import unittest

import harness

VO = 'vo.access.egi.eu'


class BadInput(harness.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.db = cls.crawled('cis.db')
        cls.files = {
            'broken.yaml': 'gocdb: X\nendpoint: https://x.example/v3\nvos:\n  - name: [unclosed\n',
            'tabs.yaml': 'gocdb: X\n\tendpoint: https://x.example/v3\n',
            'nothing.yaml': 'vos: []\n',
            'not-a-url.yaml': 'gocdb: X\nendpoint: ftp://x\nvos:\n  - name: v\n    auth:\n      project_id: p\n',
            'inline.yaml': 'gocdb: X\nendpoint: https://x.example/v3\ncis:\n  auth:\n    type: password\n'
                           '    username: u\n    password: hunter2\nvos:\n  - name: v\n    auth:\n      project_id: p\n',
            'overrides.yaml': 'overrides:\n  - site: CESGA\n    kind: image\n    id: x\n    set: {os_distr: ubuntu}\n'
                              '    author: me\n    date: 2026-11-22\n    reason: because\n',
            'text.db': 'this is not a database, however long it may be' * 100,
        }
        for name, text in cls.files.items():
            with open(os.path.join(cls.dir, name), 'w', encoding='utf-8') as f:
                f.write(text)

    def check(self, name, args, code, *words, stdin=None):
        got, out, err = harness.run(name, *[a.replace('DIR', self.dir) for a in args], stdin=stdin)
        text = err.strip()
        with self.subTest(args=' '.join(args)):
            self.assertEqual(got, code, (out, err))
            for word in words:
                self.assertIn(word, text)
            self.assertLessEqual(len(text.split('\n')), 3, text)
            self.assertNotRegex(text, r'terminate called|Aborted|core dumped|absl::|std::')
            self.assertNotIn('hunter2', text)

    def test_the_crawler_refuses_bad_input_by_name(self):
        crawl = ['crawl', '--db', 'DIR/x.db', '--sites']
        for args, code, words in (
                (['crawl', '--bogus'], 2, ['--bogus']),
                (['dance'], 2, ['dance']),
                ([], 2, []),
                (['crawl', '--db', 'DIR/x.db'], 2, ['--sites']),
                (crawl + ['DIR/absent'], 2, ['absent']),
                (crawl + ['DIR/broken.yaml'], 2, ['broken.yaml:']),
                (crawl + ['DIR/tabs.yaml'], 2, ['tabs.yaml:2']),
                (crawl + ['DIR/nothing.yaml'], 2, ['nothing.yaml', 'gocdb']),
                (crawl + ['DIR/not-a-url.yaml'], 2, ['ftp://x', 'https']),
                (crawl + ['DIR/inline.yaml'], 2, ['inline.yaml:', 'password_env']),
                (crawl + ['DIR/replay/sites', '--site', 'CESGAA'], 2, ['CESGAA', 'CESGA']),
                (crawl + ['DIR/replay/sites', '--vo', 'vo.acess.egi.eu'], 2, ['vo.acess.egi.eu', VO]),
                (crawl + ['DIR/replay/sites', '--timeout', '8Q'], 2, ['8Q']),
                (['crawl', '--sites', 'DIR/replay/sites', '--db', 'DIR/text.db'], 2, ['text.db']),
                (['status', '--db', 'DIR/absent.db'], 3, []),
                (['status', '--db', 'DIR/cis.db', '--max-age', 'tomorrow'], 3, []),
                (['renormalize', '--db', 'DIR/absent.db'], 2, ['absent.db']),
                (crawl + ['DIR/replay/sites', '--overrides', 'DIR/overrides.yaml'], 2,
                 ['overrides.yaml:5', 'os_distr', 'os_distro']),
                (['renormalize', '--db', 'DIR/cis.db', '--overrides', 'DIR/absent.yaml'], 2, ['absent.yaml']),
                (['lint', '--db', 'DIR/cis.db', '--rules', 'DIR'], 2, ['--rules', 'no table']),
                (['lint', '--db', 'DIR/cis.db', '-o', 'yaml'], 2, ['yaml', 'json']),
                (['normalize', '--kind', 'volumes'], 2, ['volumes', 'flavors'])):
            self.check('cis-crawler', args, code, *words)
        self.check('cis-crawler', ['normalize', '--kind', 'images'], 2, 'JSON', stdin='<html>')

    def test_the_server_refuses_bad_input_by_name(self):
        for args, words in ((['--bogus'], ['--bogus']), ([], ['--db']),
                            (['--db', 'DIR/text.db', '--listen', '127.0.0.1:0'], ['text.db']),
                            (['--db', 'DIR/cis.db', '--listen', 'nowhere'], ['nowhere']),
                            (['--db', 'DIR/cis.db', '--listen', '127.0.0.1:0', '--tls-cert',
                              'DIR/absent.pem', '--tls-key', 'DIR/absent.key'], ['absent.pem'])):
            self.check('cis-server', args, 2, *words)

    def test_cisquery_refuses_bad_input_by_name(self):
        db = ['--db', 'DIR/cis.db']
        for args, words in (
                (['--bogus', 'sites'], ['--bogus']),
                (['dance'], ['dance']),
                (['--db', 'DIR/absent.db', 'sites'], ['absent.db']),
                (['--db', 'DIR/text.db', 'sites'], ['text.db']),
                (['--server', '127.0.0.1:1', 'sites'], ['127.0.0.1:1']),
                (db + ['place', '--vo', VO, '--ram', '8Q'], ['8Q', '8G']),
                (db + ['place', '--vo', VO, '--vcpus', 'two'], ['two']),
                (db + ['place', '--vo', VO, '--vcpus', '8..2'], ['8..2']),
                (db + ['place', '--vo', VO, '--os', '>=>='], ['>=>=']),
                (db + ['place', '--vo', VO, '--count', '-1'], ['-1']),
                (db + ['place', '--vo', VO, '--max-age', 'soon'], ['soon']),
                (db + ['place', '--vo', VO, '--sort-by', 'colour'], ['colour']),
                (db + ['place'], ['--vo']),
                (db + ['flavors', '--page-size', '-3'], ['-3']),
                (db + ['flavors', '--filter', 'colour = 3'], ['colour', 'vcpu_count']),
                (db + ['flavors', '--order-by', 'colour'], ['colour']),
                (db + ['flavors', '-o', 'xml'], ['xml', 'json'])):
            self.check('cisquery', args, 1, *words)

    def test_what_does_not_exist_is_no_match(self):
        db = ['--db', 'DIR/cis.db']
        self.check('cisquery', db + ['flavors', '--site', 'NOWHERE'], 2, 'NOWHERE')
        self.check('cisquery', db + ['show', 'nothing-like-that'], 2, 'nothing-like-that')

    def test_an_unknown_vo_is_no_match_with_a_suggestion(self):
        code, out, err = harness.run('cisquery', '--db', self.db, 'place', '--vo', 'vo.acess.egi.eu')
        self.assertEqual(code, 2)
        self.assertIn(VO, out + err)

    def test_a_newer_database_is_refused(self):
        newer = self.path('newer.db')
        import shutil       # pylint: disable=import-outside-toplevel
        import sqlite3      # pylint: disable=import-outside-toplevel
        shutil.copy(self.db, newer)
        con = sqlite3.connect(newer)
        con.execute('PRAGMA user_version = 4711')
        con.commit()
        con.close()
        for name, args, code in (('cis-crawler', ['crawl', '--sites', self.sites, '--db', newer], 2),
                                 ('cis-server', ['--db', newer, '--listen', '127.0.0.1:0'], 2),
                                 ('cisquery', ['--db', newer, 'sites'], 1)):
            self.check(name, args, code, '4711', 'newer')


if __name__ == '__main__':
    unittest.main()
