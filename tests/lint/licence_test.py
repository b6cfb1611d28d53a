#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The lint of licences finds the files that lack the line, and adds it where it belongs."""
import contextlib
import io
import os
import sys
import tempfile
import unittest
from unittest import mock

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import licence  # pylint: disable=wrong-import-position
import lint     # pylint: disable=wrong-import-position

SPDX = 'SPDX-License-' + 'Identifier: Apache-2.0'
# path -> (text without the line, text with it)
FILES = {
    'client/a.h': ('#pragma once\n', '// %s\n#pragma once\n'),
    'client/a.cc': ('// What it is for.\n', '// %s\n\n// What it is for.\n'),
    'proto/cis/v1/a.proto': ('syntax = "proto3";\n', '// %s\nsyntax = "proto3";\n'),
    'client/CMakeLists.txt': ('# Text.\ncis_room(a)\n', '# %s\n\n# Text.\ncis_room(a)\n'),
    'tests/a.py': ('#!/usr/bin/python3\n"""Text."""\n', '#!/usr/bin/python3\n# %s\n"""Text."""\n'),
    'deploy/a.service': ('[Unit]\n', '# %s\n[Unit]\n'),
    'tests/a': ("#!/usr/bin/env bash\n# Help.\nset -eu\nsed -n '3,/^set /p'\n",
                "#!/usr/bin/env bash\n# %s\n\n# Help.\nset -eu\nsed -n '3,/^set /p'\n"),
}
WITHOUT = ('README.md', 'tests/a.json', 'schema/sql/0001_a.sql', 'proto/google/a.proto', 'tests/fixtures/a.py',
           'build/a.cc', 'tests/cases/a.case', 'tests/data')


class Licence(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = folder.name

    def write(self, path, text):
        path = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'w', encoding='utf-8') as f:
            f.write(text)

    def read(self, path):
        with open(os.path.join(self.root, path), encoding='utf-8') as f:
            return f.read()

    def run_main(self, *args):
        with mock.patch.object(sys, 'argv', ['licence.py', self.root, *args]), \
                contextlib.redirect_stdout(io.StringIO()) as out:
            licence.main()
        return out.getvalue().splitlines()

    def check(self, on):
        with mock.patch.object(licence, 'SWITCHED_ON', on), contextlib.redirect_stdout(io.StringIO()) as out:
            return list(lint.CHECKS['licence'](lint.Tree(self.root))), out.getvalue()

    def test_is_found_missing_in_sources_and_scripts_only(self):
        for path in WITHOUT:
            self.write(path, 'text\n')
        for path, (text, _) in FILES.items():
            self.write(path, text)
        self.assertEqual(sorted(self.run_main()), sorted(FILES))
        self.assertEqual(len(self.check(True)[0]), len(FILES))
        for path, (text, _) in FILES.items():
            self.assertEqual(self.read(path), text)

    def test_is_added_once_where_it_belongs(self):
        for path, (text, _) in FILES.items():
            self.write(path, text)
        self.run_main('--add')
        for path, (_, text) in FILES.items():
            with self.subTest(path=path):
                self.assertEqual(self.read(path), text % SPDX)
        self.assertEqual(self.run_main('--add'), [])

    def test_of_another_name_does_not_count(self):
        self.write('client/a.cc', '// ' + SPDX.replace('Apache-2.0', 'MIT') + '\n')
        self.assertEqual(self.run_main(), ['client/a.cc'])

    def test_is_required_once_it_was_added(self):
        self.write('tests/lint/licence.py', 'import re\n\n# `--add` changes it to True, in this file.\nSWITCHED_ON = False\n')
        self.assertEqual(self.check(False), ([], 'licence: left out, until somebody runs tests/lint/licence.py . --add\n'))
        self.run_main('--add')
        self.assertEqual(self.read('tests/lint/licence.py'), '# %s\nimport re\n\nSWITCHED_ON = True\n' % SPDX)


if __name__ == '__main__':
    unittest.main()
