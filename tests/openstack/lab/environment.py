# SPDX-License-Identifier: Apache-2.0
"""Writes what a client needs below env/: site files, clouds.yaml, shell files, lab.json."""
import glob
import hashlib
import os

import sites as table
import yaml_text
from database import sql
from paths import CRAWLER_USER, PASSWORD, SEED, log, read_json, state, write, write_json

# VOs whose site file entry names an application credential in place of the password.
BY_APPLICATION_CREDENTIAL = {('classic', 'biomed'), ('classic', 'eosc-synergy.eu')}


def as_agents_would(site):
    """Marks router ports and attached floating IPs as working. Neutron's L2 and L3 agents do that;
    none run here, and without them every router would look broken."""
    sql(site.database('neutron'),
        "update ports set status = 'ACTIVE' where device_owner like 'network:router%' "
        "or device_owner like 'compute:%' or device_owner = 'network:floatingip'",
        "update floatingips set status = 'ACTIVE' where fixed_port_id is not null")


def variable(site, vo, what):
    """Returns the environment variable that holds a part of an application credential."""
    return 'CIS_LAB_%s_%s_%s' % (site.slug.upper(), ''.join(
        c if c.isalnum() else '_' for c in vo.upper()), what)


def endpoint(site):
    """Returns the Keystone URL as this site spells it."""
    return site.url('keystone') + site.endpoint_suffix


def _site_file(site, projects):
    entries = []
    for vo in site.vos:
        entry = {'name': vo, 'auth': {'project_id': projects[vo]['project_id']}}
        if (site.slug, vo) in BY_APPLICATION_CREDENTIAL:
            entry['cis'] = {'auth': {'type': 'v3applicationcredential',
                                     'id_env': variable(site, vo, 'ID'),
                                     'secret_env': variable(site, vo, 'SECRET')}}
        entries.append(entry)
    cis = {'allow_loopback': True}
    if site.tls:
        cis['ca_file'] = site.ca_file
    else:
        cis['allow_http'] = True
    cis['auth'] = {'type': 'password', 'username': CRAWLER_USER, 'user_domain_name': 'Default',
                   'password_env': 'CIS_LAB_PASSWORD'}
    content = {'gocdb': site.name, 'endpoint': endpoint(site), 'protocol': 'openid'}
    if site.region_in_file:
        content['region'] = site.region
    content.update(vos=entries, cis=cis)
    write(state('env', 'sites', site.name + '.yaml'),
          '---\n' + yaml_text.dump(content))


def _shell_file(site, vo, project_id):
    variables = {'OS_AUTH_URL': site.url('keystone') + '/v3', 'OS_IDENTITY_API_VERSION': '3',
                 'OS_REGION_NAME': site.region, 'OS_INTERFACE': 'public',
                 'OS_USERNAME': CRAWLER_USER, 'OS_PASSWORD': PASSWORD,
                 'OS_USER_DOMAIN_NAME': 'Default', 'OS_PROJECT_ID': project_id}
    if site.tls:
        variables['OS_CACERT'] = site.ca_file
    # Variables that another site's file has set must be removed.
    lines = ['for v in $(env | sed -n "s/^\\(OS_[A-Z_]*\\)=.*/\\1/p"); do unset "$v"; done']
    lines += ['export %s=%s' % item for item in variables.items()]
    write(state('env', '%s-%s.sh' % (site.name, vo)), '\n'.join(lines) + '\n', 0o600)


def _cloud(site, project_id):
    entry = {'auth': {'auth_url': site.url('keystone') + '/v3', 'username': CRAWLER_USER,
                      'user_domain_name': 'Default', 'project_id': project_id},
             'region_name': site.region}
    if site.tls:
        entry['cacert'] = site.ca_file
    return entry


def seed_version(site):
    """Returns a version that changes with everything that decides what is in the site and where."""
    digest = hashlib.sha256(repr((table.FIRST_ADDRESS, site, site.federation
                                  and table.ISSUERS)).encode())
    for path in sorted(glob.glob(os.path.join(SEED, '*.py'))):
        name = os.path.basename(path)
        if not name.startswith('data_') or name == 'data_%s.py' % site.slug:
            with open(path, 'rb') as file:
                digest.update(file.read())
    return digest.hexdigest()


def seeded(site):
    """Returns whether the site is complete and was seeded with the current seeds."""
    path = site.path('seed.json')
    return os.path.exists(path) and read_json(path).get('version') == seed_version(site)


def write_all():
    """The files for every site that has been seeded, and no others."""
    os.makedirs(state('env', 'sites'), exist_ok=True)
    described, clouds, secure, crawler = [], {}, {}, {'CIS_LAB_PASSWORD': PASSWORD}
    for site in table.ALL:
        if not seeded(site):
            continue
        projects = read_json(site.path('seed.json'))['projects']
        _site_file(site, projects)
        for vo in site.vos:
            name = '%s-%s' % (site.name, vo)
            clouds[name] = _cloud(site, projects[vo]['project_id'])
            secure[name] = {'auth': {'password': PASSWORD}}
            _shell_file(site, vo, projects[vo]['project_id'])
            if (site.slug, vo) in BY_APPLICATION_CREDENTIAL:
                for what in ('id', 'secret'):
                    crawler[variable(site, vo, what.upper())] = \
                        projects[vo]['application_credential_' + what]
        described.append({
            'name': site.name, 'slug': site.slug, 'address': site.address, 'region': site.region,
            'endpoint': endpoint(site), 'auth_url': site.url('keystone') + '/v3',
            'ca_file': site.ca_file, 'urls': {s: site.url(s) for s in site.services},
            'vos': list(site.vos), 'extra_specs_hidden': site.hide_extra_specs,
            'federation': site.federation and {
                'protocol': site.protocol, 'audience': site.federation_audience,
                'access_log': state('log', 'access-%s.log' % site.process('keystone'))},
            'page': site.page, 'dead_region': site.dead_region, 'projects': projects,
            'processes': {s: site.process(s) for s in site.services},
            'databases': {n: site.database(n) for n in ('keystone', 'glance', 'nova', 'neutron')}})
    write(state('env', 'clouds.yaml'), yaml_text.dump({'clouds': clouds}))
    write(state('env', 'secure.yaml'), yaml_text.dump({'clouds': secure}), 0o600)
    write(state('env', 'crawler.env'),
          ''.join('export %s=%s\n' % item for item in crawler.items()), 0o600)
    write_json(state('env', 'lab.json'), {
        'state': state(), 'sites_dir': state('env', 'sites'), 'ca_file': state('tls', 'ca.pem'),
        'user': CRAWLER_USER, 'user_domain': 'Default', 'password': PASSWORD,
        'issuers': table.ISSUERS, 'people_file': state('env', 'people.json'),
        'crawler_environment': crawler, 'sites': described}, 0o600)
    log('client files in', state('env'))
