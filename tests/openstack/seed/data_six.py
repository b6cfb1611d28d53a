# SPDX-License-Identifier: Apache-2.0
"""CIS-LAB-SIX: a small site with an IPv6-only external network and few, plain images."""
import lab_flavors
import lab_images

OTHER_PROJECTS = ('local-users', 'training', 'ünïcødé projekt')


def flavors(cloud):
    lab_flavors.make(cloud, lab_flavors.SMALL_SITE)


def images(cloud):
    lab_images.from_appdb(cloud, 4)
    lab_images.from_registry(cloud)
    cloud.image('cirros', 16338944, 112 * lab_images.MIB, visibility='community')


def networks(cloud):
    external = cloud.network('ext-v6', flat='public', is_router_external=True,
                             subnets=[('2a01:4f8:c17:1000::/64', {'is_dhcp_enabled': False})])
    for number, vo in enumerate((*cloud.site.vos, 'local-users')):
        six = cloud.network('net6-' + vo, vo, subnets=[
            ('fd00:%x::/64' % number, {'ipv6_ra_mode': 'slaac', 'ipv6_address_mode': 'slaac'})])
        cloud.router('r6', vo, external, [six])
        cloud.network('net4-' + vo, vo, subnets=[('10.0.0.0/24', {})])
