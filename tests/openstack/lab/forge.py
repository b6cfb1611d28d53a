# SPDX-License-Identifier: Apache-2.0
"""Imports a service's modules once and forks one process for each site.

    forge.py KIND SPEC.json

Importing is most of what starting an OpenStack service costs (Neutron: 4 s of processor time), and
five sites need the same modules. Nothing but imports happens before the fork: no configuration is
read, no thread or connection made. A service's child leads its own session, writes its pid file,
and then runs the service's ordinary entry point with its own argv, so it is the service as its
console script would start it. Jobs that are waited for end with whoever waits.
SPEC: {"wait": bool, "jobs": [{"name", "argv", "out", "pid"}]}.
"""
import ctypes
import json
import os
import random
import signal
import sys
import traceback

from paths import state

SPEC_KINDS = {}


def kind(name):
    """Registers a loader: it imports modules, and returns the function that a child calls."""
    def register(loader):
        SPEC_KINDS[name] = loader
        return loader
    return register


@kind('bootstrap')
def _bootstrap():
    sys.path.append(state('python'))
    from keystone.cmd import manage
    from keystone.server import wsgi  # noqa: F401  pylint: disable=unused-import
    return manage.main


def _serve(application, address, port, threads):
    import waitress
    waitress.serve(application, host=address, port=int(port), threads=threads, ident=None,
                   channel_timeout=120, clear_untrusted_proxy_headers=False)


@kind('keystone')
def _keystone():
    sys.path.append(state('python'))  # config.name_protocol_oidc
    import waitress  # noqa: F401  pylint: disable=unused-import
    from keystone.common.rbac_enforcer import enforcer
    from keystone.server import wsgi

    def main():
        config, address, port = sys.argv[1:4]
        sys.argv[1:] = []
        os.environ['OS_KEYSTONE_CONFIG_FILES'] = config
        application = wsgi.initialize_public_application()
        # Keystone loads its policy at the first request that needs it, and a second thread that
        # arrives meanwhile finds only a part of the rules: it rejects a service that wants to
        # validate a token (403), which the service turns into a 401 for its client.
        enforcer.RBACEnforcer()._enforcer.load_rules()  # pylint: disable=protected-access
        _serve(application, address, port, 4)
    return main


@kind('placement')
def _placement():
    import waitress  # noqa: F401  pylint: disable=unused-import
    from placement import deploy  # noqa: F401  pylint: disable=unused-import
    from placement import wsgi

    def main():
        folder, address, port = sys.argv[1:4]
        sys.argv[1:] = []
        os.environ['OS_PLACEMENT_CONFIG_DIR'] = folder
        _serve(wsgi.init_application(), address, port, 2)
    return main


@kind('nova')
def _nova():
    from nova.cmd import api  # noqa: F401  pylint: disable=unused-import  (patches first)
    from nova.api import openstack  # noqa: F401  pylint: disable=unused-import
    from nova.api.openstack.compute import routes  # noqa: F401  pylint: disable=unused-import
    from nova.compute import manager  # noqa: F401  pylint: disable=unused-import
    from nova.conductor import manager as conductor  # noqa: F401  pylint: disable=unused-import
    from nova.scheduler import manager as scheduler  # noqa: F401  pylint: disable=unused-import
    import compute
    return compute.main


@kind('cinder')
def _cinder():
    from cinder.cmd import volume  # noqa: F401  pylint: disable=unused-import  (patches first)
    from cinder import objects
    objects.register_all()  # imports them, which the next modules rely on
    from cinder.api.v3 import router  # noqa: F401  pylint: disable=unused-import
    from cinder.scheduler import manager  # noqa: F401  pylint: disable=unused-import
    from cinder.volume import manager as volumes  # noqa: F401  pylint: disable=unused-import
    import block_storage
    return block_storage.main


@kind('glance')
def _glance():
    from glance.cmd import api
    from glance.api.v2 import router  # noqa: F401  pylint: disable=unused-import
    return api.main


@kind('neutron')
def _neutron():
    from neutron.cmd.eventlet import server
    from neutron.api.v2 import router  # noqa: F401  pylint: disable=unused-import
    from neutron.plugins.ml2 import plugin  # noqa: F401  pylint: disable=unused-import
    from neutron.services.l3_router import (  # noqa: F401
        l3_router_plugin)  # pylint: disable=unused-import
    import agents

    def main():
        agents.start(sys.argv.pop(1).split(','))
        return server.main()
    return main


@kind('seed')
def _seed():
    import openstack  # noqa: F401  pylint: disable=unused-import
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + '/seed')
    import site_seed
    return site_seed.main


def _start_time(pid):
    with open('/proc/%d/stat' % pid, encoding='ascii', errors='replace') as file:
        return file.read().rpartition(')')[2].split()[19]


class _Allocator(ctypes.Structure):
    """CPython's PyMemAllocatorEx."""
    _fields_ = [(name, ctypes.c_void_p) for name in ('ctx', 'malloc', 'calloc', 'realloc', 'free')]


class _ArenaAllocator(ctypes.Structure):
    """CPython's PyObjectArenaAllocator."""
    _fields_ = [(name, ctypes.c_void_p) for name in ('ctx', 'alloc', 'free')]


def _take_arenas_from_malloc():
    """Every new greenlet maps 16 KiB for its frames and gives them back when it ends, a thousand
    times a second here, and each time all processors have to forget the pages: a third of the whole
    processor time. malloc keeps them. (Its alloc(ctx, size) and free(ctx, pointer) are those of raw
    memory; free's third argument, the size, is of no use to it.) What was mapped before this call
    must stay: it is the interpreter itself."""
    raw = _Allocator()
    ctypes.pythonapi.PyMem_GetAllocator(0, ctypes.byref(raw))
    ctypes.pythonapi.PyObject_SetArenaAllocator(
        ctypes.byref(_ArenaAllocator(None, raw.malloc, raw.free)))


def _die_with_parent():
    """Asks the kernel to end this process when its parent ends, because nothing would wait for it
    then."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)


def _child(job, main, wait):
    if wait:
        _die_with_parent()
    else:
        os.setsid()
    out = os.open(job['out'], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.close(out)
    if not wait:
        with open(job['pid'], 'w', encoding='ascii') as file:
            file.write('%d %s\n' % (os.getpid(), _start_time(os.getpid())))
    random.seed()
    if 'eventlet' in sys.modules:
        # An event loop of its own: importing has made one, and children of one fork that shared its
        # epoll descriptor would wake each other with every request.
        sys.modules['eventlet'].hubs.use_hub()
    sys.argv = list(job['argv'])
    code = 1
    try:
        code = main() or 0
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else 1 if stop.code else 0
        if isinstance(stop.code, str):
            print(stop.code, file=sys.stderr)
    except BaseException:  # noqa: B902  the log is the only place that can still be told
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def main():
    _take_arenas_from_malloc()
    name, path = sys.argv[1:3]
    with open(path, encoding='utf-8') as file:
        spec = json.load(file)
    if spec['wait']:
        _die_with_parent()
    sys.argv = [name]
    child_main = SPEC_KINDS[name]()
    children = []
    for job in spec['jobs']:
        pid = os.fork()
        if pid == 0:
            _child(job, child_main, spec['wait'])
        children.append(pid)
    codes = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children] \
        if spec['wait'] else []
    sys.stdout.flush()
    os._exit(next((code if code > 0 else 1 for code in codes if code), 0))


if __name__ == '__main__':
    main()
