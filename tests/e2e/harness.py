# SPDX-License-Identifier: Apache-2.0
"""Programs, a replay and a database in a temporary folder, for tests of the whole path."""
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.environ.get('CIS_BIN') or os.path.join(ROOT, 'build', 'dev', 'bin')
PASSWORD = 'e2e-pass-7c1d9f'          # accepted by the replay; must appear nowhere afterwards


def program(name):
    return os.path.join(BIN, name)


def run(name, *args, env=None, stdin=None, timeout=120):
    """Runs one of the programs; returns (exit code, stdout, stderr)."""
    r = subprocess.run([program(name)] + list(args), input=stdin, capture_output=True, text=True,
                       timeout=timeout, check=False,
                       env=dict(clean_env(), **dict({'CIS_REPLAY_PASSWORD': PASSWORD}, **(env or {}))))
    return r.returncode, r.stdout, r.stderr


def clean_env():
    return {k: v for k, v in os.environ.items()
            if not k.lower().endswith('_proxy') and not k.startswith(('OS_', 'CIS_', 'OIDC_'))}


def value(prefix, word):
    """Returns the value of an enum of the API for a word: value('ERROR_CLASS', 'not-found')."""
    return '%s_%s' % (prefix, word.upper().replace('-', '_'))


class Process:
    """A server that a test starts; ends with the test."""

    def __init__(self, args, log, ready):
        self.log = log
        with open(log, 'w', encoding='utf-8') as out:
            self.child = subprocess.Popen(args, stdout=out, stderr=out, env=dict(
                clean_env(), CIS_REPLAY_PASSWORD=PASSWORD))
        end = time.monotonic() + 60
        while ready not in self.text():
            if self.child.poll() is not None or time.monotonic() > end:
                self.stop()
                raise AssertionError('%s did not say "%s":\n%s' % (args[0], ready, self.text()))
            time.sleep(0.02)   # a poll of a file, not a wait for a state

    def text(self):
        with open(self.log, encoding='utf-8', errors='replace') as f:
            return f.read()

    def stop(self, sig=signal.SIGTERM):
        """Ends the server; returns its exit code."""
        if self.child.poll() is None:
            self.child.send_signal(sig)
            try:
                self.child.wait(20)
            except subprocess.TimeoutExpired:
                self.child.kill()
        return self.child.wait()


class Case(unittest.TestCase):
    """One temporary folder and one replay for all tests of a class."""
    replay_args = ()

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix='cis-e2e-')
        cls.dir = cls.folder.name
        cls.replay_dir = os.path.join(cls.dir, 'replay')
        cls.sites = os.path.join(cls.replay_dir, 'sites')
        cls.replay = Process([sys.executable, os.path.join(ROOT, 'tests/replay/replay'), 'serve',
                              '--out', cls.replay_dir] + list(cls.replay_args),
                             os.path.join(cls.dir, 'replay.log'), 'replay ready')

    @classmethod
    def tearDownClass(cls):
        cls.replay.stop()
        cls.folder.cleanup()

    @classmethod
    def crawled(cls, name):
        """Returns the path of a database filled by a crawl of all sites."""
        db = os.path.join(cls.dir, name)
        code, _, err = run('cis-crawler', 'crawl', '--sites', cls.sites, '--db', db)
        assert code == 0, err
        return db

    def path(self, name):
        return os.path.join(self.dir, name)

    def faults(self, *rules):
        """Breaks the running replay; without rules, fixes it."""
        path = os.path.join(self.replay_dir, 'faults.json')
        with open(path + '.new', 'w', encoding='utf-8') as f:
            json.dump(rules, f)
        os.replace(path + '.new', path)

    def crawl(self, db, *args, **kw):
        return run('cis-crawler', 'crawl', '--sites', self.sites, '--db', db, *args, **kw)

    def query(self, db, *args, **kw):
        return run('cisquery', '--db', db, *args, **kw)

    def query_json(self, db, *args):
        code, out, err = self.query(db, '-o', 'json', *args)
        self.assertIn(code, (0, 2), err)
        return json.loads(out)

    def assert_sound(self, db):
        con = sqlite3.connect(db)
        try:
            self.assertEqual(con.execute('PRAGMA integrity_check').fetchall(), [('ok',)])
            self.assertEqual(con.execute('PRAGMA foreign_key_check').fetchall(), [])
        finally:
            con.close()
