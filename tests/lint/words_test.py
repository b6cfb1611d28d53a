#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The word lint finds what it says, in what people read only, and its baseline only falls."""
import contextlib
import io
import os
import re
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lint   # pylint: disable=wrong-import-position
import words  # pylint: disable=wrong-import-position

# text -> how many words are found in it
TEXTS = {
    'Each kind is told once.': 1, 'cisquery tells whether it holds': 1, 'The page cannot tell which.': 0,
    'Two names are told apart.': 0, 'the site is told to stop': 1, 'tell the site': 0, 'As said, and TOLD': 2,
    'its wish': 1, 'tests/openstack/wishes.py': 0,
    'one summary line a share': 1, 'one line a share': 1, '14.8 requests a share': 1, 'one object a line': 1,
    '20,000 a second': 0, '- 2026-11-22, a share is split': 0, 'one of a share': 0, '30 MiB a site': 1,
    'nobody listens': 1, 'names nobody has seen': 0, 'asks nobody': 1, 'Whoever asks': 1,
    'at the next look': 1, 'a look at the data': 0, 'two look-ups': 0, 'they look for it': 0,
    'in good standing': 1, 'a long-standing bug': 0, 'outstanding': 0,
    'that will not do': 1, '"x" is no number': 1, 'there is no number': 0, 'it is no longer so': 0,
    'has not what its file says': 1, 'the flavor is gone': 1, 'it goes on': 0,
    'with next to nothing else running': 1, 'Remove the past': 1, 'the past week': 1, 'passed': 0,
    'no rule mends it': 1, 'amended': 0, 'for ever so': 1, 'for ever': 0,
    'SURE': 1, 'SAID': 1, 'LAST TRIED': 1, 'SITE-SURE': 0, 'make sure': 0, 'what it said': 0,
}


class Words(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = folder.name

    def write(self, path, text):
        path = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'w', encoding='utf-8') as f:
            f.write(text)

    def check(self):
        """(findings, what was printed)."""
        with contextlib.redirect_stdout(io.StringIO()) as said:
            findings = list(lint.CHECKS['words'](lint.Tree(self.root)))
        return findings, said.getvalue()

    def found(self, path, text):
        """The words that are found in one file, with their lines."""
        return [(number, word) for number, _, word, _ in words.findings_of(path, text)]

    def test_finds_each_word_and_none_that_is_well_used(self):
        for text, count in TEXTS.items():
            with self.subTest(text=text):
                self.assertEqual(len(self.found('a/README.md', text)), count)

    def test_has_an_example_of_each_word(self):
        for expression, instead in words.PATTERNS:
            with self.subTest(pattern=expression.pattern):
                self.assertTrue(any(expression.search(text) for text in TEXTS))
                self.assertTrue(instead)

    def test_reads_comments_and_strings_of_code_and_no_names(self):
        self.assertEqual(self.found('client/a.cc', (
            '#include "client/wish.h"\n'
            'int wish = 1;  // a wish\n'
            "char quote = '\"';\n"
            'int told = f("told \\"wish\\"");\n'
            '/* mend\n   mend */ mend();\n'
            'x = R"sql(\nwish)sql";\n')), [(2, 'wish'), (4, 'told'), (4, 'wish'), (5, 'mend'), (6, 'mend'), (8, 'wish')])
        self.assertEqual(self.found('tests/a.py', (
            '"""Wish.\n\nTold."""\n'
            'wish = told(\'wish\')  # mend\n'
            'url = "#wish"\n')), [(1, 'Wish'), (3, 'Told'), (4, 'wish'), (4, 'mend'), (5, 'wish')])
        self.assertEqual(self.found('schema/sql/a.sql', 'CREATE TABLE wish (told INT);  -- a wish\n'), [(1, 'wish')])
        self.assertEqual(self.found('proto/a.proto', '// A wish.\nstring wish = 1;\n'), [(1, 'wish')])
        self.assertEqual(self.found('tests/a.jsonl', '{"wish": "told"}\n'), [])

    def test_says_file_line_word_and_what_to_write(self):
        self.write('client/a.cc', '\n// a wish\n')
        self.assertEqual(self.check()[0], ['client/a.cc:2: "wish"; write: requirement, request (1 in this file, at most 0)'])

    def test_leaves_what_the_baseline_has_and_counts_it_for_each_folder(self):
        self.write(words.BASELINE, '# head\nclient\ta.cc\t2\n')
        self.write('client/a.cc', '// a wish\n// told\n')
        findings, said = self.check()
        self.assertEqual(findings, [])
        self.assertEqual(said, 'words: 2 left to rewrite: client 2\n')
        self.write('client/a.cc', '// a wish\n// told\n// mend\n')
        self.assertEqual(len(self.check()[0]), 3)

    def test_takes_the_number_along_when_a_file_moves_into_a_room(self):
        self.write(words.BASELINE, 'client\ta.cc\t1\n')
        self.write('client/text/a.cc', '// a wish\n')
        self.assertEqual(self.check()[0], [])
        self.write('server/a.cc', '// a wish\n')
        self.assertEqual(len(self.check()[0]), 1)

    def test_lowers_the_baseline_and_never_raises_it(self):
        self.write(words.BASELINE, '# head\nclient\ta.cc\t2\nclient\tb.cc\t1\nclient\tgone.cc\t4\n')
        self.write('client/a.cc', '// a wish\n')
        self.write('client/b.cc', '// a wish, told\n')
        self.write('client/new.cc', '// a wish\n')
        self.assertEqual(words.lowered(lint.Tree(self.root)), '# head\nclient\ta.cc\t1\nclient\tb.cc\t1\n')

    def test_allows_what_has_a_reason_and_is_still_there(self):
        self.write('client/a.cc', '// a wish of the user\n')
        for row, finding in (('a.cc\twish of the user\tWish is the name of a product.', None),
                             ('a.cc\twish of the user\t', 'is not FILE, a part of its line and the reason'),
                             ('a.cc\twish of the user', 'is not FILE, a part of its line and the reason'),
                             ('b.cc\twish of the user\tReason.', 'nothing in b.cc needs'),
                             ('a.cc\twish of nature\tReason.', 'nothing in a.cc needs')):
            with self.subTest(row=row):
                self.write(words.ALLOWED, row + '\n')
                findings = self.check()[0]
                self.assertEqual(len(findings), 2 if finding else 0, findings)
                self.assertTrue(not finding or any(re.search(finding, f) for f in findings), findings)

    def test_leaves_out_the_announcements_of_releases(self):
        self.write('CHANGELOG.md', 'The wish is told.\n')
        self.assertEqual(self.check()[0], [])


if __name__ == '__main__':
    unittest.main()
