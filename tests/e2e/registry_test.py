#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""GOCDB beside a crawl: countries, status, downtimes and services of sites, and where it disagrees with their files."""
import glob
import http.server
import json
import os
import re
import threading
import time
import unittest
from xml.sax.saxutils import escape

import harness

VO = 'vo.access.egi.eu'


def site(name, key, country, certification='Certified', infrastructure='Production'):
    return ('<SITE ID="1" PRIMARY_KEY="%s" NAME="%s"><SHORT_NAME>%s</SHORT_NAME><COUNTRY_CODE>%s</COUNTRY_CODE>'
            '<ROC>NGI_X</ROC><PRODUCTION_INFRASTRUCTURE>%s</PRODUCTION_INFRASTRUCTURE>'
            '<CERTIFICATION_STATUS>%s</CERTIFICATION_STATUS></SITE>'
            % (key, name, name, country, infrastructure, certification))


def service(site_name, key, kind, host, url='', production='Y'):
    return ('<SERVICE_ENDPOINT PRIMARY_KEY="%s"><PRIMARY_KEY>%s</PRIMARY_KEY><HOSTNAME>%s</HOSTNAME>'
            '<SERVICE_TYPE>%s</SERVICE_TYPE><IN_PRODUCTION>%s</IN_PRODUCTION><NODE_MONITORED>Y</NODE_MONITORED>'
            '<SITENAME>%s</SITENAME><URL>%s</URL><ENDPOINTS/></SERVICE_ENDPOINT>'
            % (key, key, host, kind, production, site_name, escape(url)))


def downtime(site_name, key, host, start, end, severity='OUTAGE', kind='org.openstack.nova'):
    return ('<DOWNTIME ID="9" PRIMARY_KEY="%s" CLASSIFICATION="SCHEDULED"><HOSTNAME>%s</HOSTNAME>'
            '<SERVICE_TYPE>%s</SERVICE_TYPE><HOSTED_BY>%s</HOSTED_BY><SEVERITY>%s</SEVERITY>'
            '<DESCRIPTION>new power line</DESCRIPTION><START_DATE>%d</START_DATE><END_DATE>%d</END_DATE></DOWNTIME>'
            % (key, host, kind, site_name, severity, start, end))


def document(entries, meta=''):
    return '<?xml version="1.0" encoding="UTF-8"?>\n<results>%s%s</results>\n' % (meta, ''.join(entries))


class RegistryTest(harness.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.urls = {}
        for path in glob.glob(os.path.join(cls.sites, '*.yaml')):
            with open(path, encoding='utf-8') as f:
                text = f.read()
            name = re.search(r'^gocdb: *(\S+)', text, re.M).group(1)
            cls.urls[name] = re.search(r'^endpoint: *(\S+)', text, re.M).group(1)
        now = int(time.time())
        names = sorted(cls.urls)
        cls.down, cls.later, cls.renamed, cls.absent, cls.moved = names
        cls.lists = {
            'get_site_list': [
                site(cls.down, '1G0', 'ES'), site(cls.later, '2G0', 'PT', 'Suspended'),
                site('BRAND-NEW-NAME', '3G0', 'FR'), site(cls.moved, '5G0', 'SK'), site('HTC-SITE', '6G0', 'PL'),
                site('UNKNOWN-CLOUD', '7G0', 'NL')],
            'get_service': [
                # Written differently from the file: with an additional slash and query.
                service(cls.down, '11G0', 'org.openstack.nova', 'nova.down.example', cls.urls[cls.down] + '/?x=1'),
                service(cls.down, '12G0', 'ARC-CE', 'ce.down.example'),
                service(cls.later, '13G0', 'org.openstack.nova', 'nova.later.example', cls.urls[cls.later]),
                service('BRAND-NEW-NAME', '14G0', 'org.openstack.nova', 'nova.new.example', cls.urls[cls.renamed]),
                service(cls.moved, '15G0', 'org.openstack.nova', 'k.moved.example', 'https://k.moved.example:5000/v3'),
                service('HTC-SITE', '16G0', 'org.opensciencegrid.htcondorce', 'ce.htc.example'),
                service('UNKNOWN-CLOUD', '17G0', 'org.openstack.nova', 'k.unknown.example',
                        'https://k.unknown.example:5000/v3')],
            'get_downtime': [
                downtime(cls.down, '21G0', 'nova.down.example', now - 3600, now + 36000),
                downtime(cls.later, '22G0', 'nova.later.example', now + 86400, now + 172800, 'WARNING'),
                downtime(cls.down, '23G0', 'ce.down.example', now - 3600, now + 3600, kind='ARC-CE')],
        }
        cls.gocdb = os.path.join(cls.dir, 'gocdb')
        os.makedirs(cls.gocdb)
        for method, entries in cls.lists.items():
            with open(os.path.join(cls.gocdb, method + '.xml'), 'w', encoding='utf-8') as f:
                f.write(document(entries))
        cls.db = os.path.join(cls.dir, 'registry.db')
        code, out, err = harness.run('cis-crawler', 'crawl', '--sites', cls.sites, '--db', cls.db,
                                     '--gocdb', cls.gocdb)
        assert code == 0, (code, out, err)
        cls.err = err

    def ask(self, *args, db=None):
        code, out, err = harness.run('cisquery', '--db', db or self.db, *args, '-o', 'json')
        self.assertEqual(code, 0, err)
        return json.loads(out)

    def told_sites(self, db=None):
        return {s['display_name']: s for s in self.ask('sites', db=db)}

    def test_sites_have_what_gocdb_says(self):
        sites = self.told_sites()
        self.assertEqual(sites[self.down]['country_code'], 'ES')
        self.assertEqual(sites[self.down]['certification'], 'CERTIFICATION_CERTIFIED')
        self.assertEqual(sites[self.down]['service_types'], ['ARC-CE', 'org.openstack.nova'])
        self.assertTrue(sites[self.down]['in_registry'])
        self.assertFalse(sites[self.absent]['in_registry'])
        running = [d for d in sites[self.down]['downtimes'] if d.get('endpoints')]
        self.assertEqual([d['id'] for d in running], ['21G0'])
        self.assertTrue(running[0]['is_running'])
        self.assertFalse(sites[self.later]['downtimes'][0].get('is_running', False))

    def test_one_table_shows_certification_downtimes_and_problems(self):
        code, out, err = harness.run('cisquery', '--db', self.db, 'sites', '-o', 'wide')
        self.assertEqual(code, 0, err)
        row = {line.split()[0]: line for line in out.splitlines()}
        self.assertRegex(row[self.down], r'ES +fresh +\d fresh .*outage until 20')
        self.assertRegex(row[self.later], r'PT +fresh +\d fresh .*at risk from 20')
        self.assertIn('GOCDB lists the site as Suspended', row[self.later])
        self.assertIn('the site is called BRAND-NEW-NAME in GOCDB', row[self.renamed])
        # The table that fits a screen has it under the row.
        _, out, _ = harness.run('cisquery', '--db', self.db, 'sites')
        self.assertRegex(out, self.down + r' .*\n  downtime: outage until \S+ \S+: new power line\n')

    def test_problems_are_facts_each_once(self):
        problems = {(p['site_name'], p['code'][len('SITE_PROBLEM_CODE_'):]): p for p in self.ask('sites', '--problems')}
        self.assertEqual(set(problems), {
            (self.later, 'SITE_NOT_CERTIFIED'), (self.renamed, 'SITE_RENAMED'), (self.absent, 'SITE_NOT_IN_GOCDB'),
            (self.moved, 'URL_DIFFERS'), ('UNKNOWN-CLOUD', 'SITE_NOT_IN_FILES')})
        for problem in problems.values():
            self.assertTrue(problem['message'])
            self.assertRegex(problem['since_time'], r'^20\d\d-')
        self.assertIn('k.moved.example', problems[(self.moved, 'URL_DIFFERS')]['message'])

    def test_offers_of_all_sites_of_gocdb(self):
        offers = {(o['site_name'], o['service_type']): o for o in self.ask('sites', '--offers')}
        self.assertEqual(len(offers), 7)
        htc = offers[('HTC-SITE', 'org.opensciencegrid.htcondorce')]
        self.assertEqual((htc['country_code'], htc['hostnames']), ('PL', ['ce.htc.example']))
        self.assertTrue(offers[(self.down, 'ARC-CE')]['in_downtime'])
        only = self.ask('sites', '--offers', '--filter', 'service_type = "ARC-CE"')
        self.assertEqual([o['site_name'] for o in only], [self.down])

    def test_a_site_in_an_outage_is_placed_last_and_says_so(self):
        answer = self.ask('place', '--vo', VO, '--ram', '512M')
        text = json.dumps(answer)
        self.assertIn('downtime', text)
        places = answer['placements'] if isinstance(answer, dict) else answer
        self.assertEqual(places[-1]['site_name'], self.down)

    def test_gocdb_that_fails_keeps_the_last_good_lists(self):
        db = os.path.join(self.dir, 'kept.db')
        code, _, err = harness.run('cis-crawler', 'registry', '--gocdb', self.gocdb, '--db', db)
        self.assertEqual(code, 0, err)
        broken = os.path.join(self.dir, 'broken')
        os.makedirs(broken, exist_ok=True)
        with open(os.path.join(broken, 'get_downtime.xml'), 'w', encoding='utf-8') as f:
            f.write('<results><DOWNTIME></results>')
        code, _, err = harness.run('cis-crawler', 'crawl', '--sites', self.sites, '--db', db, '--gocdb', broken)
        self.assertEqual(code, 0, err)  # the sites are what counts
        self.assertIn('get_downtime.xml', err)
        sites = self.told_sites(db=db)
        self.assertEqual(sites[self.down]['country_code'], 'ES')
        self.assertEqual(len(sites[self.down]['downtimes']), 2)
        code, _, err = harness.run('cis-crawler', 'registry', '--gocdb', broken, '--db', db)
        self.assertEqual(code, 4, err)

    def test_gocdb_over_http_in_pages(self):
        lists = self.lists

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):  # pylint: disable=invalid-name
                query = dict(p.split('=', 1) for p in self.path.partition('?')[2].split('&'))
                entries = lists[query['method']]
                if query.get('certification_status', 'Certified') != 'Certified':
                    entries = []
                at = int(query.get('next_cursor', 0))
                meta = ''
                if at + 2 < len(entries):
                    meta = '<meta><link rel="next" href="https://inner.example/x?%s&amp;next_cursor=%d"/></meta>' % (
                        'method=' + query['method'], at + 2)
                body = document(entries[at:at + 2], meta).encode()
                self.send_response(200)
                self.send_header('Content-Length', str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):  # pylint: disable=arguments-differ
                pass

        server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            db = os.path.join(self.dir, 'paged.db')
            code, _, err = harness.run('cis-crawler', 'registry', '--db', db, '--gocdb',
                                       'http://127.0.0.1:%d/gocdbpi/public/' % server.server_port)
            self.assertEqual(code, 0, err)
            self.assertEqual(len(self.ask('sites', '--offers', db=db)), 7)
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


if __name__ == '__main__':
    unittest.main()
