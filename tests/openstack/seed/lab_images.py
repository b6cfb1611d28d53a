# SPDX-License-Identifier: Apache-2.0
"""The images of the three made-up sites: what EGI's synchronisations write, what sites upload
themselves, and what no program should choose."""
import uuid
import zlib

from cloud import GIB

MIB = 1024 ** 2

APPDB = (('Ubuntu', '20.04'), ('Ubuntu', '22.04'), ('Ubuntu', '24.04'), ('CentOS', '7'),
         ('CentOS Stream', '8'), ('Rocky Linux', '8'), ('Rocky Linux', '9'), ('AlmaLinux', '9'),
         ('Debian', '11'), ('Debian', '12'), ('Fedora', '39'), ('Alpine', '3.18'))
REGISTRY = (('ubuntu', '22.04'), ('ubuntu', '24.04'), ('rocky', '9'), ('alma', '9'),
            ('debian', '12'))

# Properties by name; the size in MiB, None where Glance shall report the header it was given.
OWN = (
    ('rocky-9-genericcloud', 1032, {
        'os_distro': 'rocky', 'os_version': '9', 'hw_firmware_type': 'uefi',
        'hw_machine_type': 'q35', 'hw_disk_bus': 'scsi', 'hw_scsi_model': 'virtio-scsi',
        'hw_qemu_guest_agent': 'yes', 'architecture': 'x86_64', 'os_require_quiesce': 'yes',
        'img_config_drive': 'mandatory'}),
    ('ubuntu-noble-x86_64', 585, {
        'os_distro': 'ubuntu', 'os_version': '24.04', 'default_user': 'ubuntu',
        'image_build_date': '2026-10-01', 'owner_specified_openstack_md5': ''}),
    ('ubuntu-noble-x86_64', 580, {  # the same name twice
        'os_distro': 'ubuntu', 'os_version': '24.04', 'default_user': 'ubuntu',
        'image_build_date': '2026-04-01'}),
    ('debian-12-arm64', 410, {'os_distro': 'debian', 'os_version': '12',
                              'hw_architecture': 'aarch64', 'architecture': 'aarch64'}),
    ('GPU Ubuntu 22.04 + CUDA 12', 9120, {'os_distro': 'ubuntu', 'os_version': '22.04',
                                         'gpu_driver': '550.54',
                                         'hw_vif_multiqueue_enabled': 'true'}),
    ('k8s-node v1.29 (Ubuntu 22.04) [beta]', 2900, {'os_distro': 'Ubuntu',
                                                   'os_version': '22.04.3 LTS'}),
    ('no properties at all', None, {}),
    ('obraz – Żółty ☃', None, {'os_distro': 'Žluťoučký'}),
    ('a' * 255, None, {}),
    (' leading and trailing ', None, {'empty': ''}),
    ('name/with/slashes?and=query&amp;#frag', None, {'os_distro': 'arch', 'a.b:c d': 'x'}),
)


def from_appdb(cloud, count=None):
    """Creates what the synchronisation with AppDB left behind; returns the ids."""
    made = []
    for number, (system, version) in enumerate(APPDB[:count]):
        key = str(uuid.uuid5(uuid.NAMESPACE_URL, system + version))
        prefix = 'EGI' if number % 2 else 'Image for EGI'
        made.append(cloud.image(
            '%s %s %s [%s/%s/VirtualBox]' % (prefix, system, version, system.split()[0], version),
            (600 + 37 * number) * MIB, 8 * GIB, min_disk=8, min_ram=1024, properties={
                'os_distro': system.split()[0].lower(), 'os_version': version,
                'os_type': 'linux', 'vmcatcher_event_ad_mpuri':
                    'https://appdb.egi.eu/store/vo/image/%s:%d/' % (key, 10000 + number),
                'APPLIANCE_MPURI': 'https://appdb.egi.eu/store/vm/image/%s/' % key,
                'vmcatcher_event_dc_identifier': key, 'vmcatcher_event_sl_arch': 'x86_64'}))
    return made


def from_registry(cloud):
    """Creates what the synchronisation with EGI's image registry writes."""
    for number, (system, version) in enumerate(REGISTRY):
        name = 'registry.egi.eu/egi_vm_images/%s:%s' % (system, version)
        cloud.image(name, (560 + 41 * number) * MIB, 10 * GIB, properties={
            'os_distro': 'almalinux' if system == 'alma' else system, 'os_version': version,
            'os_type': 'linux', 'hw_disk_bus': 'virtio', 'eu.egi.cloud.tag': version,
            'eu.egi.cloud.image_ref': '%s@sha256:%064x' % (name, zlib.crc32(system.encode()))})


def of_the_site(cloud):
    """Creates images uploaded by the site's own people, with odd and unusable ones among them."""
    for name, size, properties in OWN:
        cloud.image(name, size and size * MIB, 10 * GIB if size else None, properties=properties)
    cloud.image('windows-server-2022', 11 * GIB, fmt='raw', properties={
        'os_type': 'windows', 'os_distro': 'windows', 'os_version': '2022',
        'os_admin_user': 'Administrator'})
    cloud.image('netboot.iso', 340 * MIB, fmt='iso')
    cloud.image('CentOS-7 (obsolete)', os_hidden=True,
                properties={'os_distro': 'centos', 'os_version': '7'})
    cloud.image('protected-ubuntu', protected=True,
                properties={'os_distro': 'ubuntu', 'os_version': '22.04'})
    cloud.image('ami-kernel', fmt='aki', container='aki')
    cloud.image('queued-forever', upload=False)
    cloud.image(None, fmt=None, container=None, upload=False)  # no name at all
    cloud.image('tagged', tags=['egi', 'gpu', 'with space', 'ünicode'])
    cloud.image('community image', visibility='community',
                properties={'os_distro': 'debian', 'os_version': '11'})
    cloud.image('min-disk-huge', min_disk=500, min_ram=65536)
    off = cloud.image('deactivated-image', properties={'os_distro': 'fedora', 'os_version': '36'})
    cloud.admin.image.deactivate_image(off)


def of_the_vos(cloud, base):
    """Creates private images, snapshots, and shared images: accepted by one VO and still pending
    for another."""
    for vo in ('vo.access.egi.eu', 'biomed', 'escape.ska'):
        cloud.image('private-of-' + vo, 2200 * MIB, 10 * GIB, owner=vo, visibility='private',
                    properties={'os_distro': 'ubuntu', 'os_version': '22.04'})
        cloud.snapshot('snapshot of vm-1', vo, base=base, visibility='private')
    for name, accept in (('shared-accepted', True), ('shared-pending', False)):
        image = cloud.image(name, owner='eosc-synergy.eu', visibility='shared')
        cloud.share_image(image, 'vo.access.egi.eu', accept)


def make(cloud):
    base = from_appdb(cloud)[0]
    from_registry(cloud)
    of_the_site(cloud)
    of_the_vos(cloud, base)
