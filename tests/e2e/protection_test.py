#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Permissions on what CIS stores, files that cannot be written, and what is logged once the server
serves."""
import fcntl
import os
import resource
import shutil
import signal
import stat
import subprocess
import time
import unittest

import harness

NOBODY = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']


class Protection(harness.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        before = os.umask(0o022)
        cls.db = cls.crawled('cis.db')
        code, _, err = harness.run('cis-crawler', 'backup', '--db', cls.db, '--to', os.path.join(cls.dir, 'copy.db'))
        os.umask(before)
        assert code == 0, err

    def server(self, name, db, *args, before=()):
        server = harness.Process(list(before) + [harness.program('cis-server'), '--db', db, '--listen', 'unix:' + self.path(name),
                                                 '--refresh-interval', '50ms'] + list(args),
                                 self.path(name + '.log'), 'snapshot.published')
        self.addCleanup(server.stop)
        return server

    def ask(self, name):
        return harness.run('cisquery', '--server', 'unix:' + self.path(name), 'sites', '-o', 'name')

    def test_files_are_not_for_others(self):
        for name in ('cis.db', 'cis.db-wal', 'cis.db-shm', 'copy.db'):
            mode = stat.S_IMODE(os.stat(self.path(name)).st_mode)
            self.assertEqual(mode, 0o640, (name, oct(mode)))

    def test_a_folder_is_no_database(self):
        for name, args, code in (('cis-server', ['--db', self.dir, '--listen', 'unix:' + self.path('f')], 2),
                                 ('cisquery', ['--db', self.dir, 'sites'], 1),
                                 ('cis-crawler', ['crawl', '--sites', self.sites, '--db', self.dir], 2)):
            got, _, err = harness.run(name, *args)
            with self.subTest(name):
                self.assertEqual(got, code, err)
                self.assertIn('this is a folder', err)

    def test_the_crawler_leaves_no_core(self):
        crawler = subprocess.Popen(
            [harness.program('cis-crawler'), 'normalize', '--kind', 'images'], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            preexec_fn=lambda: resource.setrlimit(
                resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2))
        try:
            # The crawler reads its input only after it has started: once it has taken a pipe's
            # worth, it runs.
            os.set_blocking(crawler.stdin.fileno(), True)
            fcntl.fcntl(crawler.stdin.fileno(), fcntl.F_SETPIPE_SZ, 4096)
            crawler.stdin.write(b' ' * 65536)
            crawler.stdin.flush()
            with open('/proc/%d/limits' % crawler.pid, encoding='ascii') as f:
                limits = f.read()
            self.assertRegex(limits, r'Max core file size +0 +0 ')
        finally:
            crawler.stdin.close()
            crawler.kill()
            crawler.wait()
            crawler.stdout.close()

    def test_a_folder_that_cannot_be_written_is_served(self):
        folder = self.path('closed')
        os.mkdir(folder)
        db = os.path.join(folder, 'cis.db')
        shutil.copy(self.path('copy.db'), db)
        subprocess.run(['sqlite3', db, 'PRAGMA journal_mode = WAL'], check=True, stdout=subprocess.DEVNULL)
        os.chmod(self.dir, 0o755)
        os.chmod(db, 0o444)
        os.chmod(folder, 0o555)
        self.addCleanup(os.chmod, folder, 0o755)
        self.assertEqual(os.listdir(folder), ['cis.db'])
        before = NOBODY if os.geteuid() == 0 else []
        want = self.query(self.db, 'sites', '-o', 'name')
        got = subprocess.run(before + [harness.program('cisquery'), '--db', db, 'sites', '-o', 'name'],
                             capture_output=True, text=True, check=False)
        self.assertEqual((got.returncode, got.stdout), want[:2], got.stderr)

    @unittest.skipIf(os.geteuid() != 0, 'a read-only file system needs root; the test above covers what others can do')
    def test_a_read_only_file_system_is_served_and_followed(self):
        real, shown = self.path('real'), self.path('shown')
        os.mkdir(real)
        os.mkdir(shown)
        db = os.path.join(real, 'cis.db')
        shutil.copy(self.path('copy.db'), db)
        subprocess.run(['mount', '--bind', real, shown], check=True)
        self.addCleanup(subprocess.run, ['umount', '-l', shown], check=True)
        subprocess.run(['mount', '-o', 'remount,bind,ro', shown], check=True)
        server = self.server('ro', os.path.join(shown, 'cis.db'))
        self.assertEqual(self.ask('ro')[0], 0)
        code, _, err = self.crawl(db)
        self.assertEqual(code, 0, err)
        end = time.monotonic() + 60
        while server.text().count('snapshot.published') < 2:
            self.assertLess(time.monotonic(), end, server.text())
            time.sleep(0.02)   # a poll of a file, not a wait for a state
        code, out, err = harness.run('cisquery', '--server', 'unix:' + self.path('ro'), 'crawls', '-o', 'name')
        self.assertEqual(code, 0, err)
        self.assertEqual(len(out.split()), 2)

    def test_a_snapshot_is_announced_when_it_serves(self):
        """The server's log is a pipe with room for its first line only: the server stops there
        before the second is written."""
        address = 'unix:' + self.path('s')
        read, write = os.pipe()
        fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, 4096)
        first = 'server.listening address=%s http="" db=%s' % (address, self.db)
        room = len('2026-01-02T03:04:05.000Z info ' + first + '\n') + 20
        os.write(write, b'x' * (4096 - room))
        child = subprocess.Popen([harness.program('cis-server'), '--db', self.db, '--listen', address], stderr=write)
        os.close(write)
        try:
            end = time.monotonic() + 60
            while self.ask('s')[0] != 0:
                self.assertIsNone(child.poll())
                self.assertLess(time.monotonic(), end, 'it does not serve before it says so')
                time.sleep(0.05)   # each attempt is a request; the test waits for its answer
            # The line did not fit, so it was not written yet.
            log = os.read(read, 1 << 16)
            self.assertIn(b'server.listening', log)
            self.assertNotIn(b'snapshot.published', log)
            while b'snapshot.published' not in log:
                more = os.read(read, 1 << 16)
                self.assertNotEqual(more, b'')
                log += more
        finally:
            child.send_signal(signal.SIGTERM)
            child.wait(30)
            os.close(read)


if __name__ == '__main__':
    unittest.main()
