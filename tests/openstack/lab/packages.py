# SPDX-License-Identifier: Apache-2.0
"""Installs the Debian packages the lab needs, and nothing that starts by itself."""
import os
import shutil
import subprocess
import sys

from paths import log, state, write
from process import run

# The python3-* packages are libraries: no service users, no units, no debconf questions.
WANTED = ('python3-keystone python3-glance python3-nova python3-placement python3-neutron '
          'python3-cinder python3-openstackclient python3-openstacksdk python3-waitress '
          'python3-yaml apache2 libapache2-mod-auth-openidc postgresql openssl zstd').split()
# Only unpacked, for their paste files.
UNPACKED = ('nova-common', 'neutron-common', 'glance-common', 'cinder-common')
POLICY = '/usr/sbin/policy-rc.d'


def installed(package):
    answer = subprocess.run(['dpkg-query', '-W', '-f', '${Status}', package], check=False,
                            capture_output=True, text=True)
    return answer.stdout == 'install ok installed'


def apt(*words, cwd='/'):
    # apt needs the environment's proxies, which run() takes away from the services
    proxies = {k: v for k, v in os.environ.items() if k.lower().endswith('_proxy')}
    run(['apt-get', '-q', '-o', 'DPkg::Lock::Timeout=300', *words], 'install.log', cwd=cwd,
        environment=dict(proxies, DEBIAN_FRONTEND='noninteractive'))


def install():
    """Installs what is missing. Needs root only if something is missing."""
    missing = [package for package in WANTED if not installed(package)]
    # Node.js 18 or newer for the OpenID provider, from Debian or elsewhere
    missing += [package for program, package in (('node', 'nodejs'), ('npm', 'npm'))
                if not shutil.which(program)]
    unpack = not all(os.path.exists(paste(package[:-len('-common')])) for package in UNPACKED)
    if not missing and not unpack:
        return
    if missing and os.getuid() != 0:
        sys.exit('these packages are missing and only root may install them: '
                 + ' '.join(missing))
    apt('update')
    if missing:
        log('apt-get install', *missing)
        ours = None if os.path.exists(POLICY) else write(POLICY, '#!/bin/sh\nexit 101\n', 0o755)
        try:
            apt('install', '-y', '--no-install-recommends', *missing)
        finally:
            if ours:
                os.unlink(ours)
    if unpack:
        folder = state('debs')
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        apt('download', *UNPACKED, cwd=folder)
        for file in sorted(os.listdir(folder)):
            run(['dpkg-deb', '-x', os.path.join(folder, file), state('pkg')], 'install.log')
    log('packages installed')


def paste(service):
    """Returns the paste deployment file of nova, neutron, cinder or glance."""
    return state('pkg', 'usr', 'share', service + '-common',
                 'glance-api-paste.ini' if service == 'glance' else 'api-paste.ini')
