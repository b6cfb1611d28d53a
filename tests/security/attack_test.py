#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Attacks on the port of a cis-server that nothing guards.

    CIS_BIN=build/dev/bin python3 tests/security/attack_test.py      the small form, as in ctest
    CIS_ATTACK_SECONDS=30 CIS_BIN=... python3 tests/security/attack_test.py

After each attack a new client is served within a second, memory is back, and SIGTERM ends the server within
--drain-grace. Prints what each attack did."""
import os
import re
import resource
import signal
import socket
import sys
import time
import unittest

import h2.config
import h2.connection
import h2.exceptions

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'e2e'))
import harness  # noqa: E402

SECONDS = float(os.environ.get('CIS_ATTACK_SECONDS', '3'))
GRACE = 5


def rss_mib(pid):
    with open('/proc/%d/status' % pid, encoding='ascii') as f:
        return int(re.search(r'VmRSS:\s+(\d+)', f.read()).group(1)) / 1024


def descriptors(pid):
    return len(os.listdir('/proc/%d/fd' % pid))


class Attack(harness.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.db = cls.crawled('cis.db')

    def serve(self, *args, limit=None):
        """Starts a server; `limit` is the number of descriptors that it may have."""
        command = [harness.program('cis-server'), '--db', self.db, '--listen', '127.0.0.1:0', '--http-listen',
                   '127.0.0.1:0', '--drain-grace', '%ds' % GRACE] + list(args)
        if limit is not None:
            command = ['prlimit', '--nofile=%d:%d' % (limit, limit)] + command
        self.server = harness.Process(command, os.path.join(self.dir, self.id() + '.log'), 'snapshot.published')
        self.addCleanup(self.server.stop, signal.SIGKILL)
        self.address = re.search(r'address="?(127\.0\.0\.1:\d+)', self.server.text()).group(1)
        self.http = re.search(r'http="?(127\.0\.0\.1:\d+)', self.server.text()).group(1)
        self.port = int(self.address.rsplit(':', 1)[1])

    def assert_served(self):
        code, out, err = harness.run('cisquery', '--server', self.address, 'sites', '-o', 'json', timeout=30)
        self.assertEqual(code, 0, err)
        self.assertIn('CESGA', out)

    def measured(self, name, attack):
        """Runs an attack on a server that serves, and checks how the server does afterwards."""
        self.assert_served()
        pid = self.server.child.pid
        before = rss_mib(pid)
        what = attack()
        start = time.monotonic()
        self.assert_served()
        took = time.monotonic() - start
        after = self.settled(pid, before)
        start = time.monotonic()
        self.server.child.send_signal(signal.SIGTERM)
        code = self.server.child.wait(GRACE + 10)
        stopped = time.monotonic() - start
        print('%s: %s; memory %.0f -> %.0f MiB; a new client is served in %.2f s; SIGTERM ends it in %.2f s'
              % (name, what, before, after, took, stopped))
        self.assertEqual(code, 0)
        self.assertLess(took, 1 if SECONDS >= 10 else 5)
        self.assertLess(after, before * 1.2 + 10)
        self.assertLess(stopped, GRACE + 1)

    @staticmethod
    def settled(pid, before):
        """Returns the memory once it is back, or after 10 s."""
        end = time.monotonic() + 10
        while rss_mib(pid) > before * 1.2 + 10 and time.monotonic() < end:
            time.sleep(0.05)   # a poll of the memory
        return rss_mib(pid)

    def connect(self, host):
        """A connection from an address of this machine."""
        return socket.create_connection(('127.0.0.1', self.port), timeout=5, source_address=(host, 0))

    def test_idle_connections(self):
        """1,100 connections under a limit of 1,024 descriptors once made the server deaf for good."""
        self.serve(limit=1024)

        def attack():
            sockets = [self.connect('127.0.0.%d' % (2 + i % 20)) for i in range(1100)]
            self.assert_served()
            most = descriptors(self.server.child.pid)
            for s in sockets:
                s.close()
            return '1100 idle connections from 20 addresses; the server had %d descriptors' % most
        self.measured('idle connections', attack)

    def test_idle_connections_of_one_address(self):
        self.serve()

        def attack():
            sockets = [self.connect('127.0.0.1') for _ in range(600)]
            self.assert_served()
            self.assertLess(descriptors(self.server.child.pid), 400)
            for s in sockets:
                s.close()
            return '600 idle connections from the address of the new client'
        self.measured('idle connections of one address', attack)

    def flood(self, send):
        """Repeats `send(connection, stream)` as fast as the server takes it; reconnects when it is cut off."""
        count = closed = 0
        peak = 0.0
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            try:
                s = self.connect('127.0.0.2')
            except OSError:
                closed += 1
                continue
            with s:
                connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True))
                connection.initiate_connection()
                try:
                    while time.monotonic() < end:
                        for _ in range(20):
                            send(connection)
                            count += 1
                        s.sendall(connection.data_to_send())
                        peak = max(peak, rss_mib(self.server.child.pid))
                except (OSError, h2.exceptions.ProtocolError):
                    closed += 1
        return '%d frames in %.0f s, cut off %d times, at most %.0f MiB' % (count, SECONDS, closed, peak)

    def test_rapid_reset(self):
        """Rapid reset once took the server to 1.65 GiB in 30 s, and SIGTERM no longer ended it."""
        self.serve()

        def send(connection):
            stream = connection.get_next_available_stream_id()
            connection.send_headers(stream, [
                (':method', 'POST'), (':scheme', 'http'), (':authority', 'localhost'),
                (':path', '/cis.v1.InventoryService/ListSites'), ('te', 'trailers'),
                ('content-type', 'application/grpc')])
            connection.reset_stream(stream)
        self.measured('rapid reset', lambda: self.flood(send))

    def test_settings_flood(self):
        self.serve()
        self.measured('SETTINGS flood', lambda: self.flood(lambda connection: connection.update_settings({4: 65535})))

    def test_ping_flood(self):
        self.serve()
        self.measured('PING flood', lambda: self.flood(lambda connection: connection.ping(b'12345678')))


if __name__ == '__main__':
    unittest.main()
