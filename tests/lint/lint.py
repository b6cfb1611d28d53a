#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Checks of the tree itself. Prints each finding; exits 1 if there is one.

  lint.py ROOT [includes|style|format|built|proto|sets|readmes|flags|reasons|imports|words|references|licence ...]
"""
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import completeness   # pylint: disable=wrong-import-position
import includes       # pylint: disable=wrong-import-position
import licence        # pylint: disable=wrong-import-position
import proto_sets     # pylint: disable=wrong-import-position
import python_imports # pylint: disable=wrong-import-position
import references     # pylint: disable=wrong-import-position
import style          # pylint: disable=wrong-import-position
import words          # pylint: disable=wrong-import-position

CHECKS = {
    'includes': includes.check,
    'style': style.check,
    'format': style.check_format,
    'built': completeness.check_built,
    'proto': completeness.check_proto_comments,
    'sets': proto_sets.check,
    'readmes': completeness.check_readmes,
    'flags': completeness.check_flags,
    'reasons': completeness.check_reasons,
    'imports': python_imports.check,
    'words': words.check,
    'references': references.check,
    'licence': licence.check,
}
TEXT = re.compile(r'(\.(cc|h|proto|sql|py|sh|md|cmake|yaml|json|jsonl|case|tsv|txt)|CMakeLists\.txt)$')
SKIPPED = ('build', '.git', 'node_modules', '__pycache__')


class Tree:
    """The text files below a root, read once."""

    def __init__(self, root):
        self.root, self.cache = root, {}
        self.names = []
        for folder, folders, names in os.walk(root):
            folders[:] = sorted(f for f in folders if f not in SKIPPED)
            self.names += [os.path.relpath(os.path.join(folder, n), root) for n in sorted(names)
                           if TEXT.search(n)]

    def files(self):
        return self.names

    def sources(self):
        return [p for p in self.names if re.match(r'(schema|net|crawler|server|client)/.*\.(cc|h)$', p)]

    def read(self, path):
        if path not in self.cache:
            with open(os.path.join(self.root, path), encoding='utf-8', errors='replace') as f:
                self.cache[path] = f.read()
        return self.cache[path]


def main():
    tree = Tree(sys.argv[1])
    count = 0
    for name in sys.argv[2:] or CHECKS:
        for finding in CHECKS[name](tree):
            print('%s: %s' % (name, finding))
            count += 1
    print('%d findings in %d files' % (count, len(tree.files())))
    return 1 if count else 0


if __name__ == '__main__':
    sys.exit(main())
