#!/usr/bin/python3
"""The lint must be able to fail: each rule is shown a tree that breaks it."""
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lint  # pylint: disable=wrong-import-position

# check -> (path, text) that it has to find
BROKEN = {
    'includes': [('client/render.cc', '#include "schema/store/store.h"\n'),
                 ('server/service/x.cc', '#include <sqlite3.h>\n'),
                 ('server/placement/p.h', '#include "cis/v1/placement.pb.h"\n'),
                 ('crawler/crawl.cc', '#include "server/snapshot/snapshot.h"\n'),
                 ('crawler/newroom/a.cc', 'int x;\n')],
    'style': [('client/a.cc', 'std::' + 'string_view x;\n'),
              ('server/service/s.cc', 'Run("SEL' + 'ECT 1");\n'),
              ('crawler/http/b.cc', 'std::getenv("HOME");\n'),
              ('server/long.cc', '\n' * 700)],
    'built': [('client/forgotten.cc', 'int x;\n')],
    'proto': [('proto/cis/v1/a.proto', 'message A {\n  string b = 1;\n}\n')],
    'readmes': [('server/query/q.cc', 'int x;\n')],
    'flags': [('client/options.cc', 'app.add_option("--undocumented", x);\n')],
    'reasons': [('server/service/errors.cc', 'Make("NEW_REASON");\n')],
    'format': [('client/bad.cc', 'int   x ;\n')],
}


class LintCanFail(unittest.TestCase):
    def test_each_rule(self):
        self.assertEqual(set(BROKEN), set(lint.CHECKS))
        for check, cases in BROKEN.items():
            for path, text in cases:
                with self.subTest(check=check, path=path), tempfile.TemporaryDirectory() as root:
                    os.makedirs(os.path.join(root, os.path.dirname(path)))
                    with open(os.path.join(root, path), 'w', encoding='utf-8') as f:
                        f.write(text)
                    findings = list(lint.CHECKS[check](lint.Tree(root)))
                    self.assertTrue(any(path.split('/')[0] in f for f in findings), findings)


if __name__ == '__main__':
    unittest.main()
