# SPDX-License-Identifier: Apache-2.0
"""Nova of one site in one process: API, conductor, scheduler and compute.

Nova's functional tests run it so, with oslo.messaging's in-process transport between the services:
every message is serialised and takes the way of a broker, but no broker, and no four interpreters
a site, are needed.
"""
import os
import sys
import time

import eventlet
import os_vif
from keystoneauth1 import exceptions
from nova import config, context, objects, service, utils
from nova.compute import rpcapi as compute_rpcapi
from nova.conductor import rpcapi as conductor_rpcapi
from nova.objects import host_mapping
from nova.scheduler import rpcapi as scheduler_rpcapi
from nova.virt import fake
from oslo_log import log as logging
from oslo_service import service as oslo_service

from hypervisor import Hypervisor
from paths import write

CONF = config.CONF
# The driver is loaded by its name below nova.virt.
fake.Hypervisor = Hypervisor


def _wait_for_placement():
    """Waits for Placement: the first `up` creates the service users after the services, so nothing
    can be reported before."""
    while True:
        try:
            if utils.get_ksa_adapter('placement').get('/', raise_exc=False).status_code == 200:
                return
        except exceptions.ClientException:
            pass
        time.sleep(0.2)


def _start_others(launcher, hosts, ready):
    """Starts everything except the API: none of them starts without Placement."""
    _wait_for_placement()
    for binary, topic, host in (('nova-conductor', conductor_rpcapi.RPC_TOPIC, None),
                                ('nova-scheduler', scheduler_rpcapi.RPC_TOPIC, None),
                                *[('nova-compute', compute_rpcapi.RPC_TOPIC, host)
                                  for host in hosts]):
        started = service.Service.create(binary=binary, topic=topic, host=host)
        launcher.launch_service(started)
        while started.rpcserver is None:
            time.sleep(0.05)
    host_mapping.discover_hosts(context.get_admin_context())
    write(ready, '%d\n' % os.getpid())


def main():
    """argv: nova, the file to write when machines can be started, the compute hosts, Nova's own
    options."""
    ready, hosts = sys.argv.pop(1), sys.argv.pop(1).split(',')
    if os.path.exists(ready):
        os.unlink(ready)
    config.parse_args(sys.argv)
    logging.setup(CONF, 'nova')
    objects.register_all()
    os_vif.initialize()
    objects.Service.enable_min_version_cache()
    launcher = oslo_service.ServiceLauncher(CONF)
    launcher.launch_service(service.WSGIService('osapi_compute'))
    eventlet.spawn(_start_others, launcher, hosts, ready)
    return launcher.wait()
