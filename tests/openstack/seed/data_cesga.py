# SPDX-License-Identifier: Apache-2.0
"""CESGA as its users' record of May 2022 shows it: names, ids, numbers and addresses."""
from cloud import GIB

OTHER_PROJECTS = ()
MIB = 1024 ** 2

# id, name, vCPUs, RAM in MiB, disk in GiB. Two of the names are wrong, and two say nothing.
FLAVORS = (
    ('0a28df3a-7d12-4372-b97f-fc083952859f', 'cor24mem60hd60', 24, 61440, 60),
    ('13eb41c8-ca84-4603-a12a-84275ea6621d', 'cor1mem4hd10', 1, 4096, 10),
    ('15bb9681-9032-4967-a4c5-859d9898087f', 'cor8mem32hd40', 8, 32768, 40),
    ('1ceccfe4-c69a-4fde-912e-566dd07b8851', 'cor8mem16hd40', 8, 16384, 40),
    ('256d0b17-0a89-430c-b4d4-7076371e1ca4', 'cor2mem2hd120', 2, 2048, 120),
    ('26d14547-96f2-4751-a686-f89a9f7cd9cc', 'cor4mem8hd40', 4, 8192, 40),
    ('2f7a3fee-aa79-432f-a72c-fa1ba1a153d0', 'cor8mem8hd20', 8, 8192, 20),
    ('3b8416aa-ec7f-4b6f-afdf-af6f07162972', 'cor4mem32hd200', 4, 32768, 200),
    ('42eb9c81-e556-4b63-bc19-4c9fb735e344', 'cor2mem2hd20', 2, 2048, 20),
    ('4787d9fc-3923-4fc9-b770-30966fc3baee', 'cor4mem4hd40', 4, 4096, 40),
    ('584fb907-ad68-461e-b318-d520c48b1ce4', 'cor1mem4hd40ephe40', 1, 4096, 40),
    ('599a40e1-902f-4dd9-89e3-38773ff57dcb', 'cor12mem24hd40', 12, 24576, 40),
    ('635c739a-692f-4890-b8fd-d50963bff00e', 'cor1mem1hd10', 1, 1024, 10),
    ('6ba0080d-d71c-4aff-b6f9-b5a9484097f8', 'small', 1, 512, 2),
    ('6e514065-9013-4ce1-908a-0dcc173125e4', 'cor2mem4hd20', 2, 4096, 20),
    ('823b9979-9e80-4d12-8d1a-17f32db094c3', 'cor8mem32hd80', 8, 32768, 80),
    ('85f66ce6-0b66-4889-a0bf-df8dc23ee540', 'cor1mem2hd10', 1, 2048, 10),
    ('8a5f58d2-fe06-4d53-a10e-041fdb6e4ea5', 'cor1mem8hd10', 1, 8192, 10),
    ('9b6f817a-49a5-40fe-8996-045075150004', 'cor16mem32hd20', 16, 32766, 20),
    ('a8bb4fef-4b3b-4a9a-99f5-5eb28f3a3fa3', 'cor2mem8hd50', 2, 8192, 50),
    ('a8ddf9c8-eb75-4f1c-9d9f-49c9ea5c2fe5', 'cor4mem16hd40', 4, 16384, 40),
    ('be62450f-c977-42fc-b6ec-ef51610220cd', 'cor2mem4hd50', 2, 4096, 51),
    ('c4aa496b-4684-4a86-bd7f-3a67c04b1fa6', 'cor24mem50hd50', 24, 51200, 50),
    ('edac68c3-50ea-42c2-ae1d-76b8beb306b5', 'test-bigHD', 2, 4096, 237),
    ('f4044905-0e96-4ccb-9345-514e985d31a5', 'cor8mem32hd20', 8, 32768, 20),
)

# id, name, size, virtual size. The record has ids and names; the sizes are of that order.
APPDB_IMAGES = (
    ('9d22cb3b-e6a3-4467-801a-a68214338b22', 'Image for CernVM3 [CentOS/6/QEMU-KVM]',
     20 * MIB, 20 * GIB),
    ('cef9428b-36ae-474d-988d-38114a5292ff', 'Image for CernVM4 [CentOS/7/OpenstackRAW]',
     20 * MIB, None),
    ('b03e8720-d88a-4939-b93d-23289b8eed6c', 'Image for CernVM4 [CentOS/7/QEMU-KVM]',
     20 * MIB, 20 * GIB),
    ('b3d7c991-5e9d-43e4-b912-5a55a8e33e7b', 'Image for EGI CentOS 8 [CentOS/8/VirtualBox]',
     986 * MIB, 8 * GIB),
    ('48d8bb31-5d76-4aaf-aee6-1bfc75fcef0e', 'Image for EGI Docker [Ubuntu/18.04/VirtualBox]',
     1187 * MIB, 8 * GIB),
    ('5704825b-7c67-4f8d-80a4-b5c95f17c278', 'Image for EGI Ubuntu 18.04 [Ubuntu/18.04/VirtualBox]',
     893 * MIB, 8 * GIB),
    ('cc10fb9b-1878-4638-a7e7-241762de3231', 'Image for EGI Ubuntu 20.04 [Ubuntu/20.04/VirtualBox]',
     1105 * MIB, 8 * GIB),
    ('9022d796-5136-47f8-b90e-aeb57f7412bc', 'Image for NVIDIA Docker CentOS 7 [CentOS/7/KVM]',
     2861 * MIB, 10 * GIB),
)

# Floating IPs of the record's project: the last byte, and the machine's if there is one. The record
# has machines behind 208 and 241 as well; here six are unused.
FLOATING = ((208, None), (230, 13), (209, None), (248, 18), (216, None), (250, 12), (234, 5),
            (244, None), (206, None), (225, 4), (217, 6), (223, 23), (241, None))


def flavors(cloud):
    for flavor_id, name, vcpus, ram_mib, disk_gib in FLAVORS:
        cloud.flavor(name, vcpus, ram_mib, disk_gib, id=flavor_id,
                     ephemeral=40 if name.endswith('ephe40') else 0)


def images(cloud):
    for number, (image_id, name, size, virtual) in enumerate(APPDB_IMAGES):
        system, version, hypervisor = name[name.index('[') + 1:-1].split('/')
        cloud.image(name, size, virtual, fmt='qcow2' if virtual else 'raw', id=image_id,
                    min_disk=1, min_ram=512, properties={
                        # As that time's synchronisation wrote them: min_disk is its core count.
                        'CLOUDKEEPER_APPLIANCE_ID': image_id[:8],
                        'CLOUDKEEPER_APPLIANCE_TITLE': name,
                        'CLOUDKEEPER_APPLIANCE_MPURI':
                            'https://appdb.egi.eu/store/vo/image/%s:%d/' % (image_id,
                                                                            8000 + number),
                        'CLOUDKEEPER_APPLIANCE_OPERATING_SYSTEM':
                            '%s/%s/%s' % (system, version, hypervisor),
                        'CLOUDKEEPER_APPLIANCE_ARCHITECTURE': 'x86_64',
                        'CLOUDKEEPER_APPLIANCE_VO': 'vo.access.egi.eu'})
    cloud.image('cirros', 16338944, 112 * MIB, id='79fadf3f-6092-4bb7-ab78-9a322f0aad33')
    ubuntu = APPDB_IMAGES[6][0]
    for image_id, name, size in (
            ('3cf1afc1-530a-4635-bb73-ac3e528937f0', 'webfts-snapshot-20220113', 3417 * MIB),
            ('e5fcdf55-9312-4634-8065-0d2136c1e264', 'www-chipster-snapshot-210309', 9833 * MIB)):
        cloud.snapshot(name, 'vo.access.egi.eu', base=ubuntu, size=size, virtual=40 * GIB,
                       id=image_id, visibility='private', min_disk=40)


def networks(cloud):
    vo = 'vo.access.egi.eu'
    public = cloud.network('public00', flat='public', is_router_external=True, subnets=[
        # routers take theirs from the pool; the record's floating IPs lie above it
        ('193.144.46.192/26', {'is_dhcp_enabled': False, 'gateway_ip': '193.144.46.193',
                               'allocation_pools': [{'start': '193.144.46.194',
                                                     'end': '193.144.46.204'}]}),
        ('193.144.35.0/24', {'is_dhcp_enabled': False})])
    own = cloud.network('net-' + vo, vo, subnets=[
        ('192.168.4.0/24', {'name': 'subnet-' + vo, 'dns_nameservers': ['193.144.34.209']})])
    cloud.router('router-' + vo, vo, public, [own])
    belle = cloud.network('belle2-private', 'belle2',
                          subnets=[('192.168.30.0/24', {'name': 'belle2-subnet'})])
    cloud.router('belle2-router', 'belle2', public, [belle])
    cloud.show_network(belle, vo)
    ops = cloud.network('net-ops', 'ops', subnets=[('192.168.7.0/24', {'name': 'subnet-ops'})])
    cloud.router('router-ops', 'ops', public, [ops])
    for last, machine in FLOATING:
        port = cloud.server_port(vo, own, '192.168.4.%d' % machine) if machine else None
        cloud.floating_ip(vo, public, '193.144.46.%d' % last, port)
    # This is all that the project may have: requesting one more is a 409, though six are unused.
    cloud.network_quota(vo, floating_ips=len(FLOATING))
    cloud.compute_quota(vo, instances=30, cores=80, ram=163840)
