# SPDX-License-Identifier: Apache-2.0
"""One project of a real site, through its REST APIs: its contents, machines to try, clean-up."""
import ipaddress
import time

import openstack

SECONDS = 180  # a boot or a deletion that takes longer has failed
# In the order in which they can be deleted.
KINDS = ('servers', 'floatingips', 'routers', 'ports', 'subnets', 'networks', 'volumes',
         'security-groups', 'keypairs')
ADDRESSES = ('floatingips', 'routers')
WITHOUT_MACHINES = (*ADDRESSES, 'ports', 'subnets', 'networks')
WITH_MACHINES = ('servers', *WITHOUT_MACHINES, 'volumes')
VOLUME_TYPES_SINCE = '2.67'  # Nova's version from which a boot volume may be of a type


class Refused(Exception):
    """The site refused a request, or a machine ended in ERROR."""


def is_public(address):
    return ipaddress.ip_address(address).is_global


class Project:
    """A VO's project. Not for use by several threads at the same time."""

    def __init__(self, lab, site, vo, as_admin=False):
        who = {'username': lab['user'], 'project_id': site['projects'][vo]['project_id']}
        if as_admin:
            who = {'username': 'admin', 'project_name': 'admin', 'project_domain_name': 'Default'}
        urls = site['urls']
        self.site, self.vo = site, vo
        self.id = site['projects'][vo]['project_id']
        # The endpoints are given, as in seed/cloud.py: some catalogs are spelled oddly.
        self._cloud = openstack.connect(
            load_yaml_config=False, load_envvars=False, auth_url=site['auth_url'],
            password=lab['password'], user_domain_name='Default', region_name=site['region'],
            cacert=site['ca_file'], image_api_version='2',
            image_endpoint_override=urls['glance'] + '/v2',
            compute_endpoint_override=urls['nova'] + '/v2.1',
            network_endpoint_override=urls['neutron'] + '/v2.0',
            block_storage_endpoint_override=urls.get('cinder', '') + '/v3', **who)
        self._cloud.compute.default_microversion = '2.61'
        self.has_volumes = 'cinder' in urls

    # ------------------------------------------------------------------------------ requests
    def _ask(self, method, service, path, key=None, version=None, **body):
        proxy = getattr(self._cloud, service)
        answer = getattr(proxy, method)(path, **({'json': body} if body else {}),
                                        **({'microversion': version} if version else {}))
        if answer.status_code >= 400:
            raise Refused('%d %s' % (answer.status_code, answer.text[:300]))
        return answer.json()[key] if key else None

    def _every(self, service, path, key):
        """Returns the items of all pages."""
        found, proxy = [], getattr(self._cloud, service)
        while True:
            marker = '&marker=' + found[-1]['id'] if found else ''
            body = proxy.get('%s%slimit=1000%s' % (
                path, '&' if '?' in path else '?', marker)).json()
            found += body[key]
            if 'next' not in [link['rel'] for link in body.get(key + '_links', ())] \
                    and 'next' not in body:
                return found

    def flavors(self):
        return self._every('compute', '/flavors/detail', 'flavors')

    def images(self):
        """Returns the images that the project sees, hidden ones included."""
        return self._every('image', '/images', 'images') + self._every(
            'image', '/images?os_hidden=true', 'images')

    def network(self, kind, query=''):
        """Returns all networks, subnets, ports, routers, floatingips or security-groups that the
        project sees."""
        return self._every('network', '/%s%s' % (kind, query), kind.replace('-', '_'))

    def ids(self, kind):
        """Returns the ids of a kind in the project (keypairs: of its user)."""
        if kind == 'servers':
            return {row['id'] for row in self._every('compute', '/servers', 'servers')}
        if kind == 'keypairs':
            return {row['keypair']['name'] for row in self._ask('get', 'compute', '/os-keypairs',
                                                                'keypairs')}
        if kind == 'volumes':
            return {row['id'] for row in self._every('block_storage', '/volumes', 'volumes')} \
                if self.has_volumes else set()
        return {row['id'] for row in self.network(kind, '?fields=id&project_id=' + self.id)}

    def own(self, kinds=KINDS):
        """Returns {kind: ids} of everything in the project."""
        return {kind: self.ids(kind) for kind in kinds}

    # ------------------------------------------------------------------------------ machines
    def create(self, flavor, image, network=None, port=None, zone=None, disk=None, count=1):
        """Requests machines on a network, on a port, or on neither, and returns the id of the
        first; raises Refused if Nova refuses. disk: Nova's entry of the volume that the machine
        runs from."""
        server = {'name': 'cis-try', 'flavorRef': flavor, 'min_count': count, 'max_count': count,
                  'networks': [{'uuid': network}] if network else [{'port': port}] if port
                              else 'none'}
        if zone:
            server['availability_zone'] = zone
        if disk:
            server['block_device_mapping_v2'] = [dict(
                disk, boot_index=0, destination_type='volume', delete_on_termination=True)]
        else:
            server['imageRef'] = image
        return self._ask('post', 'compute', '/servers', 'server', VOLUME_TYPES_SINCE,
                         server=server)['id']

    def server(self, server_id):
        return self._ask('get', 'compute', '/servers/' + server_id, 'server')

    def _listed(self, status):
        return {row['id'] for row in self._ask('get', 'compute', '/servers?status=' + status,
                                               'servers')}

    def wait_until_active(self, server_id):
        """Raises Refused if the machine ends in ERROR or does not run in time. (Listing by state is
        cheap for Nova; a whole server is not.)"""
        end = time.monotonic() + SECONDS
        while server_id not in self._listed('ACTIVE'):
            if server_id in self._listed('ERROR'):
                raise Refused(self.server(server_id).get('fault', {}).get('message', 'no fault'))
            if time.monotonic() > end:
                raise Refused('still building after %d s' % SECONDS)
            time.sleep(0.3)

    def ports(self, server_id):
        return self.network('ports', '?device_id=' + server_id)

    def addresses(self, server_id):
        """Returns (fixed addresses, floating ones) as Neutron has them."""
        fixed, floating = [], []
        for port in self.ports(server_id):
            fixed += [ip['ip_address'] for ip in port['fixed_ips']]
            floating += [row['floating_ip_address']
                         for row in self.network('floatingips', '?port_id=' + port['id'])]
        return fixed, floating

    # ------------------------------------------------------------------------------- volumes
    def zones(self):
        """Returns Nova's availability zones in which machines may be started."""
        return [row['zoneName'] for row in self._ask(
            'get', 'compute', '/os-availability-zone', 'availabilityZoneInfo')
                if row['zoneState']['available']]

    def volume_zones(self):
        return [row['zoneName'] for row in self._ask(
            'get', 'block_storage', '/os-availability-zone', 'availabilityZoneInfo')
                if row['zoneState']['available']]

    def volume_types(self):
        return [row['name'] for row in self._ask('get', 'block_storage', '/types', 'volume_types')]

    def volume(self, volume_id):
        return self._ask('get', 'block_storage', '/volumes/' + volume_id, 'volume')

    def make_volume(self, gib, image, zone=None, kind=None):
        """Creates a volume with an image on it: returns its id, or raises Refused."""
        made = self._ask('post', 'block_storage', '/volumes', 'volume', volume={
            'size': gib, 'imageRef': image, 'availability_zone': zone, 'volume_type': kind})['id']
        end = time.monotonic() + SECONDS
        while self.volume(made)['status'] != 'available':
            if self.volume(made)['status'] == 'error' or time.monotonic() > end:
                self.delete('volumes', made)
                raise Refused('volume of %d GiB: %s' % (gib, self.volume_messages(made)))
            time.sleep(0.2)
        return made

    def volume_messages(self, volume_id):
        """Returns Cinder's messages for users about a volume in error."""
        answer = self._cloud.block_storage.get(
            '/messages', headers={'OpenStack-API-Version': 'volume 3.5'}).json()
        return '; '.join(row['user_message'] for row in answer.get('messages', ())
                         if row['resource_uuid'] == volume_id) or 'error'

    # ----------------------------------------------------------------------------- addresses
    def attach(self, port_id, external_id):
        """Gives a port a floating IP of a network, an unattached one if there is one. Returns (id,
        address, whether it was created)."""
        for row in self.network('floatingips', '?floating_network_id=' + external_id):
            if row['port_id'] is None and not row.get('port_forwardings'):
                self.set_floating_port(row['id'], port_id)
                return row['id'], row['floating_ip_address'], False
        row = self._ask('post', 'network', '/floatingips', 'floatingip', floatingip={
            'floating_network_id': external_id, 'port_id': port_id})
        return row['id'], row['floating_ip_address'], True

    def set_floating_port(self, floating_id, port_id):
        self._ask('put', 'network', '/floatingips/' + floating_id,
                  floatingip={'port_id': port_id})

    def make_port(self, network_id, subnet_ids):
        """Creates a port with an address in each subnet."""
        return self._ask('post', 'network', '/ports', 'port', port={
            'network_id': network_id, **({'fixed_ips': [{'subnet_id': one} for one in subnet_ids]}
                                         if subnet_ids else {})})

    def make_network(self, pool=None, version=4):
        """Creates a network with a subnet of a subnet pool or of a private range: returns (network
        id, subnet)."""
        network = self._ask('post', 'network', '/networks', 'network',
                            network={'name': 'cis-try'})['id']
        subnet = {'network_id': network, 'ip_version': version}
        subnet.update({'subnetpool_id': pool} if pool else {'cidr': '192.168.199.0/24'})
        if version == 6:
            subnet.update(ipv6_ra_mode='slaac', ipv6_address_mode='slaac')
        return network, self._ask('post', 'network', '/subnets', 'subnet', subnet=subnet)

    def make_router(self, external_id, subnet_id):
        """Creates a router between an external network and a subnet, which must have a gateway
        address."""
        made = self._ask('post', 'network', '/routers', 'router', router={
            'name': 'cis-try', 'external_gateway_info': {'network_id': external_id}})['id']
        try:
            self._ask('put', 'network', '/routers/%s/add_router_interface' % made,
                      subnet_id=subnet_id)
        except Refused:
            self.delete('routers', made)
            raise
        return made

    def routers(self):
        """Returns {router id: (its external network or None, whether it is switched on)} of the
        project."""
        return {row['id']: ((row['external_gateway_info'] or {}).get('network_id'),
                            row['admin_state_up'])
                for row in self.network('routers', '?project_id=' + self.id)}

    def set_router(self, router_id, external_id, enabled=True):
        self._ask('put', 'network', '/routers/' + router_id, router={
            'external_gateway_info': external_id and {'network_id': external_id},
            'admin_state_up': enabled})

    def restore_routers(self, before):
        """Gives existing routers back the gateway and the state that they had."""
        for router, state in self.routers().items():
            if before.get(router, state) != state:
                self.set_router(router, *before[router])

    def routers_of(self, subnet_id):
        """Returns the project's routers with an interface on the subnet."""
        return sorted({row['device_id'] for row in self.network(
            'ports', '?fixed_ips=subnet_id%%3D%s&device_owner=network:router_interface' % subnet_id)
                       } & set(self.routers()))

    # ------------------------------------------------------------------------------ clean-up
    def delete(self, kind, one):
        """Deletes one thing and waits until it is deleted."""
        if kind == 'routers':
            for port in self.ports(one):
                if port['device_owner'] == 'network:router_interface':
                    self._ask('put', 'network', '/routers/%s/remove_router_interface' % one,
                              port_id=port['id'])
        if kind == 'keypairs':
            self._ask('delete', 'compute', '/os-keypairs/' + one)
        elif kind not in ('servers', 'volumes'):
            self._ask('delete', 'network', '/%s/%s' % (kind, one))
        else:
            self._delete_slowly(kind, one)

    def _delete_slowly(self, kind, one):
        """Waits until it is not listed any more. A machine's volume is detached some time after the
        machine was deleted, and may be deleted with it."""
        service = 'compute' if kind == 'servers' else 'block_storage'
        end, asked = time.monotonic() + SECONDS, False
        while one in self.ids(kind):
            if not asked:
                try:
                    self._ask('delete', service, '/%s/%s' % (kind, one))
                    asked = True
                except Refused as why:
                    if kind == 'servers' or time.monotonic() > end:
                        raise Refused('%s %s: %s' % (kind, one, why)) from why
            if time.monotonic() > end:
                raise Refused('%s %s is not deleted after %d s' % (kind, one, SECONDS))
            time.sleep(0.2)

    def clean(self, before):
        """Deletes what the project has beyond `before`, of the kinds in `before`; returns what was
        deleted."""
        left = []
        for kind in [kind for kind in KINDS if kind in before]:
            # Listed again each time: deleting a machine deletes its ports.
            for one in sorted(self.ids(kind) - before[kind]):
                left.append('%s %s' % (kind, one))
                self.delete(kind, one)
        return left
