# SPDX-License-Identifier: Apache-2.0
"""Random requests for machines, and what makes a flavor or an image be as asked.

The second half is written apart from CIS's own rules and simpler: raw numbers and words. It errs on
the side of taking too much, because it is there to catch a "no" that should have been a "yes"."""
import fnmatch
import re

GIB = 1024  # in MiB, the unit of RAM

# Each: a flag with its values; None leaves the flag out. Values that occur twice are twice as
# likely.
VCPUS = (None,) * 6 + ('1', '1', '2', '2', '4', '8', '1..2', '4..8', '64')
RAM = (None,) * 6 + ('512M', '1G', '2G', '2G', '4G', '4G', '8G', '2G..8G', '60G', '300G')
DISK = (None,) * 12 + ('1G', '10G', '10G', '20G', '20G', '30G', '5G..60G', '100G', '2000G')
OS = (None,) * 8 + ('linux', 'linux', 'ubuntu', 'ubuntu', 'ubuntu>=22.04', 'ubuntu:20.04',
                    'ubuntu:jammy', 'ubuntu~18.04', 'el>=8', 'centos', 'debian~12', 'fedora',
                    'windows', 'freebsd')
NETWORK = ((),) * 4 + (('--public-ip',),) * 3 + (('--no-public-ip',), ('--ipv6',),
                                                 ('--public-ip', '--ipv6'))
GPUS = ((),) * 24 + (('--gpus', '1'), ('--gpus', '2'), ('--gpus', '1', '--gpu-model', 'A100'),
                     ('--gpus', '1', '--gpu-vendor', 'NVIDIA'), ('--gpus', '4'),
                     ('--gpus', '1', '--gpu-kind', 'passthrough'),
                     ('--gpus', '1', '--gpu-kind', 'vgpu'), ('--gpus', '1', '--gpu-kind', 'mig'))
EPHEMERAL = (None,) * 30 + ('40G', '300G')
COUNT = (None,) * 12 + ('2', '2', '3', '4', '6', '8', '11', '40')
OTHER = ((),) * 14 + (('--no-volume',), ('--no-volume',), ('--arch', 'x86_64'),
                      ('--arch', 'aarch64'), ('--flavor', 'm1.*'), ('--flavor', '*small*'),
                      ('--image', 'cirros'))
# How often a request names an image or a network of the site.
NAMES_AN_IMAGE, NAMES_A_NETWORK = 0.12, 0.2


# The first user's request, and one that put an image on a disk that was too small for it.
FIRST = (('--vcpus', '2', '--ram', '4G', '--os', 'ubuntu>=20.04', '--public-ip'),
         ('--ram', '512M'))


# For single projects: requests that make CIS return each kind of plan and step (placements.KINDS,
# STEPS).
OF = {
    ('CIS-LAB-DISKLESS', 'vo.access.egi.eu'): (
        ('--image', 'snapshot of a machine on a volume'),),
    ('CIS-LAB-DISKLESS', 'biomed'): (('--network', 'by-zone', '--public-ip'),),
    ('CIS-LAB-FENCED', 'ops'): (('--network', 'typed'),),
    ('CIS-LAB-SUBNETS', 'lofar.eu'): (
        ('--ipv6', '--no-public-ip'), ('--public-ip', '--ipv6'), ('--no-public-ip',)),
    ('CIS-LAB-SUBNETS', 'vo.access.egi.eu'): (('--public-ip',),),
    ('CIS-LAB-SUBNETS', 'virgo'): (('--ipv6',), ('--network', 'public-without-dhcp')),
    **{('CIS-LAB-SUBNETS', vo): (('--public-ip',),) for vo in (
        'biomed', 'enmr.eu', 'belle2', 'dteam', 'eosc-synergy.eu', 'fusion')},
    # More machines than ports may be created: no network is left.
    ('CIS-LAB-SUBNETS', 'ops'): (('--public-ip',), ('--count', '8')),
}


# Machines that run together: each group with its number and its requirements. The head is reached
# from outside, and the workers through it.
GROUPS = (('head', 1, 'public-ip=yes'), ('workers', 2, 'public-ip=no'))


def group_flags():
    return tuple(word for group in GROUPS for word in ('--group', '%s:%d:%s' % group))


def draw(random, images=(), networks=()):
    """Returns the flags of one request. images and networks: names, one of which some requests
    name."""
    words = []
    for flag, values in (('--vcpus', VCPUS), ('--ram', RAM), ('--disk', DISK),
                         ('--ephemeral', EPHEMERAL), ('--os', OS), ('--count', COUNT)):
        value = random.choice(values)
        if value is not None:
            words += [flag, value]
    for choices in (NETWORK, GPUS, OTHER):
        words += random.choice(choices)
    for flag, names, chance in (('--image', images, NAMES_AN_IMAGE),
                                ('--network', networks, NAMES_A_NETWORK)):
        if names and random.random() < chance and flag not in words:
            if flag == '--image' and '--os' in words:
                del words[words.index('--os'):words.index('--os') + 2]
            words += [flag, random.choice(names)]
    return tuple(words)


def _option(words, flag, default=None):
    return words[words.index(flag) + 1] if flag in words else default


def count(words):
    return int(_option(words, '--count', '1'))


def _bounds(text, unit):
    """Returns (least, greatest or None) in unit; M and G are MiB and GiB."""
    def number(part):
        size = re.fullmatch(r'(\d+)([MG]?)', part)
        factor = {'': 1, 'M': 1, 'G': GIB if unit == 'MiB' else 1}[size[2]]
        return int(size[1]) * factor
    least, _, greatest = text.partition('..')
    return number(least), number(greatest) if greatest else None


def _within(value, words, flag, unit=''):
    if flag not in words:
        return True
    least, greatest = _bounds(_option(words, flag), unit)
    return value >= least and (greatest is None or value <= greatest)


def disk_bounds(words):
    """Returns (least, greatest or None) GiB of a boot volume."""
    return _bounds(_option(words, '--disk', '0'), '')


def network(words):
    """Returns the name of the requested network, or None."""
    return _option(words, '--network')


def gpus(flavor):
    """Returns the GPUs of a flavor from its extra specs."""
    specs = {key.lower(): value for key, value in flavor['extra_specs'].items()}
    if specs.get('accelerator:type', 'gpu').lower() not in ('gpu', 'vgpu'):
        return 0
    told = specs.get('accelerator:number', '')
    if re.fullmatch(r'[\d.]+', told):
        return float(told)
    alias = specs.get('pci_passthrough:alias')
    if alias:
        return sum(int(part.partition(':')[2] or 1) for part in alias.split(','))
    return sum(int(value) for key, value in specs.items()
               if key == 'resources:vgpu' or key.startswith('resources:custom_gpu'))


def flavor_is_as_asked(flavor, words):
    """Returns whether a flavor, as Nova lists it with its extra specs, satisfies the request."""
    text = ' '.join([flavor['name'], *flavor['extra_specs'], *flavor['extra_specs'].values()])
    described = text.lower()
    return (_within(flavor['vcpus'], words, '--vcpus')
            and _within(flavor['ram'], words, '--ram', 'MiB')
            # without a disk: a volume as large as asked
            and (not flavor['disk'] or _within(flavor['disk'], words, '--disk'))
            and _within(flavor['OS-FLV-EXT-DATA:ephemeral'], words, '--ephemeral')
            and fnmatch.fnmatchcase(flavor['name'], _option(words, '--flavor', '*'))
            and ('--gpus' not in words or gpus(flavor) >= int(_option(words, '--gpus')))
            and _option(words, '--gpu-model', '').lower() in described
            and _option(words, '--gpu-vendor', '').lower() in described
            and _is_of_kind(flavor, described, _option(words, '--gpu-kind'))
            and _architecture_fits(flavor['extra_specs'].get('hw_architecture'), words))


def _is_of_kind(flavor, described, kind):
    specs = [key.lower() for key in flavor['extra_specs']]
    return kind is None or {'passthrough': 'pci_passthrough:alias' in specs,
                            'vgpu': 'resources:vgpu' in specs, 'mig': ' mig ' in described}[kind]


def _architecture_fits(told, words):
    return '--arch' not in words or told in (None, _option(words, '--arch'))


EL = ('rhel', 'red hat', 'alma', 'rocky', 'centos', 'scientific')
CODENAMES = {'jammy': '22.04'}


def _versions(text):
    return [tuple(int(part) for part in found.split('.'))
            for found in re.findall(r'(?<![\d.])\d{1,2}(?:\.\d{1,2})?(?![\d.]*\d)', text)]


def _os_fits(text, wish):
    name, relation, version = re.fullmatch(r'([a-z]+)(>=|~|:)?(.*)', wish).groups()
    names = EL if name == 'el' else ('',) if name == 'linux' else (name,)
    if not any(word in text for word in names):
        return False
    if name == 'linux':
        return 'windows' not in text
    if not relation:
        return True
    version = tuple(int(part) for part in CODENAMES.get(version, version).split('.'))
    return any(have >= version if relation == '>=' else have[:len(version)] == version
               for have in _versions(text))


def image_is_as_asked(image, words):
    """Returns whether an image, as Glance lists it, satisfies the request. Images that no request
    gets unless it names them do not: those that are not a machine's disk, hidden ones, and
    snapshots."""
    name = image['name'] or ''
    named = _option(words, '--image')
    if image['status'] != 'active' or name != (named or name):
        return False
    if named is None and (
            image.get('os_hidden') or image.get('image_type') == 'snapshot'
            or image['disk_format'] not in ('qcow2', 'raw', 'vmdk', 'vdi', 'vhd', 'vhdx')):
        return False
    text = ' '.join([name, str(image.get('os_distro')), str(image.get('os_version'))]).lower()
    wish = _option(words, '--os')
    # Under any key: VMcatcher's has its own name.
    told = [value for key, value in image.items() if re.search(r'(?i)arch(itecture)?$', key)
            and value]
    return (wish is None or _os_fits(text, wish)) and _architecture_fits(
        told[0] if told else None, words)
