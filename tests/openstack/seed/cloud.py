# SPDX-License-Identifier: Apache-2.0
"""Creates the contents of one site through openstacksdk, as its administrator."""
import json
import time

import openstack

import process
from database import sql
from paths import CRAWLER_USER, PASSWORD

GIB = 1024 ** 3


def qcow2_header(virtual_bytes):
    """Returns the first 512 bytes of a real version 3 qcow2 image that expands to virtual_bytes;
    Glance reads virtual_size from it."""
    return (b'QFI\xfb' + (3).to_bytes(4, 'big') + bytes(16) + virtual_bytes.to_bytes(8, 'big')
            ).ljust(512, b'\0')


class Cloud:
    """Creates things at one site. Names of VOs stand for their projects everywhere."""

    def __init__(self, site):
        self.site = site
        self.admin = self.connect('admin', project_name='admin', project_domain_name='Default')
        self.projects = {}  # VO or other name -> project
        self._sizes = []  # (image id, bytes, virtual bytes) that Glance is to report

    def connect(self, user, **project):
        """Returns an openstacksdk connection. The endpoints are given, not discovered: handling the
        catalog's unusual spelling is the crawler's task."""
        url = self.site.url
        return openstack.connect(
            load_yaml_config=False, load_envvars=False, auth_url=url('keystone') + '/v3',
            username=user, password=PASSWORD, user_domain_name='Default',
            region_name=self.site.region, cacert=self.site.ca_file, image_api_version='2',
            identity_endpoint_override=url('keystone') + '/v3',
            image_endpoint_override=url('glance') + '/v2',
            compute_endpoint_override=url('nova') + '/v2.1',
            network_endpoint_override=url('neutron') + '/v2.0',
            block_storage_endpoint_override=url('cinder') + '/v3', **project)

    def as_crawler(self, vo):
        return self.connect(CRAWLER_USER, project_id=self.projects[vo].id)

    # ------------------------------------------------------------------------------- compute
    def flavor(self, name, vcpus, ram_mib, disk_gib, specs=None, only=None, **more):
        """Creates a flavor; private to the project of a VO if `only` names one."""
        made = self.admin.compute.create_flavor(
            name=name, vcpus=vcpus, ram=ram_mib, disk=disk_gib, is_public=only is None, **more)
        if specs:
            self.admin.compute.create_flavor_extra_specs(made, specs)
        if only:
            self.admin.compute.flavor_add_tenant_access(made, self.projects[only].id)

    def compute_quota(self, vo, **limits):
        answer = self.admin.compute.put('/os-quota-sets/' + self.projects[vo].id,
                                        json={'quota_set': dict(limits, force=True)})
        openstack.exceptions.raise_from_response(answer)

    def zones(self):
        """Creates the site's availability zones, with the hosts of the closed ones disabled."""
        site, compute = self.site, self.admin.compute
        if site.zones:
            process.wait_for_file(site.compute_ready, site.process('nova'))
        for zone, host in zip(site.zones, site.hosts):
            compute.add_host_to_aggregate(
                compute.create_aggregate(name=zone, availability_zone=zone), host)
            if zone in site.closed_zones:
                (service,) = [one for one in compute.services(binary='nova-compute')
                              if one.host == host]
                compute.disable_service(service, disabled_reason='closed')
        for zone in site.closed_volume_zones:
            self.volume_call('put', '/os-services/disable', binary='cinder-volume',
                             host='storage-%s@%s' % (site.slug, zone))

    # -------------------------------------------------------------------------------- volumes
    def volume_call(self, method, path, who=None, **body):
        """Calls Cinder, as the administrator or as another user; returns the body."""
        answer = getattr((who or self.admin).block_storage, method)(
            path, **({'json': body} if body else {}),
            headers={'OpenStack-API-Version': 'volume 3.59'})
        openstack.exceptions.raise_from_response(answer)
        return answer.json() if answer.content else None

    def volume_type(self, name, only=None, **specs):
        """Creates a volume type; private to the project of a VO if `only` names one."""
        made = self.volume_call('post', '/types', volume_type={
            'name': name, 'os-volume-type-access:is_public': only is None,
            'extra_specs': {key.replace('__', ':'): value for key, value in specs.items()}})
        if only:
            self.volume_call('post', '/types/%s/action' % made['volume_type']['id'],
                             addProjectAccess={'project': self.projects[only].id})

    def volume_quota(self, vo, **limits):
        self.volume_call('put', '/os-quota-sets/' + self.projects[vo].id, quota_set=limits)

    def _wait_until_available(self, who, kind, one):
        end = time.monotonic() + 60
        while True:
            status = self.volume_call('get', '/%ss/%s' % (kind, one), who)[kind]['status']
            if status == 'available':
                return
            if status == 'error' or time.monotonic() > end:
                raise RuntimeError('%s %s is %s' % (kind, one, status))
            time.sleep(0.2)

    def volume(self, vo, gib, image=None, **more):
        """Creates a volume in a VO's project; returns its id."""
        who = self.as_crawler(vo)
        made = self.volume_call('post', '/volumes', who, volume=dict(
            more, size=gib, **({'imageRef': image} if image else {})))['volume']['id']
        self._wait_until_available(who, 'volume', made)
        return made

    def volume_backed_snapshot(self, name, vo, gib, image):
        """Creates an image as Nova does for a volume-backed machine: without data, and with a
        snapshot of the volume to boot from."""
        volume, who = self.volume(vo, gib, image), self.as_crawler(vo)
        snapshot = self.volume_call('post', '/snapshots', who, snapshot={
            'volume_id': volume, 'name': 'snapshot for ' + name})['snapshot']['id']
        self._wait_until_available(who, 'snapshot', snapshot)
        mapping = {'snapshot_id': snapshot, 'source_type': 'snapshot', 'boot_index': 0,
                   'destination_type': 'volume', 'volume_size': gib, 'device_name': '/dev/vda',
                   'delete_on_termination': False, 'device_type': 'disk', 'disk_bus': 'virtio',
                   'image_id': None, 'volume_id': None, 'guest_format': None, 'no_device': None,
                   'tag': None, 'volume_type': None}
        # Nova sends no data: the image is active as soon as an empty file exists.
        return self.image(name, fmt='raw', owner=vo, visibility='private', data=b'', properties={
            'root_device_name': '/dev/vda', 'bdm_v2': 'True',
            'block_device_mapping': json.dumps([mapping])})

    # --------------------------------------------------------------------------------- image
    def image(self, name, size=None, virtual=None, fmt='qcow2', container='bare', upload=True,
              owner=None, visibility='public', properties=None, data=None, **more):
        """Creates an image. Only a header is uploaded; size is what Glance shall report, in bytes,
        and virtual what the image expands to. Without size, it is the header's own."""
        body = dict(more, visibility=visibility, disk_format=fmt, container_format=container,
                    name=name, **(properties or {}))
        if owner:
            body['owner'] = self.projects[owner].id
        body = {key: value for key, value in body.items() if value is not None}
        answer = self.admin.image.post('/images', json=body)
        openstack.exceptions.raise_from_response(answer)
        image_id = answer.json()['id']
        if upload:
            if data is None:
                data = qcow2_header(virtual or 0) if fmt == 'qcow2' else bytes(512)
            openstack.exceptions.raise_from_response(self.admin.image.put(
                '/images/%s/file' % image_id, data=data,
                headers={'Content-Type': 'application/octet-stream'}))
        if size:
            self._sizes.append((image_id, size, virtual if fmt == 'qcow2' else size))
        return image_id

    def snapshot(self, name, owner, base=None, **more):
        """Creates an image as Nova does for a server; owner is a VO."""
        properties = {
            'image_type': 'snapshot', 'image_location': 'snapshot', 'image_state': 'available',
            'boot_roles': 'member', 'owner_project_name': owner, 'base_image_ref': base or '',
            'instance_uuid': '4a7f4a36-8a3e-4b9e-9c1c-2d6f0d9d7a11', 'user_id': '0' * 32}
        more['properties'] = dict(properties, **more.get('properties', {}))
        return self.image(name, owner=owner, **more)

    def share_image(self, image_id, vo, accept):
        """Offers a shared image to a VO's project, which accepts it or leaves it pending."""
        project = self.projects[vo].id
        answer = self.admin.image.post('/images/%s/members' % image_id, json={'member': project})
        openstack.exceptions.raise_from_response(answer)
        if accept:
            openstack.exceptions.raise_from_response(self.as_crawler(vo).image.put(
                '/images/%s/members/%s' % (image_id, project), json={'status': 'accepted'}))

    def write_sizes(self):
        """Puts the sizes into Glance's own table: the API would accept them only with the bytes."""
        if self._sizes:
            sql(self.site.database('glance'), *[
                "update images set size = %d, virtual_size = %s where id = '%s'"
                % (size, virtual or 'virtual_size', image) for image, size, virtual in self._sizes])

    # ------------------------------------------------------------------------------- network
    def network(self, name, vo=None, subnets=(), flat=None, vlan=None, **more):
        """Creates a network with its subnets; vo owns it, or the administrators' project if None. A
        subnet is (cidr, {attribute: value})."""
        owner = {'project_id': self.projects[vo].id} if vo else {}
        if flat:
            more.update(provider_network_type='flat', provider_physical_network=flat)
        if vlan:
            more.update(provider_network_type='vlan', provider_physical_network='physnet1',
                        provider_segmentation_id=vlan)
        made = self.admin.network.create_network(name=name, **owner, **more)
        made.made_subnets = [
            self.admin.network.create_subnet(
                network_id=made.id, cidr=cidr, ip_version=6 if ':' in cidr else 4, **owner,
                **attributes)
            for cidr, attributes in subnets]
        return made

    def router(self, name, vo, external=None, networks=(), subnets=(), **more):
        """Creates a router of a VO with a gateway on external and an interface on each network's
        subnets, and on each of subnets."""
        if external is not None:
            more['external_gateway_info'] = {'network_id': external.id}
        made = self.admin.network.create_router(
            name=name, project_id=self.projects[vo].id, **more)
        for subnet in [*(subnet for network in networks for subnet in network.made_subnets),
                       *subnets]:
            self.admin.network.add_interface_to_router(made, subnet_id=subnet.id)
        return made

    def show_network(self, network, vo, action='access_as_shared'):
        """Lets one VO see another project's network (RBAC)."""
        self.admin.network.create_rbac_policy(
            object_type='network', object_id=network.id, action=action,
            target_project_id=self.projects[vo].id)

    def pool(self, name, vos, subnets, **more):
        """Creates a network that is external for some VOs only, without DHCP."""
        made = self.network(name, subnets=[
            (cidr, dict({'is_dhcp_enabled': False}, **attributes)) for cidr, attributes in subnets],
            **more)
        for vo in vos:
            self.show_network(made, vo, 'access_as_external')
        return made

    def subnet_pool(self, name, prefix, scope=None, **more):
        """Creates a subnet pool for all projects."""
        if scope:
            more['address_scope_id'] = scope.id
        return self.admin.network.create_subnet_pool(name=name, prefixes=[prefix], is_shared=True,
                                                     **more)

    def floating_ip(self, vo, external, address=None, port=None, **more):
        if port is not None:
            more['port_id'] = port.id
        if address:
            more['floating_ip_address'] = address
        return self.admin.network.create_ip(floating_network_id=external.id,
                                            project_id=self.projects[vo].id, **more)

    def forward(self, floating_ip, port, internal_port, external_port):
        """Forwards a TCP port of a floating IP, which is then attached to nothing and not free."""
        self.admin.network.create_floating_ip_port_forwarding(
            floating_ip, internal_port_id=port.id, protocol='tcp',
            internal_ip_address=port.fixed_ips[0]['ip_address'], internal_port=internal_port,
            external_port=external_port)

    def server_port(self, vo, network, address):
        """Creates the port of a machine; the lab does not run the machine itself."""
        return self.admin.network.create_port(
            network_id=network.id, project_id=self.projects[vo].id, device_owner='compute:nova',
            fixed_ips=[{'ip_address': address}])

    def network_quota(self, vo, **limits):
        self.admin.network.update_quota(self.projects[vo].id, **limits)
