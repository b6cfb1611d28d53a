#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Logs in as at EGI's sites, with real parts: an OpenID provider, Apache's mod_auth_openidc,
Keystone. The whole path with refresh tokens, a login that is lost in the middle of a crawl, and why
a login is refused."""
import base64
import glob
import json
import os
import re
import ssl
import subprocess
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request

import yaml

import lab_client
from lab_client import VO, ask, control, rows

JWT_SITE, OPAQUE_SITE = 'CIS-LAB-CLASSIC', 'CIS-LAB-DIRECT'
SCOPES = 'openid offline_access eduperson_entitlement wlcg.groups'
PROVIDER_TOKEN = re.compile(rb'eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}')


def post(url, body, headers, ca_file, method='POST'):
    """Returns (status, headers, text) of one request without the environment's proxies."""
    handlers = [urllib.request.ProxyHandler({})]
    if url.startswith('https'):
        handlers.append(urllib.request.HTTPSHandler(
            context=ssl.create_default_context(cafile=ca_file)))
    request = urllib.request.Request(url, data=body.encode(), headers=headers, method=method)
    try:
        with urllib.request.build_opener(*handlers).open(request, timeout=30) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode()


def tokens(issuer, user, client='cis-crawler', **more):
    """Returns the tokens that the provider gives a user: access_token, refresh_token, expires_in.
    """
    lab = lab_client.lab()
    headers = {'Content-Type': 'application/x-www-form-urlencoded'}
    form = dict(more, grant_type='password', username=user, password=lab['password'], scope=SCOPES)
    if client == 'cis-public':
        form['client_id'] = client
    else:
        pair = '%s:%s' % (client, lab['password'])
        headers['Authorization'] = 'Basic ' + base64.b64encode(pair.encode()).decode()
    status, _, text = post(lab['issuers'][issuer] + '/token', urllib.parse.urlencode(form), headers,
                           lab['ca_file'])
    if status != 200:
        raise AssertionError('the provider gave %d: %s' % (status, text))
    return json.loads(text)


class Keystone:
    """A site's Keystone, used as its administrator and as a federated user."""

    def __init__(self, site):
        self.site = site
        user = {'name': 'admin', 'domain': {'id': 'default'},
                'password': lab_client.lab()['password']}
        status, headers, text = self._post('/auth/tokens', {'auth': {
            'identity': {'methods': ['password'], 'password': {'user': user}},
            'scope': {'project': {'name': 'admin', 'domain': {'id': 'default'}}}}})
        if status != 201:
            raise AssertionError(text)
        self.admin = headers['X-Subject-Token']

    def _post(self, path, body, headers=None, method='POST'):
        return post(self.site['auth_url'] + path, json.dumps(body) if body else '',
                    dict(headers or {}, **{'Content-Type': 'application/json'}),
                    self.site['ca_file'], method)

    def log_in(self, access_token):
        """Returns (unscoped token, user id)."""
        status, headers, text = self._post(
            '/OS-FEDERATION/identity_providers/egi.eu/protocols/%s/auth'
            % self.site['federation']['protocol'], None,
            {'Authorization': 'Bearer ' + access_token})
        if status != 201:
            raise AssertionError(text)
        return headers['X-Subject-Token'], json.loads(text)['token']['user']['id']

    def takes(self, unscoped, project_id):
        status, _, _ = self._post('/auth/tokens', {'auth': {
            'identity': {'methods': ['token'], 'token': {'id': unscoped}},
            'scope': {'project': {'id': project_id}}}})
        return status == 201

    def revoke(self, user):
        """Revokes all tokens of the user."""
        for enabled in (False, True):
            status, _, text = self._post('/users/' + user, {'user': {'enabled': enabled}},
                                         {'X-Auth-Token': self.admin}, 'PATCH')
            if status != 200:
                raise AssertionError(text)


def wait_until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError('it did not come about in %d s' % seconds)
        time.sleep(0.1)


class AccessLog:
    """The requests that a Keystone's web server receives from now on."""

    def __init__(self, site):
        self.path = site['federation']['access_log']
        self.start = os.path.getsize(self.path)

    def logins(self):
        """Returns [(protocol, status), ...] of federated logins."""
        return re.findall(r'"POST /v3/OS-FEDERATION/\S+/protocols/(\w+)/auth HTTP/1.1" (\d+)',
                          self._text())

    def scopings(self):
        return len(re.findall(r'"POST /v3/auth/tokens HTTP/1.1" 201', self._text()))

    def _text(self):
        with open(self.path, encoding='utf-8') as file:
            file.seek(self.start)
            return file.read()


class Federated(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = lab_client.tempfile.TemporaryDirectory(prefix='cis-federation-')
        cls.addClassCleanup(cls.folder.cleanup)
        cls.lab = lab_client.lab()
        cls.told = []  # everything our programs wrote
        cls.secrets = {cls.lab['password']}
        cls.sites = {site['name']: site for site in cls.lab['sites'] if site['federation']}
        for name, site in cls.sites.items():
            # as EGI's own files: they say neither how to log in nor what the protocol is called
            cls.write_site(name + '.yaml', site)

    @classmethod
    def path(cls, *parts):
        return os.path.join(cls.folder.name, *parts)

    @classmethod
    def write_site(cls, file, site, **cis):
        with open(os.path.join(cls.lab['sites_dir'], site['name'] + '.yaml'),
                  encoding='utf-8') as original:
            content = yaml.safe_load(original)
        content.pop('protocol')
        content['cis'].pop('auth')
        content['cis'].update(cis)
        for vo in content['vos']:
            vo.pop('cis', None)
        os.makedirs(cls.path('sites'), exist_ok=True)
        with open(cls.path('sites', file), 'w', encoding='utf-8') as out:
            yaml.safe_dump(content, out)

    def setUp(self):
        with open(self.lab['people_file'], encoding='utf-8') as file:
            self.people = json.load(file)
        self.addCleanup(self.change_people, {})

    def tearDown(self):
        """No secret may be stored or printed, whatever the test was about."""
        texts = {'output': ''.join(self.told).encode()}
        for path in glob.glob(self.path('*.db*')):
            with open(path, 'rb') as file:
                texts[os.path.basename(path)] = file.read()
        self.assertGreater(len(texts), 1)
        for where, text in texts.items():
            for secret in self.secrets:
                self.assertNotIn(secret.encode(), text, where)
            self.assertIsNone(PROVIDER_TOKEN.search(text), where)
            # Fernet tokens begin in this way.
            self.assertIsNone(re.search(rb'gAAAAA[A-Za-z0-9_-]{40}', text), where)

    def change_people(self, changes):
        """Replaces claims of people; {} restores the original ones."""
        changed = {name: dict(claims, **changes.get(name, {}))
                   for name, claims in self.people.items()}
        temporary = self.lab['people_file'] + '.new'
        with open(temporary, 'w', encoding='utf-8') as file:
            json.dump(changed, file)
        os.replace(temporary, self.lab['people_file'])

    def refresh_credentials(self, name, issuer='egi.eu', client='cis-crawler', **more):
        """Returns credentials of type oidc_refresh_token; the token is in the file NAME."""
        refresh = tokens(issuer, 'cis', client, **more)['refresh_token']
        self.secrets.add(refresh)
        with open(os.open(self.path(name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 'w',
                  encoding='ascii') as file:
            file.write(refresh)
        auth = {'type': 'oidc_refresh_token', 'issuer': self.lab['issuers'][issuer],
                'client_id': client, 'refresh_token_file': name, 'ca_file': self.lab['ca_file'],
                'allow_loopback': True}
        if client == 'cis-crawler':
            auth['client_secret_env'] = 'CIS_LAB_PASSWORD'
        return auth

    def write_credentials(self, **sites):
        path = self.path('credentials.yaml')
        with open(path, 'w', encoding='utf-8') as file:
            yaml.safe_dump({'sites': {name: {'auth': auth} for name, auth in sites.items()}}, file)
        return path

    def start(self, database, *words, sites='sites', access_token=None):
        variables = dict(self.lab['crawler_environment'])
        if access_token:
            variables['OIDC_ACCESS_TOKEN'] = access_token
            self.secrets.add(access_token)
        return subprocess.Popen(
            [lab_client.PROGRAMS['cis-crawler'], 'crawl', '--sites', self.path(sites), '--db',
             self.path(database), '--log-format=json', '--verbose', *lab_client.FEW_AT_ONCE, *words],
            text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env=lab_client.clean_environment(**variables))

    def crawl(self, database, *words, **options):
        """Returns (exit code, output)."""
        child = self.start(database, *words, **options)
        out, _ = child.communicate(timeout=280)
        self.told.append(out)
        return child.returncode, out

    def shares(self, database, site):
        return {row['vo']: row for row in ask(self.path(database), 'shares', '--site', site)}

    def reason(self, database, site, vo=VO):
        """Returns why the share's last login failed: (class, message), the same in every output
        that reports it."""
        (kind,) = [kind for kind in self.shares(database, site)[vo]['kinds'] if kind['kind'] == 'DATA_KIND_AUTH']
        newest = ask(self.path(database), 'crawls', '--limit', '1')[0]['name']
        crawled = ask(self.path(database), 'show', newest)
        (crawled,) = crawled if isinstance(crawled, list) else [crawled]
        history = [result for result in crawled['results']
                   if (result['site_name'], result['vo'], result['kind']) == (site, vo, 'DATA_KIND_AUTH')]
        (row,) = ask(self.path(database), 'sites', '--filter', 'display_name = "%s"' % site)
        self.assertIn(kind['error_message'][:40], json.dumps(row))
        self.assertIn(kind['error_message'], [result['error_message'] for result in history])
        logged = [json.loads(line) for line in self.told[-1].splitlines()]
        self.assertIn(kind['error_message'], [entry.get('message') for entry in logged
                                              if entry.get('site') == site and entry.get('vo') == vo])
        return kind['error_class'][len('ERROR_CLASS_'):].lower().replace('_', '-'), kind['error_message']

    def access_token(self, user='cis', issuer='egi.eu', **more):
        more.setdefault('resource', self.sites[JWT_SITE]['federation']['audience'])
        return tokens(issuer, user, **{k: v for k, v in more.items() if v})['access_token']

    def refused(self, database, access_token, code=4, site=JWT_SITE, **options):
        """Returns the reason that a crawl of one site with this token ends with."""
        ended, out = self.crawl(database, '--site', site, access_token=access_token, **options)
        self.assertEqual(ended, code, out)
        return self.reason(database, site)


class TheWholeWay(Federated):
    def test_refresh_tokens_give_what_a_password_gives(self):
        log = {name: AccessLog(site) for name, site in self.sites.items()}
        audience = self.sites[JWT_SITE]['federation']['audience']
        credentials = self.write_credentials(**{
            JWT_SITE: self.refresh_credentials('confidential', resource=audience),
            OPAQUE_SITE: self.refresh_credentials('public', client='cis-public')})
        code, out = self.crawl('whole.db', '--credentials', credentials)
        self.assertEqual(code, 0, out)
        # One federated login per site, one request per share; the name of the protocol is found
        # out.
        self.assertEqual(log[JWT_SITE].logins(), [('openid', '201')])
        self.assertEqual(log[OPAQUE_SITE].logins(), [('openid', '401'), ('oidc', '201')])
        for name, site in self.sites.items():
            self.assertEqual(log[name].scopings(), len(site['vos']))
            self.assertEqual({share['protocol'] for share in self.shares('whole.db', name).values()}
                             if 'protocol' in next(iter(self.shares('whole.db', name).values()))
                             else {site['federation']['protocol']},
                             {site['federation']['protocol']})
        # A public client's refresh token is valid for one use: the next one has replaced it.
        with open(self.path('public'), encoding='ascii') as file:
            self.secrets.add(file.read().strip())
        log = AccessLog(self.sites[OPAQUE_SITE])
        code, out = self.crawl('whole.db', '--credentials', credentials, '--site', OPAQUE_SITE,
                               '--vo', VO)
        self.assertEqual(code, 0, out)
        self.assertEqual(log.logins(), [('oidc', '201')], 'the protocol is remembered')

        code, out, err = lab_client.crawl(self.path('password.db'), '--site', JWT_SITE, '--site',
                                          OPAQUE_SITE)
        self.assertEqual(code, 0, out + err)
        for name, site in self.sites.items():
            for kind in ('flavors', 'images', 'networks'):
                federated, by_password = (
                    sorted((row['upstream_id'], tuple(row.get('vos') or ()), row.get('vo'))
                           for row in rows(self.path(database), kind, site))
                    for database in ('whole.db', 'password.db'))
                self.assertEqual(federated, by_password, (name, kind))
                self.assertTrue(federated)

    def test_groups_of_an_indigo_iam(self):
        site = self.sites[JWT_SITE]
        os.makedirs(self.path('iam'), exist_ok=True)
        self.write_site('../iam/site.yaml', site, identity_provider='iam.wlcg')
        token = self.access_token(issuer='iam.wlcg')
        code, out = self.crawl('iam.db', '--vo', 'escape.ska', '--vo', VO, sites='iam',
                               access_token=token)
        self.assertEqual(code, 3, out)
        shares = self.shares('iam.db', JWT_SITE)
        self.assertEqual({kind['state'] for kind in shares['escape.ska']['kinds']},
                         {'DATA_STATE_FRESH'})
        self.assertIn('names no group of VO ' + VO, self.reason('iam.db', JWT_SITE)[1])

    def test_a_login_that_is_lost_in_the_middle_is_made_again(self):
        site = self.sites[JWT_SITE]
        keystone, vo = Keystone(site), 'biomed'
        token = self.access_token()
        log = AccessLog(site)
        # All of them: a service that is used between the expiry of the token and the count of
        # logins would have its new login counted among the test's own.
        services = [site['processes'][service] for service in ('nova', 'glance', 'neutron')]
        for service in services:
            control('freeze', service)
        try:
            child = self.start('long.db', '--site', JWT_SITE, '--vo', vo, access_token=token)
            wait_until(lambda: log.scopings() == 1)
            _, user = keystone.log_in(token)
            keystone.revoke(user)
            # Tokens from the same second are revoked too.
            wait_until(lambda: keystone.takes(keystone.log_in(token)[0],
                                              site['projects'][vo]['project_id']))
            before = len(log.logins())
        finally:
            for service in services:
                control('thaw', service)
        out, _ = child.communicate(timeout=200)
        self.told.append(out)
        self.assertEqual(child.returncode, 0, out)
        self.assertEqual(log.logins()[before:], [('openid', '201')])


class Refusals(Federated):
    def test_three_reasons_differ_and_say_what_to_do(self):
        issued, expired = time.time(), self.access_token(lifetime='1')
        wrong = self.access_token(resource='https://somewhere.else.example/')
        nobody = self.access_token('carol')
        wait_until(lambda: time.time() > issued + 2)
        reasons = {}
        reasons['expired'] = self.refused('expired.db', expired)
        reasons['audience'] = self.refused('audience.db', wrong)
        reasons['group'] = self.refused('group.db', nobody)
        self.assertEqual(len(set(reasons.values())), 3)
        self.assertEqual(reasons['expired'][0], 'auth')
        self.assertRegex(reasons['expired'][1], r'the OIDC access token expired at 20\d\d-.*: give')
        self.assertEqual(reasons['audience'][0], 'auth')
        self.assertRegex(reasons['audience'][1], r'wrong audience.*"https://somewhere\.else\.example/"'
                                                 r'.*request the audience')
        self.assertEqual(reasons['group'][0], 'forbidden')
        self.assertRegex(reasons['group'][1], r'names no group; add the account to the VO')

    def test_a_group_that_is_removed_between_two_crawls(self):
        audience = self.sites[JWT_SITE]['federation']['audience']
        credentials = self.write_credentials(**{
            JWT_SITE: self.refresh_credentials('removed', resource=audience)})
        words = ('--credentials', credentials, '--site', JWT_SITE, '--vo', VO)
        code, out = self.crawl('removed.db', *words)
        self.assertEqual(code, 0, out)
        before = rows(self.path('removed.db'), 'flavors', self.sites[JWT_SITE])
        entitlements = self.people['cis']['eduperson_entitlement']
        self.change_people({'cis': {'eduperson_entitlement': [
            text for text in entitlements if ':%s:' % VO not in text]}})
        code, out = self.crawl('removed.db', *words)
        self.assertEqual(code, 4, out)
        self.assertEqual(self.reason('removed.db', JWT_SITE)[0], 'auth')
        self.assertRegex(self.reason('removed.db', JWT_SITE)[1],
                         r'names no group of VO %s .*add the account to the VO \(again\)'
                         % re.escape(VO))
        after = rows(self.path('removed.db'), 'flavors', self.sites[JWT_SITE])
        self.assertEqual([row['upstream_id'] for row in after],
                         [row['upstream_id'] for row in before], 'the last good data stay')
        share = self.shares('removed.db', JWT_SITE)[VO]
        self.assertEqual(share['vo_support'] if 'vo_support' in share else share['support'],
                         'VO_SUPPORT_REFUSED')

    def test_an_expired_opaque_token_is_reported_in_the_sites_words(self):
        issued, token = time.time(), self.access_token(resource=None, lifetime='1')
        wait_until(lambda: time.time() > issued + 2)
        error, message = self.refused('opaque.db', token, site=OPAQUE_SITE)
        self.assertEqual(error, 'auth')
        self.assertRegex(message, r'does not accept the access token: it was revoked, has expired')

    def test_an_unknown_identity_provider(self):
        os.makedirs(self.path('unknown'), exist_ok=True)
        self.write_site('../unknown/site.yaml', self.sites[JWT_SITE], identity_provider='nobody')
        error, message = self.refused('unknown.db', self.access_token(), sites='unknown')
        self.assertEqual(error, 'config')
        self.assertRegex(message, r'no identity provider "nobody" with protocol "openid" or "oidc"; '
                                  r'set cis\.identity_provider and cis\.protocol')

    def test_a_refresh_token_that_is_none(self):
        auth = self.refresh_credentials('none')
        with open(self.path('none'), 'w', encoding='ascii') as file:
            file.write('no-refresh-token')
        credentials = self.write_credentials(**{JWT_SITE: auth})
        code, out = self.crawl('none.db', '--site', JWT_SITE, '--credentials', credentials)
        self.assertEqual(code, 4, out)
        self.assertRegex(self.reason('none.db', JWT_SITE)[1],
                         r'invalid_grant.*get a new one and put it in its place')


if __name__ == '__main__':
    lab_client.main()
