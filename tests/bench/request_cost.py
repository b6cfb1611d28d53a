#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Measures what the most expensive requests cost a server over a big file: its CPU time and memory
for each, the bytes of the answer, and how long it continues after the client has cancelled.

    request_cost.py BIN_DIR FILE

FILE is made by file_bench. Needs python3-grpcio, protobuf-compiler and protobuf-compiler-grpc.
"""
import glob
import os
import re
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# The limit of the server (server/service/README.md).
MOST_BYTES = 64 << 20


def make_stubs(folder):
    protos = [path for part in ('cis/v1', 'google/api', 'google/rpc')
              for path in glob.glob(os.path.join(TOP, 'proto', part, '*.proto'))]
    subprocess.run(['protoc', '-I', os.path.join(TOP, 'proto'), '--python_out=' + folder, '--grpc_out=' + folder,
                    '--plugin=protoc-gen-grpc=/usr/bin/grpc_python_plugin'] + protos, check=True)
    sys.path.insert(0, folder)


class Server:
    def __init__(self, binaries, path):
        self.child = subprocess.Popen(
            [os.path.join(binaries, 'cis-server'), '--db', path, '--listen', '127.0.0.1:0'],
            stderr=subprocess.PIPE, text=True)
        self.address = ''
        for line in self.child.stderr:
            found = re.search(r'server\.listening.*address="?([^" ]+)', line)
            self.address = found[1] if found else self.address
            if 'snapshot.published' in line:
                break

    def status(self, key):
        with open('/proc/%d/status' % self.child.pid, encoding='utf-8') as file:
            return int(re.search(r'%s:\s+(\d+)' % key, file.read())[1]) / 1024

    def cpu_ms(self):
        """Returns the CPU time of all present threads, in nanoseconds of resolution; gRPC ends none
        of its own during a call."""
        total = 0
        for path in glob.glob('/proc/%d/task/*/schedstat' % self.child.pid):
            with open(path, encoding='utf-8') as file:
                total += int(file.read().split()[0])
        return total / 1e6

    def forget_peak(self):
        with open('/proc/%d/clear_refs' % self.child.pid, 'w', encoding='utf-8') as file:
            file.write('5')


def main():
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix='cis-bench-') as folder:
        make_stubs(folder)
        server = Server(*sys.argv[1:])
        try:
            measure(server)
        finally:
            server.child.terminate()
            server.child.wait(20)
    return 0


def measure(server):
    import grpc                                                           # pylint: disable=import-outside-toplevel
    from cis.v1 import (inventory_pb2, inventory_pb2_grpc, placement_pb2,  # pylint: disable=import-outside-toplevel
                        placement_pb2_grpc, query_pb2)
    channel = grpc.insecure_channel(server.address, options=[('grpc.max_receive_message_length', MOST_BYTES)])
    inventory = inventory_pb2_grpc.InventoryServiceStub(channel)
    placements = placement_pb2_grpc.PlacementServiceStub(channel)
    vos = [vo.display_name for vo in inventory.ListVos(inventory_pb2.ListVosRequest(page_size=20)).vos]
    everywhere = query_pb2.PlacementQuery(vos=vos)
    globs = ['*%s%03d*' % ('x' * 90, i) for i in range(50)]
    words = query_pb2.PlacementQuery(
        vos=vos, machine=query_pb2.MachineRequirements(flavors=globs, excluded_flavors=globs),
        image=query_pb2.ImageRequirements(images=globs, excluded_images=globs),
        sites=['NO-SITE-%s-%03d' % ('X' * 80, i) for i in range(200)])
    nothing = query_pb2.PlacementQuery(vos=vos, image=query_pb2.ImageRequirements(os=[query_pb2.OsRequirement(
        distro='ubuntu', relation=query_pb2.VERSION_RELATION_AT_LEAST, version='99.04')]))
    find, explain = placement_pb2.FindPlacementsRequest, placement_pb2.ExplainPlacementsRequest
    requests = (
        ('one placement of each share, first page', placements.FindPlacements, find(query=everywhere)),
        ('all combinations of 20 VOs', placements.FindPlacements,
         find(query=everywhere, all_combinations=True, page_size=1000)),
        ('explanation of all, candidates too', placements.ExplainPlacements,
         explain(query=everywhere, with_candidates=True, page_size=1000)),
        ('explanation where nothing fits', placements.ExplainPlacements,
         explain(query=nothing, with_candidates=True, page_size=1000)),
        ('200 globs and 200 sites', placements.ExplainPlacements,
         explain(query=words, with_candidates=True, page_size=1000)))
    print('%d VOs; the server is at %.0f MiB' % (len(vos), server.status('VmRSS')))
    for name, call, request in requests:
        server.forget_peak()
        before, cpu, start = server.status('VmRSS'), server.cpu_ms(), time.monotonic()
        try:
            reply = call(request, timeout=120)
            told = '%.1f kB' % (reply.ByteSize() / 1000)
        except grpc.RpcError as error:
            told = '%s: %s' % (error.code().name, error.details())
        print('%-42s %6.0f ms CPU, %6.0f ms, %+5.0f MiB at most, request %.1f kB, reply %s' % (
            name, server.cpu_ms() - cpu, (time.monotonic() - start) * 1000, server.status('VmHWM') - before,
            request.ByteSize() / 1000, told))
    measure_cancelled(server, placements, find(query=everywhere, all_combinations=True, page_size=1000))


def measure_cancelled(server, placements, request):
    """Cancels the call after 100 ms and measures the work that the server still does in the next
    300 ms."""
    worst = 0
    for _ in range(5):
        pending = placements.FindPlacements.future(request)
        time.sleep(0.1)
        pending.cancel()
        gone = server.cpu_ms()
        time.sleep(0.3)
        worst = max(worst, server.cpu_ms() - gone)
    print('a cancelled request: %.1f ms of CPU time at most after its caller has gone' % worst)


if __name__ == '__main__':
    sys.exit(main())
