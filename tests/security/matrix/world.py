# SPDX-License-Identifier: Apache-2.0
"""The recorded site that the matrix is asked about: every fact that not everybody may see has a text
in it that says whose it is."""
import json
import os

import harness

RECORDED = os.path.join(harness.ROOT, 'tests/replay/recorded/CIS-LAB-CLASSIC')
SITE = 'MK7PUB-SITE'
PUBLIC, OPERATION = 'mk7pub', 'mk7op'
# VO -> the text in what is its own. What several VOs have says `SHARED`.
VOS = {'alpha.example.org': 'mk7alpha', 'beta.example.org': 'mk7beta', 'gamma.example.org': 'mk7gamma'}
SHARED = 'mk7shared'
# Ids are hexadecimal, so they say it in another way.
IDS = {'mk7alpha': 'a1faa1fa', 'mk7beta': 'be7abe7a', 'mk7gamma': '6a336a33', SHARED: '54a354a3'}
# Limits are numbers: VO -> the number of its vCPUs, as text and as a varint.
LIMITS = {'mk7alpha': 1111111, 'mk7beta': 2222222, 'mk7gamma': 3333333}
PROJECTS = {'alpha.example.org': 'f0b12f8f56fc4e29a43cf7d767d868c2',
            'beta.example.org': '7f4e0d6ec01544d2900f3233f9b81fd2',
            'gamma.example.org': '37d606193f6744eab1a7f15db50c7a6a'}
KINDS = ('flavors', 'images', 'networks', 'subnets', 'routers', 'floatingips')


def varint(number):
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes(out + bytes([number]))


def marks():
    """Returns mark -> the byte strings that show it in a message."""
    found = {mark: [mark.encode(), IDS[mark].encode()] for mark in IDS}
    for mark, number in LIMITS.items():
        found[mark] += [str(number).encode(), varint(number), varint(number * 10)]
    return dict(found, **{PUBLIC: [PUBLIC.encode(), PUBLIC.upper().encode()], OPERATION: [OPERATION.encode()]})


def is_public(kind, one):
    return one.get('os-flavor-access:is_public') or one.get('router:external') or (
        kind == 'images' and one['visibility'] == 'public' and one.get('image_type') != 'snapshot')


def record(folder):
    """Writes the recording of the site into `folder`."""
    with open(os.path.join(RECORDED, 'site.json'), encoding='utf-8') as f:
        site = json.load(f)
    with open(os.path.join(RECORDED, 'exchanges.jsonl'), encoding='utf-8') as f:
        exchanges = [one for one in map(json.loads, f) if one['project'] in PROJECTS.values()]
    vo_of = {project: vo for vo, project in PROJECTS.items()}
    owners = {}   # (kind, id) -> the marks of those that see it; None if everybody may
    for one in exchanges:
        body = json.loads(one['body'])
        for kind in KINDS:
            for item in body.get(kind) or []:
                seen = owners.setdefault((kind, item['id']), set())
                if is_public(kind, item):
                    owners[kind, item['id']] = None
                elif seen is not None:
                    seen.add(VOS[vo_of[one['project']]])
    # A network that several VOs share is public, and so are the subnets of a public one.
    public = {key for key, seen in owners.items() if seen is None or (key[0] == 'networks' and len(seen) > 1)}
    for one in exchanges:
        for item in json.loads(one['body']).get('subnets') or []:
            if ('networks', item['network_id']) in public:
                public.add(('subnets', item['id']))
    new_ids = {}
    for number, ((kind, old), seen) in enumerate(sorted(owners.items(), key=str)):
        if (kind, old) not in public:
            mark = seen.pop() if len(seen) == 1 else SHARED
            owners[kind, old] = mark
            new_ids[old] = '%s-0000-4000-8000-%012d' % (IDS[mark], number)
    for one in exchanges:
        mark = VOS[vo_of[one['project']]]
        body = json.loads(one['body'])
        for kind in KINDS:
            for item in body.get(kind) or []:
                if 'name' in item and item['name']:
                    own = None if (kind, item['id']) in public else owners[kind, item['id']]
                    item['name'] = '%s %s' % (own or PUBLIC, item['name'].replace('biomed', 'x'))
        if 'limits' in body:
            body['limits']['absolute']['maxTotalCores'] = LIMITS[mark]
        if 'token' in body:
            body['token']['project']['name'] = mark + '-project'
        if one['target'].endswith('/limits') and mark == 'mk7gamma':
            one['status'], body = 403, {'forbidden': {'code': 403, 'message': OPERATION + ' denies this'}}
        text = json.dumps(body)
        for old, new in new_ids.items():
            text = text.replace(old, new)
        one['body'] = text
    site.update(name=SITE, shares=[{'vo': vo, 'project_id': project, 'project_name': VOS[vo] + '-project'}
                                   for vo, project in PROJECTS.items()])
    os.makedirs(os.path.join(folder, SITE))
    text = '\n'.join(json.dumps(one) for one in exchanges) + '\n'
    shares = json.dumps(site)
    for vo, project in PROJECTS.items():
        own = IDS[VOS[vo]] * 4
        text, shares = text.replace(project, own), shares.replace(project, own)
    for name, content in (('site.json', shares), ('exchanges.jsonl', text)):
        with open(os.path.join(folder, SITE, name), 'w', encoding='utf-8') as f:
            f.write(content)


# The limits at the first crawl are ten times those of the later ones.
BEFORE = [{'kind': 'rewrite', 'service': 'nova', 'path': '/limits', 'from': '"maxTotalCores": %d,' % number,
           'to': '"maxTotalCores": %d0,' % number} for number in LIMITS.values()]
GOCDB = {
    'get_site_list': '<SITE ID="1" PRIMARY_KEY="1G0" NAME="%s"><SHORT_NAME>%s</SHORT_NAME><COUNTRY_CODE>ES'
                     '</COUNTRY_CODE><ROC>NGI_X</ROC><PRODUCTION_INFRASTRUCTURE>Production'
                     '</PRODUCTION_INFRASTRUCTURE><CERTIFICATION_STATUS>Certified</CERTIFICATION_STATUS></SITE>'
                     % (SITE, SITE),
    'get_service': '<SERVICE_ENDPOINT PRIMARY_KEY="2G0"><PRIMARY_KEY>2G0</PRIMARY_KEY><HOSTNAME>ce.example.org'
                   '</HOSTNAME><SERVICE_TYPE>ARC-CE</SERVICE_TYPE><IN_PRODUCTION>Y</IN_PRODUCTION><NODE_MONITORED>Y'
                   '</NODE_MONITORED><SITENAME>%s</SITENAME><URL/><ENDPOINTS/></SERVICE_ENDPOINT>' % SITE,
    'get_downtime': '',
}


def write_gocdb(folder):
    os.makedirs(folder)
    for name, entries in GOCDB.items():
        with open(os.path.join(folder, name + '.xml'), 'w', encoding='utf-8') as f:
            f.write('<?xml version="1.0" encoding="UTF-8"?>\n<results>%s</results>\n' % entries)
