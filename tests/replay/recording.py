# SPDX-License-Identifier: Apache-2.0
"""What was recorded of one site, on disk and in memory.

A recording is a folder:
  site.json        name, region, the shares (VO, project id and name), how the site file spells things
  exchanges.jsonl  one answer a line: service, method, target, project, microversion, status, headers, body

Bodies and headers hold placeholders such as @@glance@@ in place of the origins (scheme, host, port)
that answered, so that a replay can listen anywhere. Tokens and request bodies are never recorded.
"""
import collections
import functools
import json
import os
import urllib.parse

SERVICES = ('keystone', 'glance', 'nova', 'neutron', 'cinder')
KEPT_HEADERS = ('content-type', 'location', 'openstack-api-version',
                'x-openstack-nova-api-version', 'vary', 'retry-after', 'www-authenticate')

Exchange = collections.namedtuple(
    'Exchange', 'service method target project microversion status headers body')


def placeholder(service):
    return '@@%s@@' % service


@functools.lru_cache(maxsize=None)
def normal_target(target):
    """Returns the same text for the same path and the same set of query parameters."""
    path, _, query = target.partition('?')
    pairs = sorted(urllib.parse.parse_qsl(query, keep_blank_values=True))
    return path + ('?' + urllib.parse.urlencode(pairs) if pairs else '')


class Recording:
    """One site's answers, by request."""

    def __init__(self, site, exchanges):
        self.site = site
        self.exchanges = {}
        for e in exchanges:
            self.exchanges[self.key(e.service, e.method, e.target, e.project, e.microversion)] = e

    @staticmethod
    def key(service, method, target, project, microversion):
        return service, method, normal_target(target), project or '', microversion or ''

    def find(self, service, method, target, project, microversion):
        """Returns the recorded exchange, or None. A request recorded without a token matches any
        token."""
        for pr in (project, None):
            e = self.exchanges.get(self.key(service, method, target, pr, microversion))
            if e:
                return e
        return None

    def find_loosely(self, service, method, target, project):
        """Returns an exchange of the same path and page, whatever the rest of the query and the
        microversion: for clients that send other requests than the crawler that was recorded.
        Hidden items are returned only if the client asks for them."""
        def essence(text):
            path, _, query = text.partition('?')
            pairs = dict(urllib.parse.parse_qsl(query))
            return path.rstrip('/'), pairs.get('marker'), pairs.get('os_hidden')
        for e in self.exchanges.values():
            if e.service == service and e.method == method and e.project in (project, None) and \
                    essence(e.target) == essence(target):
                return e
        return None

    @classmethod
    def load(cls, folder):
        with open(os.path.join(folder, 'site.json'), encoding='utf-8') as f:
            site = json.load(f)
        with open(os.path.join(folder, 'exchanges.jsonl'), encoding='utf-8') as f:
            exchanges = [Exchange(**json.loads(line)) for line in f if line.strip()]
        return cls(site, exchanges)

    def save(self, folder):
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, 'site.json'), 'w', encoding='utf-8') as f:
            json.dump(self.site, f, indent=1, sort_keys=True, ensure_ascii=False)
            f.write('\n')
        with open(os.path.join(folder, 'exchanges.jsonl'), 'w', encoding='utf-8') as f:
            for _, e in sorted(self.exchanges.items()):
                f.write(json.dumps(e._asdict(), ensure_ascii=False, sort_keys=True) + '\n')


def load_all(folder):
    """Returns all recordings below `folder`, by site name."""
    out = {}
    for name in sorted(os.listdir(folder)):
        if os.path.exists(os.path.join(folder, name, 'exchanges.jsonl')):
            out[name] = Recording.load(os.path.join(folder, name))
    if not out:
        raise SystemExit('%s holds no recording (SITE/exchanges.jsonl)' % folder)
    return out
