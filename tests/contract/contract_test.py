#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the API: buf's lint, its compatibility with the released one, and the two sessions of
proto/README.md."""
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'e2e'))
import harness  # pylint: disable=wrong-import-position

BUF = os.path.join(harness.ROOT, 'tests', 'contract', 'buf')
PROTO = os.path.join(harness.ROOT, 'proto')
# Debian's Python, which has Debian's python3-grpcio; another Python may come first in PATH.
PYTHON = '/usr/bin/python3'


def sections(path):
    """Returns title -> [(language, text)] of the blocks of code in each section of a page."""
    with open(path, encoding='utf-8') as f:
        parts = re.split(r'^## (.+)$', f.read(), flags=re.M)
    return {title: re.findall(r'^```(\w+)\n(.*?)^```$', text, re.M | re.S)
            for title, text in zip(parts[1::2], parts[2::2])}


def run(*args, **kw):
    return subprocess.run(args, capture_output=True, text=True, timeout=120, check=False, **kw)


class Contract(harness.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        database = cls.crawled('contract.db')
        log = os.path.join(cls.dir, 'server.log')
        cls.server = harness.Process([harness.program('cis-server'), '--db', database, '--listen', '127.0.0.1:0'],
                                     log, 'snapshot.published')
        cls.address = re.search(r'server\.listening address=(\S+)', cls.server.text()).group(1)
        cls.page = sections(os.path.join(PROTO, 'README.md'))
        # What the page's commands expect to find in the current folder.
        cls.folder_of_page = os.path.join(cls.dir, 'page')
        os.makedirs(os.path.join(cls.folder_of_page, 'tests'))
        os.symlink(PROTO, os.path.join(cls.folder_of_page, 'proto'))
        os.symlink(os.path.dirname(BUF), os.path.join(cls.folder_of_page, 'tests', 'contract'))

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()
        super().tearDownClass()

    def shell(self, command):
        done = run('bash', '-ec', command, cwd=self.folder_of_page,
                   env=dict(harness.clean_env(), CIS_SERVER=self.address))
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_the_session_in_python(self):
        (_, stubs), (_, program), (_, answer) = self.page['A session in Python']
        self.shell(stubs)
        done = run(PYTHON, '-c', program, cwd=self.folder_of_page,
                   env=dict(harness.clean_env(), CIS_SERVER=self.address, PYTHONPATH='stubs'))
        self.assertEqual((done.stdout, done.stderr), (answer, ''))

    def test_the_session_with_buf_curl(self):
        (_, command), (_, answer) = self.page['A session with buf curl']
        self.assertEqual(json.loads(self.shell(command)), json.loads(answer))

    def test_the_lint_finds_nothing(self):
        done = run(BUF, 'lint', PROTO)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ''))

    def released(self):
        """Returns the image of the newest release."""
        images = glob.glob(os.path.join(PROTO, 'api-*.binpb'))
        self.assertTrue(images)
        return max(images, key=lambda path: [int(n) for n in re.findall(r'\d+', os.path.basename(path))])

    def breaking(self, proto):
        done = run(BUF, 'breaking', proto, '--against', self.released())
        return done.returncode, done.stdout + done.stderr

    def test_the_api_only_grows(self):
        self.assertEqual(self.breaking(PROTO), (0, ''))

    def test_what_breaks_clients_is_found(self):
        for path, before, after, told in (
                ('cis/v1/inventory.proto', r'  optional int64 vcpu_count = 7;', '  reserved 7;', 'vcpu_count'),
                ('cis/v1/inventory.proto', r'  optional int64 ram_mib = 8;', '  optional double ram_mib = 8;', 'ram_mib'),
                ('cis/v1/common.proto', r'DATA_STATE_STALE = 2;', 'DATA_STATE_OLD = 2;', 'DATA_STATE_STALE'),
                ('cis/v1/placement.proto', r'rpc GetPlacement\(', 'rpc CheckPlacement(', 'GetPlacement')):
            with self.subTest(path=path, after=after):
                copy = os.path.join(self.dir, 'broken')
                shutil.copytree(PROTO, copy)
                self.addCleanup(shutil.rmtree, copy, ignore_errors=True)
                path = os.path.join(copy, path)
                with open(path, encoding='utf-8') as f:
                    text, count = re.subn(before, after, f.read(), count=1)
                self.assertEqual(count, 1)
                with open(path, 'w', encoding='utf-8') as f:
                    f.write(text)
                code, out = self.breaking(copy)
                self.assertNotEqual(code, 0)
                self.assertIn(told, out)
                shutil.rmtree(copy)

    def test_the_released_version_is_the_one_that_is_built(self):
        version = re.search(r'api-(.+)\.binpb', self.released()).group(1)
        for path, said in (('CMakeLists.txt', r'project\(cis VERSION %s '), ('CHANGELOG.md', r'## %s\b')):
            with open(os.path.join(harness.ROOT, path), encoding='utf-8') as f:
                found = re.search(r'(?m)^' + said % re.escape(version), f.read())
            self.assertTrue(found, '%s does not speak of %s' % (path, version))


if __name__ == '__main__':
    unittest.main()
