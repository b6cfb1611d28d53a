# SPDX-License-Identifier: Apache-2.0
"""Measures what the replay adds to its latency, with the requests of a crawl sent by curl, as many
at a time."""
import collections
import concurrent.futures
import json
import os
import statistics
import subprocess
import urllib.request

import federation
from federation import harness, recording

Cost = collections.namedtuple('Cost', 'requests added_median_ms added_mean_ms added_p99_ms wall replay_cpu')


def log_in(site, share):
    identity = {'methods': ['password'], 'password': {'user': {
        'name': 'replay', 'domain': {'name': 'Default'}, 'password': harness.PASSWORD}}}
    body = {'auth': {'identity': identity, 'scope': {'project': {'id': share['project_id']}}}}
    request = urllib.request.Request(site['origins']['keystone'] + '/v3/auth/tokens', json.dumps(body).encode(),
                                     {'Content-Type': 'application/json'})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.headers['X-Subject-Token']


def curl_config(replay):
    """Returns curl's configuration: every recorded GET of every share, IN_FLIGHT of each site in
    turn."""
    recordings = recording.load_all(federation.RECORDED)
    jobs = [(site, share) for site in replay.sites for share in site['shares']]
    with concurrent.futures.ThreadPoolExecutor(64) as pool:
        tokens = list(pool.map(lambda job: log_in(*job), jobs))
    queues = collections.defaultdict(collections.deque)
    for (site, share), token in zip(jobs, tokens):
        for e in federation.recording_of(recordings, site['name']).exchanges.values():
            if e.method == 'GET' and e.project == share['project_id']:
                queues[site['name']].append([
                    'url = "%s%s"' % (site['origins'][e.service], e.target), 'output = "/dev/null"',
                    'header = "X-Auth-Token: %s"' % token, 'header = "Accept-Encoding: gzip"',
                    'write-out = "%{time_pretransfer} %{time_total} %{http_code}\\n"'] + (
                        ['header = "X-OpenStack-Nova-API-Version: %s"' % e.microversion] if e.microversion else []))
    requests = []
    while queues:
        for name in list(queues):
            for _ in range(min(federation.IN_FLIGHT, len(queues[name]))):
                requests.append('\n'.join(queues[name].popleft()))
            if not queues[name]:
                del queues[name]
    return '\nnext\n'.join(requests)


def measure(folder, latency_ms, sites, shares):
    """Returns the cost of each request beyond the latency, without connecting."""
    replay = federation.Replay(folder, 'replay-cost', latency_ms, sites, shares)
    path = os.path.join(folder, 'curl.config')
    with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), 'w', encoding='ascii') as f:
        f.write(curl_config(replay))
    before = replay.cpu_seconds()
    done = subprocess.run(['curl', '--silent', '--parallel', '--parallel-immediate', '--parallel-max', str(sites * federation.IN_FLIGHT),
                           '--config', path], capture_output=True, text=True, timeout=300, check=True)
    cpu = replay.cpu_seconds() - before
    replay.stop()
    rows = [line.split() for line in done.stdout.splitlines() if line]
    wrong = [row for row in rows if row[2] not in ('200', '403')]
    if wrong or replay.misses:
        raise SystemExit('the replay does not answer what was recorded: %s %s' % (wrong[:3], replay.misses[:3]))
    added = sorted((float(total) - float(ready)) * 1000 - latency_ms for ready, total, _ in rows)
    asked = [one for one in replay.timeline if one['service'] != 'keystone']
    wall = max(one['left'] for one in asked) - min(one['came'] for one in asked)
    return Cost(len(rows), statistics.median(added), statistics.mean(added), added[len(added) * 99 // 100], wall, cpu)
