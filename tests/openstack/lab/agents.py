# SPDX-License-Identifier: Apache-2.0
"""What Neutron's agents would do, inside the server and without a data plane: an Open vSwitch agent
reports itself for every host, so that the stock mechanism driver binds ports to it; bound ports
and attached floating IPs become ACTIVE."""
import time
import types

import eventlet
from neutron_lib import context, exceptions
from neutron_lib.api.definitions import portbindings
from neutron_lib.callbacks import events, registry, resources
from neutron_lib.plugins import constants, directory
from oslo_messaging._drivers import impl_fake
from sqlalchemy.orm import exc

HEARTBEAT_SECONDS = 20
PHYSICAL_NETWORKS = ('physnet1', 'physnet2', 'public', 'extnet')
UNBOUND = (portbindings.VIF_TYPE_UNBOUND, portbindings.VIF_TYPE_BINDING_FAILED, '', None)


def _report(host):
    plugin = directory.get_plugin()
    return plugin.create_or_update_agent(context.get_admin_context(), {
        'binary': 'neutron-openvswitch-agent', 'agent_type': 'Open vSwitch agent', 'host': host,
        'topic': 'N/A', 'start_flag': True, 'configurations': {
            'bridge_mappings': {name: 'br-' + name for name in PHYSICAL_NETWORKS},
            'tunnel_types': ['vxlan'], 'tunneling_ip': '127.0.0.1', 'devices': 0,
            'datapath_type': 'system', 'ovs_hybrid_plug': False}})


def _later(change, one, *arguments):
    """Does not run within the callback: some callbacks run in a transaction that has locked the
    same row."""
    def attempt():
        try:
            change(context.get_admin_context(), one, *arguments)
        except (exceptions.NotFound, exc.StaleDataError):
            pass  # deleted meanwhile
    eventlet.spawn_n(attempt)


def _port_is_wired(_resource, _event, _trigger, payload):
    port = payload.latest_state
    if port['status'] == 'DOWN' and port['device_owner'].startswith('compute:') \
            and port.get(portbindings.VIF_TYPE) not in UNBOUND:
        _later(directory.get_plugin().update_port_status, port['id'], 'ACTIVE',
               port[portbindings.HOST_ID])


def _floating_ip_is_routed(_resource, _event, _trigger, payload):
    address = payload.latest_state
    status = 'ACTIVE' if address.get('port_id') else 'DOWN'
    if address.get('status', status) != status:
        _later(directory.get_plugin(constants.L3).update_floatingip_status, address['id'], status)


def _run(hosts):
    for event in (events.AFTER_CREATE, events.AFTER_UPDATE):
        registry.subscribe(_port_is_wired, resources.PORT, event)
        registry.subscribe(_floating_ip_is_routed, resources.FLOATING_IP, event)
    while True:
        for host in hosts:
            _report(host)
        eventlet.sleep(HEARTBEAT_SECONDS)


def _listen_rarely():
    """Polls less often: the in-process transport polls each of its dozen queues 20 times a second,
    a tenth of a processor per site. Agents would write to them, and there are none."""
    impl_fake.time = types.SimpleNamespace(time=time.time, sleep=lambda _: time.sleep(1))


def start(hosts):
    """Starts when the server has loaded everything."""
    def begin(_resource, _event, _trigger, payload=None):  # pylint: disable=unused-argument
        eventlet.spawn(_run, hosts)
    _listen_rarely()
    registry.subscribe(begin, resources.PROCESS, events.BEFORE_SPAWN)
