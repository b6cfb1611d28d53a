# SPDX-License-Identifier: Apache-2.0
"""Faults that a replay can inject, chosen by site, service, path and request number.

faults.json is a list of objects:
  kind      what happens, see KINDS
  site      site name; absent = every site
  service   keystone, glance, nova, neutron or cinder; absent = every service
  path      text that the target must hold; absent = any
  skip      let this many matching requests pass first (default 0)
  count     then hit this many (default: all)
  from, to  texts, for rewrite
  index     hit the request with this number, from 0, of those that match, and every later one with the same
            method and target (any page of it), so that asking again does not help; skip and count do not apply
  seconds   for timeout and drip; Retry-After for 429 and 503 (default 1)
  of        for catalog-*: the service whose URL in the catalog is replaced
The file is read again whenever it changes, so that a test can break and mend a running replay.
"""
import asyncio
import functools
import json
import os
import re
import zlib

from httpd import Misbehave, Response, encode_head

KINDS = {
    '401': 'refused in the service\'s own words', '403': 'forbidden', '404': 'not found',
    '429': 'rate limit with Retry-After', '500': 'server error', '502': 'bad gateway, HTML',
    '503': 'unavailable with Retry-After',
    'timeout': 'the answer comes after `seconds`', 'reset': 'connection closed without an answer',
    'half': 'half of the announced body, then the end', 'html': '200 with a page in HTML',
    'garbage': '200 with something that is not JSON', 'shape': '200 with JSON of another shape',
    'drip': 'one byte every `seconds`', 'endless-pages': 'a next link on every page',
    'endless-body': 'a body without end', 'bomb': '1 GiB of zeros in a small gzip body',
    'rewrite': 'a good answer in which `from` reads `to`: the site changed',
    'redirect': '302 to another host', 'huge-header': 'a header of 1 MiB',
    'redirect-loop': '302 to itself', 'deep': 'JSON of 100,000 nested lists',
    'values': 'JSON of 3,000,000 empty lists', 'no-http': 'the greeting of an SSH server',
    'empty-pages': 'an empty list with a next link on every page',
    'catalog-dns': 'a catalog that names a host without an address',
    'catalog-connect': 'a catalog that names a port where nobody listens',
    'catalog-tls': 'a catalog that says https where plain http is spoken',
    'catalog-foreign': 'a catalog that names a host of another domain',
    'catalog-http': 'a catalog that says http on a host of another domain',
    'catalog-metadata': 'a catalog that names the metadata service, 169.254.169.254',
    'catalog-mapped': 'the same address written as an IPv6 one',
}
# Replaces a service's origin in a catalog fault. `origin` is the service's own.
CATALOG = {
    'catalog-dns': 'https://gone.invalid', 'catalog-connect': 'http://127.0.0.1:1',
    'catalog-foreign': 'https://elsewhere.example', 'catalog-http': 'http://elsewhere.example',
    'catalog-metadata': 'http://169.254.169.254', 'catalog-mapped': 'http://[::ffff:169.254.169.254]',
}
PAGE = re.compile(r'[?&]marker=[^&]*')
HTML = b'<!DOCTYPE html><html><head><title>Portal</title></head><body>Please log in</body></html>'


class Faults:
    """The current list of faults; matches requests and counts them."""

    def __init__(self, path):
        self.path, self.stamp, self.rules = path, None, []

    def reload(self):
        try:
            st = os.stat(self.path)
        except OSError:
            self.stamp, self.rules = None, []
            return
        stamp = (st.st_mtime_ns, st.st_ino, st.st_size)
        if stamp != self.stamp:
            with open(self.path, encoding='utf-8') as f:
                self.rules = json.load(f)
            for rule in self.rules:
                if rule.get('kind') not in KINDS:
                    raise SystemExit('faults.json: kind is %r; it must be one of %s'
                                     % (rule.get('kind'), ', '.join(sorted(KINDS))))
                rule['seen'] = 0
            self.stamp = stamp

    def match(self, site, service, method, target):
        """Returns the fault for this request, or None."""
        self.reload()
        for rule in self.rules:
            if rule.get('site', site) != site or rule.get('service', service) != service or \
                    rule.get('path', '') not in target:
                continue
            rule['seen'] += 1
            if 'index' in rule:
                what = (site, service, method, PAGE.sub('', target))
                if rule['seen'] - 1 == rule['index']:
                    rule['pinned'] = what
                if rule.get('pinned') == what:
                    return rule
                continue
            n = rule['seen'] - 1 - rule.get('skip', 0)
            if n >= 0 and n < rule.get('count', 1 << 60):
                return rule
        return None


def error_body(service, status):
    """Returns an error in one of the four shapes of OpenStack's errors; Glance sends HTML."""
    text = 'injected fault %d' % status
    if service == 'nova':
        return 'application/json', json.dumps({'computeFault': {'code': status, 'message': text}})
    if service == 'neutron':
        return 'application/json', json.dumps(
            {'NeutronError': {'type': 'Injected', 'message': text, 'detail': ''}})
    if service == 'keystone':
        return 'application/json', json.dumps(
            {'error': {'code': status, 'message': text, 'title': 'Injected'}})
    return 'text/html; charset=UTF-8', '<html><body><h1>%s</h1></body></html>' % text


@functools.lru_cache(maxsize=1)
def gzip_bomb():
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b''.join(packer.compress(bytes(1 << 20)) for _ in range(256)) + packer.flush()


async def write_forever(writer, head, chunk, pause):
    writer.write(head)
    while True:
        writer.write(chunk)
        await writer.drain()
        await asyncio.sleep(pause)


def break_catalog(rule, service, good, origins):
    """Returns the token answer `good` with one service's URLs replaced; any other answer unchanged.
    """
    of = rule.get('of', 'glance')
    if service != 'keystone' or good.status >= 300 or of not in origins:
        return good
    origin = origins[of]
    text = good.body.decode()
    if rule['kind'] == 'catalog-tls':
        return Response(good.status, good.headers, text.replace(
            origin, origin.replace('http://', 'https://')).encode())
    return Response(good.status, good.headers, text.replace(origin, CATALOG[rule['kind']]).encode())


async def apply(rule, service, good, writer, origins=None):
    """Returns the answer in place of `good`; raises Misbehave if it wrote to the connection itself.
    """
    kind, seconds = rule['kind'], rule.get('seconds', 1)
    if kind.startswith('catalog-'):
        return break_catalog(rule, service, good, origins or {})
    json_type = {'Content-Type': 'application/json'}
    if kind.isdigit():
        status = int(kind)
        ctype, text = error_body(service, status)
        headers = {'Content-Type': ctype}
        if status in (429, 503):
            headers['Retry-After'] = str(seconds)
        return Response(status, headers, HTML if kind == '502' else text.encode())
    if kind == 'timeout':
        await asyncio.sleep(seconds)
        return good
    if kind == 'reset':
        raise Misbehave
    if kind == 'half':
        body = good.body or b'{"half": "of it"}'
        writer.write(encode_head(good, len(body)) + body[:len(body) // 2])
        await writer.drain()
        raise Misbehave
    if kind == 'html':
        return Response(200, {'Content-Type': 'text/html'}, HTML)
    if kind == 'garbage':
        return Response(200, json_type, b'{"images": [}' + b'\xff\xfe')
    if kind == 'shape':
        return Response(200, json_type, b'["not", "what", "was", "asked"]')
    if kind == 'rewrite':
        return Response(good.status, good.headers, good.body.replace(rule['from'].encode(), rule['to'].encode()))
    if kind == 'drip':
        await write_forever(writer, encode_head(good, len(good.body) + (1 << 20)), b' ', seconds)
    if kind == 'endless-body':
        await write_forever(writer, encode_head(good, 1 << 40), b' ' * 65536, 0)
    if kind == 'bomb':
        head = dict(good.headers, **{'Content-Encoding': 'gzip'})
        return Response(200, head, gzip_bomb())
    if kind == 'redirect':
        return Response(302, {'Location': 'http://127.0.0.250:1/elsewhere'}, b'')
    if kind == 'redirect-loop':
        return Response(302, {'Location': '#again'}, b'')
    if kind == 'deep':
        return Response(200, json_type, b'[' * 100000 + b']' * 100000)
    if kind == 'values':
        # Without gzip, whose ratio would be another fault.
        plain = dict(json_type, **{'Content-Encoding': 'identity'})
        return Response(200, plain, b'{"images":[' + b'[],' * 3000000 + b'[]]}')
    if kind == 'no-http':
        writer.write(b'SSH-2.0-OpenSSH_9.2\r\n')
        await writer.drain()
        raise Misbehave
    if kind == 'huge-header':
        return Response(200, dict(good.headers, **{'X-Huge': 'x' * (1 << 20)}), good.body)
    return endless_pages(service, good, kind == 'empty-pages')


def endless_pages(service, good, empty=False):
    """Adds a link to a next page that never ends, in each service's form."""
    try:
        doc = json.loads(good.body)
    except ValueError:
        return good
    endless_pages.n += 1
    marker = '00000000-0000-4000-8000-%012d' % endless_pages.n
    for kind in ('images', 'flavors', 'networks', 'subnets', 'routers', 'floatingips', 'ports'):
        if isinstance(doc, dict) and kind in doc:
            if empty:
                doc[kind] = []
            if service == 'glance':
                doc['next'] = '/v2/images?limit=2&marker=' + marker
            else:
                path = {'flavors': '/v2.1/flavors/detail'}.get(kind, '/v2.0/' + kind)
                doc[kind + '_links'] = [{'rel': 'next', 'href': 'http://127.0.0.1' + path +
                                         '?limit=2&marker=' + marker}]
    return Response(good.status, good.headers, json.dumps(doc).encode())


endless_pages.n = 0
