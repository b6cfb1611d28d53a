#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Mixed load on a server whose data change every second: memory stays flat, and nothing fails.

    CIS_BIN=build/release/bin /usr/bin/python3 tests/security/soak.py [SECONDS]     1800 by default

Six clients ask for everything, also about earlier times, and one watches changes; a crawl every second finds
flavors of one site changed or changed back. Prints the memory of the server twelve times, and fails if it still grows
in the second half, if a request fails, or if the newest generation is not served."""
import os
import random
import re
import signal
import sqlite3
import sys
import threading
import time
import unittest

import grpc

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'e2e'))
import harness  # noqa: E402

SECONDS = 1800.0
CALLERS = 6
CRAWL_PAUSE = 1.0
PAUSE = float(os.environ.get('CIS_SOAK_PAUSE', '0.02'))   # between two requests of a client


def field(number, value):
    """Encodes one field of a message: a text or a message as bytes, or a number."""
    if isinstance(value, int):
        out, rest = bytes([number << 3]), value
        while rest > 127:
            out, rest = out + bytes([rest & 127 | 128]), rest >> 7
        return out + bytes([rest])
    return bytes([number << 3 | 2, len(value)]) + value


ALL_SITES = field(1, b'sites/-')
QUERY = field(1, field(1, b'ops'))
# Method -> (request, number of its field as_of).
METHODS = {
    'InventoryService/ListSites': (b'', 8), 'InventoryService/ListShares': (ALL_SITES, 8),
    'InventoryService/ListFlavors': (ALL_SITES, 8), 'InventoryService/ListImages': (ALL_SITES, 8),
    'InventoryService/ListNetworks': (ALL_SITES, 8), 'InventoryService/ListVos': (b'', 8),
    'PlacementService/FindPlacements': (QUERY, 8), 'PlacementService/ExplainPlacements': (QUERY, 8),
    'ChangeService/ListChanges': (ALL_SITES, None), 'RegistryService/ListSiteProblems': (ALL_SITES, None),
}


class Soak(harness.Case):
    def test_mixed_load(self):
        db = self.crawled('cis.db')
        start = time.time() + 1   # what is before the first crawl is not kept; as_of has whole seconds
        server = harness.Process([harness.program('cis-server'), '--db', db, '--listen', '127.0.0.1:0',
                                  '--refresh-interval', '500ms'], os.path.join(self.dir, 'server.log'),
                                 'snapshot.published')
        self.addCleanup(server.stop, signal.SIGKILL)
        address = re.search(r'address="?(127\.0\.0\.1:\d+)', server.text()).group(1)
        stop, counts, lock = threading.Event(), {}, threading.Lock()

        def count(what):
            with lock:
                counts[what] = counts.get(what, 0) + 1

        def ask(seed):
            choose = random.Random(seed)
            with grpc.insecure_channel(address, [('grpc.use_local_subchannel_pool', 1)]) as channel:
                while not stop.wait(PAUSE):
                    method, (request, as_of) = choose.choice(sorted(METHODS.items()))
                    if as_of is not None and choose.random() < 0.2:
                        when = int(choose.uniform(start, max(start, time.time())))
                        request += field(as_of, field(1, when))
                    try:
                        channel.unary_unary('/cis.v1.' + method)(request, timeout=60)
                        count('OK')
                    except grpc.RpcError as error:
                        count('%s %s %s' % (error.code().name, method, error.details()))

        def watch():
            with grpc.insecure_channel(address) as channel:
                call = channel.unary_stream('/cis.v1.ChangeService/WatchChanges')(ALL_SITES)
                try:
                    for _ in call:
                        count('changes')
                        if stop.is_set():
                            call.cancel()
                            return
                except grpc.RpcError as error:
                    if not stop.is_set():
                        count('watch %s' % error.details())

        def crawl():
            changed = False
            while not stop.wait(CRAWL_PAUSE):
                changed = not changed
                self.faults(*([{'kind': 'rewrite', 'site': 'CESGA', 'service': 'nova', 'from': '"ram": 4096',
                                'to': '"ram": 4097'}] if changed else []))
                code, _, err = self.crawl(db)
                count('crawl' if code == 0 else 'crawl failed: ' + err)

        workers = [threading.Thread(target=ask, args=(seed,)) for seed in range(CALLERS)]
        workers += [threading.Thread(target=work, daemon=True) for work in (watch, crawl)]
        for worker in workers:
            worker.start()
        memory = []
        for _ in range(12):
            time.sleep(SECONDS / 12)   # the soak itself
            memory.append(self.rss(server.child.pid))
            print('%5.0f s: %.1f MiB, %s' % (time.time() - start, memory[-1], counts.get('OK')), flush=True)
        stop.set()
        for worker in workers[:CALLERS]:
            worker.join()
        print(counts)
        self.assertLessEqual(set(counts), {'OK', 'changes', 'crawl'})
        self.assertGreater(counts['OK'], 0)
        self.assertGreater(counts.get('changes', 0), 1)
        self.assertLess(max(memory[6:]), max(memory[:6]) * 1.05 + 2)
        workers[-1].join()
        with sqlite3.connect(db) as connection:
            newest = connection.execute('SELECT generation FROM meta').fetchone()[0]
        end = time.monotonic() + 10
        while 'generation=%d ' % newest not in server.text():
            self.assertLess(time.monotonic(), end, 'generation %d is not served' % newest)
            time.sleep(0.1)   # a poll of the log
        self.assertEqual(server.stop(), 0)

    @staticmethod
    def rss(pid):
        with open('/proc/%d/status' % pid, encoding='ascii') as f:
            return int(re.search(r'VmRSS:\s+(\d+)', f.read()).group(1)) / 1024


if __name__ == '__main__':
    if len(sys.argv) > 1 and re.fullmatch(r'[0-9.]+', sys.argv[1]):
        SECONDS = float(sys.argv.pop(1))
    unittest.main()
