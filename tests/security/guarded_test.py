#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The set-up of deploy/proxy: cis-server behind haproxy with a policy. Strangers see public facts only,
and attacks on HTTP/2 cost neither memory nor service.

    CIS_BIN=build/dev/bin python3 tests/security/guarded_test.py      the small form, as in ctest
    CIS_ATTACK_SECONDS=30 CIS_BIN=... python3 tests/security/guarded_test.py

Prints what each attack did to the memory of cis-server and haproxy."""
import os
import re
import socket
import ssl
import subprocess
import sys
import time
import unittest

import h2.config
import h2.connection
import h2.exceptions

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'e2e'))
import harness  # noqa: E402

SECONDS = float(os.environ.get('CIS_ATTACK_SECONDS', '3'))
POLICY = 'rules: []\n'


def rss_mib(pid):
    """Returns the resident memory of a process and its children, in MiB."""
    pids = [pid] + [int(p) for p in subprocess.run(['pgrep', '-P', str(pid)], capture_output=True, text=True,
                                                   check=False).stdout.split()]
    total = 0
    for one in pids:
        with open('/proc/%d/status' % one, encoding='ascii') as f:
            total += int(re.search(r'VmRSS:\s+(\d+)', f.read()).group(1))
    return total / 1024


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


class Guarded(harness.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.db = cls.crawled('cis.db')
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1',
                        '-nodes', '-days', '2', '-subj', '/CN=localhost', '-addext',
                        'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', 'key.pem', '-out', 'ca.pem'],
                       cwd=cls.dir, check=True, capture_output=True)
        cls.write('cis.pem', cls.read(os.path.join(cls.dir, 'ca.pem')) + cls.read(os.path.join(cls.dir, 'key.pem')))
        cls.write('policy.yaml', POLICY)
        cls.server = harness.Process(
            [harness.program('cis-server'), '--db', cls.db, '--listen', '127.0.0.1:0', '--trusted-proxy',
             '127.0.0.1', '--policy', os.path.join(cls.dir, 'policy.yaml')],
            os.path.join(cls.dir, 'server.log'), 'snapshot.published')
        cls.inner = re.search(r'address="?(127\.0\.0\.1:\d+)', cls.server.text()).group(1)
        cls.port = free_port()
        config = cls.read(os.path.join(harness.ROOT, 'deploy/proxy/haproxy.cfg'))
        for shipped, used in (('bind :443', 'bind 127.0.0.1:%d' % cls.port),
                              ('/etc/haproxy/cis.pem', os.path.join(cls.dir, 'cis.pem')),
                              ('server cis 127.0.0.1:50051', 'server cis ' + cls.inner)):
            assert shipped in config, shipped
            config = config.replace(shipped, used)
        cls.write('haproxy.cfg', config)
        subprocess.run(['haproxy', '-c', '-f', os.path.join(cls.dir, 'haproxy.cfg')], check=True,
                       capture_output=True)
        cls.proxy = subprocess.Popen(['haproxy', '-db', '-f', os.path.join(cls.dir, 'haproxy.cfg')],
                                     stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        cls.outer = '127.0.0.1:%d' % cls.port
        end = time.monotonic() + 20
        while not cls.listens():
            assert time.monotonic() < end and cls.proxy.poll() is None
            time.sleep(0.02)   # a poll of a port, not a wait for a state

    @classmethod
    def tearDownClass(cls):
        cls.proxy.terminate()
        cls.proxy.wait(20)
        cls.server.stop()
        super().tearDownClass()

    @classmethod
    def listens(cls):
        with socket.socket() as s:
            return s.connect_ex(('127.0.0.1', cls.port)) == 0

    @classmethod
    def write(cls, name, text):
        with open(os.path.join(cls.dir, name), 'w', encoding='utf-8') as f:
            f.write(text)

    @staticmethod
    def read(path):
        with open(path, encoding='utf-8') as f:
            return f.read()

    def ask(self, *args):
        return harness.run('cisquery', '--server', self.outer, '--tls', '--tls-ca',
                           os.path.join(self.dir, 'ca.pem'), *args, timeout=30)

    def connect(self, source):
        context = ssl.create_default_context(cafile=os.path.join(self.dir, 'ca.pem'))
        context.set_alpn_protocols(['h2'])
        # Each attack comes from an address of its own: it is this one that the proxy turns away.
        raw = socket.create_connection(('127.0.0.1', self.port), timeout=10, source_address=(source, 0))
        try:
            return context.wrap_socket(raw, server_hostname='localhost')
        except OSError:
            raw.close()
            raise

    def measured(self, name, attack):
        """Runs an attack; checks that a new client is served within a second afterwards, and the memory."""
        self.assert_served()
        before = rss_mib(self.server.child.pid), rss_mib(self.proxy.pid)
        what = attack()
        start = time.monotonic()
        self.assert_served()
        took = time.monotonic() - start
        after = rss_mib(self.server.child.pid), rss_mib(self.proxy.pid)
        print('%s: %s; memory of cis-server %.0f -> %.0f MiB, of haproxy %.0f -> %.0f MiB; '
              'a new client is served in %.2f s' % (name, what, before[0], after[0], before[1], after[1], took))
        self.assertLess(took, 1 if SECONDS >= 10 else 5)
        self.assertLess(after[0], before[0] * 1.2 + 10)
        self.assertLess(after[1], before[1] + 100)

    def assert_served(self):
        code, out, err = self.ask('sites', '-o', 'json')
        self.assertEqual(code, 0, err)
        self.assertIn('CESGA', out)

    def test_strangers_see_public_facts_only(self):
        self.assert_served()
        code, out, err = self.ask('shares', '-o', 'json')
        self.assertEqual(code, 0, err)
        self.assertIn('"vo"', out)
        self.assertNotRegex(out, r'"project_id": "[^"]')
        code, out, err = self.ask('crawls', '-o', 'json')
        self.assertEqual((code, out.strip()), (2, '[]'), err)
        code, out, err = harness.run('cisquery', '--server', self.inner, 'shares', '-o', 'json')
        self.assertEqual(code, 0, err)
        self.assertNotRegex(out, r'"project_id": "[^"]')   # beside the proxy too

    def test_rapid_reset(self):
        def attack():
            count = closed = 0
            end = time.monotonic() + SECONDS
            while time.monotonic() < end:
                try:
                    s = self.connect('127.0.0.2')
                except OSError:
                    closed += 1
                    time.sleep(0.05)   # an attacker's pace, nothing waits for it
                    continue
                with s:
                    connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True))
                    connection.initiate_connection()
                    try:
                        while time.monotonic() < end:
                            for _ in range(20):
                                stream = connection.get_next_available_stream_id()
                                connection.send_headers(stream, [
                                    (':method', 'POST'), (':scheme', 'https'), (':authority', 'localhost'),
                                    (':path', '/cis.v1.InventoryService/ListSites'), ('te', 'trailers'),
                                    ('content-type', 'application/grpc')])
                                connection.reset_stream(stream)
                                count += 1
                            s.sendall(connection.data_to_send())
                    except (OSError, h2.exceptions.ProtocolError):
                        closed += 1
            return '%d streams opened and reset in %.0f s, closed on us %d times' % (count, SECONDS, closed)
        self.measured('rapid reset', attack)

    def test_idle_connections(self):
        def attack():
            sockets, refused = [], 0
            for _ in range(300):
                try:
                    sockets.append(self.connect('127.0.0.3'))
                except OSError:
                    refused += 1
            for s in sockets:
                s.close()
            self.assertLessEqual(len(sockets), 60)
            return '300 connections from one address, %d of them refused' % refused
        self.measured('idle connections', attack)


if __name__ == '__main__':
    unittest.main()
