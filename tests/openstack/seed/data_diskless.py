# SPDX-License-Identifier: Apache-2.0
"""CIS-LAB-DISKLESS: flavors without a disk, as SCS clouds have them, so that nearly every machine
boots from a volume; volume types and quotas that refuse; two zones of machines and two of volumes,
of which one has the same name, and a closed one of each."""
from cloud import GIB

OTHER_PROJECTS = ()
MIB = 1024 ** 2
VO = 'vo.access.egi.eu'

FLAVORS = (  # name, vCPUs, RAM in GiB, disk in GiB, extra specs
    ('SCS-1L-1', 1, 1, 0, {}), ('SCS-1V-2', 1, 2, 0, {}), ('SCS-1V-4', 1, 4, 0, {}),
    ('SCS-2V-4', 2, 4, 0, {}), ('SCS-2V-8', 2, 8, 0, {}), ('SCS-4V-8', 4, 8, 0, {}),
    ('SCS-4V-16', 4, 16, 0, {}), ('SCS-8V-32', 8, 32, 0, {}), ('SCS-16V-64', 16, 64, 0, {}),
    ('SCS-2V-4-20s', 2, 4, 20, {}), ('SCS-4V-16-100s', 4, 16, 100, {}),
    ('SCS-2C-4', 2, 4, 0, {'hw:cpu_policy': 'dedicated'}),
    ('SCS-4A-16', 4, 16, 0, {'trait:HW_CPU_X86_AVX512F': 'forbidden',
                             'hw_architecture': 'aarch64'}),
    ('SCS-8V-64_GNa-80h', 8, 64, 0, {
        'pci_passthrough:alias': 'a100:1', 'accelerator:type': 'GPU', 'accelerator:number': '1',
        'accelerator:vendor': 'NVIDIA', 'accelerator:model': 'A100'}),
    ('SCS-4V-32_gNt-4', 4, 32, 0, {
        'resources:VGPU': '1', 'trait:CUSTOM_NVIDIA_T4': 'required', 'accelerator:type': 'vGPU',
        'accelerator:number': '1', 'accelerator:vendor': 'NVIDIA', 'accelerator:model': 'T4'}),
    ('gpu-of-some-kind', 8, 32, 40, {
        'resources:CUSTOM_GPU_A100': '1', 'accelerator:type': 'GPU', 'accelerator:number': '1',
        'accelerator:vendor': 'NVIDIA', 'accelerator:model': 'A100'}),
)

UBUNTU = {'os_distro': 'ubuntu', 'architecture': 'x86_64', 'hw_disk_bus': 'scsi',
          'hw_scsi_model': 'virtio-scsi', 'image_build_date': '2026-10-01'}
IMAGES = (  # name, size in MiB, virtual size in GiB, properties, more
    ('Ubuntu 22.04', 650, 3, dict(UBUNTU, os_version='22.04'), {'min_disk': 8, 'min_ram': 512}),
    ('Ubuntu 24.04', 590, 4, dict(UBUNTU, os_version='24.04'), {'min_disk': 8, 'min_ram': 1024}),
    ('Debian 12', 420, 3, {'os_distro': 'debian', 'os_version': '12', 'architecture': 'x86_64'},
     {'min_disk': 8}),
    ('ubuntu-2404-kube-v1.31.2', 2100, 20, {
        'os_distro': 'ubuntu', 'os_version': '24.04', 'os_purpose': 'k8snode',
        'image_build_date': '2026-11-01'}, {'min_disk': 20}),
    ('Rocky 9', 1100, 10, {'os_distro': 'rocky', 'os_version': '9'}, {}),
    ('Debian 12 arm64', 430, 3, {'os_distro': 'debian', 'os_version': '12',
                                 'architecture': 'aarch64'}, {'min_disk': 8}),
    ('AlmaLinux 9 (min_disk far above its size)', 600, 10,
     {'os_distro': 'almalinux', 'os_version': '9'}, {'min_disk': 60}),
    # Its minimum is not given, and it unpacks to 50 GiB: known only from the header.
    ('openSUSE Leap 15.6', 800, 50, {'os_distro': 'opensuse', 'os_version': '15.6'}, {}),
    ('Fedora 41 virtio', 500, 5, {'os_distro': 'fedora', 'os_version': '41',
                                  'hw_disk_bus': 'virtio-scsi'}, {}),
    ('CentOS Stream 9 vif', 900, 10, {'os_distro': 'centos', 'os_version': '9',
                                      'hw_vif_model': 'virtio-net'}, {}),
    ('Ubuntu 20.04 (superseded)', 560, 3, dict(UBUNTU, os_version='20.04'),
     {'min_disk': 8, 'os_hidden': True}),
    ('Debian 11 of the community', 400, 3, {'os_distro': 'debian', 'os_version': '11'},
     {'visibility': 'community'}),
    ('debian-13-netinst.iso', 680, None, {'os_distro': 'debian', 'os_version': '13'},
     {'fmt': 'iso'}),
)


def flavors(cloud):
    for name, vcpus, ram_gib, disk_gib, specs in FLAVORS:
        # One project has flavors with a disk, and may have no volume.
        cloud.flavor(name, vcpus, ram_gib * 1024, disk_gib, specs,
                     only='ops' if disk_gib and not specs else None)


def images(cloud):
    cloud.made_images = {
        name: cloud.image(name, size * MIB, virtual and virtual * GIB, properties=properties,
                          **more)
        for name, size, virtual, properties, more in IMAGES}
    pending = cloud.image('Fedora 40 shared', 500 * MIB, 5 * GIB, owner='ops', visibility='shared',
                          properties={'os_distro': 'fedora', 'os_version': '40'})
    cloud.share_image(pending, VO, accept=False)


def networks(cloud):
    public = cloud.network('ext01', flat='public', is_router_external=True, subnets=[
        ('81.163.192.0/24', {'is_dhcp_enabled': False})])
    for number, vo in enumerate(cloud.site.vos):
        own = cloud.network('net-' + vo, vo, subnets=[('10.8.%d.0/24' % number, {})])
        cloud.router('router-' + vo, vo, public, [own])
    cloud.floating_ip(VO, public)
    # The zone of a machine decides which of the subnets it gets, and the router serves one.
    by_zone = cloud.network('by-zone', 'biomed', subnets=[
        ('10.9.2.0/24', {'name': 'of-az2', 'service_types': ['compute:az2']}),
        ('10.9.1.0/24', {'name': 'of-az1',
                         'service_types': ['compute:az1', 'network:router_interface']})])
    cloud.router('by-zone', 'biomed', public, subnets=[by_zone.made_subnets[1]])


def volumes(cloud):
    cloud.volume_type('fast', volume_backend_name='az1', RESKEY__availability_zones='az1')
    cloud.volume_type('bulk', volume_backend_name='store', RESKEY__availability_zones='store')
    cloud.volume_type('ours', only=VO)
    cloud.volume_type('archive', volume_backend_name='tape', RESKEY__availability_zones='tape')
    cloud.volume_quota(VO, volumes=100, gigabytes=5000)
    # The default type is refused, the others are not.
    cloud.volume_quota('biomed', volumes___DEFAULT__=0)
    cloud.volume_quota('enmr.eu', per_volume_gigabytes=15)
    cloud.volume_quota('belle2', gigabytes=40)
    cloud.volume('belle2', 36, name='data')
    cloud.volume_quota('ops', volumes=0)
    cloud.volume_backed_snapshot('snapshot of a machine on a volume', VO, 12,
                                 cloud.made_images['Debian 12'])
