# SPDX-License-Identifier: Apache-2.0
"""CIS-LAB-SUBNETS: networks in which the subnet, the address or the router decides. Each project
has one kind of them, and quotas that permit no other way."""
import lab_flavors
import lab_images

OTHER_PROJECTS = ('neighbour',)
NO_DHCP = {'is_dhcp_enabled': False}
SIX = {'ipv6_ra_mode': 'slaac', 'ipv6_address_mode': 'slaac'}


def flavors(cloud):
    lab_flavors.make(cloud, lab_flavors.SMALL_SITE)


def images(cloud):
    lab_images.from_appdb(cloud, 4)
    lab_images.from_registry(cloud)
    cloud.image('cirros', 16338944, 112 * lab_images.MIB)


def _public_pool(cloud):
    return cloud.pool('public', [
        'vo.access.egi.eu', 'biomed', 'enmr.eu', 'belle2', 'dteam', 'ops', 'fusion', 'km3net'],
        [('130.186.24.0/24', {})], flat='public')


def _two_subnets(cloud, public):
    """The router serves the second only. Of three floating IPs one is free, one forwards a port."""
    vo = 'vo.access.egi.eu'
    own = cloud.network('two-subnets', vo, subnets=[('10.1.0.0/24', {'name': 'not-routed'}),
                                                    ('10.2.0.0/24', {'name': 'routed'})])
    cloud.router('two-subnets', vo, public, subnets=own.made_subnets[1:])
    port = cloud.server_port(vo, own, '10.2.0.9')
    cloud.floating_ip(vo, public, port=port)
    cloud.floating_ip(vo, public)
    cloud.forward(cloud.floating_ip(vo, public), cloud.server_port(vo, own, '10.2.0.10'), 22, 2222)
    cloud.network('own, down', vo, is_admin_state_up=False, subnets=[('10.3.0.0/24', {})])


def _routers(cloud, public, neighbour):
    """Creates the problems of the one router that the project may have."""
    private = cloud.pool('campus', ['belle2'], [('10.200.0.0/22', {})], flat='extnet')
    for number, (vo, external, more) in enumerate((
            ('biomed', public, {'is_admin_state_up': False}), ('enmr.eu', None, {}),
            ('belle2', private, {}))):
        own = cloud.network('net-' + vo, vo, subnets=[('10.10.%d.0/24' % number, {})])
        cloud.router('router-' + vo, vo, external, [own], **more)
        cloud.network_quota(vo, routers=1)
    # No router can be connected to this subnet, and no other network may be created.
    cloud.network('no-gateway', 'dteam', subnets=[('10.11.0.0/24', {'gateway_ip': None})])
    cloud.network_quota('dteam', networks=1)
    # No router exists, and none may be created.
    cloud.network('no-router', 'km3net', subnets=[('10.12.0.0/24', {})])
    cloud.network_quota('km3net', routers=0, networks=1)
    # Nothing exists yet, and each thing may be created once.
    cloud.network_quota('ops', networks=1, subnets=1, routers=1, ports=3, floating_ips=1,
                        security_groups=1)
    # Of the networks that a neighbouring project shares, one leads out.
    for name, number, router in (('neighbour-routed', 20, True), ('neighbour-alone', 21, False)):
        shared = cloud.network(name, neighbour, subnets=[('10.%d.0.0/24' % number, {})])
        cloud.show_network(shared, 'fusion')
        if router:
            cloud.router(name, neighbour, public, [shared])
    cloud.network_quota('fusion', networks=0)


def _small_pools(cloud, neighbour):
    """Pools of a /29, two of them full: one beside another with room, one alone."""
    def slash29(text, first, last):
        return (text + '.0/29', {'gateway_ip': text + '.1', 'allocation_pools': [
            {'start': '%s.%d' % (text, first), 'end': '%s.%d' % (text, last)}]})
    full = cloud.pool('a-full-pool', ['eosc-synergy.eu'], [slash29('85.122.28', 3, 4)], vlan=401)
    cloud.pool('b-pool-with-room', ['eosc-synergy.eu'], [slash29('85.122.29', 3, 6)], vlan=402)
    alone = cloud.pool('full-and-alone', ['escape.ska'], [slash29('85.122.30', 3, 5)], vlan=403)
    small = cloud.network('slash-29', 'eosc-synergy.eu', subnets=[('10.30.0.0/29', {})])
    cloud.server_port('eosc-synergy.eu', small, '10.30.0.3')
    own = cloud.network('net-escape', 'escape.ska', subnets=[('10.31.0.0/24', {})])
    cloud.router('router-escape', 'escape.ska', alone, [own])
    for pool in (full, full, alone, alone):
        cloud.floating_ip(neighbour, pool)


def _subnet_pools(cloud):
    """An external network whose IPv6 addresses are of the same scope as a pool for everybody."""
    scope = cloud.admin.network.create_address_scope(name='six', ip_version=6, is_shared=True)
    cloud.subnet_pool('public-six', '2a0c:b641:100::/48', scope, default_prefix_length=64)
    cloud.subnet_pool('private-four', '10.128.0.0/16', default_prefix_length=26)
    uplink = cloud.admin.network.create_subnet_pool(
        name='uplink-six', prefixes=['2a0c:b641:200::/56'], address_scope_id=scope.id,
        default_prefix_length=64)
    cloud.pool('six-and-four', ['lofar.eu'], [
        ('130.186.25.0/24', {}),
        ('2a0c:b641:200::/64', {'subnet_pool_id': uplink.id})], vlan=404)


def _shared(cloud):
    """Networks of the administrators to which machines are attached directly."""
    for name, vlan, subnets, more in (
            ('public-without-dhcp', 411, [('130.186.26.0/28', NO_DHCP)], {}),
            ('private-without-dhcp', 412, [('10.40.0.0/24', NO_DHCP)], {}),
            ('private-and-public', 413, [('10.41.0.0/24', {}), ('130.186.27.0/28', {})], {}),
            ('six-only', 414, [('2a0c:b641:300::/64', SIX)], {}),
            ('dual-stack', 415, [('10.42.0.0/24', {}), ('2a0c:b641:301::/64', SIX)], {}),
            ('public, down', 416, [('130.186.28.0/24', {})], {'is_admin_state_up': False})):
        cloud.show_network(cloud.network(name, vlan=vlan, subnets=subnets, **more), 'virgo')
    cloud.network_quota('virgo', networks=0)


def networks(cloud):
    neighbour = 'neighbour'
    public = _public_pool(cloud)
    _two_subnets(cloud, public)
    _routers(cloud, public, neighbour)
    _small_pools(cloud, neighbour)
    _subnet_pools(cloud)
    _shared(cloud)
