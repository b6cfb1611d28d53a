# SPDX-License-Identifier: Apache-2.0
"""Seeds one site; forge.py runs it as `seed SLUG`. What is seeded is in data_SLUG.py."""
import importlib
import sys
import time

import environment
import identity
import sites
from cloud import Cloud
from paths import write_json


def main():
    site = sites.find(sys.argv[1])
    version = environment.seed_version(site)  # of the files as they are imported now
    data = importlib.import_module('data_' + site.slug)
    cloud = Cloud(site)
    steps = (('catalog', lambda: identity.make_services(cloud)),
             ('projects', lambda: identity.make_projects(cloud, data.OTHER_PROJECTS)),
             ('federation', lambda: site.federation and identity.make_federation(cloud)),
             ('flavors', lambda: data.flavors(cloud)),
             ('images', lambda: data.images(cloud)),
             ('image sizes', cloud.write_sizes),
             ('networks', lambda: data.networks(cloud)),
             ('zones', cloud.zones),
             ('volumes', lambda: site.volume_zones and data.volumes(cloud)))
    for name, step in steps:
        started = time.monotonic()
        step()
        print('%-12s %6.1f s' % (name, time.monotonic() - started), flush=True)
    projects = {}
    for name, project in cloud.projects.items():
        entry = {'project_id': project.id, 'project': project.name,
                 'domain_id': project.domain_id}
        if name in site.vos:
            entry['application_credential_id'], entry['application_credential_secret'] = \
                identity.application_credential(cloud, name)
        projects[name] = entry
    environment.as_agents_would(site)
    write_json(site.path('seed.json'), {'projects': projects, 'version': version}, 0o600)
