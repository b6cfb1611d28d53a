#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""CIS's rules for extra specs and image properties against Nova's own code (python3-nova).

Random pairs of a flavor and an image are put to the functions that nova-api and nova-conductor call
before any host is looked for, and to server/placement/nova_rules; both must take or refuse each.
No service runs for this.
"""

import argparse
import collections
import json
import logging
import random
import subprocess
import sys
import unittest
import warnings

warnings.filterwarnings('ignore')
logging.disable(logging.CRITICAL)
try:
    from nova import context as nova_context
    from nova import objects
    from nova.objects import fields
    from nova.objects import image_meta
    from nova.compute import api
    from nova.virt import hardware
except ModuleNotFoundError as error:
    sys.exit(f'{error}; tests/openstack/up installs Nova')
objects.register_all()

PAIRS = 6000
IMAGE_ID = '3b7f3b3e-0000-4000-8000-000000000001'
# Values that the code distinguishes, valid and invalid; "" means that the key is absent.
SPECS = {
    'hw:cpu_policy': ['', '', 'shared', 'dedicated'],
    'hw:cpu_thread_policy': ['', '', '', 'prefer', 'isolate', 'require'],
    'hw:mem_page_size': ['', '', 'any', 'large', 'small', '2048'],
    'hw:mem_encryption': ['', '', '', 'true', 'false'],
    'hw:locked_memory': ['', '', '', 'true', 'false'],
    'hw:numa_nodes': ['', '', '1', '2', '3'],
    'hw:numa_cpus.0': ['', '', '', '', '', '', '0-3'],
    'hw:pmu': ['', '', 'yes', 'no'],
    'hw:vif_multiqueue_enabled': ['', '', 'true', 'false'],
    'hw:serial_port_count': ['', '', '1', '3'],
    'hw:cpu_max_sockets': ['', '', '2'],
    'hw:cpu_max_cores': ['', '', '2', '4'],
    'hw:cpu_max_threads': ['', '', '1'],
    'hw:cpu_cores': ['', '', '4'],
    'hw:pci_numa_affinity_policy': ['', '', 'required', 'preferred'],
    'hw:tpm_version': ['', '', '1.2', '2.0'],
    'os:secure_boot': ['', '', 'required', 'disabled'],
    'trait:CUSTOM_A': ['', '', 'required', 'forbidden'],
    'trait:HW_CPU_HYPERTHREADING': ['', '', '', '', 'required', 'forbidden'],
    'resources:PCPU': ['', '', '', '', '4'],
}
PROPERTIES = {
    'architecture': ['', '', 'x86_64', 'AMD64', 'arm64', 'i386', 'i086', 'x86_32p'],
    'hw_architecture': ['', '', '', 'aarch64', 'x64'],
    'hw_cpu_policy': ['', '', 'shared', 'dedicated', 'Dedicated'],
    'hw_cpu_thread_policy': ['', '', '', 'prefer', 'isolate', 'require'],
    'hw_mem_page_size': ['', '', '', 'any', 'large', '2048'],
    'hw_mem_encryption': ['', '', '', 'yes', 'no'],
    'hw_firmware_type': ['', 'uefi', 'bios', 'efi'],
    'hw_machine_type': ['', 'q35', 'pc'],
    'hw_locked_memory': ['', '', '', 'true', 'false'],
    'hw_numa_nodes': ['', '', '', '0', '1', '2', '3'],
    'hw_pmu': ['', '', 'true', 'false'],
    'hw_vif_multiqueue_enabled': ['', '', 'true', 'false'],
    'hw_serial_port_count': ['', '', '1', '2', '4', 'many'],
    'hw_cpu_max_sockets': ['', '', '1', '4'],
    'hw_cpu_max_cores': ['', '', '2', '8'],
    'hw_cpu_cores': ['', '', '2', '4', 'x'],
    'hw_cpu_threads': ['', '', '1', '2'],
    'hw_pci_numa_affinity_policy': ['', '', 'required', 'socket'],
    'hw_tpm_version': ['', '', '2.0'],
    'os_secure_boot': ['', '', 'required', 'optional', 'yes'],
    'img_config_drive': ['', '', 'mandatory', 'optional', 'true'],
    'hw_disk_bus': ['', '', 'virtio', 'scsi', 'virtio-scsi'],
    'hw_scsi_model': ['', '', 'virtio-scsi', 'lsiLogicsas'],
    'hw_vif_model': ['', '', 'virtio', 'E1000', 'virtio-net'],
    'hw_video_model': ['', '', 'qxl', 'cirrus', 'vmware'],
    'os_type': ['', '', 'linux', 'Windows', 'ubuntu'],
    'hypervisor_type': ['', '', 'kvm', 'QEMU', 'esxi'],
    'trait:CUSTOM_A': ['', '', 'required'],
    'trait:HW_CPU_HYPERTHREADING': ['', '', '', '', 'required'],
}


# Values that are in no list, or in several.
OTHER_WORDS = ['', 'none', 'auto', 'default', 'yes', 'true', '0', '1', '2', '64', ' 8 ', '1.5', '-1', 'x',
               'virtio-net', 'VirtualVmxnet3', 'lsiLogicsas', 'paraVirtual', 'ide', 'IDE', 'nvme',
               'amd64', 'arm64', 'i386', 'x86_32p', 'xapi', 'pv', 'hv', 'Linux', 'ubuntu', 'MBR', 'q35',
               '>=2.6', '>=2.6, < 4.0', '2.6', '=>2', '>']
# Words of later releases than the installed one, which CIS accepts.
NEWER_WORDS = {('hw_vif_model', 'igb')}
# Not a text: Nova reads JSON from them. UUIDs: Nova warns of a wrong one and accepts it.
LEFT_OUT = {'block_device_mapping', 'mappings', 'img_block_device_mapping', 'img_mappings',
            'img_signature_certificate_uuid', 'hw_ephemeral_encryption_secret_uuid'}


def words_of_nova() -> list:
    """Returns every word of every list that a field of ImageMetaProps has."""
    words = {word for _, word in NEWER_WORDS} | set(fields.VIFModel.LEGACY_VALUES)
    for field in image_meta.ImageMetaProps.fields.values():
        words.update(own_words(field))
    return sorted(words)


def own_words(field) -> set:
    return set(map(str, field.valid_values)) if isinstance(field, fields.BaseEnumField) else set()


def keys_of_nova() -> list:
    """Returns the present and older names of every image property that Nova reads."""
    props = image_meta.ImageMetaProps
    return sorted((set(props.fields) | set(props._legacy_property_map)  # pylint: disable=protected-access
                   | {'vmware_adaptertype', 'hw_numa_mem.0', 'hw_sound_model', 'hw_usb_model'})
                  - LEFT_OUT)


def choose(chance: random.Random, table: dict) -> dict:
    """Returns a few of the keys: with all of them, the first rule would reject every pair."""
    keys = chance.sample(sorted(table), chance.choice([0, 1, 1, 2, 2, 3, 4]))
    chosen = {key: chance.choice(table[key]) for key in keys}
    return {key: value for key, value in chosen.items() if value}


def make_pair(chance: random.Random) -> dict:
    specs, properties = choose(chance, SPECS), choose(chance, PROPERTIES)
    # Often both sides set the same value.
    for key in list(properties):
        twin = key.replace('hw_', 'hw:', 1).replace('os_', 'os:', 1)
        if twin in SPECS and twin not in specs and chance.random() < 0.6:
            value = chance.choice(SPECS[twin])
            if value:
                specs[twin] = value
    return {'vcpus': chance.choice([1, 2, 4]), 'ram': chance.choice([2048, 4096]),
            'specs': specs, 'properties': properties}


def of_nova(pair: dict) -> str:
    """Returns 'taken', or the exception's name and text."""
    flavor = objects.Flavor(id=1, flavorid='f', name='f', vcpus=pair['vcpus'],
                            memory_mb=pair['ram'], root_gb=20, ephemeral_gb=0, swap=0,
                            extra_specs=dict(pair['specs']))
    image = {'id': IMAGE_ID, 'name': 'i', 'status': 'active', 'min_ram': 0, 'min_disk': 0, 'size': 1,
             'properties': dict(pair['properties'])}
    try:
        api.API._validate_flavor_image_nostatus(  # pylint: disable=protected-access
            nova_context.get_admin_context(), image, flavor, None)
        meta = objects.ImageMeta.from_dict({**image, 'properties': dict(pair['properties'])})
        hardware.get_pci_numa_policy_constraint(flavor, meta)
        hardware.get_secure_boot_constraint(flavor, meta)
        hardware.get_vtpm_constraint(flavor, meta)
    except Exception as error:  # pylint: disable=broad-except
        return f'refused {type(error).__name__}: {error}'
    for key, value in pair['specs'].items():
        # Placement answers 400 to required=X,!X.
        if value == 'forbidden' and pair['properties'].get(key) == 'required':
            return f'refused {key}'
    return 'taken'


class NovaRulesTest(unittest.TestCase):
    answers = ''
    seed = 20261129

    def compare(self, pairs: list) -> collections.Counter:
        """Fails if CIS and Nova differ on a pair; returns how often Nova gave which answer."""
        done = subprocess.run([self.answers], input='\n'.join(map(json.dumps, pairs)) + '\n',
                              capture_output=True, text=True, timeout=120, check=True)
        ours = done.stdout.splitlines()
        self.assertEqual(len(ours), len(pairs))
        wrong, counts = [], collections.Counter()
        for pair, own in zip(pairs, ours):
            nova = of_nova(pair)
            counts[nova.split(':', maxsplit=1)[0]] += 1
            if (nova == 'taken') != (own == 'taken'):
                wrong.append(f'{json.dumps(pair)}\n  Nova: {nova}\n  CIS:  {own}')
        print(f'{len(pairs)} pairs: {counts["taken"]} taken; '
              + ', '.join(f'{count} {name}' for name, count in counts.most_common()
                          if name != 'taken'))
        self.assertFalse(wrong, f'{len(wrong)} differ:\n' + '\n'.join(wrong[:20]))
        return counts

    def test_same_verdict_on_every_word(self):
        """Checks each property of an image that Nova reads, with its own words and those of other
        properties."""
        chance = random.Random(self.seed)
        known = image_meta.ImageMetaProps.fields
        older = image_meta.ImageMetaProps._legacy_property_map  # pylint: disable=protected-access
        pairs = []
        for key in keys_of_nova():
            field = known.get(older.get(key, key))
            own = own_words(field) | {word.upper() for word in own_words(field)}
            for word in sorted(own | set(OTHER_WORDS) | set(chance.sample(words_of_nova(), 25))):
                if (key, word.lower()) in NEWER_WORDS and word not in own:
                    continue
                pairs.append({'vcpus': 4, 'ram': 4096, 'specs': {}, 'properties': {key: word}})
        counts = self.compare(pairs)
        self.assertGreater(counts['taken'], len(pairs) // 10)
        self.assertGreater(len(pairs) - counts['taken'], len(pairs) // 10)

    def test_same_verdict_on_every_pair(self):
        chance = random.Random(self.seed)
        counts = self.compare([make_pair(chance) for _ in range(PAIRS)])
        # Both results, and most rules, have occurred.
        self.assertGreater(counts['taken'], PAIRS // 10)
        self.assertGreater(len(counts), 12)


if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('--answers', required=True)
    parser.add_argument('--seed', type=int, default=NovaRulesTest.seed)
    known, rest = parser.parse_known_args()
    NovaRulesTest.answers, NovaRulesTest.seed = known.answers, known.seed
    unittest.main(argv=[sys.argv[0], *rest])
