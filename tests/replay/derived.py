# SPDX-License-Identifier: Apache-2.0
"""Answers to what was not asked when the recordings were made. To other clients than the crawler (--loose): what they ask in
another form, made of what was recorded and of nothing else; a question that the recording does not answer stays without
one. To the crawler: what it asks since, made of what was recorded, or as a plain site answers (`newer`)."""
import json
import re
import urllib.parse

from recording import Exchange, placeholder

VERSIONS = {'keystone': ('v3.14', 'v3'), 'nova': ('v2.1', 'v2.1'), 'glance': ('v2.9', 'v2'),
            'neutron': ('v2.0', 'v2.0')}
# Nova's names of quotas and the limits that show their values.
LIMIT_OF_QUOTA = {
    'cores': 'maxTotalCores', 'ram': 'maxTotalRAMSize', 'instances': 'maxTotalInstances',
    'key_pairs': 'maxTotalKeypairs', 'metadata_items': 'maxServerMeta', 'server_groups': 'maxServerGroups',
    'server_group_members': 'maxServerGroupMembers', 'injected_files': 'maxPersonality',
    'injected_file_content_bytes': 'maxPersonalitySize', 'floating_ips': 'maxTotalFloatingIps',
    'security_groups': 'maxSecurityGroups', 'security_group_rules': 'maxSecurityGroupRules'}


def derive(recording, service, method, target, project):
    """Returns an exchange for a request that was not recorded in this form, or None."""
    if method != 'GET':
        return None
    path = target.partition('?')[0].rstrip('/')
    body = version(service, path)
    for pattern, make in (
            (r'/flavors/([^/]+)/os-extra_specs$', extra_specs), (r'/os-quota-sets/([^/]+)$', compute_quota),
            (r'/quotas/([^/]+)$', network_quota), (r'/extensions/([^/]+)$', extension)):
        found = re.search(pattern, path)
        if found and body is None:
            body = make(recording, project, found.group(1))
    if body is None:
        return None
    return Exchange(service, method, target, project, None, 200, {'Content-Type': 'application/json'}, json.dumps(body))


PORT_FIELDS = ('id', 'network_id', 'device_id', 'device_owner', 'fixed_ips')


def newer(recording, service, method, target, project):
    """Returns an exchange for a request that the crawler has sent only since the recording was
    made, or None. Ports are those of routers, which were recorded; there are no community or
    pending images, no subnet pools and one zone."""
    path, _, query = target.partition('?')
    asked = dict(urllib.parse.parse_qsl(query))
    body = None
    if method != 'GET' or project is None or 'marker' in asked:
        return None
    if service == 'neutron' and path.endswith('/ports') and 'fields' in asked:
        ports = {p['id']: p for page in documents(recording, project, '/ports') for p in page['ports']}
        body = {'ports': [{k: p[k] for k in PORT_FIELDS if k in p} for _, p in sorted(ports.items())]}
    elif service == 'neutron' and path.endswith('/subnetpools'):
        body = {'subnetpools': []}
    elif service == 'glance' and path.endswith('/images') and \
            (asked.get('visibility') == 'community' or asked.get('member_status') == 'pending'):
        body = {'images': [], 'first': '/v2/images', 'schema': '/v2/schemas/images'}
    elif service == 'nova' and path.endswith('/os-availability-zone'):
        body = {'availabilityZoneInfo': [{'zoneName': 'nova', 'zoneState': {'available': True}, 'hosts': None}]}
    if body is None:
        return None
    return Exchange(service, method, target, project, None, 200, {'Content-Type': 'application/json'}, json.dumps(body))


def documents(recording, project, end):
    """Returns the bodies of the recorded answers to this project whose path has this end."""
    for e in recording.exchanges.values():
        if e.project == project and e.status == 200 and e.target.partition('?')[0].endswith(end):
            yield json.loads(e.body)


def version(service, path):
    """Returns what a service reports about itself at its root and below its version."""
    if service not in VERSIONS or path.strip('/') not in ('', VERSIONS[service][1]):
        return None
    number, below = VERSIONS[service]
    entry = {'id': number, 'status': 'CURRENT', 'version': '2.61' if service == 'nova' else '',
             'min_version': '2.1' if service == 'nova' else '', 'links': [
                 {'rel': 'self', 'href': '%s/%s/' % (placeholder(service), below)}]}
    if path.strip('/'):
        return {'version': entry}
    return {'versions': {'values': [entry]} if service == 'keystone' else [entry]}


def extra_specs(recording, project, flavor):
    for page in documents(recording, project, '/flavors/detail'):
        for one in page['flavors']:
            if one['id'] == flavor and 'extra_specs' in one:
                return {'extra_specs': one['extra_specs']}
    return None


def compute_quota(recording, project, wanted):
    for limits in documents(recording, project, '/limits'):
        values = limits['limits']['absolute']
        return {'quota_set': dict({quota: values[limit] for quota, limit in LIMIT_OF_QUOTA.items() if limit in values},
                                  id=wanted)}
    return None


def network_quota(recording, project, _wanted):
    for details in documents(recording, project, '/details.json'):
        return {'quota': {name: one['limit'] for name, one in details['quota'].items()}}
    return None


def extension(recording, project, alias):
    for listed in documents(recording, project, '/extensions'):
        for one in listed['extensions']:
            if one['alias'] == alias:
                return {'extension': one}
    return None
