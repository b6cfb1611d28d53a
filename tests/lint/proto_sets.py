# SPDX-License-Identifier: Apache-2.0
"""Closed sets of the API are enums.

A string field whose comment shows several literals may be one of a closed set. Then it has to be an enum, or its
comment has to say that it is an open set and whose words these are. What only looks like a set is listed in EXCEPTIONS.
"""
import re

FIELD = re.compile(r'^\s*(optional |repeated )?string (\w+) = \d+\s*(;|\[)')
# A literal in a comment that is neither a number nor a version.
LITERAL = re.compile(r'`(?=[^`]*[A-Za-z])([A-Za-z0-9][A-Za-z0-9_.:-]*)`')
ENUM = re.compile(r'^enum (\w+) \{(.*?)^\}', re.M | re.S)
# Field -> why its literals are not a closed set.
EXCEPTIONS = {
    'image': 'names of fields of the query',
    'field': 'paths of fields',
    'filter': 'a language, whose fields are listed',
    'order_by': 'names of fields, which are listed',
    'gpu_model': 'words of the caller, looked for in names of devices',
    'gpu_vendor': 'words of the caller, looked for in names of vendors',
    'service_types': 'what Neutron has in the field that is named',
    'port_device_owner': 'what Neutron has in the field that is named',
    'code': 'codes of warnings: rules are added without a new release of the API',
}


def fields(text):
    """Yields (line, name, comment) of each string field."""
    comment = []
    for n, line in enumerate(text.split('\n'), 1):
        if line.strip().startswith('//'):
            comment.append(line.strip()[2:])
            continue
        found = FIELD.match(line)
        if found:
            yield n, found.group(2), ' '.join(comment)
        comment = []


def protos(tree):
    return [path for path in tree.files() if re.match(r'proto/cis/v1/\w+\.proto$', path)]


def check(tree):
    known = set()
    for path in protos(tree):
        known |= set(re.findall(r'(\w+) = \d+\s*(?:;|\[)', tree.read(path)))
    enums, open_sets, excepted = [], [], []
    for path in protos(tree):
        text = tree.read(path)
        for name, body in ENUM.findall(text):
            enums.append('%s (%d)' % (name, len(re.findall(r'= \d+', body)) - 1))
        for n, name, comment in fields(text):
            # Names and paths of fields are not values.
            literals = {word for word in LITERAL.findall(comment) if not set(word.split('.')) <= known}
            if len(literals) < 2:
                continue
            if 'open set' in comment:
                open_sets.append(name)
            elif name in EXCEPTIONS:
                excepted.append(name)
            else:
                yield ('%s:%d: `%s` looks like one of a closed set (%s): make it an enum, or say in its comment that it '
                       'is an open set and whose words these are' % (path, n, name, ', '.join(sorted(literals))))
    print('sets: %d enums with their values: %s' % (len(enums), ', '.join(sorted(enums))))
    print('sets: open sets: %s' % ', '.join(sorted(set(open_sets))))
    print('sets: exceptions: %s' % '; '.join('%s: %s' % (name, EXCEPTIONS[name]) for name in sorted(set(excepted))))
