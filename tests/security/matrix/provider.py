# SPDX-License-Identifier: Apache-2.0
"""The OIDC provider of tests/openstack, which states groups at UserInfo as EGI Check-in does."""
import json
import os
import shutil
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

import harness

SOURCE = os.path.join(harness.ROOT, 'tests/openstack/lab/provider')
FOLDER = os.path.join(harness.ROOT, 'build/npm/oidc-provider')
SECRET = 'matrix-secret'
GROUPS_SCOPE = 'eduperson_entitlement'


def installed():
    """Installs what the lock file lists below build/npm. Returns why it cannot, or ''."""
    if not shutil.which('node') or not shutil.which('npm'):
        return 'node and npm are not installed'
    os.makedirs(FOLDER, exist_ok=True)
    for name in ('package.json', 'package-lock.json', 'provider.mjs'):
        shutil.copy(os.path.join(SOURCE, name), FOLDER)
    done_file = os.path.join(FOLDER, 'installed')
    if not os.path.exists(done_file):
        done = subprocess.run(['npm', 'ci', '--no-audit', '--no-fund', '--ignore-scripts'], cwd=FOLDER, check=False,
                              capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode:
            return 'npm ci ended with %d: %s' % (done.returncode, done.stderr[-300:])
        with open(done_file, 'w', encoding='ascii'):
            pass
    return ''


def free_ports():
    """Returns the first of two free ports in a row, because the provider plays two issuers."""
    while True:
        with socket.socket() as one, socket.socket() as two:
            one.bind(('127.0.0.1', 0))
            try:
                two.bind(('127.0.0.1', one.getsockname()[1] + 1))
            except OSError:
                continue
            return one.getsockname()[1]


class Provider:
    """The provider in a process of its own. `people`: name -> entitlements."""

    def __init__(self, folder, certificate, key, people):
        port = free_ports()
        self.url = 'https://127.0.0.1:%d' % port
        self.context = ssl.create_default_context(cafile=certificate)
        state = os.path.join(folder, 'provider')
        os.mkdir(state)
        known = {name: {'sub': name + '@egi.eu', 'eduperson_entitlement': groups, 'wlcg.groups': []}
                 for name, groups in people.items()}
        for name, value in (('people', known), ('config', {
                'host': '127.0.0.1', 'port': port, 'state': state, 'key': key, 'cert': certificate,
                'people': os.path.join(state, 'people.json'), 'secret': SECRET, 'clients': [],
                'scopes': 'openid offline_access %s' % GROUPS_SCOPE})):
            with open(os.path.join(state, name + '.json'), 'w', encoding='utf-8') as f:
                json.dump(value, f)
        self.child = subprocess.Popen(['node', os.path.join(FOLDER, 'provider.mjs'),
                                       os.path.join(state, 'config.json')], cwd=FOLDER, env=harness.clean_env(),
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 30
        while not self.answers():
            assert self.child.poll() is None and time.monotonic() < end, 'the provider does not start'
            time.sleep(0.05)   # a poll of a port, not a wait for a state

    def open(self, path, data=None):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}),
                                             urllib.request.HTTPSHandler(context=self.context))
        try:
            reply = opener.open(self.url + path, data, timeout=20)
        except urllib.error.HTTPError as error:
            raise AssertionError('%s: %s' % (path, error.read())) from error
        with reply:
            return json.load(reply)

    def answers(self):
        try:
            return 'jwks_uri' in self.open('/.well-known/openid-configuration')
        except (urllib.error.URLError, OSError):
            return False

    def token(self, person, audience, scope='openid ' + GROUPS_SCOPE, **more):
        form = dict(grant_type='password', client_id='cis-public', username=person, password=SECRET, scope=scope,
                    resource=audience, **more)
        return self.open('/token', urllib.parse.urlencode(form).encode())['access_token']

    def stop(self):
        self.child.terminate()
        self.child.wait(20)
