# SPDX-License-Identifier: Apache-2.0
"""Writes YAML without the yaml package, which the lab installs after it has imported this."""
import json
import re

# Anything else is quoted, as JSON and YAML quote alike: numbers, dates, `no`, text with a colon.
PLAIN = re.compile(r'[A-Za-z][A-Za-z0-9_./-]*')
NOT_TEXT = ('y', 'n', 'yes', 'no', 'on', 'off', 'true', 'false', 'null')


def _scalar(value):
    if isinstance(value, str) and PLAIN.fullmatch(value) and value.lower() not in NOT_TEXT:
        return value
    return json.dumps(value)


def _lines(value, indent):
    if isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(inner, (dict, list, tuple)) and inner:
                yield '%s%s:' % (indent, _scalar(key))
                yield from _lines(inner, indent + '  ')
            else:
                yield '%s%s: %s' % (indent, _scalar(key), _scalar(inner))
        return
    for inner in value:
        first, *rest = _lines(inner, indent + '  ') if isinstance(inner, (dict, list, tuple)) \
            else [indent + '  ' + _scalar(inner)]
        yield '%s- %s' % (indent, first[len(indent) + 2:])
        yield from rest


def dump(value):
    """The YAML text of a mapping or list of strings, numbers, booleans, mappings and lists."""
    return '\n'.join(_lines(value, '')) + '\n'
