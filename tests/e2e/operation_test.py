#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The nightly operation: the lines of deploy/ as they are written there, backup, restore, the
morning's check."""
import fcntl
import hashlib
import json
import os
import re
import signal
import stat
import subprocess
import unittest

import harness

DEPLOY = os.path.join(harness.ROOT, 'deploy')
REAL_SITES = os.path.join(harness.ROOT, '../shared/corpus/dev/egi_sites')  # if absent, shared_files is skipped
FIXTURE_SITES = os.path.join(harness.ROOT, 'tests', 'fixtures', 'sites')
# Takes the place of sendmail; stores its arguments and its input.
FAKE_SENDMAIL = '#!/bin/sh\n{ echo "ARGUMENTS $*"; cat; } > "$CIS_FAKE_MAIL"\n'


def unit(name):
    """A systemd unit as {section: {key: [values]}}."""
    lists = {}
    section = None
    with open(os.path.join(DEPLOY, 'systemd', name), encoding='utf-8') as f:
        for line in f.read().splitlines():
            if line.startswith('['):
                section = lists.setdefault(line.strip('[]'), {})
            elif '=' in line and not line.startswith('#'):
                key, _, value = line.partition('=')
                section.setdefault(key, []).append(value)
    return lists


class Operation(harness.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.db = cls.crawled('cis.db')
        cls.sendmail = os.path.join(cls.dir, 'sendmail')
        with open(cls.sendmail, 'w', encoding='utf-8') as f:
            f.write(FAKE_SENDMAIL)
        os.chmod(cls.sendmail, 0o755)

    def setUp(self):
        self.faults()
        self.mail_file = self.path('mail')
        if os.path.exists(self.mail_file):
            os.remove(self.mail_file)

    def mail(self):
        """Returns what sendmail received: its arguments, the headers, the body. None if it was not
        started."""
        if not os.path.exists(self.mail_file):
            return None
        with open(self.mail_file, encoding='utf-8') as f:
            head, _, body = f.read().partition('\n\n')
        lines = head.splitlines()
        return lines[0], dict(line.split(': ', 1) for line in lines[1:]), body

    def here(self, command, db):
        """Returns a command line of deploy/ with its paths moved into this test's folder."""
        command = command.replace('/usr/local/bin/', '').replace('%%', '%').replace('\\%', '%')
        command = re.sub(r'/var/lib/cis/cis\.db', db, command).replace('/bin/rm', 'rm')
        command = command.replace('/etc/cis/sites', self.sites)
        return command.replace('/var/lib/cis/', self.dir + '/').replace('/etc/cis/', self.dir + '/none/')

    def shell(self, command, **more):
        env = dict(harness.clean_env(), CIS_REPLAY_PASSWORD=harness.PASSWORD, MAILTO='root',
                   CIS_SENDMAIL=self.sendmail, CIS_FAKE_MAIL=self.mail_file,
                   PATH=harness.BIN + ':' + DEPLOY + ':' + os.environ['PATH'], **more)
        return subprocess.run(['/bin/sh', '-c', command], env=env, capture_output=True, text=True,
                              timeout=120, check=False)

    def test_the_units_commands_run_as_they_stand(self):
        db = self.path('unit.db')
        crawl = unit('cis-crawl.service')['Service']
        for command in crawl['ExecStartPre'] + crawl['ExecStart'] + crawl['ExecStartPost']:
            r = self.shell(self.here(command, db))
            self.assertEqual(r.returncode, 0, (command, r.stderr))
        self.assert_sound(db)
        copies = [name for name in os.listdir(self.dir) if re.fullmatch(r'backup-[1-7]\.db', name)]
        self.assertEqual(len(copies), 1, copies)
        self.assert_sound(self.path(copies[0]))
        # The journal gets one JSON object per line.
        for line in self.shell(self.here(crawl['ExecStart'][0], db)).stderr.splitlines():
            json.loads(line)

    def test_the_server_unit_starts_a_server(self):
        command = unit('cis-server.service')['Service']['ExecStart'][0]
        args = self.here(command, self.db).replace('127.0.0.1:50051', '127.0.0.1:0').split()
        server = harness.Process([harness.program(args[0])] + args[1:], self.path('unit-server.log'),
                                 'snapshot.published')
        self.assertEqual(server.stop(), 0)

    def test_the_units_name_each_other_and_the_accounts(self):
        timer = unit('cis-crawl.timer')
        self.assertIn('OnCalendar', timer['Timer'])   # starts the service with its own name
        with open(os.path.join(DEPLOY, 'systemd', 'cis.sysusers'), encoding='utf-8') as f:
            users = re.findall(r'^u (\S+)', f.read(), re.M)
        report = unit('cis-crawl-report.service')['Service']
        self.assertEqual(report['User'], users)
        for key in ('OnSuccess', 'OnFailure'):
            self.assertEqual(unit('cis-crawl.service')['Unit'][key], ['cis-crawl-report.service'])
        # Each of these would disable setgid for sendmail.
        self.assertFalse({'NoNewPrivileges', 'SystemCallFilter', 'PrivateDevices', 'RestrictSUIDSGID'} & set(report))
        for name in ('cis-crawl.service', 'cis-server.service'):
            service = unit(name)['Service']
            self.assertEqual(service['User'], users, name)
            for key in ('NoNewPrivileges', 'ProtectSystem', 'SystemCallFilter', 'MemoryMax'):
                self.assertIn(key, service, name)

    def test_the_cron_lines_run_as_they_stand(self):
        db = self.path('cron.db')
        with open(os.path.join(DEPLOY, 'cron', 'cis'), encoding='utf-8') as f:
            lines = [line for line in f.read().splitlines() if re.match(r'\d', line)]
        self.assertEqual(len(lines), 3)
        output = []
        for line in sorted(lines, key=lambda text: 'status' in text):
            fields = line.split(None, 6)
            self.assertEqual(fields[5], 'cis')
            r = self.shell(self.here(fields[6], db))
            self.assertEqual(r.returncode, 0, (line, r.stdout, r.stderr))
            output.append(r.stdout + r.stderr)
        self.assertEqual(output, ['', '', ''], 'what is printed is mailed')
        self.assertIsNone(self.mail(), 'a good crawl is not mailed')
        self.assert_sound(db)

    @staticmethod
    def digest(path):
        with open(path, 'rb') as f:
            return hashlib.sha256(f.read()).hexdigest()

    def test_rules_are_compared_before_they_are_applied(self):
        db = self.crawled('rules.db')
        compare = ('cis-crawler', 'renormalize', '--compare', '--db', db)
        code, out, err = harness.run(*compare)
        self.assertEqual((code, err), (0, ''), out[:2000])
        self.assertRegex(out, r'^Rules 0\.\d+\.\d+\+[0-9a-f]{16}, \d+ stored observations: nothing would change\.')
        rules = self.path('rules')
        os.mkdir(rules)
        with open(os.path.join(harness.ROOT, 'crawler/normalize/data/logins.tsv'), encoding='utf-8') as f:
            logins = f.read()
        self.assertIn('\tubuntu\t', logins)
        with open(os.path.join(rules, 'logins.tsv'), 'w', encoding='utf-8') as f:
            f.write(logins.replace('\tubuntu\t', '\tsomebody\t'))
        before = self.digest(db)
        code, out, err = harness.run(*compare, '-o', 'json', '--rules', rules)
        self.assertEqual(code, 3, err)
        lines = [json.loads(line) for line in out.splitlines()]
        records = [line for line in lines if line['type'] == 'record']
        fields = [field for record in records for field in record['fields']]
        self.assertIn({'field': 'login_user', 'old': 'ubuntu', 'new': 'somebody'}, fields)
        # What follows from the user, and nothing else.
        self.assertFalse([field for field in fields
                          if not re.search(r'(^|\.)login_user$|^warnings\.LOGIN_', field['field'])])
        self.assertEqual({(record['kind'], record['event']) for record in records}, {('image', 'changed')})
        self.assertEqual(lines[-1]['records'], {'image': {'changed': len(records)}})
        self.assertEqual(self.digest(db), before, 'a comparison writes nothing')
        # What was printed is what is done.
        self.assertEqual(harness.run('cis-crawler', 'renormalize', '--db', db, '--rules', rules)[0], 0)
        self.assertEqual(harness.run(*compare, '--rules', rules)[0], 0)

    def test_the_check_of_cron_mails_when_data_have_rotted(self):
        with open(os.path.join(DEPLOY, 'cron', 'cis'), encoding='utf-8') as f:
            (line,) = [line for line in f.read().splitlines() if 'cis-crawler status' in line]
        r = self.shell(self.here(line.split(None, 6)[6], self.path('absent.db')))
        self.assertIn('CIS UNKNOWN', r.stdout)

    def cron_crawl(self):
        with open(os.path.join(DEPLOY, 'cron', 'cis'), encoding='utf-8') as f:
            (line,) = [line for line in f.read().splitlines() if 'cis-crawler crawl' in line]
        return line.split(None, 6)[6]

    def assert_is_report(self, text):
        lines = text.splitlines()
        self.assertLessEqual(len(lines), 60)
        self.assertLessEqual(max(len(line) for line in lines), 78, text)
        self.assertNotIn(harness.PASSWORD, text)

    def test_cron_mails_the_report_of_a_bad_night(self):
        db = self.path('bad-night.db')
        self.assertEqual(self.crawl(db)[0], 0)
        self.faults({'kind': '503', 'site': 'CESGA', 'seconds': 0},
                    {'kind': 'html', 'site': 'INFN-PADOVA-STACK', 'service': 'glance'})
        r = self.shell(self.here(self.cron_crawl(), db))
        self.assertEqual((r.returncode, r.stdout), (0, ''), r.stderr)
        arguments, heads, body = self.mail()
        self.assertEqual(arguments, 'ARGUMENTS -oi -t')
        self.assertEqual(heads['To'], 'root')
        self.assertRegex(heads['Subject'], r'^CIS crawl \d{4}-\d\d-\d\d: 6 of 24 shares kept last good data$')
        self.assertEqual(heads['Content-Type'], 'text/plain; charset=UTF-8')
        self.assert_is_report(body)
        self.assertEqual(body.splitlines()[0], heads['Subject'])
        for words in (r'exit code 3', r'CESGA  server at 3 shares since \d', r'PADOVA-STACK  parse at 3 shares since',
                      r'last good \d{4}', r'\nWhat to do\n  server: .*\n  parse: '):
            self.assertRegex(body, words)
        # Every night, if that is configured.
        self.faults()
        r = self.shell(self.here(self.cron_crawl(), db), CIS_MAIL_WHEN='always')
        self.assertEqual(r.returncode, 0, r.stderr)
        self.assertRegex(self.mail()[1]['Subject'], 'all of 24 shares refreshed$')
        self.assertIn('recovered', self.mail()[2])

    def test_systemd_mails_the_report_and_the_result_of_the_unit(self):
        db = self.path('unit-night.db')
        crawl, report = unit('cis-crawl.service')['Service'], unit('cis-crawl-report.service')['Service']
        self.faults({'kind': '401', 'service': 'keystone'})
        code = self.shell(self.here(crawl['ExecStart'][0], db)).returncode
        self.assertEqual(code, 4)
        command = self.here(report['ExecStart'][0], db)
        r = self.shell(command, CIS_MAIL_TO='ops@example.org', MONITOR_SERVICE_RESULT='exit-code',
                       MONITOR_EXIT_CODE='exited', MONITOR_EXIT_STATUS=str(code))
        self.assertEqual((r.returncode, r.stdout), (0, ''), r.stderr)
        _, heads, body = self.mail()
        self.assertEqual(heads['To'], 'ops@example.org')
        self.assertRegex(heads['Subject'], 'none of 24 shares refreshed')
        self.assertIn('result exit-code (exited, 4)', body)
        # A killed crawl writes nothing; yesterday's report has been deleted by then.
        self.shell(self.here(crawl['ExecStartPre'][0], db))
        r = self.shell(command, CIS_MAIL_TO='root', MONITOR_SERVICE_RESULT='oom-kill')
        self.assertEqual(r.returncode, 0, r.stderr)
        self.assertIn('no report was written', self.mail()[1]['Subject'])
        # Without sendmail, the report is in the journal.
        r = self.shell('CIS_SENDMAIL= PATH=/usr/bin:/bin ' + os.path.join(DEPLOY, command.split()[0]) + ' /nowhere root')
        if not os.path.exists('/usr/sbin/sendmail'):
            self.assertIn('no report was written', r.stdout)
        # No header can be made from an address or from a name that a site chose.
        for address in ('-bd', ''):
            self.assertEqual(self.shell('cis-mail-summary /nowhere "%s"' % address).returncode, 2)

    def test_the_summary_is_written_however_the_crawl_ends(self):
        db = self.path('ends.db')
        summary = self.path('ends.txt')

        def crawl(*args, to=summary, env=None):
            code, out, err = self.crawl(db, '--summary', to, *args, env=env)
            if to != '-':
                with open(to, encoding='utf-8') as f:
                    out = f.read()
            self.assert_is_report(out)
            return code, out, err
        code, text, _ = crawl(to='-')
        self.assertEqual(code, 0)
        self.assertRegex(text, r'^CIS crawl \S+: all of 24 shares refreshed\n')
        self.faults({'kind': 'rewrite', 'site': 'CESGA', 'from': '"public00"', 'to': '"public-two"'},
                    {'kind': '401', 'service': 'keystone', 'site': 'CIS-LAB-SIX'})
        code, text, _ = crawl()
        self.assertEqual(code, 3)
        self.assertRegex(text, r'CESGA .*network public-two renamed, public00 -> public-two')
        self.assertRegex(text, r'CIS-LAB-SIX  support authenticated -> refused: biomed, ')
        self.faults({'kind': 'reset'})
        code, text, _ = crawl('--share-deadline', '2s')
        self.assertEqual(code, 4)
        self.assertIn('none of 24 shares refreshed', text)
        self.faults()
        with open(db + '.lock', 'w', encoding='utf-8') as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            code, text, err = crawl()
        self.assertEqual(code, 1)
        self.assertRegex(text, r'^CIS crawl \S+: failed, another cis-crawler holds')
        code, text, err = crawl('--site', 'NOWHERE')
        self.assertEqual(code, 2)
        self.assertRegex(text, r'failed, --site "NOWHERE" is not in any site file')
        code, _, err = self.crawl(db, '--summary', self.path('no/such/folder.txt'))
        self.assertEqual(code, 1)
        self.assertIn('--summary cannot be written', err)
        self.assertEqual(stat.S_IMODE(os.stat(summary).st_mode) & 0o777, 0o644)

    def test_an_interrupted_crawl_has_a_summary(self):
        db, summary = self.path('stopped.db'), self.path('stopped.txt')
        self.assertEqual(self.crawl(db)[0], 0)
        self.faults({'kind': 'timeout', 'site': 'CESGA', 'seconds': 60})
        child = subprocess.Popen(
            [harness.program('cis-crawler'), 'crawl', '--sites', self.sites, '--db', db, '--summary', summary,
             '--timeout', '60s', '--verbose'], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            env=dict(harness.clean_env(), CIS_REPLAY_PASSWORD=harness.PASSWORD))
        seen = child.stderr.readline()      # one share is done, the crawl is in progress
        self.assertIn('crawl.share', seen)
        child.send_signal(signal.SIGTERM)
        child.communicate(timeout=60)
        self.assertEqual(child.returncode, 1)
        with open(summary, encoding='utf-8') as f:
            text = f.read()
        self.assert_is_report(text)
        self.assertRegex(text, r'^CIS crawl \S+: interrupted, \d+ of \d+ shares refreshed\n')
        self.assertIn('what was refreshed is stored', text)

    def snapshot(self):
        """Returns names, sizes and contents of all files of the test's folder except the replay's
        log."""
        files = {}
        for folder, _, names in os.walk(self.dir):
            for name in names:
                path = os.path.join(folder, name)
                if not path.endswith(('.log', '-shm')):
                    with open(path, 'rb') as f:
                        files[path] = hashlib.sha256(f.read()).hexdigest()
        return files

    def dry_run(self, *args, sites=None, env=None):
        return harness.run('cis-crawler', 'crawl', '--dry-run', '--sites', sites or self.sites, *args, env=env)

    def test_a_dry_run_prints_the_requests_and_changes_nothing(self):
        before = self.snapshot()
        asked = os.path.getsize(os.path.join(self.dir, 'replay.log'))
        absent = self.path('not-yet.db')
        code, out, err = self.dry_run('--db', absent, '--gocdb', 'https://goc.example.org/gocdbpi/public/')
        self.assertEqual((code, err), (0, ''))
        self.assertRegex(out, r'CESGA  http://127.0.0.1:\d+\n')
        self.assertRegex(out, r'\n  vo\.access\.egi\.eu +c7c309ecffdb404bb28da99610957f3c  password  asked\n')
        self.assertIn('does not exist yet; the crawl creates it', out)
        self.assertIn('https://goc.example.org/gocdbpi/public/: the crawl reads it; nothing was sent to it now', out)
        self.assertIn('5 sites, 5 endpoints, 24 shares: 24 would be asked.', out)
        self.assertEqual(self.dry_run('--summary', self.path('no/such/folder.txt'))[0], 3)
        self.assertNotIn(harness.PASSWORD, out)
        code, out, _ = self.dry_run('--db', self.db, '--vo', 'ops', '--log-format', 'json')
        self.assertEqual(code, 0)
        lines = [json.loads(line) for line in out.splitlines()]
        self.assertEqual({line['vo'] for line in lines if line['type'] == 'share'}, {'ops'})
        self.assertEqual((lines[-1]['type'], lines[-1]['asked'], lines[-1]['left_out']), ('total', 5, 19))
        self.assertEqual(self.snapshot(), before)
        self.assertEqual(os.path.getsize(os.path.join(self.dir, 'replay.log')), asked)
        self.assertFalse(os.path.exists(absent))

    def test_exit_codes_of_a_dry_run(self):
        code, out, _ = self.dry_run(env={'CIS_REPLAY_PASSWORD': ''})
        self.assertEqual(code, 4)
        self.assertIn('24 cannot be asked', out)
        self.assertIn('CIS_REPLAY_PASSWORD is empty', out)
        folder = self.path('half')
        os.makedirs(folder)
        for name in ('CESGA', 'CIS-LAB-SIX'):
            with open(os.path.join(self.sites, name + '.yaml'), encoding='utf-8') as f:
                text = f.read()
            with open(os.path.join(folder, name + '.yaml'), 'w', encoding='utf-8') as f:
                f.write(text.replace('CIS_REPLAY_PASSWORD', 'CIS_ABSENT') if name == 'CESGA' else text)
        code, out, _ = self.dry_run(sites=folder)
        self.assertEqual(code, 3)
        self.assertIn('6 would be asked, 3 cannot be asked', out)
        for args in (('--site', 'NOWHERE'), ('--db', self.path('no/such/folder.db')), ('--overrides', '/nowhere.yaml'),
                     ('--db', os.path.join(self.sites, 'CESGA.yaml'))):
            code, out, err = self.dry_run(*args)
            self.assertEqual((code, out), (2, ''), (args, err))

    def test_all_real_site_files_load_and_each_anomaly_is_reported_once(self):
        folders = [FIXTURE_SITES] + ([REAL_SITES] if os.path.isdir(REAL_SITES) else [])
        for folder in folders:
            with self.subTest(folder=folder):
                code, out, _ = self.dry_run('--log-format', 'json', sites=folder, env={'OIDC_ACCESS_TOKEN': 'opaque'})
                lines = [json.loads(line) for line in out.splitlines()]
                shares = [line for line in lines if line['type'] == 'share']
                held = [line for line in shares if line['state'] != 'asked']
                self.assertEqual(code, 3 if held else 0)
                self.assertEqual([line for line in lines if line['type'] == 'problem'], [])
                remarks = [line['message'] for line in lines if line['type'] == 'remark']
                self.assertEqual(len(remarks), len(set(remarks)))
                told = {os.path.basename(re.sub(r':\d+: .*', '', remark)) for remark in remarks}
                read = {re.sub(r':\d+$', '', os.path.basename(line['origin'])) for line in shares}
                # Every file gives shares, or a remark says why not.
                self.assertEqual({n for n in os.listdir(folder) if n.endswith('.yaml')} - told - read, set())
                # Sites that require an application credential have none.
                self.assertLessEqual({line['why'] for line in held}, {'no credential'})

    def test_a_backup_is_restored_under_a_running_server(self):
        db, copy = self.path('live.db'), self.path('copy.db')
        self.assertEqual(self.crawl(db)[0], 0)
        code, _, err = harness.run('cis-crawler', 'backup', '--db', db, '--to', copy)
        self.assertEqual(code, 0, err)
        crawls = len(self.query_json(copy, 'crawls'))
        self.assertEqual(self.crawl(db)[0], 0)
        server = harness.Process([harness.program('cis-server'), '--db', db, '--listen', '127.0.0.1:0',
                                  '--refresh-interval', '50ms'],
                                 self.path('live-server.log'), 'snapshot.published')
        address = re.search(r'address="?(127\.0\.0\.1:\d+)', server.text()).group(1)

        def served():
            code, out, err = harness.run('cisquery', '--server', address, '-o', 'json', 'crawls')
            self.assertEqual(code, 0, err)
            return len(json.loads(out))
        try:
            self.assertEqual(served(), crawls + 1)
            code, _, err = harness.run('cis-crawler', 'restore', '--db', db, '--from', copy)
            self.assertEqual(code, 0, err)
            for _ in range(200):     # bounded polling of what a user would see
                if served() == crawls:
                    break
            self.assertEqual(served(), crawls)
        finally:
            server.stop()
        self.assert_sound(db)
        self.assertEqual(self.crawl(db)[0], 0)

    def test_bad_copies_are_refused_by_name(self):
        text = self.path('text.db')
        with open(text, 'w', encoding='utf-8') as f:
            f.write('no database, however long this text may be' * 100)
        for args, code, word in ((['restore', '--db', self.db, '--from', text], 2, 'text.db'),
                                 (['restore', '--db', self.db, '--from', self.path('absent.db')], 2, 'absent.db'),
                                 (['restore', '--db', self.db], 2, '--from'),
                                 (['backup', '--db', self.db], 2, '--to'),
                                 (['backup', '--db', self.path('absent.db'), '--to', self.path('c.db')], 2, 'absent.db'),
                                 (['backup', '--db', self.db, '--to', self.path('no/c.db')], 2, 'no/c.db'),
                                 (['backup', '--db', self.db, '--to', self.db], 2, 'itself')):
            got, out, err = harness.run('cis-crawler', *args)
            self.assertEqual(got, code, (args, out, err))
            self.assertIn(word, err)
            self.assertEqual(len(err.strip().splitlines()), 1, err)
        self.assert_sound(self.db)


if __name__ == '__main__':
    unittest.main()
