#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The real openstack client without its start-up time, for scripts that call it many times.

    quick_client.py serve SOCKET     imports the client once and forks it for every call
    SOCKET's folder/bin/openstack    what scripts call: hands over arguments, environment, working
                                     directory and the three standard files; ends with its exit code

A call is the client's own main() in a process of its own with the caller's arguments: only the
second or so that Python needs to import it is shared.
"""
import array
import contextlib
import ctypes
import io
import json
import logging
import os
import signal
import socket
import sys

STUB = '''#!/usr/bin/python3 -SIE
import array, json, os, socket, sys
call = json.dumps({'argv': sys.argv[1:], 'environment': dict(os.environ), 'folder': os.getcwd()})
with socket.socket(socket.AF_UNIX) as server:
    server.connect(%r)
    server.sendmsg([len(call.encode()).to_bytes(8, 'big')],
                   [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [0, 1, 2]))])
    server.sendall(call.encode())
    code = server.recv(1)
sys.exit(code[0] if code else 125)
'''
# Their modules are imported before the first call.
WARMED = ('token issue', 'server create', 'server show', 'server delete', 'port list',
          'server add floating ip', 'floating ip show', 'floating ip create', 'keypair show',
          'network create', 'subnet create', 'router create', 'router set', 'port create',
          'security group show', 'volume create', 'volume show')


def write_stub(socket_path):
    """Writes the `openstack` that scripts call; returns its folder."""
    folder = os.path.join(os.path.dirname(socket_path), 'bin')
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, 'openstack')
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o755), 'w',
              encoding='ascii') as file:
        file.write(STUB % socket_path)
    return folder


def _exactly(connection, count):
    data = b''
    while len(data) < count:
        part = connection.recv(count - len(data))
        if not part:
            raise ConnectionError('the caller hung up')
        data += part
    return data


def _call(connection, main):
    """Runs one call in this (forked) process and never returns."""
    code = 1
    try:
        size, ancillary, _, _ = connection.recvmsg(8, socket.CMSG_SPACE(12))
        files = array.array('i')
        files.frombytes(ancillary[0][2])
        call = json.loads(_exactly(connection, int.from_bytes(size, 'big')))
        for number, file in enumerate(files):
            os.dup2(file, number)
        os.environ.clear()
        os.environ.update(call['environment'])
        os.chdir(call['folder'])
        sys.argv = ['openstack', *call['argv']]
        code = main(call['argv']) or 0
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else 1 if stop.code else 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        connection.sendall(bytes([code & 255]))
        os._exit(0)


def serve(path):
    """Serves calls until it is asked to end, or the process that started it has ended."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)
    from openstackclient import shell
    for command in WARMED:
        with contextlib.redirect_stdout(io.StringIO()):
            shell.main(['help', *command.split()])
    for logger in (None, 'cliff', 'osc_lib', 'openstackclient'):
        logging.getLogger(logger).handlers.clear()  # every one of them has added its own
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # no child is waited for
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen(16)
        print('ready', flush=True)
        while True:
            connection, _ = listening.accept()
            if os.fork() == 0:
                listening.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                _call(connection, shell.main)
            connection.close()


if __name__ == '__main__':
    serve(sys.argv[2])
