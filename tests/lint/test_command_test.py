#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Runs tests/run with stand-ins for cmake, ctest and deploy/packages: what it prints last, and its
exit code."""
import os
import re
import shutil
import subprocess
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# Fails if $FAIL is among the arguments, as the real program would.
CMAKE = '#!/bin/sh\necho "cmake $*"\ncase "$*" in *"$FAIL"*) exit 3 ;; esac\n'
CTEST = '''#!/bin/sh
case "$*" in *"$FAIL"*) left=80 failed=1 ;; *) left=100 failed=0 ;; esac
cat <<END
1/5 Test  #1: unit.A .....   Passed    0.01 sec

$left% tests passed, $failed tests failed out of 5 of $2

Label Time Summary:
lint         =   1.23 sec*proc (4 tests)
openstack    = 1001.23 sec*proc (1 test)

Total Test time (real) = 501.30 sec
END
[ $failed = 0 ] || exit 8
'''


PACKAGES = ['packages: build test', 'packages: buf', 'packages: promtool']


class TestCommand(unittest.TestCase):
    def run_command(self, *args, fail='nothing'):
        """Returns (exit code, stdout, stderr) of a run in a folder that has nothing but the
        stand-ins."""
        with tempfile.TemporaryDirectory() as root:
            for path, text in (('bin/cmake', CMAKE), ('bin/ctest', CTEST),
                               ('deploy/packages', CMAKE.replace('cmake', 'packages')),
                               ('tests/contract/buf', CMAKE.replace('cmake', 'buf')),
                               ('tests/monitoring/promtool', CMAKE.replace('cmake', 'promtool')),
                               ('tests/tidy', CMAKE.replace('cmake', 'tidy'))):
                path = os.path.join(root, path)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, 'w', encoding='utf-8') as f:
                    f.write(text)
                os.chmod(path, 0o755)
            command = shutil.copy(os.path.join(ROOT, 'tests', 'run'), os.path.join(root, 'tests'))
            os.makedirs(os.path.join(root, 'tests', 'lint'))
            shutil.copy(os.path.join(ROOT, 'tests', 'lint', 'shared_files.py'), os.path.join(root, 'tests', 'lint'))
            with open(os.path.join(root, 'tests', 'real_test.py'), 'w', encoding='utf-8') as f:
                f.write("FOLDER = '../shared/%s'\n" % os.path.basename(root))
            done = subprocess.run([command, *args], capture_output=True, text=True, check=False, env=dict(
                os.environ, FAIL=fail, PATH='%s/bin:%s' % (root, os.environ['PATH']), TMPDIR=root))
            self.assertFalse([name for name in os.listdir(root) if name.startswith('cis-run')])
        return done.returncode, done.stdout, done.stderr

    def parts(self, stderr):
        return re.findall(r'^ +\d+ s  (\S.*)$', stderr, re.M)

    def test_ends_with_the_summary_of_the_last_tests_behind_the_times(self):
        code, out, err = self.run_command()
        self.assertEqual(code, 0, err)
        tests = ['lint (4)', 'openstack (1)']
        self.assertEqual(self.parts(err), [
            *PACKAGES, 'asan: configure', 'asan: build', 'asan: tests', *tests,
            'dev: configure', 'dev: build', 'dev: tests', *tests, 'in all'])
        self.assertRegex(err, r'\n +1001 s  openstack')
        closing = out.rstrip('\n').split('\n')[-7:]
        self.assertEqual(closing[0], '100% tests passed, 0 tests failed out of 5 of dev')
        self.assertEqual(closing[-1], 'Total Test time (real) = 501.30 sec')
        self.assertEqual(out.count('out of 5 of dev'), 2)  # as ctest printed it, and once more at the end
        self.assertRegex(err.rstrip('\n').split('\n')[-1], r'^\.\./shared/\w+ is not beside this checkout: '
                         r'tests/real_test\.py reads the fixtures only$')

    def test_shows_times_and_summary_of_tests_that_failed(self):
        code, out, err = self.run_command('fast', fail='--preset fast')
        self.assertEqual(code, 8)
        self.assertEqual(self.parts(err), [*PACKAGES, 'dev: configure', 'dev: build',
                                           'dev: tests: failed', 'lint (4)', 'openstack (1)', 'in all'])
        self.assertTrue(out.rstrip('\n').split('\n')[-7].startswith('80% tests passed, 1 tests failed'))

    def test_shows_times_of_a_build_that_failed_and_no_summary_of_other_tests(self):
        code, out, err = self.run_command(fail='--build --preset dev')
        self.assertEqual(code, 3)
        self.assertEqual(self.parts(err)[-2:], ['dev: build: failed', 'in all'])
        self.assertEqual(out.rstrip('\n').split('\n')[-1], 'cmake --build --preset dev')

    def test_shows_times_when_packages_cannot_be_installed(self):
        code, out, err = self.run_command('release', fail='build test')
        self.assertEqual((code, out), (3, 'packages build test\n'))
        self.assertEqual(self.parts(err), ['packages: build test: failed', 'in all'])

    def test_runs_no_tests_where_a_preset_has_none(self):
        code, out, err = self.run_command('tidy')
        self.assertEqual(code, 0, err)
        self.assertEqual(self.parts(err), [*PACKAGES, 'packages: clang', 'tidy: configure',
                                           'tidy: build', 'in all'])
        self.assertNotIn('tests passed', out)

    def test_prints_its_help_and_runs_nothing(self):
        for flag in ('--help', '-h'):
            code, out, err = self.run_command(flag)
            self.assertEqual((code, err), (0, ''))
            self.assertTrue(out.startswith('The test command: '), out)
            self.assertIn('\n  tests/run fast ', out)
            self.assertNotIn('packages build', out)


if __name__ == '__main__':
    unittest.main()
