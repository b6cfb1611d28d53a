# SPDX-License-Identifier: Apache-2.0
"""What the tests of this folder share: the lab's projects, the openstack client, and our programs.

Field names of the programs' JSON (the API's, see proto/cis/v1) occur here and nowhere else in this
folder, as far as they describe resources."""
import argparse
import atexit
import concurrent.futures
import functools
import json
import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
STATE = os.environ.get('CIS_LAB_DIR') or os.path.join(
    os.environ.get('TMPDIR') or '/tmp', 'cis-openstack')
LAB_PROGRAM = ['/usr/bin/python3', os.path.join(HERE, 'lab', 'lab.py')]
VO = 'vo.access.egi.eu'

BIN = os.environ.get('CIS_BIN') or os.path.join(ROOT, 'build', 'dev', 'bin')
# All sites run on one machine: with the default number of concurrent requests, those that only add
# facts sometimes take longer than the crawler waits for them.
FEW_AT_ONCE = ('--max-in-flight', '8')
PROGRAMS = {name: os.path.join(BIN, name) for name in ('cis-crawler', 'cisquery')}


def lab():
    """Returns the description of the running sites."""
    with open(os.path.join(STATE, 'env', 'lab.json'), encoding='utf-8') as file:
        return json.load(file)


def control(*words):
    """Runs lab.py stop, freeze, thaw or up."""
    subprocess.run([*LAB_PROGRAM, *words], check=True, stdout=subprocess.DEVNULL, timeout=300)


def clean_environment(**extra):
    """Returns this process's environment without proxies and credentials."""
    kept = {key: value for key, value in os.environ.items() if not key.lower().endswith('_proxy')
            and not key.startswith(('OS_', 'CIS_', 'OIDC_', 'PYTHON'))}
    return dict(kept, LC_ALL='C.UTF-8', **extra)


# ------------------------------------------------------------------------- the openstack client
def openstack(site, commands, project_id=None, answers=True):
    """Runs commands of the real openstack client in one session of it, as the crawler's user in a
    project, or as the site's administrator without one. Returns each command's JSON, or nothing for
    commands without output."""
    described = lab()
    variables = {'OS_AUTH_URL': site['auth_url'], 'OS_IDENTITY_API_VERSION': '3',
                 'OS_REGION_NAME': site['region'], 'OS_INTERFACE': 'public',
                 'OS_USER_DOMAIN_NAME': 'Default', 'OS_PASSWORD': described['password']}
    if site['ca_file']:
        variables['OS_CACERT'] = site['ca_file']
    if project_id:
        variables.update(OS_USERNAME=described['user'], OS_PROJECT_ID=project_id)
    else:
        variables.update(OS_USERNAME='admin', OS_PROJECT_NAME='admin',
                         OS_PROJECT_DOMAIN_NAME='Default')
    done = subprocess.run(['/usr/bin/openstack'], check=False, capture_output=True, text=True,
                          input=''.join('%s%s\n' % (c, ' -f json' if answers else '')
                                        for c in commands), timeout=300,
                          env=clean_environment(**variables))
    found, rest, decoder = [], done.stdout.strip(), json.JSONDecoder()
    while rest:
        answer, end = decoder.raw_decode(rest)
        found.append(answer)
        rest = rest[end:].strip()
    if len(found) != (len(commands) if answers else 0) or (not answers and done.stderr):
        raise AssertionError('openstack at %s: %d answers to %s; it said: %s' % (
            site['name'], len(found), '; '.join(commands), done.stderr))
    return found


def in_parallel(function, items):
    """Returns [function(item), ...], computed two at a time: the client is slow and the machine
    small."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return list(pool.map(function, items))


# ------------------------------------------------------------------------------ our own programs
def run(name, *words, timeout=300):
    """Returns (exit code, stdout, stderr) of one of the project's programs, with the crawler's
    credentials."""
    done = subprocess.run([PROGRAMS[name], *words], check=False, capture_output=True, text=True,
                          timeout=timeout, env=clean_environment(**lab()['crawler_environment']))
    return done.returncode, done.stdout, done.stderr


def crawl(database, *words, **options):
    return run('cis-crawler', 'crawl', '--sites', lab()['sites_dir'], '--db', database, *FEW_AT_ONCE,
               *words, **options)


def ask(database, *words):
    """Returns the JSON that cisquery prints; exit codes 0 and 2 (nothing matches) are accepted."""
    code, out, err = run('cisquery', '--db', database, '-o', 'json', *words)
    if code not in (0, 2):
        raise AssertionError('cisquery %s ended with %d: %s%s' % (' '.join(words), code, out, err))
    return json.loads(out)


def rows(database, kind, site):
    """Returns every row of a kind at one site, from cisquery."""
    return ask(database, kind, '--site', site['name'])


@functools.lru_cache(maxsize=None)
def first_crawl():
    """Returns (folder, database, exit code and output) of one crawl of all sites, for all tests of
    a program. The folder is deleted with it."""
    folder = tempfile.TemporaryDirectory(prefix='cis-openstack-')
    atexit.register(folder.cleanup)
    database = os.path.join(folder.name, 'cis.db')
    return folder, database, crawl(database, '--verbose')


class Crawled(unittest.TestCase):
    """Tests that share one crawl of all sites."""

    @classmethod
    def setUpClass(cls):
        cls.lab = lab()
        cls.folder, cls.database, cls.first_crawl = first_crawl()

    def site(self, name):
        (found,) = [site for site in self.lab['sites'] if site['name'] == name]
        return found


# --------------------------------------------------------------------- one form for both sides
def flavor_of_client(row, specs_hidden=False):
    return {'id': row['ID'], 'name': row['Name'], 'vcpus': row['VCPUs'], 'ram': row['RAM'],
            'disk': row['Disk'], 'ephemeral': row['Ephemeral'], 'swap': row['Swap'] or 0,
            'public': row['Is Public'], 'specs': {} if specs_hidden else row['Properties']}


def flavor_of_cis(row):
    return {'id': row['upstream_id'], 'name': row['display_name'], 'vcpus': row['vcpu_count'],
            'ram': row['ram_mib'], 'disk': row['disk_gib'], 'ephemeral': row['ephemeral_gib'],
            'swap': row['swap_mib'], 'public': row['is_public'], 'specs': row['extra_specs'] or {}}


def image_of_client(row):
    return {'id': row['ID'], 'name': row['Name'] or '', 'status': row['Status'],
            'visibility': row['Visibility'], 'size': row['Size'],
            'disk_format': row['Disk Format'] or '',
            'container_format': row['Container Format'] or '', 'tags': sorted(row['Tags'])}


def image_of_cis(row):
    return {'id': row['upstream_id'], 'name': row['display_name'], 'status': row['status'],
            'visibility': row['visibility'][len('IMAGE_VISIBILITY_'):].lower(), 'size': row['size_bytes'],
            'disk_format': row['disk_format'], 'container_format': row['container_format'],
            'tags': sorted(row['tags'])}


def network_of_client(row):
    return {'id': row['ID'], 'name': row['Name'], 'status': row['Status'], 'owner': row['Project'],
            'shared': row['Shared'], 'external': row['Router Type']}


def network_of_cis(row):
    return {'id': row['upstream_id'], 'name': row['display_name'], 'status': row['status'],
            'owner': row['owner_project_id'], 'shared': row['shared'],
            'external': row['is_external']}


def subnet_of_client(row):
    return {'id': row['ID'], 'name': row['Name'], 'network': row['Network'],
            'cidr': row['Subnet'], 'version': row['IP Version'], 'gateway': row['Gateway'] or ''}


def subnets_of_cis(networks):
    """Returns the subnets that the site itself listed (others are known by addresses only)."""
    return [{'id': subnet['upstream_id'], 'name': subnet['display_name'],
             'network': network['upstream_id'], 'cidr': subnet['cidr'],
             'version': subnet['ip_version'], 'gateway': subnet['gateway_ip']}
            for network in networks for subnet in network['subnets']
            if subnet['source'] == 'SUBNET_SOURCE_SUBNETS']


def sees(row, vo):
    """Returns whether a VO sees a flavor or image."""
    return row['active'] and vo in row['vos']


def by_id(items):
    return sorted(items, key=lambda item: item['id'])


def main():
    """unittest.main with --crawler PATH and --cisquery PATH in front of its own options."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument('--crawler', default=PROGRAMS['cis-crawler'])
    parser.add_argument('--cisquery', default=PROGRAMS['cisquery'])
    ours, rest = parser.parse_known_args()
    PROGRAMS.update({'cis-crawler': ours.crawler, 'cisquery': ours.cisquery})
    unittest.main(argv=[sys.argv[0], *rest], verbosity=2)
