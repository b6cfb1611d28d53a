# SPDX-License-Identifier: Apache-2.0
"""The callers of the matrix: what each shows to the server, and what it may see."""
import base64
import collections
import hashlib
import hmac
import http.server
import json
import os
import re
import subprocess
import threading
import time

AUDIENCE = 'cis.example.org'
REFUSED = None          # every method is refused
STRANGER = frozenset()  # public facts only
ALPHA, BETA = frozenset(['mk7alpha']), frozenset(['mk7beta'])
ALL = frozenset(['mk7alpha', 'mk7beta', 'mk7gamma', 'mk7op'])
# `way`: to which server, and how: tls, unix, proxy. `certificate`: the client's. `sees`: the marks.
# `code`: why the token is refused (server/token/README.md).
Caller = collections.namedtuple('Caller', 'name way tokens certificate sees code',
                                defaults=((), None, STRANGER, ''))

POLICY = '''
issuers:
  - {name: own, url: "%(own)s", audiences: [cis.example.org], algorithms: [RS256], groups_from: token, scope: groups}
%(provider)srules:
  - who: {issuer: own, group: "*", role: member, authority: aai.egi.eu, namespace: "mace:egi.eu"}
    may: {vos: own}
  - who: {issuer: own, group: "cis.example.org:operators", role: member}
    may: {vos: all, operation: true}
  - who: {client_certificate: {san: portal.example.org}}
    may: {vos: [beta.example.org]}
%(provider_rules)s'''

PROVIDER_POLICY = ('''
  - {name: checkin, url: "%s", audiences: ["https://cis.example.org/"], algorithms: [RS256],
     groups_from: userinfo, scope: eduperson_entitlement}
''', '''
  - who: {issuer: checkin, group: "*", role: member, authority: aai.egi.eu, namespace: "mace:egi.eu"}
    may: {vos: own}
''')


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b'=').decode('ascii')


def openssl(*args, data=None):
    return subprocess.run(['openssl', *args], input=data, check=True, capture_output=True).stdout


def make_key(folder, name):
    path = os.path.join(folder, name + '.key')
    openssl('genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048', '-out', path)
    return path


def entitlement(group, role='member'):
    return 'urn:mace:egi.eu:group:%s:role=%s#aai.egi.eu' % (group, role)


class Issuer:
    """An OIDC issuer on loopback that signs whatever a test asks for."""

    def __init__(self, folder):
        self.key, self.foreign = make_key(folder, 'issuer'), make_key(folder, 'foreign')
        modulus = openssl('rsa', '-in', self.key, '-noout', '-modulus').decode().strip().partition('=')[2]
        keys = {'keys': [{'kty': 'RSA', 'kid': 'k1', 'use': 'sig', 'alg': 'RS256', 'e': 'AQAB',
                          'n': base64url(bytes.fromhex(modulus))}]}
        pages = {'/keys': keys}

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):   # pylint: disable=invalid-name
                body = json.dumps(pages.get(self.path, {})).encode()
                self.send_response(200 if self.path in pages else 404)
                self.send_header('Content-Type', 'application/json')
                self.send_header('Content-Length', str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):   # pylint: disable=arguments-differ
                pass
        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.url = 'http://127.0.0.1:%d' % self.server.server_port
        pages['/.well-known/openid-configuration'] = {'issuer': self.url, 'jwks_uri': self.url + '/keys'}
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def token(self, groups, header=None, key=None, **claims):
        """Returns a token; `header` and `claims` replace what a right one has, and None leaves it out."""
        now = int(time.time())
        head = dict({'alg': 'RS256', 'kid': 'k1', 'typ': 'JWT'}, **(header or {}))
        body = dict({'iss': self.url, 'aud': AUDIENCE, 'sub': 'somebody', 'iat': now, 'exp': now + 3600,
                     'scope': 'openid groups', 'eduperson_entitlement': groups}, **claims)
        text = '.'.join(base64url(json.dumps({k: v for k, v in part.items() if v is not None}).encode())
                        for part in (head, body))
        if head['alg'] == 'none':
            return text + '.'
        if head['alg'] == 'HS256':
            public = openssl('rsa', '-in', self.key, '-pubout')
            return text + '.' + base64url(hmac.new(public, text.encode(), hashlib.sha256).digest())
        return text + '.' + base64url(openssl('dgst', '-sha256', '-sign', key or self.key, data=text.encode()))

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def callers_of(issuer):
    """Returns the callers, with tokens of the issuer."""
    now, alpha = int(time.time()), [entitlement('alpha.example.org')]
    good = issuer.token(alpha)

    def bad(name, code, *tokens):
        return Caller(name, 'tls', tokens, sees=REFUSED, code=code)

    def of(name, groups, sees=STRANGER, **claims):
        return Caller(name, 'tls', (issuer.token(groups, **claims),), sees=sees)
    return [
        Caller('anonymous', 'tls'),
        bad('unnamed issuer', 'ISSUER_UNKNOWN', issuer.token(alpha, iss='https://issuer.invalid')),
        bad('expired', 'TOKEN_EXPIRED', issuer.token(alpha, exp=now - 3600)),
        bad('not yet valid', 'TOKEN_NOT_YET_VALID', issuer.token(alpha, nbf=now + 3600)),
        bad('wrong audience', 'AUDIENCE_WRONG', issuer.token(alpha, aud='other.example.org')),
        bad('alg none', 'ALGORITHM_REFUSED', issuer.token(alpha, header={'alg': 'none'})),
        bad('HS256, public key', 'ALGORITHM_REFUSED', issuer.token(alpha, header={'alg': 'HS256'})),
        bad('foreign key', 'SIGNATURE_INVALID', issuer.token(alpha, key=issuer.foreign)),
        bad('unknown kid', 'KEY_UNKNOWN', issuer.token(alpha, header={'kid': 'k2'})),
        bad('malformed', 'TOKEN_MALFORMED', 'abc'),
        bad('two headers', 'TOKEN_MALFORMED', good, good),
        of('without scope', None, scope='openid'),
        of('wrong group', [entitlement('delta.example.org')]),
        of('subgroup only', [entitlement('alpha.example.org:sub')]),
        of('wrong role', [entitlement('alpha.example.org', 'guest')]),
        of('member', alpha, ALPHA),
        of('another VO', [entitlement('beta.example.org')], BETA),
        of('operator', [entitlement('cis.example.org:operators')], ALL),
        Caller('no certificate', 'tls', certificate=None),
        Caller('unnamed cert.', 'tls', certificate='stranger'),
        Caller('named cert.', 'tls', certificate='portal', sees=BETA),
        Caller('cert. and token', 'tls', (good,), 'portal', ALPHA | BETA),
        Caller('local', 'unix', sees=ALL),
        Caller('local, bad token', 'unix', ('abc',), sees=ALL),
        Caller('proxy', 'proxy'),
        Caller('proxy, member', 'proxy', (good,), sees=ALPHA),
    ]


# The people of the provider.
def people():
    return {'member': [entitlement('alpha.example.org')], 'other': [entitlement('delta.example.org')],
            'sub': [entitlement('alpha.example.org:sub')]}


def callers_of_provider(provider):
    """Returns the callers with tokens of the real provider, which have groups at UserInfo."""
    good = 'https://cis.example.org/'

    def of(name, *args, **more):
        rights = {key: more.pop(key) for key in ('sees', 'code') if key in more}
        return Caller('provider: ' + name, 'tls', (provider.token(*args, **more),), **rights)
    return [of('member', 'member', good, sees=ALPHA), of('wrong group', 'other', good),
            of('subgroup only', 'sub', good), of('without scope', 'member', good, scope='openid'),
            of('wrong audience', 'member', 'https://other.example.org/', sees=REFUSED, code='AUDIENCE_WRONG'),
            of('expired', 'member', good, lifetime=-3600, sees=REFUSED, code='TOKEN_EXPIRED')]


def make_certificate(folder, name):
    openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
            '-subj', '/CN=' + name, '-addext', 'subjectAltName=DNS:%s.example.org,DNS:localhost,IP:127.0.0.1' % name,
            '-keyout', os.path.join(folder, name + '.key'), '-out', os.path.join(folder, name + '.pem'))


def port_in(log):
    return re.search(r'address="?(127\.0\.0\.1:\d+)', log).group(1)
