# SPDX-License-Identifier: Apache-2.0
"""Writes the configuration files of one site's services."""
import base64
import json
import os
import shutil

from database import url as database_url
from packages import paste
from paths import PASSWORD, state, write
from sites import INNER, PORTS


PCI_DEVICE = {'vendor_id': '10de', 'product_id': '20b5'}


def ini(sections):
    """Returns INI text of {section: {option: value}}; options whose value is None are left out."""
    lines = []
    for section, options in sections.items():
        lines.append('[%s]' % section)
        for option, value in options.items():
            if isinstance(value, bool):
                value = str(value).lower()
            if value is not None:
                lines.append('%s = %s' % (option, value))
    return '\n'.join(lines) + '\n'


def _log(site, service):
    return {'log_file': state('log', site.process(service) + '.log'), 'use_stderr': False}


def _database(site, name):
    return {'connection': database_url(site.database(name)), 'max_pool_size': 3,
            'max_overflow': 10, 'connection_recycle_time': 600}


def _service_user(site, user):
    """Returns the options with which a service logs in to its own site's Keystone."""
    return {'auth_url': site.inner_url('keystone') + '/v3', 'auth_type': 'password',
            'project_domain_name': 'Default', 'user_domain_name': 'Default',
            'project_name': 'service', 'username': user, 'password': PASSWORD,
            'region_name': site.region, 'cafile': site.ca_file}


def _client(site, user, service):
    """Returns the options for a client of another service, which bypasses the front, as on a site's
    internal network. (A front with wrong links, CIS-LAB-SIX's, would break its own Nova.)"""
    return dict(_service_user(site, user), valid_interfaces='public',
                endpoint_override=site.inner_url(service))


def _common(site, user):
    """Returns the sections that every service except Keystone has."""
    return {
        'keystone_authtoken': dict(
            _service_user(site, user), www_authenticate_uri=site.url('keystone') + '/v3',
            service_token_roles_required=True, interface='public'),
        'oslo_concurrency': {'lock_path': site.path('state')},
        'oslo_middleware': {'enable_proxy_headers_parsing': site.proxy_headers},
        'oslo_messaging_notifications': {'driver': 'noop'},
    }


# There is no message broker: Nova's services share a process (compute.py), Neutron's agents are in
# its server (agents.py), and oslo.messaging's in-process transport takes their messages.
NO_BROKER = {'transport_url': 'fake:/'}


def keystone(site):
    fernet = site.path('etc', 'fernet')
    return ini({
        'DEFAULT': dict(_log(site, 'keystone'), public_endpoint=site.url('keystone'),
                        max_token_size=512, list_limit=site.page and site.page * 4),
        'database': _database(site, 'keystone'),
        'token': {'provider': 'fernet', 'expiration': site.token_seconds},
        'fernet_tokens': {'key_repository': fernet},
        'fernet_receipts': {'key_repository': fernet},
        'credential': {'key_repository': site.path('etc', 'credential')},
        'cache': {'enabled': True, 'backend': 'oslo_cache.dict'},
        'auth': {'methods': 'password,token,application_credential'
                            + (',mapped,' + site.protocol if site.federation else '')},
        # The issuer of these tokens, in the form in which mod_auth_openidc's header for the claim
        # `iss` arrives.
        'federation': {'remote_id_attribute': 'HTTP_OIDC_ISS' if site.federation else None},
        'identity': {'password_hash_rounds': 4},
        'oslo_middleware': {'enable_proxy_headers_parsing': site.proxy_headers},
    })


def glance(site):
    return ini({
        'DEFAULT': dict(_log(site, 'glance'), **NO_BROKER, bind_host=site.address,
                        bind_port=PORTS['glance'] + INNER, workers=0,
                        public_endpoint=site.url('glance') if site.proxy_headers else None,
                        limit_param_default=site.page, api_limit_max=site.page,
                        image_member_quota=50, show_image_direct_url=False,
                        enabled_import_methods='[glance-direct,web-download]',
                        node_staging_uri='file://' + site.path('state', 'staging')),
        'database': _database(site, 'glance'),
        'glance_store': {'stores': 'file,http', 'default_store': 'file',
                         'filesystem_store_datadir': site.path('images')},
        'paste_deploy': {'flavor': 'keystone', 'config_file': paste('glance')},
        **_common(site, 'glance'),
    })


def placement(site):
    return ini({
        'DEFAULT': _log(site, 'placement'),
        'placement_database': _database(site, 'placement'),
        'api': {'auth_strategy': 'keystone'},
        **_common(site, 'placement'),
    })


def nova(site):
    return ini({
        'DEFAULT': dict(_log(site, 'nova'), **NO_BROKER, state_path=site.path('state'),
                        my_ip=site.address, host=site.hosts[0],
                        enabled_apis='osapi_compute', osapi_compute_listen=site.address,
                        osapi_compute_listen_port=PORTS['nova'] + INNER,
                        osapi_compute_workers=1, compute_driver='fake.Hypervisor',
                        cpu_allocation_ratio=1.0, ram_allocation_ratio=1.0,
                        disk_allocation_ratio=1.0, reserved_host_memory_mb=0,
                        periodic_fuzzy_delay=0, sync_power_state_interval=-1),
        'api_database': _database(site, 'nova_api'),
        'database': _database(site, 'nova'),
        'api': {'auth_strategy': 'keystone', 'max_limit': site.page},
        'wsgi': {'api_paste_config': paste('nova')},
        'neutron': _client(site, 'neutron', 'neutron'),
        'placement': _client(site, 'placement', 'placement'),
        'glance': _client(site, 'nova', 'glance'),
        'service_user': dict(_service_user(site, 'nova'), send_service_user_token=True),
        'cinder': {'os_region_name': site.region, 'cross_az_attach': site.cross_az_attach,
                   'endpoint_template': site.inner_url('cinder') + '/v3/%(project_id)s'},
        'vnc': {'enabled': False},
        # The GPU flavors of the seeds name this alias; the devices are in hypervisor.py.
        'pci': {'alias': json.dumps(dict(PCI_DEVICE, device_type='type-PCI', name='a100')),
                'device_spec': json.dumps(PCI_DEVICE)},
        # Without ComputeCapabilitiesFilter: it interprets every unscoped extra spec, such as the
        # `hw_architecture` that sites write for people, as something that a host must report.
        'filter_scheduler': {'enabled_filters': 'ComputeFilter,ImagePropertiesFilter,'
                                                'PciPassthroughFilter'},
        'oslo_policy': {'policy_file': site.path('etc', 'nova-policy.yaml')},
        **_common(site, 'nova'),
    })


def neutron(site):
    return ini({
        'DEFAULT': dict(_log(site, 'neutron'), **NO_BROKER, state_path=site.path('state'),
                        bind_host=site.address, bind_port=PORTS['neutron'] + INNER,
                        core_plugin='ml2',
                        service_plugins='router,qos,port_forwarding,segments,trunk',
                        api_workers=0, rpc_workers=0, rpc_state_report_workers=0,
                        api_paste_config=paste('neutron'), auth_strategy='keystone',
                        dhcp_agent_notification=False,
                        # floating IPs show among a server's addresses at once
                        notify_nova_on_port_data_changes=True, send_events_interval=0,
                        notify_nova_on_port_status_changes=False, l3_ha=False,
                        global_physnet_mtu=1500, pagination_max_limit=site.page),
        'database': _database(site, 'neutron'),
        'nova': _service_user(site, 'nova'),
        'placement': _client(site, 'placement', 'placement'),
        'quotas': {'quota_' + name: -1
                   for name in ('network', 'subnet', 'port', 'router', 'floatingip',
                                'rbac_policy')},
        **_common(site, 'neutron'),
    })


def ml2(_site):
    return ini({
        'ml2': {'type_drivers': 'flat,vlan,vxlan,local', 'tenant_network_types': 'vxlan',
                'mechanism_drivers': 'openvswitch',
                'extension_drivers': 'port_security,qos,dns'},
        'ml2_type_flat': {'flat_networks': '*'},
        'ml2_type_vlan': {'network_vlan_ranges': 'physnet1:100:999'},
        'ml2_type_vxlan': {'vni_ranges': '1:2000'},
    })


def cinder(site):
    return ini({
        'DEFAULT': dict(_log(site, 'cinder'), **NO_BROKER, state_path=site.path('state'),
                        my_ip=site.address, host='storage-' + site.slug,
                        osapi_volume_listen=site.address,
                        osapi_volume_listen_port=PORTS['cinder'] + INNER, osapi_volume_workers=1,
                        osapi_max_limit=site.page, api_paste_config=paste('cinder'),
                        public_endpoint=site.url('cinder') if site.proxy_headers else None,
                        auth_strategy='keystone', periodic_fuzzy_delay=0,
                        glance_api_servers=site.inner_url('glance'),
                        enabled_backends=','.join(site.volume_zones),
                        storage_availability_zone=site.volume_zones[0]),
        'database': _database(site, 'cinder'),
        'coordination': {'backend_url': 'file://' + site.path('state')},
        **_common(site, 'cinder'),
        **{zone: {'volume_driver': 'block_storage.Volumes', 'volume_backend_name': zone,
                  'backend_availability_zone': zone} for zone in site.volume_zones},
    })


def name_protocol_oidc():
    """Keystone only accepts a protocol with the name of a login method. It has `openid`; a site
    with `oidc` has added it, as here: with a package that consists of an entry point."""
    folder = state('python', 'keystone_oidc-1.0.dist-info')
    write(folder + '/METADATA', 'Metadata-Version: 2.1\nName: keystone-oidc\nVersion: 1.0\n')
    write(folder + '/entry_points.txt',
          '[keystone.auth.oidc]\ndefault = keystone.auth.plugins.mapped:Mapped\n')


FILES = {'keystone.conf': keystone, 'glance-api.conf': glance, 'placement.conf': placement,
         'nova.conf': nova, 'neutron.conf': neutron, 'ml2.ini': ml2}
CINDER_FILES = {'cinder.conf': cinder}


def write_all(site):
    """Every configuration file of the site, and Keystone's keys if it has none."""
    for folder in ('etc', 'images', 'state'):
        os.makedirs(site.path(folder), exist_ok=True)
    for name, content in {**FILES, **(CINDER_FILES if site.volume_zones else {})}.items():
        write(site.path('etc', name), content(site), 0o600)
    write(site.path('etc', 'nova-policy.yaml'),
          '"os_compute_api:os-flavor-extra-specs:index": "rule:context_is_admin"\n'
          if site.hide_extra_specs else '{}\n')
    shutil.copy(paste('nova'), site.path('etc', 'api-paste.ini'))
    for folder in ('fernet', 'credential'):
        for number in '01':
            path = site.path('etc', folder, number)
            if not os.path.exists(path):
                write(path, base64.urlsafe_b64encode(os.urandom(32)).decode(), 0o600)
        os.chmod(site.path('etc', folder), 0o700)


def arguments(site, service):
    """Returns the argv of a service's process, for forge.py."""
    etc = site.path('etc')
    listen = [site.address, str(PORTS[service] + INNER)]
    return {
        'keystone': ['keystone', etc + '/keystone.conf', *listen],
        'placement': ['placement', etc, *listen],
        'nova': ['nova', site.compute_ready, ','.join(site.hosts), '--config-file',
                 etc + '/nova.conf'],
        'cinder': ['cinder', '--config-file', etc + '/cinder.conf'],
        'glance': ['glance-api', '--config-file', etc + '/glance-api.conf'],
        'neutron': ['neutron-server', ','.join(site.hosts), '--config-file',
                    etc + '/neutron.conf', '--config-file', etc + '/ml2.ini'],
    }[service]


def bootstrap_arguments(site):
    """Returns the argv of keystone-manage bootstrap for this site."""
    url = site.url('keystone') + '/v3'
    return ['keystone-manage', '--config-file', site.path('etc', 'keystone.conf'), 'bootstrap',
            '--bootstrap-password', PASSWORD, '--bootstrap-username', 'admin',
            '--bootstrap-project-name', 'admin', '--bootstrap-role-name', 'admin',
            '--bootstrap-service-name', 'keystone', '--bootstrap-region-id', site.region,
            '--bootstrap-admin-url', url, '--bootstrap-public-url', url,
            '--bootstrap-internal-url', url]
