# SPDX-License-Identifier: Apache-2.0
"""The OpenID provider that the federated sites trust: panva's oidc-provider under Node.js."""
import os
import shutil
import subprocess
import sys

import sites as table
from paths import HERE, PASSWORD, log, state, write_json
from process import alive, spawn, wait_for_port

SOURCE = os.path.join(HERE, 'provider')
SCOPES = 'openid offline_access email profile eduperson_entitlement wlcg.groups'


def _entitlement(vo, role='member'):
    """Returns a VO in the form of EGI Check-in's entitlements."""
    return 'urn:mace:egi.eu:group:%s:role=%s#aai.egi.eu' % (vo, role)


# `cis` is the crawler's account, a member of every VO of the sites; bob is in one, carol in none.
PEOPLE = {
    'cis': {'sub': 'c15c4a31e4@egi.eu', 'wlcg.groups': ['/escape', '/escape/ska'],
            'eduperson_entitlement': [_entitlement(vo, role) for vo in table.LAB_VOS
                                      for role in ('member', 'vm_operator')]},
    'bob': {'sub': 'b0b0b0b0@egi.eu', 'wlcg.groups': ['/wlcg', '/wlcg/pilots'],
            'eduperson_entitlement': [_entitlement('biomed')]},
    'carol': {'sub': 'ca401ca401@egi.eu', 'wlcg.groups': [], 'eduperson_entitlement': []},
}


def people_file():
    return state('env', 'people.json')


def _install():
    """Installs oidc-provider and its dependencies, as listed in the lock file."""
    folder = state('provider')
    for name in ('package.json', 'package-lock.json', 'provider.mjs'):
        os.makedirs(folder, exist_ok=True)
        shutil.copy(os.path.join(SOURCE, name), folder)
    if os.path.exists(os.path.join(folder, 'node_modules', 'oidc-provider')):
        return
    # npm needs the environment's proxies and certificates, which run() takes away
    with open(state('log', 'install.log'), 'ab') as out:
        done = subprocess.run(['npm', 'ci', '--no-audit', '--no-fund', '--ignore-scripts'],
                              cwd=folder, check=False, stdout=out, stderr=out,
                              stdin=subprocess.DEVNULL)
    if done.returncode:
        sys.exit('npm ci ended with %d; see %s' % (done.returncode, state('log', 'install.log')))
    log('oidc-provider installed')


def start():
    if alive('provider'):
        return
    _install()
    write_json(people_file(), PEOPLE)
    config = write_json(state('provider', 'config.json'), {
        'host': table.PROVIDER_ADDRESS, 'port': table.PROVIDER_PORT, 'state': state('provider'),
        'key': state('tls', 'server.key'), 'cert': state('tls', 'server.pem'),
        'people': people_file(), 'secret': PASSWORD, 'scopes': SCOPES,
        'clients': [site.slug for site in table.ALL if site.federation]}, 0o600)
    spawn('provider', ['node', state('provider', 'provider.mjs'), config], cwd=state('provider'))
    for issuer in range(2):
        wait_for_port(table.PROVIDER_ADDRESS, table.PROVIDER_PORT + issuer, 'provider')
