#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Real OpenStack services as test sites on loopback; README.md beside says what and why.

    lab.py up [--sites NAME,NAME]   installs, starts and seeds what is not there yet
    lab.py down [--wipe]            stops what up started; --wipe removes the state as well
                                    (with --fixture, both: only if up --fixture found none running)
    lab.py status                   processes and memory
    lab.py stop|freeze|thaw NAME    an outage (503), a hang, and back; up starts what was stopped
"""
import argparse
import fcntl
import os
import shutil
import signal
import sys

import config
import database
import environment
import front
import packages
import process
import provider
import sites as table
from paths import STATE, log, state, write

BORROWED_BY_TESTS = state('run', 'fixture')
# Neutron first: it takes the most time.
SERVICES = ('neutron', 'nova', 'cinder', 'glance', 'keystone', 'placement')


def bootstrap(sites):
    new = [site for site in sites if not os.path.exists(site.path('state', 'bootstrapped'))]
    jobs = [{'name': site.process('bootstrap'), 'argv': config.bootstrap_arguments(site)}
            for site in new]
    process.join([process.forge('bootstrap', jobs, wait=True)] if jobs else [])
    for site in new:
        with open(site.path('state', 'bootstrapped'), 'w', encoding='ascii'):
            pass


def start_services(sites):
    process.join([process.forge(service, [
        {'name': site.process(service), 'argv': config.arguments(site, service)}
        for site in sites if service in site.services], wait=False) for service in SERVICES])


def wait_for_services(sites):
    for site in sites:
        for service in site.services:
            suffix = '/v3' if service == 'keystone' else '/'
            process.wait_for_http(site.url(service) + suffix, site.process(service), site.ca_file)


def wait_for_compute(sites):
    for site in sites:
        process.wait_for_file(site.compute_ready, site.process('nova'))


def seed(sites):
    jobs = [{'name': site.process('seed'), 'argv': ['seed', site.slug]}
            for site in sites if not environment.seeded(site)]
    process.join([process.forge('seed', jobs, wait=True)] if jobs else [])


def forget_half_made(sites):
    """Removes what an interrupted `up` left of a site, and what other seeds created: creating it
    anew is faster than repairing it."""
    old = [site for site in sites if os.path.exists(site.path()) and not environment.seeded(site)]
    if old:
        log('half made, or by other seeds, and made anew:', ', '.join(site.name for site in old))
    database.parallel([lambda name=site.process(service): process.stop(name)
                       for site in old for service in site.services])
    for site in old:
        database.drop(site)
        shutil.rmtree(site.path())


def up(options):
    if options.fixture and not any(process.alive(name) for name in process.names()):
        write(BORROWED_BY_TESTS, '')
    sites = [table.find(word) for word in options.sites.split(',')] if options.sites \
        else list(table.ALL)
    packages.install()
    database.start()
    front.make_certificates()
    database.make_templates()
    forget_half_made(sites)
    config.name_protocol_oidc()
    for site in sites:
        config.write_all(site)
    database.make_databases(sites)
    log('databases ready')
    provider.start()
    front.start()
    bootstrap(sites)
    log('Keystone bootstrapped')
    start_services(sites)
    log('services started')
    wait_for_services(sites)
    log('services answer')
    seed(sites)
    wait_for_compute(sites)
    log('machines can be started')
    environment.write_all()
    log('up:', ', '.join(site.name for site in sites))
    print(state('env'))


def down(options):
    if options.fixture and not os.path.exists(BORROWED_BY_TESTS):
        log('the sites ran before the tests; they go on')
        return
    last = ('apache', 'postgres')
    running = process.names()
    database.parallel([lambda name=name: process.stop(name) for name in running
                       if name not in last])
    process.stop('apache')
    process.stop('postgres', signal.SIGINT, 30)
    if os.path.exists(BORROWED_BY_TESTS):
        os.unlink(BORROWED_BY_TESTS)
    if options.wipe:
        shutil.rmtree(STATE, ignore_errors=True)


def status(_options):
    total = 0
    for name, pid, count, pss in process.memory():
        total += pss
        print('%-20s %-8s %2d processes %7.1f MiB' % (name, pid or 'stopped', count, pss / 1024))
    print('%.1f MiB in all (proportional set size)' % (total / 1024))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    commands = parser.add_subparsers(dest='command', required=True)
    ups, downs = commands.add_parser('up'), commands.add_parser('down')
    ups.add_argument('--sites', help='names, comma-separated; default: all')
    downs.add_argument('--wipe', action='store_true')
    for one in (ups, downs):
        one.add_argument('--fixture', action='store_true')
    commands.add_parser('status')
    for name in ('stop', 'freeze', 'thaw'):
        commands.add_parser(name).add_argument('process', help='a name of lab.py status')
    options = parser.parse_args()
    for folder in ('log', 'run', 'env'):
        os.makedirs(state(folder), exist_ok=True)
    os.chmod(STATE, 0o755)  # Apache and PostgreSQL run as other users
    with open(state('run', 'lock'), 'w', encoding='ascii') as lock:
        if options.command in ('up', 'down'):
            fcntl.flock(lock, fcntl.LOCK_EX)
        if options.command == 'stop':
            process.stop(options.process)
        elif options.command in ('freeze', 'thaw'):
            process.freeze(options.process, thaw=options.command == 'thaw')
        else:
            {'up': up, 'down': down, 'status': status}[options.command](options)
    return 0


if __name__ == '__main__':
    sys.exit(main())
