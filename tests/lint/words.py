#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Words that stop a reader, in what people read: READMEs, comments and string literals.

  words.py ROOT [FOLDER]   prints each finding, of one folder of the top level if it is named
  words.py ROOT --lower    lowers words_baseline.tsv to what is left; it is never raised

Texts from before the check are counted in words_baseline.tsv: a file may have as many findings as it says, and the
number only falls. What is right as it is stands in words_allowed.tsv, with a reason.
"""
import collections
import os
import re
import sys

# (pattern, what to write instead). A pattern holds what is wrong wherever it stands; words that are also used well
# ("say", "goes", "who") are left to the reviewer. Lower case unless CASED.
# "20,000 a second" and "twice a day" are English; "one summary line a share" is not.
RATE = (r'(?<![-\d])(one|\d+([.,]\d+)*)( (answer|byte|call|command|entry|line|object|request|resource|row|[kmg]ib|m?s)s?)?'
        r' an? (share|site|endpoint|flavor|image|line|page|request|answer|crawl)\b|\bline a share\b')
WORDS = [
    (r'(?<!cannot )\b(tells?|told|telling)\b(?! (apart|the site|it the)\b)', 'report, return, show'),
    (r'\bas said\b', 'as reported by the site'),
    (r'\bwish(es|ed)?\b(?!\.\w)', 'requirement, request'),
    (RATE, 'per share, per line, ...'),
    (r'\bnobody (asks?|asked|listens?|answers?|waits?|counts?|polls?|uses)\b|\b(asks?|tells?) nobody\b',
     'no client, no process'),
    (r'\bwhoever\b', 'a client that, a process that, someone who'),
    (r'\b(an?|each|every|one|this|last|next|first) look\b(?! at|-)', 'poll, check'),
    (r'(?<!-)\bstanding\b', 'state, status'),
    (r'\bwill not do\b', 'is not valid'),
    (r'(?<!there )\bis no (time|date|number|size|query|yaml|json|address|name|format|requirement|duration|url|port|'
     r'operating system)\b', 'is not a valid ...'),
    (r'\b(has|have) not what\b', 'not found at the site'),
    (r'\b(is|are|was|were) gone\b', 'is deleted, disappeared'),
    (r'\bnext to nothing\b', 'on an otherwise idle machine; almost none'),
    (r'\bthe past\b', 'history'),
    (r'\bmend(s|ed|ing)?\b', 'fix'),
    (r'\bfor ever so\b', 'nothing: delete it'),
]
CASED = [
    (r'(?<![-\w])SURE(?![-\w])', 'CONFIDENCE'),
    (r'(?<![-\w])SAID(?![-\w])', 'REPORTED'),
    (r'(?<![-\w])TRIED(?![-\w])', 'LAST ATTEMPT'),
]
PATTERNS = [(re.compile(p, re.I), instead) for p, instead in WORDS] + [(re.compile(p), i) for p, i in CASED]

# Comments and string literals; `text` is what is read of them.
CPP = re.compile(r'''^\s*\#\s*include[^\n]*|//(?P<line>[^\n]*)|/\*(?P<block>.*?)\*/'''
                 r'''|R"(?P<mark>\w*)\((?P<raw>.*?)\)(?P=mark)"|"(?P<text>(?:\\.|[^"\\\n])*)"|'(?:\\.|[^'\\\n])\'''',
                 re.S | re.M)
SCRIPT = re.compile(r'''"""(?P<doc>.*?)"""|\'\'\'(?P<raw>.*?)\'\'\'|"(?P<text>(?:\\.|[^"\\\n])*)"'''
                    r'''|'(?P<word>(?:\\.|[^'\\\n])*)'|(?<![\w$\{])\#(?P<line>[^\n]*)''', re.S)
SQL = re.compile(r'--(?P<line>[^\n]*)')
READ = [(re.compile(r'\.(cc|h|proto)$'), CPP), (re.compile(r'\.sql$'), SQL), (re.compile(r'\.(py|sh)$'), SCRIPT), (re.compile(r'\.md$'), None)]
# Releases of the past stay as they were announced; this file and its test are about the words.
LEFT_OUT = ('CHANGELOG.md', 'tests/lint/words.py', 'tests/lint/words_test.py')
BASELINE = 'tests/lint/words_baseline.tsv'
ALLOWED = 'tests/lint/words_allowed.tsv'


def texts_of(path, content):
    """(number of the first line, text) of all that a person reads in a file."""
    for names, expression in READ:
        if not names.search(path):
            continue
        if expression is None:
            yield 1, content
            return
        for match in expression.finditer(content):
            for name, text in match.groupdict().items():
                if text and name != 'mark':
                    yield content.count('\n', 0, match.start(name)) + 1, text


def findings_of(path, content):
    """(number, line of the file, word, what to write instead)."""
    lines = content.split('\n')
    for first, text in texts_of(path, content):
        for offset, part in enumerate(text.split('\n')):
            for expression, instead in PATTERNS:
                for match in expression.finditer(part):
                    number = first + offset
                    yield number, lines[number - 1].strip(), match.group(), instead


def key_of(path):
    """Folder of the top level and name: a file that moves into a room takes its number along."""
    return (path.split('/')[0] if '/' in path else '.', os.path.basename(path))


def rows(tree, path):
    """The rows of a table, without comments; none if it is absent."""
    if path not in tree.files():
        return []
    return [line.split('\t') for line in tree.read(path).split('\n') if line and not line.startswith('#')]


def all_findings(tree):
    """(findings by key, errors of the list of what is allowed). A finding: (path, number, line, word, instead)."""
    allowed, errors, used = [], [], set()
    for row in rows(tree, ALLOWED):
        if len(row) != 3 or not all(row):
            errors.append('%s: "%s" is not FILE, a part of its line and the reason, between tabs' %
                          (ALLOWED, '\t'.join(row)))
        else:
            allowed.append(row)
    found = collections.defaultdict(list)
    for path in tree.files():
        if path in LEFT_OUT:
            continue
        for number, line, word, instead in findings_of(path, tree.read(path)):
            entry = next((i for i, (name, part, _) in enumerate(allowed)
                          if os.path.basename(path) == name and part in line), None)
            if entry is None:
                found[key_of(path)].append((path, number, line, word, instead))
            used.add(entry)
    errors += ['%s: nothing in %s needs "%s" any more' % (ALLOWED, name, part)
               for i, (name, part, _) in enumerate(allowed) if i not in used]
    return found, errors


def baseline_of(tree):
    return {(folder, name): int(count) for folder, name, count in rows(tree, BASELINE)}


def text_of(finding):
    path, number, _, word, instead = finding
    return '%s:%d: "%s"; write: %s' % (path, number, word, instead)


def check(tree):
    """Finds files with more of these words than the baseline has of them. Prints how many are left per folder."""
    found, errors = all_findings(tree)
    known = baseline_of(tree)
    yield from errors
    for key, of_file in sorted(found.items()):
        if len(of_file) > known.get(key, 0):
            for finding in of_file:
                yield '%s (%d in this file, at most %d)' % (text_of(finding), len(of_file), known.get(key, 0))
    left = collections.Counter()
    for (folder, _), of_file in found.items():
        left[folder] += len(of_file)
    print('words: %d left to rewrite: %s' % (sum(left.values()), ', '.join(
        '%s %d' % entry for entry in sorted(left.items()))))


def lowered(tree):
    """The baseline with each number lowered to what is left."""
    found, _ = all_findings(tree)
    known = baseline_of(tree)
    counts = {key: min(count, len(found.get(key, []))) for key, count in known.items()}
    head = [line for line in tree.read(BASELINE).split('\n') if line.startswith('#')]
    return '\n'.join(head + ['%s\t%s\t%d' % (*key, count) for key, count in sorted(counts.items()) if count]) + '\n'


def main():
    import lint   # pylint: disable=import-outside-toplevel  # it imports this file
    tree = lint.Tree(sys.argv[1])
    if sys.argv[2:] == ['--lower']:
        text = lowered(tree)
        with open(os.path.join(tree.root, BASELINE), 'w', encoding='utf-8') as f:
            f.write(text)
        return
    for (folder, _), of_file in sorted(all_findings(tree)[0].items()):
        if folder in sys.argv[2:] or not sys.argv[2:]:
            for finding in of_file:
                print(text_of(finding))


if __name__ == '__main__':
    main()
