#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Says which tests lack files that lie beside the checkout, in ../shared, and therefore try less than they could.

  shared_files.py ROOT

Finds the tests itself, by the paths that they name. Exits 77 if a folder is absent, which CTest reports as skipped:
a checkout alone is complete, but its tests must not look as if they had read everything.
"""
import os
import re
import sys

SKIPPED = 77      # CTest's word for it: SKIP_RETURN_CODE
PATH = re.compile(r'''["'/](\.\./shared/[\w./-]*\w)''')


def folders_that_tests_name(root):
    """(path in ../shared, test file) of each test below tests/ that names such a path."""
    found = set()
    for folder, folders, names in os.walk(os.path.join(root, 'tests')):
        folders[:] = [f for f in folders if f not in ('lint', 'fixtures', 'recorded', '__pycache__')]
        for name in names:
            if name.endswith(('_test.cc', '_test.py')):
                path = os.path.join(folder, name)
                with open(path, encoding='utf-8', errors='replace') as f:
                    found |= {(shared, os.path.relpath(path, root)) for shared in PATH.findall(f.read())}
    return sorted(found)


def main():
    root = sys.argv[1]
    absent = [(shared, test) for shared, test in folders_that_tests_name(root)
              if not os.path.isdir(os.path.join(root, shared))]
    for shared, test in absent:
        print('%s is not beside this checkout: %s reads the fixtures only' % (shared, test))
    return SKIPPED if absent else 0


if __name__ == '__main__':
    sys.exit(main())
