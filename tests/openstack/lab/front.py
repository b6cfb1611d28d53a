# SPDX-License-Identifier: Apache-2.0
"""The front of all sites: one Apache that speaks TLS, and the certificates it shows."""
import os
import signal

import sites as table
from paths import PASSWORD, state, write
from process import alive, run, spawn

MODULES = ('mpm_event authn_core authz_core proxy proxy_http headers ssl socache_shmcb setenvif '
           'env reqtimeout authz_user auth_openidc').split()
MODULE_DIR = '/usr/lib/apache2/modules'


def make_certificates():
    """A certificate authority of the lab's own, and one server certificate for all addresses."""
    folder = state('tls')
    extensions = 'subjectAltName=%s\nextendedKeyUsage=serverAuth\n' % ','.join(
        ['DNS:localhost', 'IP:127.0.0.1', 'IP:' + table.PROVIDER_ADDRESS]
        + ['IP:' + site.address for site in table.ALL])
    if os.path.exists(folder + '/server.pem'):
        with open(folder + '/extensions', encoding='ascii') as file:
            if file.read() == extensions:
                return
    os.makedirs(folder, exist_ok=True)
    run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256',
         '-nodes', '-days', '3650', '-keyout', folder + '/ca.key', '-out', folder + '/ca.pem',
         '-subj', '/O=CIS test sites/CN=CIS test CA',
         '-addext', 'keyUsage=critical,keyCertSign,cRLSign'], 'setup.log')
    write(folder + '/extensions', extensions)
    run(['openssl', 'req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
         '-keyout', folder + '/server.key', '-out', folder + '/server.csr', '-subj',
         '/O=CIS test sites/CN=cis-openstack'], 'setup.log')
    run(['openssl', 'x509', '-req', '-in', folder + '/server.csr', '-CA', folder + '/ca.pem',
         '-CAkey', folder + '/ca.key', '-CAcreateserial', '-days', '3650', '-extfile',
         folder + '/extensions', '-out', folder + '/server.pem'], 'setup.log')


def _federation(site):
    """mod_auth_openidc in front of Keystone's federated login, as sites set it up."""
    provider = next(iter(table.ISSUERS.values()))
    yield from ('OIDCCryptoPassphrase ' + PASSWORD, 'OIDCClientID ' + site.slug,
                'OIDCClientSecret ' + PASSWORD,
                'OIDCRedirectURI %s/v3/auth/OS-FEDERATION/redirect' % site.url('keystone'),
                'OIDCClaimPrefix OIDC-', 'OIDCClaimDelimiter ;', 'OIDCPassClaimsAs both',
                'OIDCOAuthSSLValidateServer Off', 'OIDCOAuthRemoteUserClaim sub',
                'OIDCCacheShmMax 500')
    if site.federation == 'jwks':
        # both issuers sign with the same key
        yield 'OIDCOAuthVerifyJwksUri %s/jwks' % provider
    else:
        yield 'OIDCOAuthClientID ' + site.slug
        yield 'OIDCOAuthClientSecret ' + PASSWORD
        yield 'OIDCOAuthIntrospectionEndpoint %s/token/introspection' % provider
    # every provider and protocol, so that no client can send claims of its own
    yield '<LocationMatch "^/v3/OS-FEDERATION/identity_providers/[^/]+/protocols/[^/]+/auth$">'
    yield 'AuthType oauth20'
    if site.federation_audience:
        yield 'Require claim aud:' + site.federation_audience
    else:
        yield 'Require valid-user'
    # waitress, which Keystone runs in here, takes no header whose name has an underscore
    yield ('RequestHeader set OIDC-eduperson-entitlement '
           '"expr=%{env:OIDC-eduperson_entitlement}"')
    yield '</LocationMatch>'


def _virtual_host(site, service, port):
    yield 'Listen %s:%d %s' % (site.address, port, 'https' if site.tls else 'http')
    yield '<VirtualHost %s:%d>' % (site.address, port)
    yield 'CustomLog %s lab' % state('log', 'access-%s.log' % site.process(service))
    yield 'AllowEncodedSlashes NoDecode'
    yield 'KeepAliveTimeout %d' % site.keepalive
    if site.tls:
        yield 'SSLEngine on'
        yield 'SSLCertificateFile ' + state('tls', 'server.pem')
        yield 'SSLCertificateKeyFile ' + state('tls', 'server.key')
        yield 'RequestHeader set X-Forwarded-Proto https'
    yield 'ProxyPreserveHost %s' % ('On' if site.proxy_headers else 'Off')
    if site.federation and service == 'keystone':
        yield from _federation(site)
    yield 'SetEnv proxy-sendchunked 1'
    yield 'ProxyPass / http://%s:%d/ retry=0 nocanon disablereuse=On' % (
        site.address, port + table.INNER)
    yield '</VirtualHost>'


def _configuration():
    present = set(os.listdir(MODULE_DIR))
    yield 'ServerRoot ' + state()
    yield 'ServerName cis-openstack'
    yield 'PidFile ' + state('run', 'httpd')
    yield 'DefaultRuntimeDir ' + state('run')
    yield 'ErrorLog ' + state('log', 'apache-error.log')
    yield from ('LogLevel warn', 'ServerTokens Minimal', 'KeepAlive On',
                'MaxKeepAliveRequests 1000', 'Timeout 120', 'StartServers 1', 'ServerLimit 2',
                'ThreadsPerChild 64', 'MaxRequestWorkers 128', 'MinSpareThreads 8',
                'MaxSpareThreads 128')
    for module in MODULES:
        if 'mod_%s.so' % module in present:
            yield 'LoadModule %s_module %s/mod_%s.so' % (module, MODULE_DIR, module)
    if os.getuid() == 0:
        yield from ('User www-data', 'Group www-data')
    yield 'LogFormat "%h %t \\"%r\\" %>s %b %D us %{X-Openstack-Request-Id}o" lab'
    yield 'SSLSessionCache shmcb:%s(512000)' % state('run', 'ssl_scache')
    yield 'Mutex file:%s default' % state('run')
    for site in table.ALL:
        for service in site.services:
            yield from _virtual_host(site, service, table.PORTS[service])


def start():
    """Starts one front for every site of the table: a site that does not run answers 503."""
    conf, text = state('apache.conf'), '\n'.join(_configuration()) + '\n'
    old = None
    if os.path.exists(conf):
        with open(conf, encoding='ascii') as file:
            old = file.read()
    write(conf, text)
    if alive('apache') and old != text:
        os.kill(alive('apache'), signal.SIGUSR1)  # graceful restart
    spawn('apache', ['/usr/sbin/apache2', '-f', conf, '-DFOREGROUND'])
