# SPDX-License-Identifier: Apache-2.0
"""INFN-PADOVA-STACK as its users' record of April 2022 shows it."""
from cloud import GIB

OTHER_PROJECTS = ()
MIB = 1024 ** 2

FLAVORS = (  # id, name, vCPUs, RAM in MiB, disk in GiB, private to
    ('0', 'm1.tiny', 1, 512, 1, None),
    ('1', 'm1.small', 1, 2048, 20, None),
    ('2', 'm1.medium', 2, 4096, 40, None),
    ('3', 'm1.large', 4, 8192, 80, None),
    ('10', '2CPU8GB30HD', 2, 8192, 30, 'vo.access.egi.eu'),
    ('11', '4CPU16GB30HD', 4, 16384, 30, 'vo.access.egi.eu'),
)


def flavors(cloud):
    for flavor_id, name, vcpus, ram_mib, disk_gib, only in FLAVORS:
        cloud.flavor(name, vcpus, ram_mib, disk_gib, id=flavor_id, only=only)


def images(cloud):
    cloud.image('Image for NVIDIA Docker CentOS 7 [CentOS/7/KVM]', 2861 * MIB, 10 * GIB,
                id='1fb7d6e2-8209-451f-bf3e-1c9978b8456b', properties={
                    'vmcatcher_event_ad_mpuri': 'https://appdb.egi.eu/store/vo/image/'
                                                'b3ed6ddf-6ff0-5b5b-9a0d-4a4b1b1f4b3f:8351/',
                    'vmcatcher_event_sl_os': 'Linux', 'vmcatcher_event_sl_osname': 'CentOS',
                    'vmcatcher_event_sl_osversion': '7', 'vmcatcher_event_sl_arch': 'x86_64'})
    # The image of the refused machine: bigger than m1.tiny's disk, and min_disk does not say so.
    # Raw, so this is what it expands to as well.
    cloud.image('Ubuntu Server 18.04 LTS', 2361393152, fmt='raw',
                id='f90c4ea2-9912-4978-a9d8-55b73eb0ae24')
    cloud.image('cirros', 12716032, 39 * MIB, id='59287545-1823-411a-90a3-a06901681727')


def networks(cloud):
    external = cloud.network('ext-net', flat='public', is_router_external=True, subnets=[
        ('90.147.77.0/24', {'is_dhcp_enabled': False, 'gateway_ip': '90.147.77.254'})])
    for number, vo in enumerate(cloud.site.vos):
        own = cloud.network('int-' + vo, vo, subnets=[
            ('10.64.%d.0/24' % (10 + number), {'name': 'sub-int-' + vo,
                                               'dns_nameservers': ['192.84.143.16']})])
        cloud.router('rt-' + vo, vo, external, [own])
    cloud.network_quota('vo.access.egi.eu', floating_ips=10)
