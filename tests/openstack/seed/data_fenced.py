# SPDX-License-Identifier: Apache-2.0
"""CIS-LAB-FENCED: Nova attaches no volume of another zone (`cross_az_attach = False`), and Cinder's
default zone is not one of Nova's; addresses that depend on zones and on service types."""
import lab_flavors
import lab_images

OTHER_PROJECTS = ('local-users',)


def flavors(cloud):
    for name, vcpus, ram_gib, disk_gib in (('b1.small', 1, 2, 0), ('b1.medium', 2, 4, 0),
                                           ('b1.large', 4, 16, 0), ('d1.small', 1, 2, 20),
                                           ('d1.large', 8, 32, 80)):
        cloud.flavor(name, vcpus, ram_gib * lab_flavors.GIB, disk_gib)


def images(cloud):
    cloud.made_images = lab_images.from_appdb(cloud, 3)
    lab_images.from_registry(cloud)


def networks(cloud):
    # Routers take from a private range, floating IPs from a public one.
    external = cloud.network('outside', flat='public', is_router_external=True, subnets=[
        ('100.64.8.0/24', {'is_dhcp_enabled': False,
                           'service_types': ['network:router_gateway']}),
        ('37.156.60.0/24', {'is_dhcp_enabled': False,
                            'service_types': ['network:floatingip']})])
    own = cloud.network('own', 'vo.access.egi.eu', subnets=[('10.4.0.0/24', {})])
    cloud.router('own', 'vo.access.egi.eu', external, [own])
    # No zone of machines gets an address of the second.
    typed = cloud.network('typed', 'ops', subnets=[
        ('10.5.1.0/24', {'service_types': ['compute:north']}),
        # A router is given no address of a subnet that is for machines only.
        ('10.5.2.0/24', {'service_types': ['compute:south', 'network:router_interface']}),
        ('10.5.3.0/24', {'service_types': ['network:dhcp']})])
    cloud.router('typed', 'ops', external, subnets=typed.made_subnets[1:2])
    cloud.network_quota('ops', networks=1)
    six = {'ipv6_ra_mode': 'slaac', 'ipv6_address_mode': 'slaac'}
    direct = cloud.network('six-only', vlan=300, subnets=[('2a10:9e40:7::/64', six)])
    dual = cloud.network('dual', vlan=301, subnets=[('10.6.0.0/24', {}),
                                                    ('2a10:9e40:8::/64', six)])
    for network in (direct, dual):
        cloud.show_network(network, 'biomed')
    cloud.network_quota('biomed', networks=0, floating_ips=0)


def volumes(cloud):
    cloud.volume_quota('biomed', volumes=1)
