# SPDX-License-Identifier: Apache-2.0
"""Checks that everything that exists is built, documented and explained."""
import os
import posixpath
import re

COMMENTED = re.compile(
    r'^\s*(message|enum|service|rpc|oneof)\b|^\s*(optional |repeated |map<|[A-Za-z_.0-9]+ )'
    r'?.*=\s*\d+\s*(;|\[)')


SOURCE_WORD = re.compile(r'(?:\$\{(\w+)\}/)?([\w./+-]+\.cc)(?![\w.])')
OF_THE_ROOT = ('PROJECT_SOURCE_DIR', 'CMAKE_SOURCE_DIR')


def has_name(text, name):
    """Whether `text` has `name` as a whole: not as a part of a longer flag, word or path."""
    return re.search(r'(?<![\w-])%s(?![\w-])' % re.escape(name), text) is not None


def directory_of(path, tree):
    """The folder that paths in a CMake file count from: for an included one, of the CMakeLists.txt above it."""
    folder = os.path.dirname(path)
    while folder and posixpath.join(folder, 'CMakeLists.txt') not in tree.files():
        folder = os.path.dirname(folder)
    return folder


def sources_named_by(path, tree):
    """The paths of the .cc files that a CMake file names, from the root of the tree."""
    text = re.sub(r'#.*', '', tree.read(path))
    for variable, word in SOURCE_WORD.findall(text):
        folder = directory_of(path, tree)
        if variable in OF_THE_ROOT:
            folder = ''
        elif variable == 'CMAKE_CURRENT_LIST_DIR':
            folder = os.path.dirname(path)
        yield posixpath.normpath(posixpath.join(folder, word))


def check_built(tree):
    """Every .cc is named by a CMake file, by its whole path."""
    named = {source for path in tree.files() if path.endswith(('.cmake', 'CMakeLists.txt'))
             for source in sources_named_by(path, tree)}
    for path in tree.files():
        if path.endswith('.cc') and path not in named:
            yield '%s: no CMake file names it, so it is never built' % path


def check_proto_comments(tree):
    """Every element of the API has a comment (AIP-192)."""
    for path in tree.files():
        if not path.endswith('.proto') or path.startswith('proto/cis/v1') is False:
            continue
        before = ''
        for n, line in enumerate(tree.read(path).split('\n'), 1):
            text = line.strip()
            if COMMENTED.match(line) and not text.startswith(('syntax', 'package', 'import',
                                                              'reserved', '//')) \
                    and not before.startswith('//'):
                yield '%s:%d: no comment above: %s' % (path, n, text)
            before = text


def check_readmes(tree):
    """Every room has a README with its decisions."""
    rooms = {os.path.dirname(p) for p in tree.sources()} | {'proto', 'deploy', 'tests'}
    for room in sorted(rooms):
        if not room or room in ('schema/base', 'schema/model') or room.startswith('tests/'):
            continue
        path = room + '/README.md'
        if path not in tree.files():
            yield '%s is missing' % path
        elif 'Decisions' not in tree.read(path):
            yield '%s has no section on decisions' % path


def check_flags(tree):
    """Every flag of the programs is explained in a README of its folder."""
    flag = re.compile(r'"(?:-\w,)?(--[a-z][a-z0-9-]+)')
    for folder in ('crawler', 'server', 'client'):
        readme = '\n'.join(tree.read(p) for p in tree.files()
                           if p.startswith(folder + '/') and p.endswith('README.md'))
        for path in tree.files():
            if re.match(folder + r'/(commands|process|cli)/[^/]*\.cc$', path):
                for name in sorted(set(flag.findall(tree.read(path)))):
                    if not has_name(readme, name):
                        yield '%s: %s is in no README below %s/' % (path, name, folder)


def check_reasons(tree):
    """Every error reason and placement code is in the server's READMEs."""
    readme = '\n'.join(tree.read(p) for p in tree.files()
                       if p.startswith('server/') and p.endswith('README.md'))
    for path in ('server/service/errors.cc', 'server/service/history_errors.cc',
                 'server/service/placement_errors.cc', 'server/service/change_handlers.cc'):
        if path not in tree.files():
            continue
        for reason in sorted(set(re.findall(r'"([A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+)"', tree.read(path)))):
            if not has_name(readme, reason):
                yield '%s: reason %s is in no README below server/' % (path, reason)
