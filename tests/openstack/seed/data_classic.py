# SPDX-License-Identifier: Apache-2.0
"""CIS-LAB-CLASSIC: the ordinary shape of a site, with most of the things that go wrong in one."""
import lab_flavors
import lab_images

OTHER_PROJECTS = ('local-users', 'training', 'ünïcødé projekt')


def flavors(cloud):
    lab_flavors.make(cloud)


def images(cloud):
    lab_images.make(cloud)


def networks(cloud):
    no_dhcp = {'is_dhcp_enabled': False}
    public = cloud.network('public', flat='public', is_router_external=True, subnets=[
        ('147.251.115.0/24', dict(no_dhcp, name='public-v4')),
        ('2001:718:801:432::/64', dict(no_dhcp, name='public-v6'))])
    # external by its flag, but its addresses are private
    private_external = cloud.network(
        'private-muni-10-16-116', flat='extnet', is_router_external=True,
        subnets=[('10.16.116.0/22', dict(no_dhcp, name='ext-private'))])
    # external for one VO only
    biomed_external = cloud.network('public-biomed', flat='physnet2',
                                    subnets=[('193.144.35.0/26', no_dhcp)])
    cloud.show_network(biomed_external, 'biomed', 'access_as_external')
    cloud.network('group-project-network', vlan=101, is_shared=True,
                  subnets=[('172.16.0.0/20', {'name': 'group-subnet'})])
    seen_by_biomed = cloud.network('shared-with-biomed', subnets=[('10.99.0.0/24', {})])
    cloud.show_network(seen_by_biomed, 'biomed')

    for vo in (*cloud.site.vos, 'local-users'):
        subnets = [('192.168.10.0/24', {'name': vo + '-subnet',
                                       'dns_nameservers': ['147.251.4.33', '147.251.6.10']})]
        if vo == 'eosc-synergy.eu':  # dual stack
            subnets.append(('fd5c:9e1b::/64', {'ipv6_ra_mode': 'slaac',
                                              'ipv6_address_mode': 'slaac'}))
        own = cloud.network(vo + '-net', vo, subnets=subnets)
        if vo == 'ops':
            cloud.router('no-gateway', vo, None, [own])
        elif vo == 'biomed':
            cloud.router('to-biomed-ext', vo, biomed_external, [own])
        elif vo != 'dteam':  # dteam's has no router
            cloud.router(vo + '-router', vo, public, [own])
        if vo == 'vo.access.egi.eu':
            _odd_networks(cloud, vo, private_external)
            port = cloud.server_port(vo, own, '192.168.10.77')
            cloud.floating_ip(vo, public, port=port, description='in use')
            cloud.floating_ip(vo, public, description='free')
            cloud.floating_ip(vo, public, description='free')
        if vo == 'eosc-synergy.eu':
            cloud.floating_ip(vo, private_external)


def _odd_networks(cloud, vo, private_external):
    cloud.network('isolated', vo, subnets=[('10.10.0.0/24', {'gateway_ip': None})])
    cloud.network('no-subnet', vo)
    cloud.network('', vo)
    cloud.network('síť ☃ "quoted" & <odd>/name', vo, subnets=[('100.64.0.0/24', {})])
    cloud.network('down', vo, is_admin_state_up=False)
    twin = cloud.network(vo + '-net', vo, subnets=[('192.168.20.0/24', {})])  # the same name
    cloud.router('to-private-ext', vo, private_external, [twin],
                 description='its gateway has a private address')


def volumes(cloud):
    cloud.volume_quota('ops', volumes=1, gigabytes=30)
