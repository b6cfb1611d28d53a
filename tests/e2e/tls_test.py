#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Certificates of a running server: renewed by SIGHUP, kept where the new ones cannot be used, and
refused at the start with the reason."""
import http.client
import json
import os
import shutil
import signal
import ssl
import subprocess
import tempfile
import time
import unittest
import urllib.request

import harness


def make(folder, name, days=2, subject='localhost'):
    """Makes NAME.pem and NAME.key."""
    subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1',
                    '-nodes', '-days', str(days), '-subj', '/CN=' + subject, '-addext',
                    'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', name + '.key', '-out', name + '.pem'],
                   cwd=folder, check=True, capture_output=True)


class Tls(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix='cis-tls-')
        self.addCleanup(folder.cleanup)
        self.dir = folder.name
        for name in ('one', 'two'):
            make(self.dir, name)
        self.put('one')

    def path(self, name):
        return os.path.join(self.dir, name)

    def put(self, certificate, key=None):
        """Makes these the files that the server reads."""
        shutil.copy(self.path(certificate + '.pem'), self.path('used.pem'))
        shutil.copy(self.path((key or certificate) + '.key'), self.path('used.key'))

    def start(self):
        self.server = harness.Process(
            [harness.program('cis-server'), '--db', self.path('cis.db'), '--listen', '127.0.0.1:0',
             '--http-listen', '127.0.0.1:0', '--tls-cert', self.path('used.pem'), '--tls-key',
             self.path('used.key'), '--log-format', 'json'], self.path('log'), 'server.listening')
        self.addCleanup(self.server.stop)
        line = self.events('server.listening')[0]
        self.host, self.port = line['address'].rsplit(':', 1)
        self.http = line['http']

    def events(self, name):
        lines = [json.loads(line) for line in self.server.text().splitlines() if line.startswith('{')]
        return [line for line in lines if line['event'] == name]

    def wait_for(self, name, count=1):
        end = time.monotonic() + 20
        while len(self.events(name)) < count:
            self.assertLess(time.monotonic(), end, self.server.text())
            time.sleep(0.02)   # a poll of a file, not a wait for a state
        return self.events(name)

    def served(self):
        """Returns the certificate of both ports, which must be the same."""
        grpc = ssl.get_server_certificate((self.host, int(self.port)))
        host, port = self.http.rsplit(':', 1)
        self.assertEqual(ssl.get_server_certificate((host, int(port))), grpc)
        return grpc

    def pem(self, name):
        with open(self.path(name + '.pem'), encoding='ascii') as f:
            return f.read()

    def metric(self, name):
        trust = ssl.create_default_context(cadata=self.pem('one') + self.pem('two'))
        with urllib.request.urlopen('https://%s/metrics' % self.http, timeout=10, context=trust) as answer:
            for line in answer.read().decode().splitlines():
                if line.startswith(name + ' '):
                    return float(line.split()[1])
        return None

    def test_sighup_renews_the_certificate_and_keeps_one_that_works(self):
        self.start()
        self.assertEqual(self.served(), self.pem('one'))
        self.assertAlmostEqual(self.metric('cis_certificate_expiry_timestamp_seconds'),
                               time.time() + 2 * 86400, delta=300)
        self.put('two')
        self.server.child.send_signal(signal.SIGHUP)
        self.wait_for('certificate.replaced')
        self.assertEqual(self.served(), self.pem('two'))
        self.put('one', key='two')
        for _ in range(2):
            self.server.child.send_signal(signal.SIGHUP)
        line = self.wait_for('certificate.not_replaced')[0]
        self.assertIn('the key does not belong to the certificate', line['error'])
        self.assertEqual(self.served(), self.pem('two'))
        self.assertEqual(self.metric('cis_certificate_renewal_failed'), 1)
        self.put('one')
        self.server.child.send_signal(signal.SIGHUP)
        self.wait_for('certificate.replaced', 2)
        self.assertEqual(self.served(), self.pem('one'))
        self.assertEqual(self.metric('cis_certificate_renewal_failed'), 0)
        self.assertEqual(len(self.events('certificate.not_replaced')), 1)
        self.assertEqual(self.server.stop(), 0)

    def test_http_is_served_over_tls_only(self):
        self.start()
        with self.assertRaises((OSError, http.client.HTTPException)):
            urllib.request.urlopen('http://%s/healthz' % self.http, timeout=10)

    def test_changed_files_are_noticed_without_a_signal(self):
        self.start()
        self.put('two')
        self.wait_for('certificate.replaced')
        self.assertEqual(self.served(), self.pem('two'))

    def refuse(self, *args):
        code, _, err = harness.run('cis-server', '--db', self.path('cis.db'), '--listen', '127.0.0.1:0', *args,
                                   timeout=20)
        self.assertEqual(code, 2, err)
        self.assertNotIn('PRIVATE KEY-----\n', err)
        return err

    def test_what_cannot_be_used_is_refused_with_the_reason(self):
        one, key = self.path('one.pem'), self.path('one.key')
        self.assertIn('the key does not belong to the certificate',
                      self.refuse('--tls-cert', one, '--tls-key', self.path('two.key')))
        self.assertIn('the certificate has no certificate', self.refuse('--tls-cert', key, '--tls-key', key))
        self.assertIn('--tls-cert', self.refuse('--tls-cert', self.dir, '--tls-key', key))
        self.assertIn('the client CA has no certificate',
                      self.refuse('--tls-cert', one, '--tls-key', key, '--client-ca', key))

    def test_an_expired_certificate_is_refused_with_the_time(self):
        command = [harness.program('cis-server'), '--db', self.path('cis.db'), '--listen', '127.0.0.1:0',
                   '--tls-cert', self.path('one.pem'), '--tls-key', self.path('one.key')]
        environment = harness.clean_env()
        library = subprocess.run(['sh', '-c', 'ls /usr/lib/*/faketime/libfaketimeMT.so.1'], capture_output=True,
                                 text=True, check=True).stdout.split()[0]
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False,
                              env=dict(environment, LD_PRELOAD=library, FAKETIME='+3d'))
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertRegex(done.stderr, r'the certificate expired at 20\d\d-')


if __name__ == '__main__':
    unittest.main()
