#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Runs tests/tidy in a repository of its own with a stand-in for clang-tidy: what it checks, and what it says."""
import json
import os
import shutil
import subprocess
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# Prints the files that it checks, those of a batch in order, and its list of checks; fails if one has "bad" in it.
TIDY = '''#!/usr/bin/python3
import re, sys
path, checks = sys.argv[-1], [a for a in sys.argv if a.startswith('--checks=')][0]
text = open(path).read()
files = re.findall('#include "(/.*)"', text) or [path]
with open('checked', 'a') as f:
    f.write('%s %s\\n' % (' '.join(p.split('/')[-1] for p in files), checks))
if any('bad' in open(p).read() for p in files):
    print('error: bad')
    sys.exit(1)
'''
UNITS = ('client/a.cc', 'client/b.cc', 'client/c.cc', 'schema/d.cc')


class Tidy(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = os.path.join(os.path.realpath(folder.name), 'cis')
        for path in UNITS + ('client/a.h', 'client/only.h', 'tests/e_test.cc', '.clang-tidy'):
            self.write(path, 'int x;\n')
        self.write('bin/clang-tidy-14', TIDY)
        os.chmod(os.path.join(self.root, 'bin/clang-tidy-14'), 0o755)
        self.write('.gitignore', 'build\nbin\nchecked\n')
        os.makedirs(os.path.join(self.root, 'tests'), exist_ok=True)
        shutil.copy(os.path.join(ROOT, 'tests', 'tidy'), os.path.join(self.root, 'tests'))
        self.write_commands([self.entry(path) for path in UNITS + ('tests/e_test.cc',)])
        self.git('init', '-q')

    def write(self, path, text):
        path = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'w', encoding='utf-8') as f:
            f.write(text)

    def entry(self, path):
        path = os.path.join(self.root, path)
        room = path.split('/')[-2]
        return {'directory': self.root, 'file': path, 'command': 'c++ -I%s -o %s.o -c %s' % (room, path, path)}

    def write_commands(self, entries):
        self.write('build/dev/compile_commands.json', json.dumps(entries))

    def git(self, *args):
        subprocess.run(['git', '-c', 'user.name=a', '-c', 'user.email=a@example.org', *args], cwd=self.root, check=True)

    def commit(self, subject):
        self.git('add', '-A')
        self.git('commit', '-q', '--allow-empty', '-m', subject)

    def run_tidy(self, *args, path=''):
        """(exit code, what was printed, the lists of files that were checked)."""
        log = os.path.join(self.root, 'checked')
        if os.path.exists(log):
            os.remove(log)
        done = subprocess.run(['/usr/bin/python3', 'tests/tidy', '--jobs', '1', *args], cwd=self.root, capture_output=True,
                              text=True, check=False, env=dict(os.environ, PATH=path or '%s/bin:%s' % (self.root, os.environ['PATH'])))
        self.assertEqual(done.stderr, '')
        checked = []
        if os.path.exists(log):
            with open(log, encoding='utf-8') as f:
                checked = f.read().splitlines()
        return done.returncode, done.stdout, checked

    def test_checks_what_differs_from_the_last_release_with_the_units_of_a_room_together(self):
        self.commit('Release 0.1.0')
        self.write('schema/d.cc', 'bad\n')
        self.commit('Release 0.2.0')
        self.write('client/b.cc', 'int y;\n')
        self.commit('Releases have names')
        self.write('client/a.h', 'int y;\n')      # stands for a.cc
        self.write('client/only.h', 'int y;\n')   # has no .cc
        self.write('tests/e_test.cc', 'int y;\n')
        code, out, checked = self.run_tidy()
        self.assertEqual((code, out), (0, 'tidy: 2 of 2 units that differ from "Release 0.2.0" were checked\n'))
        self.assertEqual(checked, ['a.cc b.cc --checks=-bugprone-suspicious-include,-clang-analyzer-*'])
        self.write('client/c.cc', 'bad\n')        # a new file counts too, and what is not committed comes first
        self.write('schema/d.cc', 'int y;\n')
        code, out, checked = self.run_tidy()
        self.assertEqual(code, 1)
        self.assertIn('error: bad', out)
        self.assertTrue(out.endswith('tidy: 4 of 4 units that differ from "Release 0.2.0" were checked, with findings\n'), out)
        self.assertEqual(len(checked), 2)

    def test_checks_units_of_a_build_in_batches(self):
        self.commit('Release 0.1.0')
        self.write('client/a.cc', 'int y;\n')
        batch = 'build/dev/client/Unity/unity_0_cxx.cxx'
        self.write(batch, ''.join('#include "%s/%s"\n' % (self.root, path) for path in UNITS[:3]))
        self.write_commands([self.entry(batch)])
        self.assertEqual(self.run_tidy()[2], ['a.cc --checks=-bugprone-suspicious-include,-clang-analyzer-*'])

    def test_checks_all_and_named_files_one_by_one_with_all_checks(self):
        self.assertEqual(self.run_tidy('all')[2], ['a.cc --checks=', 'b.cc --checks=', 'c.cc --checks=', 'd.cc --checks='])
        code, out, checked = self.run_tidy('client/a.h', 'client/b.cc', 'client/b.h')
        self.assertEqual((code, out, checked), (0, 'tidy: 2 of 2 units were checked\n', ['a.cc --checks=', 'b.cc --checks=']))

    def test_counts_what_is_left_out_when_the_time_is_up(self):
        self.commit('Release 0.1.0')
        for path in UNITS:
            self.write(path, 'bad\n')
        code, out, checked = self.run_tidy('--seconds', '-1')
        self.assertEqual((code, checked), (0, []))
        self.assertIn('tidy: 0 of 4 units', out)
        self.assertIn('4 UNITS WERE LEFT OUT', out)

    def test_says_loudly_that_it_checks_nothing(self):
        self.commit('Release of names')
        self.assertEqual(self.run_tidy(), (0, 'tidy: NOTHING WAS CHECKED, because git knows no commit "Release X.Y.Z"; '
                                              'run tests/tidy all\n', []))
        shutil.rmtree(os.path.join(self.root, '.git'))
        self.assertEqual(self.run_tidy()[0], 0)
        self.assertIn('NOTHING WAS CHECKED, because clang-tidy-14 is not installed', self.run_tidy(path='/nowhere')[1])

    def test_prints_its_help(self):
        code, out, _ = self.run_tidy('--help')
        self.assertEqual(code, 0)
        self.assertIn('\n  tests/tidy all ', out)


if __name__ == '__main__':
    unittest.main()
