#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The lint of references finds parameters that a function may return something through, and no others."""
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lint        # pylint: disable=wrong-import-position
import references  # pylint: disable=wrong-import-position

# text -> (function, type, name) of each reference in it
TEXTS = {
    'bool Parse(absl::string_view text, int& number);': [('Parse', 'int', 'number')],
    'void A(std::vector<std::pair<int, B>>& list, C& c);': [
        ('A', 'std::vector<std::pair<int, B>>', 'list'), ('A', 'C', 'c')],
    'void A(std::vector<int> numbers, const std::vector<C>& list);': [],
    'void Reader::A(const Record&, Record&) {}': [('A', 'Record', '')],
    'void A(\n    std::string& text) {': [('A', 'std::string', 'text')],
    'void A(T& value = kNone);': [('A', 'T', 'value')],
    'void A(T&& value, const T& other, T* pointer, T const& third);': [],
    'const auto f = [&](Record& record) { return 1; };': [(']', 'Record', 'record')],
    'std::function<void(Past&)> body;': [('void', 'Past', '')],
    'void operator()(absl::string_view name, int& value);': [('operator()', 'int', 'value')],
    'if ((lead & 0xe0) == 0xc0 || (a & b)) return;': [],
    'for (T& item : items) F(item);': [],
    'T& F(const T& a) { T& b = *c; return b; }': [],
    'x = static_cast<T&>(y);': [],
    '// void A(int& number)': [],
    'Say("void A(int& number)");': [],
}


class References(unittest.TestCase):
    def check(self, files):
        with tempfile.TemporaryDirectory() as root:
            for path, text in files.items():
                path = os.path.join(root, path)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, 'w', encoding='utf-8') as f:
                    f.write(text)
            return list(lint.CHECKS['references'](lint.Tree(root)))

    def test_are_found_where_a_function_takes_them(self):
        for text, found in TEXTS.items():
            with self.subTest(text=text):
                self.assertEqual([entry[1:] for entry in references.references_of(text)], found)

    def test_are_reported_with_file_line_and_what_to_do(self):
        findings = self.check({'client/a.cc': '\nvoid A(int& number);\n'})
        self.assertEqual(len(findings), 1)
        self.assertTrue(findings[0].startswith('client/a.cc:2: int& number; return the value, or take a pointer'))

    def test_of_operators_and_of_responses_of_handlers_are_allowed(self):
        self.assertEqual(self.check({'client/a.cc': 'void operator()(int& number);\nT& operator<<(T& a, int b);\n',
                                     'server/service/b.h': 'absl::Status Get(v1::Site& response);\n'}), [])
        self.assertEqual(len(self.check({'client/b.h': 'absl::Status Get(v1::Site& response);\n'})), 1)

    def test_are_allowed_by_a_row_with_a_reason_that_is_still_needed(self):
        code = 'void A(db::Connection<int>& db);\nvoid B(int& number);\n'
        for rows, finding in (('type\tdb::Connection\tReason.\nfunction\tB\tReason.\n', None),
                              ('type\tdb::Connection\t\nfunction\tB\tReason.\n', 'is not KIND'),
                              ('name\tdb::Connection\tReason.\nfunction\tB\tReason.\n', 'is not KIND'),
                              ('type\tdb::Connection\tReason.\n', 'int& number'),
                              ('type\tdb::Connection\tReason.\nfunction\tB\tReason.\ntype\tC\tReason.\n',
                               'nothing needs the type "C" any more')):
            with self.subTest(rows=rows):
                findings = self.check({'schema/a.h': code, references.ALLOWED: '# head\n' + rows})
                self.assertEqual(bool(findings), finding is not None)
                self.assertTrue(finding is None or any(finding in f for f in findings), findings)


if __name__ == '__main__':
    unittest.main()
