# SPDX-License-Identifier: Apache-2.0
"""Rules of this project that no other tool checks."""
import re
import shutil
import subprocess

# (pattern, files, why). Comments are checked too: they are read as much as the code.
FORBIDDEN = [
    (r'std::string_view', r'\.(cc|h)$', 'absl::string_view: Debian 12\'s Abseil is not std\'s'),
    (r'absl::Mutex\b(?! )', r'\.(cc|h)$', 'cis::Mutex (schema/base/mutex.h)'),
    (r'std::mutex\b', r'^(?!schema/base/).*\.(cc|h)$', 'cis::Mutex (schema/base/mutex.h)'),
    # overload_bench sends at a rate, which is what it measures with.
    (r'\b(sleep_for|SleepFor|usleep|nanosleep)\b', r'^(?!tests/bench/overload_bench).*\.(cc|h)$',
     'no sleeping: time is passed in'),
    (r'\bgetenv\b', r'^(?!.*/main\.cc$)(?!tests/).*\.(cc|h)$', 'only main.cc reads the environment'),
    (r'\bstd::exit\b|\b_exit\b', r'^(?!tests/).*\.(cc|h)$', 'nothing below main exits'),
    (r'\bSELECT\b', r'^(?!schema/)(?!tests/).*\.(cc|h)$', 'SQL stays in schema/'),
    (r'"([^"]*[^a-z"-])?--[a-z]', r'^server/(placement|query|service|snapshot)/.*\.(cc|h)$',
     'the API knows no command line: cisquery words flags from fields'),
    (r'\bassert\(|\babort\(', r'^(?!tests/).*\.(cc|h)$', 'CIS_CHECK (schema/base/check.h)'),
    (r'\b(TODO|FIXME|XXX|HACK)\b', r'\.(cc|h|proto|sql|py|sh)$', 'an issue instead'),
    (r'GTEST_SKIP|DISABLED_', r'^tests/.*\.cc$', 'a test that does not run hides a failure'),
    (r'SCRUBBED|gAAAAA[A-Za-z0-9_-]{20}', r'^tests/(replay|fixtures)/.*\.(jsonl?|sql)$',
     'recordings hold no tokens'),
]
MAX_LINES = 600
# Another version breaks lines in other places.
CLANG_FORMAT = 'clang-format-14'
SELF = ('tests/lint/style.py', 'tests/lint/includes.py')


def check(tree):
    for pattern, files, why in FORBIDDEN:
        expression, where = re.compile(pattern), re.compile(files)
        for path in tree.files():
            if where.search(path) and path not in SELF:
                for n, line in enumerate(tree.read(path).split('\n'), 1):
                    if expression.search(line):
                        yield '%s:%d: %s' % (path, n, why)
    for path in tree.sources():
        lines = tree.read(path).count('\n')
        if lines > MAX_LINES:
            yield '%s: %d lines; split it (at most %d)' % (path, lines, MAX_LINES)


def check_format(tree):
    """Checks that clang-format would change nothing. If its version is missing, prints a line that
    says so."""
    if not shutil.which(CLANG_FORMAT):
        print('format: left out, because %s is not installed' % CLANG_FORMAT)
        return
    paths = [p for p in tree.files() if re.search(r'\.(cc|h)$', p)]
    run = subprocess.run([CLANG_FORMAT, '--dry-run', '--Werror'] + paths, cwd=tree.root,
                         capture_output=True, text=True, check=False)
    if run.returncode:
        for line in run.stderr.split('\n'):
            if 'error:' in line:
                yield line
