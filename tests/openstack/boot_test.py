#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Every placement is a promise: random requests at every site and VO, each placement started with
the commands that CIS hands over, by the real openstack client, until it is ACTIVE at the promised
address; and for a sample of every "no", all that the project has is tried by brute force.

    boot_test.py [--seed N] [--requests N] [--nos N] [--site NAME] [--vo NAME] [--all] [--ask]

--requests and --nos are numbers for a site: each of its projects has one before one has two. The
requests of wishes.OF come on top.

Prints how many placements of each confidence started, and which kind of plan was started where.
--all starts, in place of the best placement of each request, so many of all combinations that every
flavor with every image (of a site) and every network plan (of a project) is among them, and tries
every "no". --ask starts nothing and counts the placements of each confidence only."""
import argparse
import collections
import concurrent.futures
import os
import random
import re
import subprocess
import sys
import time

import brute_force
import lab_client
import placements as placed
import quick_client
import wishes
from lab_client import ask
from real_project import WITH_MACHINES, Project, Refused, is_public

HERE = os.path.dirname(os.path.abspath(__file__))
OPTIONS = argparse.Namespace(seed=20261122, requests=4, nos=1, site=None, vo=None, all=False,
                             ask=False)
# Why a placement is not started: this lab does not have what it needs.
NO_VOLUMES = 'boots from a volume, and nobody serves block storage here'
NO_CYBORG = 'takes an accelerator profile, which nobody serves here'
# What a script reports to have created, in the order of deletion. Key and security group stay until
# the project is finished.
MADE = {'server': 'servers', 'floating ip': 'floatingips', 'router': 'routers', 'port': 'ports',
        'subnet': 'subnets', 'network': 'networks', 'volume': 'volumes'}
# No user can see that a pool has no address left.
POOL_IS_FULL = re.compile(r'No more IP addresses available on network (\S+?)\.')
# The number of consecutive requests with a placement after which the search for refusals ends: the
# project refuses too little.
MOST_ASKED_FOR_A_NO = 60
# The script waits in longer steps; here, polling again costs as much as the start.
SLEEP = '#!/bin/sh\nexec /bin/sleep 1\n'


class Site:
    """Asks CIS about one site, and starts the placements that it returns, one project after the
    other."""

    def __init__(self, test, site):
        self.test, self.site = test, site
        self.counts, self.failures = collections.Counter(), []
        self.levels = collections.Counter()  # of the placements that were returned
        self.outcomes = collections.defaultdict(collections.Counter)  # confidence -> results
        self.seconds = collections.Counter()  # what for -> duration
        self.proofs = collections.Counter()  # kinds and steps of what was started
        self.machines = set()  # started: machine identities
        self.random = random.Random('%d %s' % (OPTIONS.seed, site['name']))
        self.brute_force_was_tried = False
        self.first_wishes = list(wishes.FIRST)
        self.for_nos = random.Random('%d %s: no' % (OPTIONS.seed, site['name']))
        self.requests_left, self.nos_left = (self.spread(number) for number in (
            OPTIONS.requests, OPTIONS.nos))

    def spread(self, number):
        """Returns {VO: its part of a number}: every project gets one before any gets a second."""
        vos = self.random.sample(self.site['vos'], len(self.site['vos']))
        return collections.Counter(vos[i % len(vos)] for i in range(number))

    def timed(self, what, function, *arguments):
        started = time.monotonic()
        try:
            return function(*arguments)
        finally:
            self.seconds[what] += time.monotonic() - started

    def fail(self, vo, words, why):
        self.failures.append('%s %s: place %s: %s' % (self.site['name'], vo, ' '.join(words), why))
        print('FAIL: ' + self.failures[-1], file=sys.stderr, flush=True)

    def run(self):
        for vo in self.site['vos']:
            if OPTIONS.vo in (None, vo):
                started = time.monotonic()
                self.run_project(vo)
                print('%s %s: %.0f s' % (self.site['name'], vo, time.monotonic() - started),
                      file=sys.stderr, flush=True)
        return self

    def requests(self, vo, names):
        """Returns the flags of the project's random requests."""
        number = self.requests_left[vo]
        first, self.first_wishes = self.first_wishes[:number], self.first_wishes[number:]
        return [*wishes.OF.get((self.site['name'], vo), ()), *first,
                *(wishes.draw(self.random, *names) for _ in range(number - len(first)))]

    def place(self, vo, words):
        """Returns (flags, placements, why there are none or None) of a request."""
        flags = ('--vo', vo, '--site', self.site['name'], *words)
        reply = ask(self.test.database, 'place', *flags, '--explain',
                    *(('--all', '--limit', '0') if OPTIONS.all or OPTIONS.ask else ()))
        placements = placed.of(reply)
        self.counts['requests'] += 1
        self.counts['placements'] += len(placements)
        (verdict,) = [one for one in reply['verdicts'] if one['site_name'] == self.site['name']]
        # An assumed route is offered and does not count: NETWORK_ROUTER_UNSEEN is reported beside
        # the placement.
        return flags, placements, None if placements else verdict['blocking_reason']

    def run_project(self, vo):
        project = Project(self.test.lab, self.site, vo)
        before = project.own()
        promised, refused = {}, []
        names = names_to_ask_for(project)
        for words in self.requests(vo, names):
            flags, placements, why = self.place(vo, words)
            if why:
                refused.append((words, why))
            for number, placement in enumerate(placements):
                self.levels[placed.level(placement)] += 1
                promised.setdefault(
                    (placed.machine_identity(placement), placed.plan_identity(placement),
                     wishes.count(words)), (flags, number + 1, words, placement))
        self.counts['placements that differ'] += len(promised)
        self.counts['nos'] += len(refused)
        if OPTIONS.ask:
            return
        self.ask_for_nos(vo, names, refused)
        prober = brute_force.Prober(
            project, Project(self.test.lab, self.site, vo, as_admin=True), self.counts)
        scripts_run = 0
        for flags, number, words, placement in self.chosen(promised):
            scripts_run += self.timed('starting', self.start, project, prober, flags, number, words,
                                      placement, before, not scripts_run)
        # One project per site: each start creates several machines.
        if OPTIONS.all or not self.counts['groups started']:
            self.timed('starting', self.start_groups, project, prober, before, not scripts_run)
        if scripts_run and not self.brute_force_was_tried:
            self.try_brute_force(prober, vo, promised)
        for words, reason in self.sample(vo, refused):
            self.try_all(prober, vo, words, reason)
        left = [one for one in project.clean(before)
                if not one.startswith(('keypairs ', 'security-groups '))]
        if left:
            self.fail(vo, (), 'this was left behind: ' + ', '.join(left))

    def chosen(self, promised):
        """Returns all placements, or so many that every machine of the site and every plan of the
        project is among them."""
        plans = set()
        for (machine, plan, count), one in promised.items():
            plan = (*plan, count)
            if not OPTIONS.all or machine not in self.machines or plan not in plans:
                self.machines.add(machine)
                plans.add(plan)
                yield one

    # --------------------------------------------------------------------------- a placement
    def start(self, project, prober, flags, number, words, placement, before, first):
        """Starts one placement as its user would, checks it, and deletes it. Returns whether its
        script ran."""
        flavor = next(f for f in prober.flavors if f['id'] == placement['flavor']['upstream_id'])
        image = next(i for i in prober.images if i['id'] == placement['image']['upstream_id'])
        volume_gib = placement['boot_volume_gib']
        if volume_gib and not project.has_volumes:
            self.counts[NO_VOLUMES] += 1
            return False
        if 'accel:device_profile' in flavor['extra_specs']:
            self.counts[NO_CYBORG] += 1
            return False
        if not volume_gib and (image['virtual_size'] or 0) > flavor['disk'] * brute_force.GIB:
            self.fail(project.vo, words, '%s unpacks to more than the disk of %s' % (
                image['name'], flavor['name']))
        routers = project.routers() if placement['network'].get('router') else {}
        outcome = 'started'
        try:
            told, made = self.run_script(flags, number, [placement], first)
            self.look(project, words, placement, told, made)
            for what, kind in MADE.items():
                for one in made[what]:
                    project.delete(kind, one)
            # The script does not report the id of a volume that Nova creates.
            project.clean({'volumes': before['volumes']})
            self.counts['machines started'] += wishes.count(words)
            self.prove(placement, image, words)
        except (Refused, AssertionError, subprocess.TimeoutExpired) as why:
            outcome = self.outcome_of(project, placement, str(why))
            if outcome == 'failed':
                self.fail(project.vo, words, '%s on %s, %s: %s' % (
                    flavor['name'], placement['network']['kind'], placed.level(placement), why))
            # Key and security group stay, for the next placement.
            project.clean({kind: before[kind] for kind in WITH_MACHINES})
        if routers:
            project.restore_routers(routers)
        self.outcomes[placed.level(placement)][outcome] += 1
        self.counts['placements ' + outcome] += 1
        return True

    def start_groups(self, project, prober, before, first):
        """Starts all machines of a head and its workers, if the project may have them, and deletes
        them."""
        words = wishes.group_flags()
        flags = ('--vo', project.vo, '--site', self.site['name'], *words)
        reply = ask(self.test.database, 'place', *flags)
        self.counts['requests for groups'] += 1
        for placement in reply['placements']:
            groups = placed.groups_of(placement)
            if not self.can_start(project, prober, groups):
                continue
            routers = project.routers() if any(one['network'].get('router') for one in groups) else {}
            try:
                told, made = self.run_script(flags, 1, groups, first)
                self.look_at_groups(project, groups, told, made)
                for what, kind in MADE.items():
                    for one in made[what]:
                        project.delete(kind, one)
                project.clean({'volumes': before['volumes']})
                self.counts['groups started'] += len(groups)
                self.counts['machines of groups started'] += sum(one['count'] for one in groups)
            except (Refused, AssertionError, subprocess.TimeoutExpired) as why:
                outcomes = {self.outcome_of(project, one, str(why)) for one in groups}
                if outcomes == {'failed'}:
                    self.fail(project.vo, words, 'groups on %s, %s: %s' % (
                        ', '.join(one['network']['kind'] for one in groups),
                        placed.level(placement), why))
                project.clean({kind: before[kind] for kind in WITH_MACHINES})
            if routers:
                project.restore_routers(routers)

    def can_start(self, project, prober, groups):
        """Returns whether this lab has what the machines need."""
        for one in groups:
            flavor = next(f for f in prober.flavors if f['id'] == one['flavor']['upstream_id'])
            if one['boot_volume_gib'] and not project.has_volumes:
                self.counts[NO_VOLUMES] += 1
                return False
            if 'accel:device_profile' in flavor['extra_specs']:
                self.counts[NO_CYBORG] += 1
                return False
        return True

    def look_at_groups(self, project, groups, told, made):
        """Checks that every machine of every group runs, with its flavor, and that the promised
        addresses are printed."""
        check = self.test.assertEqual
        servers = [project.server(one) for one in made['server']]
        check({one['status'] for one in servers}, {'ACTIVE'})
        promised = collections.Counter()
        for one in groups:
            promised[one['flavor']['display_name']] += one['count']
        check(collections.Counter(one['flavor']['original_name'] for one in servers), promised,
              'machines by flavor')
        check(len(told), sum(one['count'] for one in groups
                             if one['network']['kind'] != 'UNSPECIFIED'), 'addresses')

    def outcome_of(self, project, placement, why):
        """Returns what kind of failure it is. An assumed route was called one. Users cannot see a
        full pool, so a placement that depends on a free address must not be called sure."""
        if placed.is_assumed(placement):
            return 'assumed, failed'
        full = POOL_IS_FULL.search(why)
        if full and full[1] in placed.pools(placement['network']) \
                and placed.level(placement) not in placed.SURE:
            return 'pool full'
        return 'failed'

    def prove(self, placement, image, words):
        self.proofs[placement['network']['kind']] += 1
        for step in placed.steps(placement, image, wishes.count(words)):
            self.proofs[step] += 1

    def run_script(self, flags, number, placements, first):
        """Runs the commands that `-o openstack` prints for a placement, or for the groups of one:
        returns (addresses printed, {what: ids created})."""
        code, script, err = lab_client.run(
            'cisquery', '--db', self.test.database, '-o', 'openstack', 'place', *flags,
            '--pick', str(number), *(('--all',) if OPTIONS.all else ()))
        if code:
            raise AssertionError('cisquery -o openstack ended with %d: %s' % (code, err))
        for placement in placements:
            for part in ('flavor', 'image'):
                if placement[part]['upstream_id'] not in script:
                    raise AssertionError('the script is of another ' + part)
        # Key and security group are the same for all: the first machine of each project creates
        # them.
        variables = {} if first else {'CIS_SECURITY_GROUP': ''}
        done = subprocess.run(['/bin/sh', '-s'], input=script, check=False, capture_output=True,
                              text=True, timeout=400,
                              env=self.test.script_environment(self.site, variables))
        if done.returncode:
            raise AssertionError('the script ended with %d: %s' % (done.returncode, done.stderr))
        return (re.findall(r'^ssh \S+@(\S+)$', done.stdout, re.MULTILINE),
                {what: re.findall('^created %s (.+)$' % what, done.stderr, re.MULTILINE)
                 for what in MADE})

    def look(self, project, words, placement, told, made):
        """Checks the machines that a script created against what was promised."""
        check = self.test.assertEqual
        has_network = placement['network']['kind'] != 'UNSPECIFIED'
        check((len(told), len(made['server'])),
              (wishes.count(words) if has_network else 0, wishes.count(words)),
              'addresses and machines')
        for address, server_id in zip(told or [None] * len(made['server']), made['server']):
            server = project.server(server_id)
            check(server['status'], 'ACTIVE')
            check(server['flavor']['original_name'], placement['flavor']['display_name'])
            self.look_at_disk(project, placement, server)
            if placement.get('availability_zone'):
                check(server['OS-EXT-AZ:availability_zone'], placement['availability_zone'])
            if placement['network'].get('needs_config_drive'):
                check(server['config_drive'], 'True', 'config drive')
            if address:
                self.look_at_addresses(project, words, placement, server_id, address)
        self.look_at_routers(project, placement)

    def look_at_disk(self, project, placement, server):
        check = self.test.assertEqual
        volumes = [project.volume(one['id'])
                   for one in server['os-extended-volumes:volumes_attached']]
        if not placement['boot_volume_gib']:
            if not volumes:
                check(server['image']['id'], placement['image']['upstream_id'])
            return
        (volume,) = volumes
        check(volume['size'] >= placement['boot_volume_gib'], True, 'size of the boot volume')
        check(volume['volume_image_metadata'].get('image_id', placement['image']['upstream_id']),
              placement['image']['upstream_id'])
        for key, name in (('volume_type', 'volume_type'),
                          ('volume_availability_zone', 'availability_zone')):
            if placement.get(key):
                check(volume[name], placement[key])

    def look_at_addresses(self, project, words, placement, server_id, address):
        check, plan = self.test.assertEqual, placement['network']
        fixed, floating = project.addresses(server_id)
        check(address in fixed + floating, True, '%s is not of the machine' % address)
        public = [':' in one for one in fixed + floating if is_public(one)]
        for family, wanted, has in (('v4', '--public-ip', False in public),
                                    ('v6', '--ipv6', True in public)):
            if wanted in words or plan.get('public_' + family) \
                    and '--no-public-ip' not in words and plan['kind'] == 'DIRECT':
                check(has, True, 'public %s among %s' % (family, fixed + floating))
        if '--no-public-ip' in words:
            check(False in public, False, 'no public IPv4 address')
        if wanted_address(words):
            check(is_public(address), True, address + ' is to be public')
        subnets = {ip['subnet_id'] for port in project.ports(server_id)
                   for ip in port['fixed_ips']}
        check(set(plan.get('port_subnet_ids', ())) - subnets, set(), 'subnets of the port')
        if floating and placed.pools(plan):
            (row,) = project.network('floatingips', '?floating_ip_address=' + floating[0])
            check(row['floating_network_id'] in placed.pools(plan), True, 'pool of ' + floating[0])
            if row['floating_network_id'] != placed.pools(plan)[0]:
                self.proofs['another pool was taken'] += 1

    def look_at_routers(self, project, placement):
        """Checks that a router that the plan names works, whatever it was before."""
        plan = placement['network']
        router = placed.id_of(plan.get('router'))
        if router in project.routers() and plan['kind'].startswith('FLOATING'):
            gateway, enabled = project.routers()[router]
            self.test.assertTrue(enabled and gateway, 'router %s has gateway %s, enabled: %s' % (
                router, gateway, enabled))

    # ----------------------------------------------------------------------------------- nos
    def ask_for_nos(self, vo, names, refused):
        """Sends requests until as many different ones were refused as are to be tried."""
        known = {words for words, _ in refused}
        asked = 0
        while len(known) < self.nos_left[vo] and asked < MOST_ASKED_FOR_A_NO:
            words = wishes.draw(self.for_nos, *names)
            _, _, why = self.place(vo, words)
            asked += 1
            if why and words not in known:
                asked = 0
                known.add(words)
                refused.append((words, why))

    def sample(self, vo, refused):
        """Returns as many of the refused requests as required, those with different reasons first.
        """
        self.for_nos.shuffle(refused)
        seen, first, rest = set(), [], []
        for one in refused:
            kind = one[1]['code'], one[1]['quota_resource']
            (rest if kind in seen else first).append(one)
            seen.add(kind)
        return (first + rest)[:None if OPTIONS.all else self.nos_left[vo]]

    def try_brute_force(self, prober, vo, promised):
        """Brute force that never finds anything would agree with every "no": once per site, it has
        to find what CIS found."""
        for _, _, words, placement in promised.values():
            # Brute force creates no ports with another owner.
            if not placed.is_assumed(placement) and (
                    prober.has_volumes or not placement['boot_volume_gib']) \
                    and not placement['network'].get('port_device_owner'):
                self.brute_force_was_tried = True
                pair = self.timed('trying pairs', prober.pair, words)
                way = self.timed('trying networks', prober.way, words)
                if pair is None or way is None:
                    self.fail(vo, words, 'brute force finds %s and %s only' % (
                        pair and [one['name'] for one in pair], prober.ways()))
                return

    def try_all(self, prober, vo, words, reason):
        self.counts['nos tried'] += 1
        self.counts['nos tried: %s %s' % (reason['stage'].replace('PLACEMENT_STAGE_', ''),
                                          reason['code'].replace('REASON_CODE_', ''))] += 1
        pair = self.timed('trying pairs', prober.pair, words)
        if pair is None:
            return
        way = self.timed('trying networks', prober.way, words)
        if way is not None:
            self.fail(vo, words, 'refused (%s), but %s boots %s, and %s gives %s' % (
                reason['message'], pair[0]['name'], pair[1]['name'], way, prober.ways()[way]))


def names_to_ask_for(project):
    """Returns (names of images, names of networks) that a request may name."""
    return (sorted({row['name'] for row in project.images()
                    if re.match(r'\w', row['name'] or '') and row['status'] == 'active'}),
            sorted({row['name'] for row in project.network('networks')
                    if re.match(r'\w', row['name'])}))


def wanted_address(words):
    return '--public-ip' in words or '--ipv6' in words


def report(sites, seconds):
    """Prints what was tried and the results."""
    counts = sum((site.counts for site in sites), collections.Counter())
    print('\nseed %d, %d projects at %d sites, %.0f s' % (
        OPTIONS.seed, sum(len(site.site['vos']) for site in sites), len(sites), seconds))
    for name in sorted(counts):
        print('%6d %s' % (counts[name], name))
    for what in sorted({what for site in sites for what in site.seconds}):
        print('%6d s %s' % (sum(site.seconds[what] for site in sites), what))
    names = [site.site['name'] for site in sites]
    lines = [*placed.table('placements answered', names, [
        (level, {site.site['name']: site.levels[level] for site in sites})
        for level in placed.LEVELS])]
    if not OPTIONS.ask:
        outcomes = sorted({name for site in sites for results in site.outcomes.values()
                           for name in results})
        lines += ['', *placed.table('confidence', outcomes, [
            (level, sum((site.outcomes[level] for site in sites), collections.Counter()))
            for level in placed.LEVELS])]
        rows = [(name, {site.site['name']: site.proofs[name] for site in sites})
                for name in (*placed.KINDS, *placed.STEPS)]
        lines += ['', *placed.table('machines started', names, rows), 'not proven: ' + ', '.join(
            name for name, numbers in rows if not any(numbers.values()))]
        nos = {site.site['name']: site.counts['nos tried'] for site in sites}
        lines += ['', *placed.table('', names, [('nos tried', nos)])]
    print('\n'.join(lines), flush=True)
    return counts


class Promises(lab_client.Crawled):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        socket_path = os.path.join(cls.folder.name, 'client')
        cls.bin = quick_client.write_stub(socket_path)
        with open(os.open(os.path.join(cls.bin, 'sleep'), os.O_WRONLY | os.O_CREAT, 0o755), 'w',
                  encoding='ascii') as file:
            file.write(SLEEP)
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
        """Returns the environment of a person at the site: a login without a project, which the
        script has to name."""
        login = {'OS_USERNAME': self.lab['user'], 'OS_PASSWORD': self.lab['password'],
                 'OS_USER_DOMAIN_NAME': 'Default', 'OS_IDENTITY_API_VERSION': '3',
                 'OS_AUTH_TYPE': 'password', 'HOME': self.folder.name,
                 'PATH': self.bin + ':/usr/bin:/bin'}
        if site['ca_file']:
            login['OS_CACERT'] = site['ca_file']
        return lab_client.clean_environment(**login, **extra)

    def test_all_placements_boot_and_no_refused_one_does(self):
        sites = [site for site in self.lab['sites'] if not OPTIONS.site
                 or site['name'] in OPTIONS.site.split(',')]
        started = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(len(sites)) as pool:
            done = list(pool.map(lambda site: Site(self, site).run(), sites))
        counts = report(done, time.monotonic() - started)
        failures = [failure for site in done for failure in site.failures]
        self.assertEqual(failures, [], '\n' + '\n\n'.join(failures))
        if OPTIONS.requests and not OPTIONS.ask:
            self.assertGreater(counts['placements started'], 2 * len(sites))
            self.assertGreater(counts['groups started'], 0)
            for site in done:
                wanted = sum(number for vo, number in site.nos_left.items()
                             if OPTIONS.vo in (None, vo))
                self.assertGreaterEqual(site.counts['nos tried'], wanted, site.site['name'])


def main():
    parser = argparse.ArgumentParser(add_help=False)
    for name in ('seed', 'requests', 'nos'):
        parser.add_argument('--' + name, type=int, default=getattr(OPTIONS, name))
    for name in ('site', 'vo'):
        parser.add_argument('--' + name)
    for name in ('all', 'ask'):
        parser.add_argument('--' + name, action='store_true')
    _, rest = parser.parse_known_args(namespace=OPTIONS)
    sys.argv[1:] = rest
    lab_client.main()


if __name__ == '__main__':
    main()
