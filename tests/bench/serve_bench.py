#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures what a server over a file costs: time from start to the first answer, resident memory,
and how long `cisquery` takes from its start to its end (cold: one process per question).

    serve_bench.py BIN_DIR FILE [RUNS]
"""

import os
import re
import statistics
import subprocess
import sys
import time

COMMANDS = {'sites': ['sites'], 'vos': ['vos'],
            'place': ['place', '--vo', 'vo-1', '--vcpus', '2', '--os', 'ubuntu>=20.04']}


def resident(pid: int) -> tuple[int, int]:
    """Returns VmRSS and VmHWM in MiB."""
    with open(f'/proc/{pid}/status', encoding='utf-8') as file:
        text = file.read()
    return tuple(int(re.search(rf'{key}:\s+(\d+)', text)[1]) // 1024 for key in ('VmRSS', 'VmHWM'))


def main() -> int:
    if len(sys.argv) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    binaries, path = sys.argv[1:3]
    runs = int(sys.argv[3]) if len(sys.argv) > 3 else 50
    start = time.monotonic()
    server = subprocess.Popen(
        [os.path.join(binaries, 'cis-server'), '--db', path, '--listen', '127.0.0.1:0'],
        stderr=subprocess.PIPE, text=True)
    try:
        address = ''
        for line in server.stderr:
            found = re.search(r'server\.listening.*address="?([^" ]+)', line)
            address = found[1] if found else address
            if address:
                break
        query = os.path.join(binaries, 'cisquery')
        while subprocess.run([query, '--server', address, 'sites'], check=False, timeout=60,
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
            if time.monotonic() - start > 60:
                sys.exit('serve_bench: no answer after 60 s')
        print(f'first answer after {time.monotonic() - start:.2f} s, '
              'resident {} MiB, at most {} MiB'.format(*resident(server.pid)))
        for name, command in COMMANDS.items():
            took = []
            for _ in range(runs):
                begin = time.monotonic()
                done = subprocess.run([query, '--server', address, *command], check=False,
                                      stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=60)
                took.append((time.monotonic() - begin) * 1000)
                if done.returncode not in (0, 2):
                    sys.exit(f'serve_bench: cisquery {name}: {done.stderr.decode()}')
            took.sort()
            print(f'cisquery {name}: median {statistics.median(took):.1f} ms, '
                  f'worst {took[-1]:.1f} ms of {runs}')
        print('afterwards resident {} MiB, at most {} MiB'.format(*resident(server.pid)))
    finally:
        server.terminate()
        server.wait(timeout=30)
    return 0


if __name__ == '__main__':
    sys.exit(main())
