#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Alerts, dashboard and README of the monitoring, held against each other and against promtool."""
import json
import os
import re
import subprocess
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
ALERTS = os.path.join(ROOT, 'deploy/prometheus/alerts.yml')
DASHBOARD = os.path.join(ROOT, 'deploy/grafana/cis.json')
METRIC = re.compile(r'\bcis_[a-z_]+')


def read(path):
    with open(path, encoding='utf-8') as f:
        return f.read()


def promtool(*args, folder=None):
    r = subprocess.run([os.path.join(HERE, 'promtool')] + list(args), cwd=folder, timeout=120,
                       capture_output=True, text=True, check=False)
    return r.returncode, r.stdout + r.stderr


def known_metrics():
    """Returns the metrics that the README of server/monitor lists."""
    return set(re.findall(r'^\| `(cis_[a-z_]+)', read(os.path.join(ROOT, 'server/monitor/README.md')), re.M))


def used_metrics(text):
    """Returns the metrics that an expression reads; a histogram's parts are its own."""
    return {re.sub(r'_(bucket|sum|count)$', '', name) for name in METRIC.findall(text)}


def queries(dashboard):
    return [target['expr'] for panel in dashboard['panels'] for target in panel['targets']]


def as_rules(expressions):
    """Makes rules of expressions, with Grafana's variables replaced by values."""
    lines = ['groups:', '- name: dashboard', '  rules:']
    for number, expression in enumerate(expressions):
        expression = expression.replace('$__rate_interval', '5m').replace('$instance', '.*')
        lines += ['  - record: cis:query_%d' % number, '    expr: %s' % json.dumps(expression)]
    return '\n'.join(lines) + '\n'


class Monitoring(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix='cis-monitoring-')
        self.addCleanup(self.folder.cleanup)

    def write(self, name, text):
        path = os.path.join(self.folder.name, name)
        with open(path, 'w', encoding='utf-8') as f:
            f.write(text)
        return path

    def test_the_alerts_are_rules(self):
        code, out = promtool('check', 'rules', ALERTS)
        self.assertEqual(code, 0, out)
        self.assertIn('%d rules found' % read(ALERTS).count('- alert:'), out)

    def test_each_alert_fires_when_it_should(self):
        self.write('alerts.yml', read(ALERTS))
        tests = read(os.path.join(HERE, 'alerts_test.yml'))
        code, out = promtool('test', 'rules', self.write('alerts_test.yml', tests), folder=self.folder.name)
        self.assertEqual(code, 0, out)
        for name in re.findall(r'- alert: (\w+)', read(ALERTS)):
            self.assertRegex(tests, r'alertname: %s\n\s+exp_alerts:' % name)

    def test_the_tests_of_the_alerts_can_fail(self):
        broken = read(ALERTS).replace('expr: cis_serving == 0', 'expr: cis_serving == 2')
        self.write('alerts.yml', broken)
        tests = read(os.path.join(HERE, 'alerts_test.yml'))
        code, out = promtool('test', 'rules', self.write('alerts_test.yml', tests), folder=self.folder.name)
        self.assertNotEqual(code, 0, out)

    def test_the_queries_of_the_dashboard_are_promql(self):
        found = queries(json.loads(read(DASHBOARD)))
        self.assertGreater(len(found), 10)
        code, out = promtool('check', 'rules', self.write('queries.yml', as_rules(found)))
        self.assertEqual(code, 0, out)
        code, out = promtool('check', 'rules', self.write('broken.yml', as_rules(found + ['sum(by)('])))
        self.assertNotEqual(code, 0, out)

    def test_they_read_metrics_that_there_are(self):
        known = known_metrics()
        self.assertGreater(len(known), 10)
        texts = [line for line in read(ALERTS).split('\n') if 'expr' in line or 'quantile' in line]
        for text in texts + queries(json.loads(read(DASHBOARD))):
            self.assertLessEqual(used_metrics(text), known, text)

    def test_the_readme_lists_what_the_server_has(self):
        code = ''.join(read(os.path.join(ROOT, 'server/monitor', name))
                       for name in os.listdir(os.path.join(ROOT, 'server/monitor')) if name.endswith('.cc'))
        self.assertEqual(set(re.findall(r'"(cis_[a-z_]+)"', code)), known_metrics())

    def test_panels_have_numbers_and_titles_of_their_own(self):
        panels = json.loads(read(DASHBOARD))['panels']
        for key in ('id', 'title'):
            self.assertEqual(len({panel[key] for panel in panels}), len(panels), key)


if __name__ == '__main__':
    unittest.main()
