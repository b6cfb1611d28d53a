# SPDX-License-Identifier: Apache-2.0
"""CIS-LAB-DIRECT: machines sit directly on a shared public network; nothing is external."""
import lab_flavors
import lab_images

OTHER_PROJECTS = ('local-users', 'training', 'ünïcødé projekt')


def flavors(cloud):
    lab_flavors.make(cloud)


def images(cloud):
    lab_images.make(cloud)


def networks(cloud):
    cloud.network('provider-public', flat='public', is_shared=True, subnets=[
        ('193.146.75.0/24', {'name': 'direct', 'gateway_ip': '193.146.75.1'})])
    cloud.network('Internal Network', vlan=200, is_shared=True, subnets=[('192.168.0.0/16', {})])
    own = cloud.network('escape.ska-net', 'escape.ska', subnets=[
        ('192.168.10.0/24', {'name': 'escape.ska-subnet'})])
    cloud.router('inside', 'escape.ska', None, [own])
