# SPDX-License-Identifier: Apache-2.0
"""One PostgreSQL server for all sites; every schema is created once and then copied."""
import os
import shutil
import subprocess
import sys
import threading
import time

from paths import PASSWORD, PG_ADDRESS, PG_PORT, PYTHON, clean_environment, log, state, write
from process import alive, run, spawn

NAMES = ('keystone', 'glance', 'placement', 'nova_api', 'nova', 'nova_cell0', 'neutron', 'cinder')
# The template that is created last. Its name changes when templates are added.
LAST = 'tmpl_done_with_cinder'
SETTINGS = '''listen_addresses = '%s'
port = %d
unix_socket_directories = ''
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
max_connections = 400
shared_buffers = 64MB
autovacuum_naptime = 10min
''' % (PG_ADDRESS, PG_PORT)


def binaries():
    """Returns the folder of the newest PostgreSQL server installed."""
    base = '/usr/lib/postgresql'
    for version in sorted(os.listdir(base), key=float, reverse=True):
        if os.path.exists('%s/%s/bin/initdb' % (base, version)):
            return '%s/%s/bin' % (base, version)
    return sys.exit('no PostgreSQL server under ' + base)


def url(database):
    return 'postgresql+psycopg2://lab:%s@%s:%d/%s' % (PASSWORD, PG_ADDRESS, PG_PORT, database)


def sql(database, *statements):
    """Runs the statements, each in its own transaction; returns the last one's rows as text."""
    command = [binaries() + '/psql', '-h', PG_ADDRESS, '-p', str(PG_PORT), '-U', 'lab', '-d',
               database, '-qAtX', '-v', 'ON_ERROR_STOP=1']
    for statement in statements:
        command += ['-c', statement]
    done = subprocess.run(command, check=False, capture_output=True, text=True,
                          env=clean_environment())
    if done.returncode:
        sys.exit('psql %s: %s' % (database, done.stderr.strip()))
    return done.stdout.strip()


def start():
    folder = state('pg')
    user = 'postgres' if os.getuid() == 0 else None
    if not os.path.exists(folder + '/PG_VERSION'):
        os.makedirs(folder, exist_ok=True)
        if user:
            shutil.chown(folder, user, user)
        run([binaries() + '/initdb', '-D', folder, '-A', 'trust', '-U', 'lab', '--no-sync', '-E',
             'UTF8', '--locale=C.UTF-8'], 'setup.log', user=user)
    with open(folder + '/postgresql.conf', 'r+', encoding='utf-8') as file:
        if SETTINGS not in file.read():  # or an `up` was interrupted here
            file.write(SETTINGS)
    if not alive('postgres') and os.path.exists(folder + '/postmaster.pid'):
        os.unlink(folder + '/postmaster.pid')
    spawn('postgres', [binaries() + '/postgres', '-D', folder], user=user)
    ready = [binaries() + '/pg_isready', '-q', '-h', PG_ADDRESS, '-p', str(PG_PORT)]
    end = time.monotonic() + 30
    while subprocess.run(ready, check=False).returncode:
        if time.monotonic() > end:
            sys.exit('PostgreSQL does not answer at %s:%d; see %s' % (
                PG_ADDRESS, PG_PORT, state('log', 'postgres.out')))
        time.sleep(0.1)


def existing():
    return set(sql('postgres', 'select datname from pg_database').split())


def parallel(calls):
    """Runs the calls in threads; raises the first exception that any of them raised."""
    raised = []

    def guarded(call):
        try:
            call()
        except BaseException as error:  # noqa: B902  SystemExit has to come through as well
            raised.append(error)
    threads = [threading.Thread(target=guarded, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if raised:
        raise raised[0]


def _manage(module, config):
    """An OpenStack management command by its module, as its console script would run it."""
    return [PYTHON, '-c', 'import sys; from %s import main; sys.exit(main())' % module,
            '--config-file', config]


def _template_configs():
    head = '[DEFAULT]\nlog_file = %s\nstate_path = ' + state('tmpl') + '\n'
    bodies = {
        'keystone': '[database]\nconnection = %s\n' % url('tmpl_keystone'),
        'glance': '[database]\nconnection = %s\n' % url('tmpl_glance'),
        'placement': '[placement_database]\nconnection = %s\n' % url('tmpl_placement'),
        'neutron': 'core_plugin = ml2\nservice_plugins = router\n'
                   '[database]\nconnection = %s\n' % url('tmpl_neutron'),
        'cinder': '[database]\nconnection = %s\n' % url('tmpl_cinder'),
        'nova': 'transport_url = fake:/\n[api_database]\nconnection = %s\n'
                '[database]\nconnection = %s\n' % (url('tmpl_nova_api'), url('tmpl_nova')),
    }
    return {name: write(state('tmpl', name + '.conf'),
                        head % state('log', 'tmpl-%s.log' % name) + body)
            for name, body in bodies.items()}


def make_templates():
    """Every service's schema, once, in template databases."""
    have = existing()
    if LAST in have:
        return
    started = time.monotonic()
    for name in NAMES:  # an interrupted attempt cannot be continued
        if 'tmpl_' + name in have:
            sql('postgres', 'drop database tmpl_%s with (force)' % name)
    sql('postgres', *['create database tmpl_' + name for name in NAMES])
    conf = _template_configs()
    nova = _manage('nova.cmd.manage', conf['nova'])
    # Nova's cell mappings as templates too: each site's nova.conf fills in its own database.
    cell = '{scheme}://{username}:{password}@{hostname}:{port}/{path}'
    chains = [
        [_manage('neutron.db.migration.cli', conf['neutron']) + ['upgrade', 'heads'],
         _manage('placement.cmd.manage', conf['placement']) + ['db', 'sync'],
         _manage('cinder.cmd.manage', conf['cinder']) + ['db', 'sync']],
        [nova + ['api_db', 'sync'],
         nova + ['cell_v2', 'map_cell0', '--database_connection', cell + '_cell0'],
         nova + ['db', 'sync', '--local_cell'],
         nova + ['cell_v2', 'create_cell', '--name', 'cell1', '--transport-url', 'fake:/',
                 '--database_connection', cell],
         _manage('keystone.cmd.manage', conf['keystone']) + ['db_sync'],
         _manage('glance.cmd.manage', conf['glance']) + ['db_sync']],
    ]
    parallel([lambda chain=chain, i=i: [run(command, 'tmpl%d.log' % i) for command in chain]
              for i, chain in enumerate(chains)])
    # cell0 has a cell's schema
    sql('postgres', 'drop database tmpl_nova_cell0',
        'create database tmpl_nova_cell0 template tmpl_nova', 'create database ' + LAST)
    log('schemas made in %.1f s' % (time.monotonic() - started))


def make_databases(sites):
    """Copies the templates for every site that has no databases yet."""
    have = existing()
    missing = ['create database %s template tmpl_%s' % (site.database(name), name)
               for site in sites for name in NAMES if site.database(name) not in have]
    if missing:
        sql('postgres', *missing)


def drop(site):
    """Removes the databases of a site, whoever is connected to them."""
    have = existing()
    there = [site.database(name) for name in NAMES if site.database(name) in have]
    if there:
        sql('postgres', *['drop database %s with (force)' % name for name in there])
