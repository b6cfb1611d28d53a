#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A site with names that an attacker would choose: every format of `place` keeps the names
unchanged, and executing the output executes nothing in them."""
import csv
import io
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest

import harness

# Also the names of the site's files, so that a canary is noticed wherever it is created.
NAMES = [
    '$(touch canary)', '`touch canary`', "'; touch canary; '", '"; touch canary; "',
    'a\ntouch canary\n', 'a\r\ntouch canary', '-rf', '--help', '--os-cloud=evil', 'a\\',
    "\\'; touch canary #", '${IFS}touch${IFS}canary', '* ? ~ & | > canary', '#{x} \x1b[2J\x07',
    'safe\u202etxt.exe\u2066', 'z\u2028touch canary\u2029', 'nul\x00byte', '{{ 7 * 7 }} {% raw %}',
    '${path.module} %{ if true }', '=cmd|canary', '!unsafe &a *a', ': - ? x', '\u0085next', 'é\u0301 ☃',
]
CONTROL = re.compile('[\x00-\x09\x0b-\x1f\x7f\x80-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\u200e\u200f]')


def csv_value(cell):
    """Returns the value of a cell (client/README.md): an apostrophe protects what looks like a
    formula."""
    is_formula = cell.lstrip("' ")[:1] in tuple('=+-@\t\r\n\uff1d\uff0b\uff0d\uff20')
    return cell[1:] if is_formula and cell.startswith("'") else cell


NAMED = ('place', '--vo', 'vo.access.egi.eu', '--public-ip')
# Logs the number of words of each call and the words, and answers as the client would. In sh,
# because a script calls it twenty times.
FAKE = r'''#!/bin/sh
printf '%s\0' $# "$@" >>"$CALLS"
case "$*" in
'token issue'*) printf '%s\n' "$PROJECT" ;;
'floating ip show'*port_id*) echo None ;;
'floating ip show'*) echo 192.0.2.7 ;;
'server show'*) echo ACTIVE ;;
'server create'*) echo server-1 ;;
*' show '*) exit 1 ;;
*' create '*) echo made-1 ;;
esac
'''
FEDCLOUD = '#!/bin/sh\nshift 3\nexec openstack "$@"\n'


def rename(value, names, spoil_ids):
    """Returns the lists of a body with other names; flavors get other ids too."""
    for kind in ('flavors', 'images', 'networks', 'routers'):
        for number, one in enumerate(value.get(kind) or []):
            one['name'] = names(one['id'])
            if kind == 'flavors' and spoil_ids:
                one['id'] = 'f%d %s' % (number, one['name'])
            if kind == 'images':
                one['os_admin_user'] = one['name']
    return value


class Hostile(harness.Case):
    spoil_ids = False

    @classmethod
    def setUpClass(cls):
        cls.recorded = tempfile.TemporaryDirectory(prefix='cis-hostile-')
        source = os.path.join(harness.ROOT, 'tests/replay/recorded/CESGA')
        target = os.path.join(cls.recorded.name, 'CESGA')
        shutil.copytree(source, target)
        ids = {}

        def names(upstream_id):
            return NAMES[ids.setdefault(upstream_id, len(ids)) % len(NAMES)]
        path = os.path.join(target, 'exchanges.jsonl')
        with open(path, encoding='utf-8') as f:
            exchanges = [json.loads(line) for line in f]
        with open(path, 'w', encoding='utf-8') as f:
            for one in exchanges:
                if one['service'] != 'keystone':
                    one['body'] = json.dumps(rename(json.loads(one['body']), names, cls.spoil_ids))
                f.write(json.dumps(one) + '\n')
        cls.replay_args = ('--recorded', cls.recorded.name)
        super().setUpClass()
        cls.db = cls.crawled('hostile.db')
        # Hundreds of questions: a server reads the database once for all of them.
        cls.server = harness.Process([harness.program('cis-server'), '--db', cls.db, '--listen',
                                      '127.0.0.1:0'],
                                     os.path.join(cls.dir, 'server.log'), 'snapshot.published')
        cls.address = re.search(r'address="?(127\.0\.0\.1:\d+)', cls.server.text()).group(1)
        code, out, err = harness.run('cisquery', '--server', cls.address, '-o', 'json', *NAMED,
                                     '--all', '--limit', '0')
        assert code == 0, err
        cls.placements = json.loads(out)['placements']
        # One per name of a flavor and of an image is enough.
        cls.picks, seen = [], set()
        for number, one in enumerate(cls.placements):
            names = {('flavor', one['machine']['flavor']['display_name']),
                     ('image', one['machine']['image']['display_name'])}
            if not names <= seen:
                seen |= names
                cls.picks.append(number)

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()
        super().tearDownClass()
        cls.recorded.cleanup()

    def setUp(self):
        self.here = self.path('here-' + self.id().rpartition('.')[2])
        os.makedirs(self.here)
        self.bin = self.path('bin')
        os.makedirs(self.bin, exist_ok=True)
        for name, text in (('openstack', FAKE), ('fedcloud', FEDCLOUD), ('sleep', '#!/bin/sh\n')):
            with open(os.path.join(self.bin, name), 'w', encoding='utf-8') as f:
                f.write(text)
            os.chmod(os.path.join(self.bin, name), 0o755)
        with open(self.path('key.pub'), 'w', encoding='utf-8') as f:
            f.write('ssh-ed25519 AAAA test\n')

    def tearDown(self):
        self.assertEqual(os.listdir(self.here), [], 'something of a name was executed')

    def ask(self, form, pick=None):
        """As harness.run, with line ends unchanged."""
        done = subprocess.run([harness.program('cisquery'), '--server', self.address, '-o', form,
                               *NAMED, '--all', *(('--limit', '0') if pick is None
                                          else ('--pick', str(pick + 1)))],
                              capture_output=True, check=False, timeout=60, env=harness.clean_env())
        return done.returncode, done.stdout.decode('utf-8'), done.stderr.decode('utf-8')

    def shell(self, script, **variables):
        calls = self.path('calls')
        if os.path.exists(calls):
            os.remove(calls)
        done = subprocess.run(['/bin/sh', '-s'], input=script.encode('utf-8', 'surrogateescape'),
                              cwd=self.here, capture_output=True, check=False, timeout=60, env={
                                  'PATH': self.bin + ':/usr/bin:/bin', 'HOME': self.here,
                                  'CALLS': calls, 'CIS_PUBLIC_KEY': self.path('key.pub'),
                                  'OS_USERNAME': 'somebody', 'CIS_NAME': 'vm', **variables})
        if not os.path.exists(calls):
            return done, []
        with open(calls, 'rb') as f:
            words = [word.decode('utf-8', 'replace') for word in f.read().split(b'\0')[:-1]]
        every = []
        while words:
            end = 1 + int(words[0])
            every.append(words[1:end])
            del words[:end]
        return done, every

    def test_tables_and_notes_show_nothing_that_moves_the_cursor(self):
        for form in ('table', 'wide', 'name'):
            code, out, err = self.ask(form)
            self.assertEqual(code, 0, err)
            self.assertEqual(CONTROL.findall(out.replace('\t', '') if form == 'name' else out), [])
            self.assertEqual(CONTROL.findall(err), [])
        for words in (('--explain',), ('--ram', '4T', '--explain'), ('--flavor', '\x1b[2J*')):
            _, out, err = self.query(self.db, *NAMED, *words)
            self.assertEqual(CONTROL.findall(out + err), [])

    def test_documents_have_the_names_as_they_are(self):
        names = [one['machine']['flavor']['display_name'] for one in self.placements]
        self.assertGreater(len(set(names)), 10)
        _, out, _ = self.ask('ndjson')
        self.assertEqual([json.loads(line)['machine']['flavor']['display_name']
                          for line in out.rstrip('\n').split('\n')], names)
        _, out, _ = self.ask('csv')
        rows = list(csv.DictReader(io.StringIO(out, newline='')))
        self.assertEqual(len(rows), len(names))
        for row, name in zip(rows, names):
            cell = row['machine.flavor.display_name']
            self.assertEqual([c for c in CONTROL.findall(cell) if c not in '\t\r'], [])
            if all(c.isprintable() or c in '\t\r\n' for c in name):
                self.assertEqual(csv_value(cell), name)

    def test_scripts_call_the_client_with_the_ids_and_nothing_else(self):
        for form in ('openstack', 'fedcloud'):
            started = 0
            for pick in self.picks[:None if form == 'openstack' else 12]:
                one = self.placements[pick]
                code, script, err = self.ask(form, pick)
                if '\0' in one['machine']['flavor']['upstream_id']:
                    self.assertEqual((code, script), (1, ''))
                    self.assertIn('NUL', err)
                    continue
                self.assertEqual(code, 0, err)
                comments = [line for line in script.split('\n') if line.startswith('# ')]
                self.assertEqual(CONTROL.findall('\n'.join(comments)), [])
                done, calls = self.shell(script, PROJECT=one['project_id'])
                self.assertEqual(done.returncode, 0, done.stderr)
                create = [words for words in calls if words[:2] == ['server', 'create']]
                self.assertEqual([words[2:4] for words in create], [[
                    '--flavor=' + one['machine']['flavor']['upstream_id'],
                    '--image=' + one['machine']['image']['upstream_id']]])
                self.assertRegex(done.stdout, rb'\Assh [A-Za-z][\w.-]*@192\.0\.2\.7\n\Z')
                started += 1
            self.assertGreater(started, 8)

    def test_variables_arrive_in_the_shell_as_they_are(self):
        for pick in self.picks:
            one = self.placements[pick]
            names = [one['machine']['flavor']['display_name'], one['machine']['image']['display_name']]
            code, text, err = self.ask('env', pick)
            if '\0' in ''.join(names) + one['machine']['flavor']['upstream_id'] + (one['machine']['login_user'] or ''):
                self.assertEqual((code, text), (1, ''))
                self.assertIn('NUL', err)
                continue
            if code == 1:  # for a network
                self.assertIn('NUL', err)
                continue
            done, _ = self.shell(text + '\nprintf \'%s\\0\' "$CIS_FLAVOR_NAME" "$CIS_IMAGE_NAME"\n')
            self.assertEqual(done.stdout.decode('utf-8').split('\0')[:2], names)

    def test_terraform_and_ansible_read_the_names_as_they_are(self):
        try:
            import yaml  # pylint: disable=import-outside-toplevel
        except ImportError:
            self.fail('python3-yaml is missing: deploy/packages test')

        class Loader(yaml.SafeLoader):
            pass
        Loader.add_constructor('!unsafe', lambda loader, node: loader.construct_scalar(node))
        for pick in self.picks:
            one = self.placements[pick]
            name = one['machine']['flavor']['display_name']
            code, out, err = self.ask('terraform-external', pick)
            self.assertEqual(code, 0, err)
            self.assertEqual(json.loads(out)['flavor_name'], name)
            code, out, err = self.ask('ansible', pick)
            self.assertEqual(code, 0, err)
            facts = yaml.load(out, Loader)
            self.assertEqual(facts['cis_flavor_name'], name)
            self.assertEqual(facts['cis_server']['flavor'], one['machine']['flavor']['upstream_id'])
            if '{{' in name or '{%' in name:
                self.assertIn('cis_flavor_name: !unsafe "', out)
            code, out, err = self.ask('tfvars', pick)
            self.assertEqual(code, 0, err)
            # HCL's strings are JSON's except for templates, which must not occur.
            values = dict(re.fullmatch(r'(\w+) += (.*)', line).groups()
                          for line in out.rstrip('\n').split('\n'))
            self.assertEqual(json.loads(values['flavor_name']), name)
            self.assertNotRegex(out, r'[$%]\{')


class HostileIds(Hostile):
    """Flavor ids, too, can be anything that the site wants."""
    spoil_ids = True


if __name__ == '__main__':
    unittest.main()
