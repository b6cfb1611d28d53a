"""Checks that everything that exists is built, documented and explained."""
import os
import re

COMMENTED = re.compile(
    r'^\s*(message|enum|service|rpc|oneof)\b|^\s*(optional |repeated |map<|[A-Za-z_.0-9]+ )'
    r'?.*=\s*\d+\s*(;|\[)')


def check_built(tree):
    """Every .cc file is named by a CMake file."""
    listed = '\n'.join(tree.read(p) for p in tree.files()
                       if p.endswith(('.cmake', 'CMakeLists.txt')))
    for path in tree.files():
        if path.endswith('.cc') and os.path.basename(path) not in listed:
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
            if re.match(folder + r'/(options|cli)[^/]*\.cc$', path):
                for name in sorted(set(flag.findall(tree.read(path)))):
                    if name not in readme:
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
            if reason not in readme:
                yield '%s: reason %s is in no README below server/' % (path, reason)
