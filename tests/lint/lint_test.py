#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Shows each rule of the lint a tree that breaks it: the lint must be able to fail."""
import contextlib
import io
import os
import shutil
import sys
import tempfile
import unittest
from unittest import mock

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import licence       # pylint: disable=wrong-import-position
import lint          # pylint: disable=wrong-import-position
import shared_files  # pylint: disable=wrong-import-position
import style         # pylint: disable=wrong-import-position

# check -> (path, text) that the check has to report
BROKEN = {
    'includes': [('client/render.cc', '#include "schema/store/store.h"\n'),
                 ('server/service/x.cc', '#include <sqlite3.h>\n'),
                 ('server/placement/p.h', '#include "cis/v1/placement.pb.h"\n'),
                 ('crawler/crawl/c.cc', '#include "server/snapshot/snapshot.h"\n'),
                 ('crawler/newroom/a.cc', 'int x;\n')],
    'style': [('client/a.cc', 'std::' + 'string_view x;\n'),
              ('server/query/a.cc', 'ab' + 'ort();\n'),
              ('server/service/s.cc', 'Run("SEL' + 'ECT 1");\n'),
              ('net/http/b.cc', 'std::getenv("HOME");\n'),
              ('server/query/f.cc', 'Say("try --ra' + 'm 8G");\n'),
              ('server/service/g.cc', 'Say("--ra' + 'm");\n'),
              ('server/long.cc', '\n' * 700)],
    'built': [('client/forgotten.cc', 'int x;\n')],
    'proto': [('proto/cis/v1/a.proto', 'message A {\n  string b = 1;\n}\n')],
    'sets': [('proto/cis/v1/a.proto', 'message A {\n  // One of `red` and `blue`.\n  string colour = 1;\n}\n')],
    'readmes': [('server/query/q.cc', 'int x;\n')],
    'flags': [('client/cli/options.cc', 'app.add_option("--undocumented", x);\n')],
    'reasons': [('server/service/errors.cc', 'Make("NEW_REASON");\n')],
    'imports': [('tests/e2e/x_test.py', 'import yaml\n'),
                ('tests/openstack/lab/packages.py', 'WANTED = ["python3-yaml"]\n'),
                ('tests/replay/x', '#!/usr/bin/env python3\nfrom requests import get\n')],
    'words': [('client/a.cc', '// To' + 'ld once.\n'), ('server/README.md', 'ask no' + 'body\n')],
    'licence': [('client/a.cc', 'int x;\n')],
    'references': [('client/a.h', 'bool Parse(absl::string_view text, int& number);\n')],
    'format': [('client/bad.cc', 'int   x ;\n')],
}
# Checks that run only where Debian 12's clang-format is installed: elsewhere they report that they
# were left out.
NEEDS = {'format': style.CLANG_FORMAT}
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def write(root, path, text):
    path = os.path.join(root, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w', encoding='utf-8') as f:
        f.write(text)


class LintCanFail(unittest.TestCase):
    def test_each_rule(self):
        self.assertEqual(set(BROKEN), set(lint.CHECKS))
        for check, cases in BROKEN.items():
            for path, text in cases:
                with self.subTest(check=check, path=path), tempfile.TemporaryDirectory() as root, \
                        mock.patch.object(licence, 'SWITCHED_ON', True):
                    write(root, path, text)
                    with contextlib.redirect_stdout(io.StringIO()) as said:
                        findings = list(lint.CHECKS[check](lint.Tree(root)))
                    if check in NEEDS and not shutil.which(NEEDS[check]):
                        self.assertIn('left out, because %s' % NEEDS[check], said.getvalue())
                    else:
                        self.assertTrue(any(path.split('/')[0] in f for f in findings), findings)


class FormatOfMissingProgram(unittest.TestCase):
    def test_is_left_out_with_a_line(self):
        with tempfile.TemporaryDirectory() as root, \
                mock.patch.object(style, 'CLANG_FORMAT', 'clang-format-of-no-debian'):
            write(root, *BROKEN['format'][0])
            with contextlib.redirect_stdout(io.StringIO()) as said:
                findings = list(style.check_format(lint.Tree(root)))
        self.assertEqual(findings, [])
        self.assertEqual(said.getvalue(), 'format: left out, because clang-format-of-no-debian is '
                                          'not installed\n')


class ImportsOfTheLab(unittest.TestCase):
    """Runs the import check on a copy of the lab in which one file is changed."""

    def findings(self, path, text):
        """Returns what the check reports after `text` was put before the code of `path`."""
        with tempfile.TemporaryDirectory() as root:
            for part in ('tests/openstack', 'deploy'):
                shutil.copytree(os.path.join(ROOT, part), os.path.join(root, part))
            with open(os.path.join(root, path), encoding='utf-8') as f:
                before = f.read()
            write(root, path, text + before)
            return list(lint.CHECKS['imports'](lint.Tree(root)))

    def test_of_today_are_in_order(self):
        self.assertEqual(self.findings('tests/openstack/lab/environment.py', ''), [])

    def test_before_the_packages_are_installed(self):
        # environment.py is loaded by lab.py; the package is in the list, but not installed yet
        self.assertEqual(self.findings('tests/openstack/lab/environment.py', 'import yaml\n'), [
            'tests/openstack/lab/environment.py:1: imports yaml, which is not installed yet when '
            'tests/openstack/lab/lab.py loads this file'])
        self.assertEqual(len(self.findings('tests/openstack/lab/paths.py',
                                           'if True:\n    from oslo_log import log\n')), 1)

    def test_that_wait_for_their_package_or_do_without_it(self):
        later = 'def f():\n    import yaml\n    return yaml\n\n\n'
        without = 'try:\n    import yaml\nexcept ImportError:\n    yaml = None\n'
        for text in (later, without):
            self.assertEqual(self.findings('tests/openstack/lab/environment.py', text), [])

    def test_of_no_package_of_the_list(self):
        self.assertEqual(self.findings('tests/openstack/crawl_test.py', 'import requests\n'), [
            'tests/openstack/crawl_test.py:1: imports requests, which no package of the list '
            'brings (tests/openstack/lab/packages.py)'])


class FilesBesideTheCheckout(unittest.TestCase):
    """What tests read of ../shared, and what is said where it is absent."""

    def run_check(self, *there):
        with tempfile.TemporaryDirectory() as folder:
            for path in there:
                os.makedirs(os.path.join(folder, 'shared', path))
            write(folder, 'cis/tests/unit/a_test.cc', 'for (auto p : {"/tests/fixtures/a", "/../shared/a/b"}) {}\n')
            write(folder, 'cis/tests/e2e/b_test.py', "OTHER = '../shared/c'\n")
            write(folder, 'cis/tests/README.md', 'nothing of "../shared/d" is read\n')
            with contextlib.redirect_stdout(io.StringIO()) as said, \
                    mock.patch.object(sys, 'argv', ['', os.path.join(folder, 'cis')]):
                code = shared_files.main()
        return code, said.getvalue().splitlines()

    def test_that_are_there_are_no_news(self):
        self.assertEqual(self.run_check('a/b', 'c'), (0, []))

    def test_that_are_absent_are_named_with_the_test_that_lacks_them(self):
        self.assertEqual(self.run_check('c'), (shared_files.SKIPPED, [
            '../shared/a/b is not beside this checkout: tests/unit/a_test.cc reads the fixtures only']))
        self.assertEqual(len(self.run_check()[1]), 2)


class WholeNames(unittest.TestCase):
    """What is a part of another name does not count as that name."""

    def findings(self, check, files):
        with tempfile.TemporaryDirectory() as root:
            for path, text in files.items():
                write(root, path, text)
            return list(lint.CHECKS[check](lint.Tree(root)))

    def test_of_sources(self):
        unbuilt = 'client/text.cc: no CMake file names it, so it is never built'
        for listed, want in (('text.cc', []), ('os_text.cc', [unbuilt]), ('format/text.cc', [unbuilt]),
                             ('text.cc.in', [unbuilt]), ('# text.cc', [unbuilt]),
                             ('${CMAKE_CURRENT_SOURCE_DIR}/text.cc', []),
                             ('${PROJECT_SOURCE_DIR}/client/text.cc', [])):
            with self.subTest(listed=listed):
                self.assertEqual(self.findings('built', {
                    'client/text.cc': 'int x;\n',
                    'client/CMakeLists.txt': 'cis_library(a SOURCES %s)\n' % listed}), want)

    def test_of_sources_with_the_name_of_another_folder(self):
        files = {'client/text.cc': 'int x;\n', 'server/placement/text.cc': 'int x;\n', 'CMakeLists.txt': '',
                 'server/CMakeLists.txt': 'include(placement/placement.cmake)\n',
                 'server/placement/placement.cmake': 'cis_library(p SOURCES placement/text.cc)\n'}
        self.assertEqual(self.findings('built', files),
                         ['client/text.cc: no CMake file names it, so it is never built'])

    def test_of_flags(self):
        source = 'app.add_option("--vo", x);\n'
        for readme, count in (('`--vo VO`\n', 0), ('`--volume`, `--no-vo`, `x--vo`\n', 1)):
            with self.subTest(readme=readme):
                self.assertEqual(len(self.findings('flags', {
                    'client/cli/options.cc': source, 'client/README.md': readme})), count)

    def test_of_reasons(self):
        source = 'Make("NOT_FOUND");\n'
        for readme, count in (('`NOT_FOUND`\n', 0), ('`SITE_NOT_FOUND`, `NOT_FOUND_YET`\n', 1)):
            with self.subTest(readme=readme):
                self.assertEqual(len(self.findings('reasons', {
                    'server/service/errors.cc': source, 'server/README.md': readme})), count)


if __name__ == '__main__':
    unittest.main()
