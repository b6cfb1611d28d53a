#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Crawls real services, repeatedly and during outages, checks what is stored, and asks the questions
that the first user could not ask."""
import glob
import os
import re
import shutil
import sqlite3
import subprocess

import lab_client
from lab_client import VO, ask, control, crawl, openstack

AGES = re.compile(r'_(time|age)$|^generation$|^snapshot_generation$')
# boot_test.py starts plans of every kind there; and users cannot see that a pool has no address
# left.
BY_BOOT_TEST = ('CIS-LAB-DISKLESS', 'CIS-LAB-SUBNETS', 'CIS-LAB-FENCED')


def without_ages(value):
    """Returns the value without what depends on when it was read. Of remarks, what is missing
    stays: which share was the first to find that a service does not exist, and which were not
    asked, is random."""
    if isinstance(value, dict):
        return {key: [(text.split(': ')[0], text.rsplit('; ')[-1]) for text in inner]
                if key == 'remarks' else without_ages(inner)
                for key, inner in value.items() if not AGES.search(key)}
    return [without_ages(inner) for inner in value] if isinstance(value, list) else value


def placement(reply):
    """Returns (flavor, image, network, pool, user) of the best placement."""
    best = reply['placements'][0]['machine']
    network = best['network']
    return (best['flavor']['display_name'], best['image']['display_name'],
            network['network']['display_name'],
            (network['external_network'] or {}).get('display_name'), best['login_user'])


class Questions(lab_client.Crawled):
    def test_cesga_has_what_the_first_user_took(self):
        reply = ask(self.database, 'place', '--vo', VO, '--vcpus', '2', '--ram', '4G', '--os',
                    'ubuntu>=20.04', '--public-ip', '--site', 'CESGA')
        self.assertEqual(placement(reply), (
            'cor2mem4hd20', 'Image for EGI Ubuntu 20.04 [Ubuntu/20.04/VirtualBox]',
            'net-vo.access.egi.eu', 'public00', 'ubuntu'))
        network = reply['placements'][0]['machine']['network']
        self.assertEqual(len(network['unattached_floating_ip_ids']), 6)
        self.assertEqual(network['floating_ips_left']['value'], 0)

    def test_padova_never_puts_the_big_image_on_the_small_disk(self):
        reply = ask(self.database, 'place', '--vo', VO, '--ram', '512M', '--site',
                    'INFN-PADOVA-STACK', '--all', '--explain')
        machines = [p['machine'] for p in reply['placements']]
        pairs = {(m['flavor']['display_name'], m['image']['display_name']) for m in machines}
        self.assertNotIn(('m1.tiny', 'Ubuntu Server 18.04 LTS'), pairs)
        self.assertTrue([pair for pair in pairs if pair[1] == 'Ubuntu Server 18.04 LTS'])
        (verdict,) = [v for v in reply['verdicts'] if v['site_name'] == 'INFN-PADOVA-STACK']
        (refused,) = [pair for pair in verdict['refused_pairs'] if
                      (pair['flavor']['display_name'], pair['image']['display_name'])
                      == ('m1.tiny', 'Ubuntu Server 18.04 LTS')]
        self.assertEqual(refused['reason']['stage'], 'PLACEMENT_STAGE_PAIR')
        self.assertRegex(refused['reason']['message'], r'2\.20 GiB.*1(\.00)? GiB')

    def test_direct_attachment_needs_no_pool(self):
        reply = ask(self.database, 'place', '--vo', VO, '--public-ip', '--site', 'CIS-LAB-DIRECT')
        self.assertEqual(placement(reply)[2:4], ('provider-public', None))

    def plans(self, *wish):
        """Returns (site, VO, network plan) of every share that satisfies the request, except at
        BY_BOOT_TEST."""
        for vo in sorted({vo for site in self.lab['sites'] for vo in site['vos']}):
            for found in ask(self.database, 'place', '--vo', vo, *wish)['placements']:
                if found['site_name'] not in BY_BOOT_TEST:
                    yield self.site(found['site_name']), vo, found['machine']['network'] or {}

    def test_promised_floating_ips_can_be_made(self):
        # The site itself is asked for one of each pool, as the plan's steps say, and gets it back.
        plans = [(site, vo, plan) for site, vo, plan in self.plans('--public-ip')
                 if plan['external_network'] and not plan['unattached_floating_ip_ids']]
        self.assertGreater(len(plans), 5)

        def attempt(plan):
            site, vo, network = plan
            project = site['projects'][vo]['project_id']
            try:
                (made,) = openstack(site, ['floating ip create '
                                           + network['external_network']['upstream_id']], project)
                openstack(site, ['floating ip delete ' + made['id']], project, answers=False)
            except AssertionError as refusal:
                return str(refusal)
            return ''

        for (site, vo, _), refusal in zip(plans, lab_client.in_parallel(attempt, plans)):
            with self.subTest(site=site['name'], vo=vo):
                self.assertEqual(refusal, '')

    def test_machines_are_put_on_networks_with_subnets_only(self):
        # Nova refuses other networks: "requires a subnet in order to boot instances on".
        projects = [(site, vo) for site in self.lab['sites'] for vo in site['vos']
                    if site['name'] not in BY_BOOT_TEST]
        listed = lab_client.in_parallel(
            lambda p: openstack(p[0], ['network list'], p[0]['projects'][p[1]]['project_id'])[0],
            projects)
        bare = {(site['name'], vo): {n['ID'] for n in networks if not n['Subnets']}
                for (site, vo), networks in zip(projects, listed)}
        self.assertTrue(any(bare.values()))
        for wish in ([], ['--public-ip'], ['--no-public-ip'], ['--ipv6']):
            for site, vo, plan in self.plans(*wish):
                with self.subTest(site=site['name'], vo=vo, wish=wish):
                    network = plan.get('network') or {}  # none if it must be created
                    self.assertNotIn(network.get('upstream_id'), bare[site['name'], vo])

    def test_the_private_external_network_is_not_a_public_one(self):
        for row in lab_client.rows(self.database, 'networks', self.site('CIS-LAB-CLASSIC')):
            if row['display_name'] == 'private-muni-10-16-116' and row['vo'] == VO:
                self.assertTrue(row['is_external'])
                self.assertEqual(row['public_v4'], False)
                return
        self.fail('no such network')


class Crawls(lab_client.Crawled):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls.copy('second.db')
        cls.second_crawl = crawl(cls.second, '--verbose', '--log-format=json')

    @classmethod
    def copy(cls, name):
        """Returns a copy of the first crawl's database, for a crawl that changes it."""
        path = os.path.join(cls.folder.name, name)
        source, target = sqlite3.connect(cls.database), sqlite3.connect(path)
        source.backup(target)
        source.close()
        target.close()
        return path

    def everything(self, database):
        return {(kind, site['name']): without_ages(lab_client.rows(database, kind, site))
                for kind in ('flavors', 'images', 'networks', 'shares')
                for site in self.lab['sites']}

    def test_all_shares_are_refreshed(self):
        for code, out, err in (self.first_crawl, self.second_crawl):
            self.assertEqual(code, 0, out + err)

    def test_a_second_crawl_changes_nothing(self):
        second = self.everything(self.second)
        for place, before in self.everything(self.database).items():
            with self.subTest(place):
                # One by one: the difference of whole lists is too long to be read.
                self.assertEqual(len(second[place]), len(before))
                for now, then in zip(second[place], before):
                    self.assertEqual(now, then)

    def outage(self, name, breaking, mending):
        """A site whose Nova is broken keeps its flavors, and only that site is stale. Another is
        crawled at the same time."""
        site = self.site(name)
        database = self.copy(name + '.db')
        before = lab_client.rows(database, 'flavors', site)
        control(breaking, site['processes']['nova'])
        try:
            code, out, err = crawl(database, '--site', name, '--site', 'CIS-LAB-SIX', timeout=280)
        finally:
            control(*mending(site))
        self.assertEqual(code, 3, out + err)
        self.assertEqual([row['upstream_id'] for row in lab_client.rows(database, 'flavors', site)],
                         [row['upstream_id'] for row in before])
        for other in self.lab['sites']:
            self.look_at_states(database, other, 'STALE' if other is site else 'FRESH')
        code, out, err = crawl(database, '--site', name)
        self.assertEqual(code, 0, out + err)
        self.look_at_states(database, site, 'FRESH')

    def look_at_states(self, database, site, of_flavors):
        for share in lab_client.rows(database, 'shares', site):
            kinds = {kind['kind']: kind['state'] for kind in share['kinds']}
            self.assertEqual((kinds['DATA_KIND_FLAVORS'], kinds['DATA_KIND_IMAGES']), (
                'DATA_STATE_' + of_flavors, 'DATA_STATE_FRESH'), (site['name'], share['vo']))

    def test_a_stopped_service(self):
        self.outage('CESGA', 'stop', lambda site: ('up',))

    def test_a_frozen_service(self):
        self.outage('INFN-PADOVA-STACK', 'freeze',
                    lambda site: ('thaw', site['processes']['nova']))

    def test_no_secret_is_kept_or_printed(self):
        secrets = {self.lab['password']} | {
            project['application_credential_secret'] for site in self.lab['sites']
            for project in site['projects'].values() if 'application_credential_secret' in project}
        texts = {'output of the first crawl': ''.join(self.first_crawl[1:]).encode(),
                 'output of the second': ''.join(self.second_crawl[1:]).encode()}
        for path in glob.glob(os.path.join(self.folder.name, '*.db*')):
            with open(path, 'rb') as file:
                texts[os.path.basename(path)] = file.read()
        texts['values of the database'] = b'\n'.join(self.stored_values())
        for where, text in texts.items():
            for secret in secrets:
                self.assertNotIn(secret.encode(), text, where)
            # Fernet tokens begin in this way.
            self.assertIsNone(re.search(rb'gAAAAA[A-Za-z0-9_-]{40}', text), where)

    def stored_values(self):
        """Yields every value of every table, decompressed if it is compressed."""
        connection = sqlite3.connect(self.database)
        decompressed = 0
        try:
            tables = [row[0] for row in connection.execute(
                "select name from sqlite_master where type = 'table'")]
            for table in tables:
                for row in connection.execute('select * from "%s"' % table):
                    for value in row:
                        if isinstance(value, bytes) and value[:4] == b'\x28\xb5\x2f\xfd':
                            decompressed += 1
                            value = subprocess.run(['zstd', '-dcq'], input=value, check=True,
                                                   capture_output=True).stdout
                        yield value if isinstance(value, bytes) else str(value).encode()
        finally:
            connection.close()
        self.assertGreater(decompressed, 0, 'no observation was found to look into')

    def test_the_tools_of_these_tests_are_there(self):
        self.assertTrue(shutil.which('zstd') and os.path.exists('/usr/bin/openstack'))


if __name__ == '__main__':
    lab_client.main()
