#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""deploy/quickstart with programs that are already built, with ports in use and a server that
starts slowly."""
import os
import re
import socket
import subprocess
import tempfile
import unittest

import harness

QUICKSTART = os.path.join(harness.ROOT, 'deploy', 'quickstart')
# Answers three times as a server that has not read its database yet, then as the real one.
SLOW = '''#!/bin/sh
count=$(cat %(count)s 2>/dev/null || echo 0)
echo $((count + 1)) >%(count)s
if [ "$count" -lt 3 ]; then
  echo 'cisquery: no data yet (SNAPSHOT_NOT_READY)' >&2
  exit 1
fi
exec %(real)s "$@"
'''


class Quickstart(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix='cis-e2e-')
        self.addCleanup(folder.cleanup)
        self.dir = folder.name
        self.addCleanup(self.quickstart, '--stop')

    def quickstart(self, *args, **environment):
        """Returns (exit code, stdout, stderr)."""
        done = subprocess.run([QUICKSTART, '--bin', harness.BIN, *args], capture_output=True, text=True, timeout=200,
                              check=False, stdin=subprocess.DEVNULL,
                              env=dict(harness.clean_env(), CIS_QUICKSTART_DIR=self.dir, **environment))
        return done.returncode, done.stdout, done.stderr

    def occupy(self, port):
        """Listens on the port as another program would; returns the port. 0: any port."""
        listener = socket.socket()
        self.addCleanup(listener.close)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(('127.0.0.1', port))
            listener.listen()
        except OSError:
            self.assertTrue(port)   # then another program uses it, which serves as well
        return listener.getsockname()[1]

    def server(self, out_and_err):
        return re.search(r'export CIS_SERVER=(\S+)', out_and_err).group(1)

    def test_takes_other_ports_where_another_program_has_them(self):
        self.occupy(28403)
        self.occupy(50051)
        code, out, err = self.quickstart()
        self.assertEqual(code, 0, err)
        self.assertNotIn('Traceback', err)
        self.assertRegex(err, r'== one of the ports 28400 to 28424 of 127\.0\.0\.1 is taken by another program: '
                              r'trying the ports from 28500 on\n')
        self.assertIn('== another program has port 50051: trying the next one; '
                      'CIS_LISTEN=HOST:PORT sets another address\n', err)
        self.assertRegex(self.server(err), r'^127\.0\.0\.1:500(5[2-9]|60)$')
        self.assertIn('can run this', out + err)

    def test_names_the_address_that_was_given_and_is_taken(self):
        listen = '127.0.0.1:%d' % self.occupy(0)
        code, out, err = self.quickstart(CIS_LISTEN=listen)
        self.assertEqual((code, out), (1, ''), err)
        self.assertEqual(err.splitlines()[-1],
                         'quickstart: the server cannot listen on %s: another program may have this port; set CIS_LISTEN '
                         'to a HOST:PORT of this machine that is free' % listen)

    def test_waits_until_the_server_answers(self):
        programs = os.path.join(self.dir, 'bin')
        os.makedirs(programs)
        for name in ('cis-crawler', 'cis-server'):
            os.symlink(harness.program(name), os.path.join(programs, name))
        slow = os.path.join(programs, 'cisquery')
        with open(slow, 'w', encoding='utf-8') as f:
            f.write(SLOW % {'count': os.path.join(self.dir, 'count'), 'real': harness.program('cisquery')})
        os.chmod(slow, 0o755)
        code, out, err = self.quickstart('--bin', programs)
        self.assertEqual(code, 0, err)
        self.assertIn('can run this', out + err)
        self.assertNotIn('SNAPSHOT_NOT_READY', out + err)

    def test_ends_what_it_started(self):
        code, _, err = self.quickstart()
        self.assertEqual(code, 0, err)
        host, _, port = self.server(err).rpartition(':')
        socket.create_connection((host, int(port)), 10).close()
        self.assertEqual(self.quickstart('--stop')[0], 0)
        with self.assertRaises(ConnectionRefusedError):
            socket.create_connection((host, int(port)), 10)


if __name__ == '__main__':
    unittest.main()
