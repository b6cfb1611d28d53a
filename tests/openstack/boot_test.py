#!/usr/bin/python3
"""Every placement is a promise: random requests at every site and VO, each placement started with
the commands that CIS hands over, by the real openstack client, until it is ACTIVE at the promised
address; and for a sample of every "no", all that the project has is tried by brute force.

    boot_test.py [--seed N] [--requests N] [--nos N] [--site NAME] [--all]

--all takes every combination that fits in place of the best, and brute force for every "no"."""
import argparse
import collections
import concurrent.futures
import os
import random
import re
import subprocess
import sys
import time
import unittest

import brute_force
import lab_client
import quick_client
import wishes
from lab_client import ask
from real_project import Project, Refused, is_public

HERE = os.path.dirname(os.path.abspath(__file__))
OPTIONS = argparse.Namespace(seed=20261122, requests=8, nos=1, site=None, all=False)
# Why a placement is not started: what would start it is not in this lab.
NO_VOLUMES = 'boots from a volume, and nobody serves block storage here'
NO_CYBORG = 'takes an accelerator profile, which nobody serves here'
# What a script says that it made, in the order of deletion. Key and security group stay until the
# project is done with.
MADE = {'server': 'servers', 'floating ip': 'floatingips', 'router': 'routers',
        'subnet': 'subnets', 'network': 'networks'}


def identity(placement):
    """What makes two placements the same machine."""
    network = placement['network']
    return (placement['project_id'], placement['flavor']['upstream_id'],
            placement['image']['upstream_id'], network['kind'],
            *[(network[part] or {}).get('upstream_id')
              for part in ('network', 'external_network', 'router')])


class Site:
    """Asks CIS about one site, and starts what it answers, one project after the other."""

    def __init__(self, test, site):
        self.test, self.site = test, site
        self.counts, self.failures = collections.Counter(), []
        self.random = random.Random('%d %s' % (OPTIONS.seed, site['name']))
        self.scripts_run = 0
        self.brute_force_was_tried = False

    def fail(self, vo, words, why):
        self.failures.append('%s %s: place %s: %s' % (self.site['name'], vo, ' '.join(words), why))

    def run(self):
        for vo in self.site['vos']:
            started = time.monotonic()
            self.run_project(vo)
            print('%s %s: %.0f s' % (self.site['name'], vo, time.monotonic() - started),
                  file=sys.stderr, flush=True)
        return self

    def run_project(self, vo):
        project = Project(self.test.lab, self.site, vo)
        before = project.own()
        promised, refused = {}, []
        asked = [*wishes.FIRST, *(wishes.draw(self.random) for _ in range(OPTIONS.requests))]
        for words in asked[:OPTIONS.requests]:
            flags = ('--vo', vo, '--site', self.site['name'], *words)
            reply = ask(self.test.database, 'place', *flags,
                        *(('--all', '--limit', '0') if OPTIONS.all else ()))
            self.counts['requests'] += 1
            self.counts['placements'] += len(reply['placements'])
            if not reply['placements']:
                (verdict,) = [one for one in reply['verdicts']
                              if one['site_name'] == self.site['name']]
                refused.append((words, verdict['blocking']))
            for number, placement in enumerate(reply['placements']):
                promised.setdefault((identity(placement), wishes.count(words)),
                                    (flags, number + 1, words, placement))
        prober = brute_force.Prober(
            project, Project(self.test.lab, self.site, vo, as_admin=True), self.counts)
        for flags, number, words, placement in promised.values():
            self.start(project, prober, flags, number, words, placement, before)
        if self.scripts_run and not self.brute_force_was_tried:
            self.try_brute_force(prober, vo, promised)
        self.counts['placements that differ'] += len(promised)
        self.counts['nos'] += len(refused)
        for words, reason in self.sample(refused):
            self.try_all(prober, vo, words, reason)
        left = [one for one in project.clean(before)
                if not one.startswith(('keypairs ', 'security-groups '))]
        if left:
            self.fail(vo, (), 'this was left behind: ' + ', '.join(left))

    # --------------------------------------------------------------------------- a placement
    def start(self, project, prober, flags, number, words, placement, before):
        """Starts one placement as its user would, looks at it, and takes it away."""
        flavor = next(f for f in prober.flavors if f['id'] == placement['flavor']['upstream_id'])
        image = next(i for i in prober.images if i['id'] == placement['image']['upstream_id'])
        if placement['boot_volume_gib']:
            self.counts[NO_VOLUMES] += 1
            return
        if 'accel:device_profile' in flavor['extra_specs']:
            self.counts[NO_CYBORG] += 1
            return
        if (image['virtual_size'] or 0) > flavor['disk'] * brute_force.GIB:
            self.fail(project.vo, words, '%s unpacks to more than the disk of %s' % (
                image['name'], flavor['name']))
        gateways = project.gateways()
        try:
            told, made = self.run_script(flags, number, placement)
            self.look(project, words, placement, told, made['server'])
            for what, kind in MADE.items():
                for one in made[what]:
                    project.delete(kind, one)
            self.counts['placements started'] += 1
            self.counts['machines started'] += wishes.count(words)
        except (Refused, AssertionError, subprocess.TimeoutExpired) as why:
            self.fail(project.vo, words, '%s on %s: %s' % (
                flavor['name'], placement['network']['network'], why))
            project.clean(before)
        project.restore_gateways(gateways)

    def run_script(self, flags, number, placement):
        """Runs the commands that `-o openstack` prints: (addresses told, {what: ids made})."""
        code, script, err = lab_client.run(
            'cisquery', '--db', self.test.database, '-o', 'openstack', 'place', *flags,
            '--pick', str(number), *(('--all',) if OPTIONS.all else ()))
        if code:
            raise AssertionError('cisquery -o openstack ended with %d: %s' % (code, err))
        for part in ('flavor', 'image'):
            if placement[part]['upstream_id'] not in script:
                raise AssertionError('the script is of another ' + part)
        self.scripts_run += 1
        # Key and security group are the same for all: each site's first machine makes them.
        variables = {} if self.scripts_run == 1 else {'CIS_SECURITY_GROUP': ''}
        done = subprocess.run(['/bin/sh', '-s'], input=script, check=False, capture_output=True,
                              text=True, timeout=400,
                              env=self.test.script_environment(self.site, variables))
        if done.returncode:
            raise AssertionError('the script ended with %d: %s' % (done.returncode, done.stderr))
        return (re.findall(r'^ssh \S+@(\S+)$', done.stdout, re.MULTILINE),
                {what: re.findall('^made %s (.+)$' % what, done.stderr, re.MULTILINE)
                 for what in MADE})

    def look(self, project, words, placement, told, servers):
        """Holds the machines that a script made against what was promised."""
        check = self.test.assertEqual
        check((len(told), len(servers)), (wishes.count(words),) * 2, 'addresses and machines')
        plan = placement['network']
        for address, server_id in zip(told, servers):
            server = project.server(server_id)
            check(server['status'], 'ACTIVE')
            check(server['image']['id'], placement['image']['upstream_id'])
            check(server['flavor']['original_name'], placement['flavor']['display_name'])
            fixed, floating = project.addresses(server_id)
            check(address in fixed + floating, True, '%s is not of the machine' % address)
            public = [is_public(one) and (':' in one) for one in fixed + floating if is_public(one)]
            for family, wanted, has in (('v4', '--public-ip', False in public),
                                        ('v6', '--ipv6', True in public)):
                if wanted in words or plan['public_' + family] == 'TRISTATE_YES' \
                        and '--no-public-ip' not in words and plan['kind'] == 'DIRECT':
                    check(has, True, 'public %s among %s' % (family, fixed + floating))
            if '--no-public-ip' in words:
                check(public, [], 'no public address')
            if wanted_address(words):
                check(is_public(address), True, address + ' is to be public')

    # ----------------------------------------------------------------------------------- nos
    def sample(self, refused):
        """As many of the refused requests as wanted, reasons that differ first."""
        self.random.shuffle(refused)
        seen, first, rest = set(), [], []
        for one in refused:
            (rest if one[1]['code'] in seen else first).append(one)
            seen.add(one[1]['code'])
        return (first + rest)[:None if OPTIONS.all else OPTIONS.nos]

    def try_brute_force(self, prober, vo, promised):
        """Brute force that never finds anything would agree with every "no": once at each site it has
        to find what CIS found."""
        self.brute_force_was_tried = True
        words = next(words for _, _, words, placement in promised.values()
                     if not placement['boot_volume_gib'])
        if prober.pair(words) is None or prober.way(words) is None:
            self.fail(vo, words, 'brute force finds %s and %s only' % (
                prober.pair(words), prober.ways()))

    def try_all(self, prober, vo, words, reason):
        self.counts['nos tried'] += 1
        self.counts['nos tried: ' + reason['code']] += 1
        pair = prober.pair(words)
        if pair is None:
            return
        way = prober.way(words)
        if way is not None:
            self.fail(vo, words, 'refused (%s), but %s boots %s, and %s gives %s' % (
                reason['message'], pair[0]['name'], pair[1]['name'], way, prober.ways()[way]))


def wanted_address(words):
    return '--public-ip' in words or '--ipv6' in words


class Promises(lab_client.Crawled):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        socket_path = os.path.join(cls.folder.name, 'client')
        cls.bin = quick_client.write_stub(socket_path)
        with open(os.path.join(cls.folder.name, 'client.log'), 'wb') as errors:
            cls.client = subprocess.Popen(
                ['/usr/bin/python3', os.path.join(HERE, 'quick_client.py'), 'serve', socket_path],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors,
                env=lab_client.clean_environment())
        cls.addClassCleanup(cls.end_client)
        assert cls.client.stdout.readline() == b'ready\n', 'the openstack client did not start'
        os.makedirs(os.path.join(cls.folder.name, '.ssh'))
        subprocess.run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', os.path.join(
            cls.folder.name, '.ssh', 'id_ed25519')], check=True)

    @classmethod
    def end_client(cls):
        cls.client.terminate()
        cls.client.wait()
        cls.client.stdout.close()

    def script_environment(self, site, extra):
        """Of a person at the site: a login without a project, which the script has to name."""
        login = {'OS_USERNAME': self.lab['user'], 'OS_PASSWORD': self.lab['password'],
                 'OS_USER_DOMAIN_NAME': 'Default', 'OS_IDENTITY_API_VERSION': '3',
                 'OS_AUTH_TYPE': 'password', 'HOME': self.folder.name,
                 'PATH': self.bin + ':/usr/bin:/bin'}
        if site['ca_file']:
            login['OS_CACERT'] = site['ca_file']
        return lab_client.clean_environment(**login, **extra)

    def test_all_placements_boot_and_no_refused_one_does(self):
        sites = [site for site in self.lab['sites'] if OPTIONS.site in (None, site['name'])]
        started = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(len(sites)) as pool:
            done = list(pool.map(lambda site: Site(self, site).run(), sites))
        counts = sum((site.counts for site in done), collections.Counter())
        print('\nseed %d, %d projects at %d sites, %.0f s' % (
            OPTIONS.seed, sum(len(site['vos']) for site in sites), len(sites),
            time.monotonic() - started))
        for name in sorted(counts):
            print('%6d %s' % (counts[name], name))
        failures = [failure for site in done for failure in site.failures]
        self.assertEqual(failures, [], '\n' + '\n\n'.join(failures))
        self.assertGreater(counts['placements started'], 4 * len(sites))
        self.assertGreater(counts['nos tried'], 2 * len(sites) - 1)


def main():
    parser = argparse.ArgumentParser(add_help=False)
    for name in ('seed', 'requests', 'nos'):
        parser.add_argument('--' + name, type=int, default=getattr(OPTIONS, name))
    parser.add_argument('--site')
    parser.add_argument('--all', action='store_true')
    _, rest = parser.parse_known_args(namespace=OPTIONS)
    sys.argv[1:] = rest
    lab_client.main()


if __name__ == '__main__':
    main()
