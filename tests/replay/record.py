# SPDX-License-Identifier: Apache-2.0
"""Records real services: a reverse proxy in front of them that a crawl uses."""
import asyncio
import http.client
import json
import os
import re
import signal
import ssl
import urllib.parse

from httpd import Response, listen
from recording import KEPT_HEADERS, SERVICES, Exchange, Recording, placeholder

HOST = '127.0.0.1'
DROPPED = ('host', 'connection', 'content-length', 'accept-encoding', 'keep-alive', 'expect')
# Request ids differ from run to run and carry no information.
NOISE = re.compile(r'"(audit_ids)": ?\[[^\]]*\]')


class Proxy:
    """One site: forwards to the real origins, shows its own in their place, stores the answers."""

    def __init__(self, meta, real):
        self.meta, self.real = meta, real      # service -> real origin
        self.recording = Recording(meta, [])
        self.project_of_token = {}
        self.ports = {}

    def mine(self, service):
        return 'http://%s:%d' % (HOST, self.ports[service])

    def swap(self, text, to):
        for service, origin in self.real.items():
            text = text.replace(origin, to(service))
        return text

    def forward(self, service, request):
        """Forwards one request. Blocking; runs in a thread."""
        url = urllib.parse.urlsplit(self.real[service])
        if url.scheme == 'https':
            conn = http.client.HTTPSConnection(url.netloc, timeout=60, context=ssl.create_default_context(
                cafile=self.meta['cafile']))
        else:
            conn = http.client.HTTPConnection(url.netloc, timeout=60)
        headers = {k: v for k, v in request.headers.items() if k not in DROPPED}
        conn.request(request.method, request.target, body=request.body or None, headers=headers)
        answer = conn.getresponse()
        body = answer.read().decode('utf-8', 'replace')
        kept = {k.title(): v for k, v in answer.getheaders() if k.lower() in KEPT_HEADERS}
        token = answer.getheader('X-Subject-Token')
        conn.close()
        return answer.status, kept, body, token

    async def answer(self, service, request, _writer):
        if service not in self.real:
            return Response(503, {'Content-Type': 'text/plain'}, b'')
        loop = asyncio.get_running_loop()
        status, headers, body, token = await loop.run_in_executor(
            None, self.forward, service, request)
        self.keep(service, request, status, headers, body, token)
        shown = {k: self.swap(v, self.mine) for k, v in headers.items()}
        if token:
            shown['X-Subject-Token'] = token
        return Response(status, shown, self.swap(body, self.mine).encode())

    def keep(self, service, request, status, headers, body, token):
        project = self.project_of_token.get(request.headers.get('x-auth-token'))
        if token:
            try:
                project = json.loads(body)['token']['project']['id']
            except (ValueError, KeyError):
                project = None
            self.project_of_token[token] = project
        if service == 'keystone' and request.method == 'POST' and status >= 300:
            return
        micro = request.headers.get('x-openstack-nova-api-version') if service == 'nova' else None
        text = NOISE.sub(r'"\1": []', self.swap(body, placeholder))
        kept = {k: self.swap(v, placeholder) for k, v in headers.items()}
        e = Exchange(service, request.method, request.target, project, micro, status, kept, text)
        self.recording.exchanges[Recording.key(service, e.method, e.target, project, micro)] = e


async def record(args, sites, password):
    """`sites`: [{meta, origins}]; runs until SIGTERM, then writes the recordings."""
    proxies = []
    os.makedirs(os.path.join(args.out, 'sites'), exist_ok=True)
    for site in sites:
        proxy = Proxy(site['meta'], site['origins'])
        for service in SERVICES:
            async def handle(request, writer, proxy=proxy, service=service):
                return await proxy.answer(service, request, writer)
            _, proxy.ports[service] = await listen(HOST, 0, handle)
        proxies.append(proxy)
        write_site_file(args.out, proxy)
    print('recording ready: %d sites, site files in %s' % (
        len(proxies), os.path.join(args.out, 'sites')), flush=True)
    stop = asyncio.Event()
    for sig in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sig, stop.set)
    await stop.wait()
    for proxy in proxies:
        proxy.meta.pop('cafile', None)
        text = json.dumps([e._asdict() for e in proxy.recording.exchanges.values()])
        if password in text:
            raise SystemExit('%s: the recording holds the password; not written'
                             % proxy.meta['name'])
        proxy.recording.save(os.path.join(args.recorded, proxy.meta['name']))
        print('%s: %d exchanges' % (proxy.meta['name'], len(proxy.recording.exchanges)))


def write_site_file(out, proxy):
    meta = proxy.meta
    lines = ['---', 'gocdb: ' + meta['name'],
             'endpoint: %s%s' % (proxy.mine('keystone'), meta.get('keystone_suffix', '/v3'))]
    if meta.get('region'):
        lines.append('region: ' + meta['region'])
    lines += ['cis:', '  allow_loopback: true', '  allow_http: true', '  auth:',
              '    type: password', '    username: ' + meta.pop('username'),
              '    user_domain_name: Default', '    password_env: CIS_LAB_PASSWORD', 'vos:']
    for share in meta['shares']:
        lines += ['  - name: ' + share['vo'], '    auth:',
                  '      project_id: ' + share['project_id']]
    with open(os.path.join(out, 'sites', meta['name'] + '.yaml'), 'w', encoding='utf-8') as f:
        f.write('\n'.join(lines) + '\n')
