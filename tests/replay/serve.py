# SPDX-License-Identifier: Apache-2.0
"""Serves recordings: each service of each site on a port of its own; tokens are issued and checked
here."""
import asyncio
import datetime
import errno
import gzip
import json
import os
import re
import secrets
import signal
import ssl
import subprocess

import faults
from derived import derive, newer
from httpd import Request, Response, listen
from recording import SERVICES, placeholder

HOST = '127.0.0.1'
PASSWORD_ENV = 'CIS_REPLAY_PASSWORD'
USER = 'replay'
HEX_ID = re.compile(r'/[0-9a-f]{32}(?=/|\?|$)')


class Site:
    """One site of the replay: its recording, its tokens, and the number of requests to each
    service."""

    def __init__(self, name, recording, server):
        self.name, self.recording, self.server = name, recording, server
        self.shares = list(recording.site['shares'])
        self.tokens = {}            # token -> project id
        self.logins = {}            # token -> number of its login, from 0
        self.counts = dict.fromkeys(SERVICES, 0)
        self.ports = {}
        self.misses = []
        self.filled, self.packed = {}, {}   # answers by request, without and with gzip

    def origin(self, service):
        return '%s://%s:%d' % (self.server.scheme, HOST, self.ports[service])

    def fill(self, text):
        for service in SERVICES:
            text = text.replace(placeholder(service), self.origin(service))
        return text

    async def answer(self, service, request, writer):
        loop = asyncio.get_running_loop()
        came = loop.time()
        self.counts[service] += 1
        rule = self.server.faults.match(self.name, service, request.method, request.target)
        response = self.good(service, request, endless=bool(rule) and rule['kind'].endswith('-pages'))
        if rule is None:
            response = self.pack(request, response)
        if self.server.latency:
            # From the request to the answer: the time that the replay itself needs is part of it.
            await asyncio.sleep(came + self.server.latency - loop.time())
        if rule:
            response = self.pack(request, await faults.apply(rule, service, response, writer,
                                                             {v: self.origin(v) for v in SERVICES}))
        if self.server.timeline is not None:
            token = response.headers.get('X-Subject-Token') or request.headers.get('x-auth-token')
            self.server.timeline.append({'site': self.name, 'service': service, 'target': request.target,
                                         'login': self.logins.get(token), 'came': came, 'left': loop.time()})
        return response

    def pack(self, request, response):
        """Returns the answer as it is sent: gzip if the client accepts it. Recorded answers are
        compressed once."""
        if len(response.body) <= 1024 or 'gzip' not in request.headers.get('accept-encoding', '') or \
                'Content-Encoding' in response.headers:
            return response
        packed = self.packed.get(response.key)
        if packed is None:
            packed = Response(response.status, dict(response.headers, **{'Content-Encoding': 'gzip'}),
                              gzip.compress(response.body, 1))
            if response.key is not None:
                self.packed[response.key] = packed
        return packed

    def recorded(self, exchange):
        """Returns the recorded answer with this replay's own URLs in it; made once."""
        key = exchange[:5]
        if key not in self.filled:
            headers = {k: self.fill(v) for k, v in exchange.headers.items()}
            self.filled[key] = Response(exchange.status, headers, self.fill(exchange.body).encode(), key)
        return self.filled[key]

    def pack_all(self):
        """Makes every recorded answer now, so that a measurement does not wait for it."""
        caller = Request('GET', '', {'accept-encoding': 'gzip'}, b'')
        for exchange in self.recording.exchanges.values():
            self.pack(caller, self.recorded(exchange))

    def good(self, service, request, endless=False):
        if service == 'keystone' and request.method == 'POST' and \
                request.target.rstrip('/').endswith('/auth/tokens'):
            return self.login(request)
        token = request.headers.get('x-auth-token')
        if token is not None and token not in self.tokens:
            return self.error(401, 'The request you have made requires authentication.')
        project = self.tokens.get(token)
        micro = request.headers.get('x-openstack-nova-api-version') if service == 'nova' else None
        found = self.recording.find(service, request.method, request.target, project, micro)
        if found is None and endless:
            found = self.recording.find(service, request.method, self.first_page(service, request),
                                        project, micro)
        if found is None:
            found = newer(self.recording, service, request.method, request.target, project)
        if found is None and self.server.loose:
            found = self.recording.find_loosely(service, request.method, request.target, project) or \
                derive(self.recording, service, request.method, request.target, project)
        if found is None:
            self.misses.append('%s %s %s' % (service, request.method, request.target))
            return self.error(404, 'Not recorded: %s' % request.target)
        return self.recorded(found)

    def first_page(self, service, request):
        """Returns the recorded target of the list whose later page is requested."""
        path = request.target.partition('?')[0]
        for e in self.recording.exchanges.values():
            if e.service == service and e.target.partition('?')[0] == path and \
                    'marker=' not in e.target:
                return e.target
        return request.target

    def login(self, request):
        """Returns Keystone's answer to a password, application credential or token login."""
        try:
            auth = json.loads(request.body)['auth']
            identity = auth['identity']
            project = self.project_of(auth)
        except (ValueError, KeyError, TypeError):
            return self.error(400, 'Expecting to find auth in request body.')
        if not self.credential_is_good(identity) or project is None:
            return self.error(401, 'The request you have made requires authentication.')
        found = self.recording.find('keystone', 'POST', '/v3/auth/tokens', project, None)
        if found is None:
            return self.error(401, 'The request you have made requires authentication.')
        body = json.loads(self.recorded(found).body)
        now = datetime.datetime.now(datetime.timezone.utc)
        form = '%Y-%m-%dT%H:%M:%S.%fZ'
        body['token']['issued_at'] = now.strftime(form)
        body['token']['expires_at'] = (now + datetime.timedelta(hours=1)).strftime(form)
        token = 'replay-' + secrets.token_urlsafe(24)
        self.logins[token] = len(self.tokens)
        self.tokens[token] = project
        return Response(found.status, {'Content-Type': 'application/json', 'X-Subject-Token': token,
                                       'Vary': 'X-Auth-Token'}, json.dumps(body).encode())

    def project_of(self, auth):
        """Returns the project id of the scope, or of the application credential's share; None if
        unknown."""
        identity = auth['identity']
        if 'application_credential' in identity['methods']:
            wanted = identity['application_credential'].get('id')
            for share in self.recording.site['shares']:
                if share.get('application_credential_id') == wanted:
                    return share['project_id']
            return None
        wanted = auth.get('scope', {}).get('project', {})
        for share in self.recording.site['shares']:
            if wanted.get('id') == share['project_id'] or (
                    'name' in wanted and wanted['name'] == share.get('project_name')):
                return share['project_id']
        return None

    def credential_is_good(self, identity):
        password = self.server.password
        if 'password' in identity['methods']:
            user = identity['password']['user']
            return user.get('name') == USER and user.get('password') == password
        if 'application_credential' in identity['methods']:
            return identity['application_credential'].get('secret') == password
        return identity.get('token', {}).get('id') in self.tokens

    @staticmethod
    def error(status, message):
        text = json.dumps({'error': {'code': status, 'message': message, 'title': 'Error'}})
        return Response(status, {'Content-Type': 'application/json'}, text.encode())


class Server:
    """All sites of one replay."""

    def __init__(self, args, password):
        self.out, self.latency, self.password, self.loose = args.out, args.latency_ms / 1000.0, password, args.loose
        self.timeline = [] if args.timeline else None
        out, tls = args.out, args.tls
        self.faults = faults.Faults(os.path.join(out, 'faults.json'))
        self.scheme = 'https' if tls else 'http'
        self.tls = make_tls(out) if tls else None
        self.sites, self.listeners = [], []

    async def start(self, recordings, copies, first_port, shares=0):
        """Starts `copies` sites, repeating the recordings in turn; 0 means one of each. Further VOs
        on the recorded projects make it `shares` shares in all."""
        names = list(recordings)
        port = first_port
        for i in range(copies or len(names)):
            base = names[i % len(names)]
            name = base if i < len(names) else '%s-%d' % (base, i // len(names) + 1)
            site = Site(name, recordings[base], self)
            for service in SERVICES:
                server, site.ports[service] = await listen(
                    HOST, port, self.handler(site, service), self.tls)
                self.listeners.append(server)
                port += 1 if port else 0
            self.sites.append(site)
        for i in range(shares - sum(len(site.shares) for site in self.sites)):
            site = self.sites[i % len(self.sites)]
            twin = site.recording.site['shares'][i // len(self.sites) % len(site.recording.site['shares'])]
            site.shares.append(dict(twin, vo='vo-%d.example' % (i // len(self.sites))))
        self.write_files()

    @staticmethod
    def handler(site, service):
        async def handle(request, writer):
            request.index = site.counts[service]
            return await site.answer(service, request, writer)
        return handle

    def write_files(self):
        """Writes the site files, as an operator would keep them, and replay.json for scripts."""
        folder = os.path.join(self.out, 'sites')
        os.makedirs(folder, exist_ok=True)
        for site in self.sites:
            with open(os.path.join(folder, site.name + '.yaml'), 'w', encoding='utf-8') as f:
                f.write(self.site_file(site))
        state = {'pid': os.getpid(), 'user': USER, 'password_env': PASSWORD_ENV, 'sites': [
            {'name': s.name, 'origins': {v: s.origin(v) for v in SERVICES},
             'shares': s.shares} for s in self.sites]}
        path = os.path.join(self.out, 'replay.json')
        with open(path + '.new', 'w', encoding='utf-8') as f:
            json.dump(state, f, indent=1)
        os.replace(path + '.new', path)

    def site_file(self, site):
        meta = site.recording.site
        lines = ['---', 'gocdb: ' + site.name, 'endpoint: %s%s' % (
            site.origin('keystone'), meta.get('keystone_suffix', '/v3'))]
        if meta.get('region'):
            lines.append('region: ' + meta['region'])
        lines += ['cis:', '  allow_loopback: true']
        lines += ['  ca_file: ../tls/ca.pem'] if self.tls else ['  allow_http: true']
        lines += ['  auth:', '    type: password', '    username: ' + USER,
                  '    user_domain_name: Default', '    password_env: ' + PASSWORD_ENV, 'vos:']
        for share in site.shares:
            lines += ['  - name: ' + share['vo'], '    auth:',
                      '      project_id: ' + share['project_id']]
        return '\n'.join(lines) + '\n'

    def summary(self):
        return {'requests': sum(sum(s.counts.values()) for s in self.sites),
                'by_site': {s.name: s.counts for s in self.sites},
                'misses': sorted({m for s in self.sites for m in s.misses})}


def make_tls(out):
    """Creates a CA of this replay's own and a certificate for loopback; kept from run to run."""
    folder = os.path.join(out, 'tls')
    os.makedirs(folder, exist_ok=True)
    ca, key, cert = (os.path.join(folder, n) for n in ('ca.pem', 'server.key', 'server.pem'))
    if not os.path.exists(cert):
        quiet = {'check': True, 'stdout': subprocess.DEVNULL, 'stderr': subprocess.DEVNULL}
        new = ['openssl', 'req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
        subprocess.run(new + ['-x509', '-days', '30', '-keyout', folder + '/ca.key', '-out', ca,
                              '-subj', '/CN=CIS replay CA', '-addext',
                              'basicConstraints=critical,CA:TRUE'], **quiet)
        subprocess.run(new + ['-keyout', key, '-out', folder + '/server.csr', '-subj',
                              '/CN=cis-replay'], **quiet)
        with open(folder + '/ext', 'w', encoding='utf-8') as f:
            f.write('subjectAltName=DNS:localhost,IP:%s\n' % HOST)
        subprocess.run(['openssl', 'x509', '-req', '-in', folder + '/server.csr', '-CA', ca,
                        '-CAkey', folder + '/ca.key', '-CAcreateserial', '-days', '30',
                        '-extfile', folder + '/ext', '-out', cert], **quiet)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)
    return context


async def serve(args, recordings, password):
    """Runs until SIGTERM or SIGINT; prints one line when ready and a summary at the end."""
    server = Server(args, password)
    try:
        await server.start(recordings, args.copies, args.first_port, args.shares)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        last = args.first_port + len(SERVICES) * (args.copies or len(recordings)) - 1
        raise SystemExit('replay: one of the ports %d to %d of %s is taken by another program'
                         % (args.first_port, last, HOST)) from None
    if args.timeline:
        faults.gzip_bomb()
        for site in server.sites:
            site.pack_all()
    print('replay ready: %d sites, site files in %s' % (
        len(server.sites), os.path.join(args.out, 'sites')), flush=True)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sig in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sig, stop.set)
    await stop.wait()
    with open(os.path.join(args.out, 'summary.json'), 'w', encoding='utf-8') as f:
        json.dump(server.summary(), f, indent=1)
    if server.timeline is not None:
        with open(os.path.join(args.out, 'timeline.jsonl'), 'w', encoding='utf-8') as f:
            f.writelines(json.dumps(one) + '\n' for one in server.timeline)
    for listener in server.listeners:
        listener.close()
