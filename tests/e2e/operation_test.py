#!/usr/bin/python3
"""What an operator does by night: the lines of deploy/ as they stand there, backup, restore, the morning's check."""
import json
import os
import re
import subprocess
import unittest

import harness

DEPLOY = os.path.join(harness.ROOT, 'deploy')


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

    def here(self, command, db):
        """A command line of deploy/ with its paths moved into this test's folder."""
        command = command.replace('/usr/local/bin/', '').replace('%%', '%').replace('\\%', '%')
        command = re.sub(r'/var/lib/cis/cis\.db', db, command)
        command = command.replace('/etc/cis/sites', self.sites)
        return command.replace('/var/lib/cis/', self.dir + '/').replace('/etc/cis/', self.dir + '/none/')

    def shell(self, command):
        env = dict(harness.clean_env(), CIS_REPLAY_PASSWORD=harness.PASSWORD,
                   PATH=harness.BIN + ':' + os.environ['PATH'])
        return subprocess.run(['/bin/sh', '-c', command], env=env, capture_output=True, text=True,
                              timeout=120, check=False)

    def test_the_units_commands_run_as_they_stand(self):
        db = self.path('unit.db')
        crawl = unit('cis-crawl.service')['Service']
        for command in crawl['ExecStart'] + crawl['ExecStartPost']:
            r = self.shell(self.here(command, db))
            self.assertEqual(r.returncode, 0, (command, r.stderr))
        self.assert_sound(db)
        copies = [name for name in os.listdir(self.dir) if re.fullmatch(r'backup-[1-7]\.db', name)]
        self.assertEqual(len(copies), 1, copies)
        self.assert_sound(self.path(copies[0]))
        # One JSON object a line is what the journal gets.
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
        self.assertIn('OnCalendar', timer['Timer'])   # starts the service of its own name
        with open(os.path.join(DEPLOY, 'systemd', 'cis.sysusers'), encoding='utf-8') as f:
            users = re.findall(r'^u (\S+)', f.read(), re.M)
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
        self.assert_sound(db)

    def test_the_check_of_cron_mails_when_data_have_rotted(self):
        with open(os.path.join(DEPLOY, 'cron', 'cis'), encoding='utf-8') as f:
            (line,) = [line for line in f.read().splitlines() if 'cis-crawler status' in line]
        r = self.shell(self.here(line.split(None, 6)[6], self.path('absent.db')))
        self.assertIn('CIS UNKNOWN', r.stdout)

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
