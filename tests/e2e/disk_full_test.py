#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A full disk: the crawl ends with 1 and reports it, the existing data is served, and a crawl with
room recovers. Needs root, for a small file system of its own (label `root`)."""
import os
import shutil
import subprocess
import sys
import unittest

import harness

SKIPPED = 77      # CTest's number for it: SKIP_RETURN_CODE


class DiskFull(harness.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mount = os.path.join(cls.dir, 'small')
        os.mkdir(cls.mount)
        subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=6m', 'cis-disk-full', cls.mount], check=True)
        cls.db = os.path.join(cls.mount, 'cis.db')

    @classmethod
    def tearDownClass(cls):
        subprocess.run(['umount', cls.mount], check=True)
        super().tearDownClass()

    def names(self, db):
        return {n: sorted(r['name'] for r in self.query_json(db, n) if r.get('active', True))
                for n in ('flavors', 'images', 'networks')}

    def fill(self, left):
        """Leaves `left` bytes free on the small file system."""
        space = os.statvfs(self.mount)
        with open(os.path.join(self.mount, 'ballast'), 'wb') as f:
            f.write(b'x' * max(0, space.f_bavail * space.f_frsize - left))

    def drain(self):
        os.unlink(os.path.join(self.mount, 'ballast'))

    def test_a_full_disk(self):
        code, _, err = self.crawl(self.db)
        self.assertEqual(code, 0, err)
        want = self.names(self.db)
        copy = self.path('before.db')
        shutil.copy(self.db, copy)
        ends = set()
        for left in (0, 4096, 20000, 60000, 120000, 250000, 400000):
            with self.subTest(left=left):
                self.fill(left)
                code, _, err = self.crawl(self.db)
                ends.add(code)
                self.assertIn(code, (0, 1), err)
                if code == 1:
                    self.assertRegex(err, r'full|disk|space')
                # While the disk is full, the last good data is served.
                self.assertEqual(self.names(self.db), want)
                self.drain()
                self.assert_sound(self.db)
                code, _, err = self.crawl(self.db)
                self.assertEqual(code, 0, err)
                self.assertEqual(self.names(self.db), want)
        self.assertIn(1, ends, 'no crawl met the full disk')

    def test_a_first_crawl_on_a_full_disk(self):
        db = os.path.join(self.mount, 'first.db')
        self.fill(0)
        code, _, err = self.crawl(db)
        self.assertIn(code, (1, 2), err)
        self.assertRegex(err, r'full|disk|space')
        self.drain()
        code, _, err = self.crawl(db)
        self.assertEqual(code, 0, err)
        self.assert_sound(db)
        for suffix in ('', '-wal', '-shm', '.lock'):
            if os.path.exists(db + suffix):
                os.unlink(db + suffix)


if __name__ == '__main__':
    if os.geteuid() != 0:
        print('skipped: a small file system needs root')
        sys.exit(SKIPPED)
    unittest.main()
