#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Each source file starts with its licence in a form that programs read, the SPDX identifier.

  licence.py ROOT          prints the files that lack the line
  licence.py ROOT --add    adds it to them, and switches the check on if it is not

A line that starts with "#!" stays the first. Data, recordings, cases, the released SQL and what is
vendored have no line.
"""
import os
import re
import sys

SWITCHED_ON = True
LINE = 'SPDX-License-Identifier: Apache-2.0'
# (name of the file, start of a comment)
COMMENTS = [
    (re.compile(r'\.(cc|h|proto|mjs)$'), '//'),
    (re.compile(r'\.(py|sh|cmake|service|timer|sysusers)$|(^|/)CMakeLists\.txt$'), '#'),
    (re.compile(r'\.sql$'), '--'),
]
SCRIPT = re.compile(r'^#!.*\b(sh|bash|python3)\b')
# Files of a release never change (schema/sql); the others are not ours, or data.
LEFT_OUT = re.compile(r'^(schema/sql|proto/google|tests/(fixtures|cases|accuracy/own)|tests/fuzz/corpus|build|\.git)/')
# Scripts that print the comment at their head as their help, from this line on.
HELP = ("sed -n '3,/", "sed -n '3,/")
SKIPPED = ('build', '.git', 'node_modules', '__pycache__')


def paths_of(root):
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(f for f in folders if f not in SKIPPED)
        for name in sorted(names):
            path = os.path.relpath(os.path.join(folder, name), root)
            if not LEFT_OUT.match(path) and not os.path.islink(os.path.join(root, path)):
                yield path


def read(root, path):
    with open(os.path.join(root, path), encoding='utf-8', errors='surrogateescape', newline='') as f:
        return f.read()


def comment_of(path, text):
    """How a comment of this file starts; none if the file needs no line."""
    for names, start in COMMENTS:
        if names.search(path):
            return start
    is_script = '.' not in os.path.basename(path) and SCRIPT.match(text)
    return '#' if is_script else None


def lacks_line(path, text):
    start = comment_of(path, text)
    if start is None:
        return False
    lines = text.split('\n', 2)
    return '%s %s' % (start, LINE) != lines[1 if text.startswith('#!') and len(lines) > 1 else 0]


def with_line(path, text):
    """The text with the line; a comment that follows stays a paragraph of its own."""
    start = comment_of(path, text)
    first, rest = '', text
    if text.startswith('#!'):
        first, _, rest = text.partition('\n')
        first += '\n'
        rest = rest.replace(*HELP)
    gap = '\n' if rest.startswith(start) and not rest.startswith('#pragma') else ''
    return '%s%s %s\n%s%s' % (first, start, LINE, gap, rest)


def lacking(root):
    return [path for path in paths_of(root) if lacks_line(path, read(root, path))]


def check(tree):
    if not SWITCHED_ON:
        print('licence: left out, until somebody runs tests/lint/licence.py . --add')
        return
    for path in lacking(tree.root):
        yield '%s: its first line is not "%s" in a comment; run tests/lint/licence.py . --add' % (path, LINE)


def write(root, path, text):
    with open(os.path.join(root, path), 'w', encoding='utf-8', errors='surrogateescape', newline='') as f:
        f.write(text)


def main():
    root = sys.argv[1]
    for path in lacking(root):
        print(path)
        if sys.argv[2:] == ['--add']:
            write(root, path, with_line(path, read(root, path)))
    own = 'tests/lint/licence.py'
    if sys.argv[2:] == ['--add'] and os.path.exists(os.path.join(root, own)):
        write(root, own, read(root, own).replace('\nSWITCHED_ON = False\n', '\nSWITCHED_ON = True\n')
              .replace('# `--add` changes it to True, in this file.\n', ''))


if __name__ == '__main__':
    main()
