# SPDX-License-Identifier: Apache-2.0
"""Nothing is returned through a non-const reference (CONTRIBUTING.md, Parameters). clang-tidy 14 has no check for it.

A reference to an object that a function works with is allowed: its type stands in references_allowed.tsv, with the
reason. So does the name of a function whose form is not its own, and nothing else is looked for than the text that
clang-format leaves: `Type& name` among parameters.
"""
import re

ALLOWED = 'tests/lint/references_allowed.tsv'
KINDS = ('type', 'function')
# The response of a handler is the other exception that CONTRIBUTING.md has.
HANDLERS = re.compile(r'^server/(service|serving)/')
# Not `&&`; in C++ that clang-format has laid out, a binary `&` has a blank before it.
ARGUMENTS = r'<(?:[^<>;{}()&]|<(?:[^<>;{}()&]|<[^<>;{}()&]*>)*>)*>'
PARAMETER = re.compile(r'(?P<before>[(,]\s*)(?P<type>\w+(?:%s|::\w+)*)&(?!&)(?:\s+(?P<name>[A-Za-z_]\w*))?\s*(?=[,)=])' % ARGUMENTS)
# What stands before the parenthesis of a list of parameters.
FUNCTION = re.compile(r'(?P<name>operator\s*(?:\(\)|[^\s\w(]+)|[A-Za-z_]\w*|\])\s*$')


def without_comments(text):
    """The text with comments and strings as blanks, so that offsets and lines stay."""
    blank = lambda match: re.sub(r'[^\n]', ' ', match.group())  # pylint: disable=unnecessary-lambda-assignment
    return re.sub(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'', blank, text, flags=re.S)


def function_of(text, offset):
    """The name of the function in whose parentheses `offset` is; `]` for a lambda, none outside of all."""
    depth = 0
    for i in range(offset, -1, -1):
        if text[i] == ')':
            depth += 1
        elif text[i] == '(':
            if depth == 0:
                found = FUNCTION.search(text, max(0, i - 100), i)
                return found.group('name') if found else None
            depth -= 1
        elif text[i] in ';{}' and depth == 0:
            return None
    return None


def references_of(text):
    """(number of the line, function, type, name) of each parameter that is a non-const reference."""
    text = without_comments(text)
    for match in PARAMETER.finditer(text):
        function = function_of(text, match.start('before') - (match['before'][0] == ','))
        if match['before'][0] == '(':
            found = FUNCTION.search(text, max(0, match.start() - 100), match.start())
            function = found.group('name') if found else None
        if function and function not in ('if', 'while', 'switch', 'return', 'for'):
            yield text.count('\n', 0, match.start('type')) + 1, function, match['type'], match['name'] or ''


def allowed_of(tree):
    """({(kind, name)}, errors) of the table."""
    rows, errors = set(), []
    text = tree.read(ALLOWED) if ALLOWED in tree.files() else ''
    for line in text.split('\n'):
        if not line or line.startswith('#'):
            continue
        row = line.split('\t')
        if len(row) != 3 or row[0] not in KINDS or not all(row):
            errors.append('%s: "%s" is not KIND (%s), NAME and the reason, between tabs' %
                          (ALLOWED, line, ' or '.join(KINDS)))
        else:
            rows.add((row[0], row[1]))
    return rows, errors


def check(tree):
    """Finds parameters through which a function may return something."""
    allowed, errors = allowed_of(tree)
    yield from errors
    used = set()
    for path in tree.sources():
        for line, function, kind, name in references_of(tree.read(path)):
            plain = re.sub(r'<.*>', '', kind)
            rows = {('type', plain), ('function', function)} & allowed
            used |= rows
            if rows or function.startswith('operator') or (name == 'response' and HANDLERS.search(path)):
                continue
            yield '%s:%d: %s& %s; return the value, or take a pointer as the last parameter; if the function works ' \
                  'with the object, its type goes into %s' % (path, line, kind, name, ALLOWED)
    for row in sorted(allowed - used):
        yield '%s: nothing needs the %s "%s" any more' % (ALLOWED, *row)
