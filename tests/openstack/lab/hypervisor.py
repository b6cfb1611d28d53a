# SPDX-License-Identifier: Apache-2.0
"""The one hypervisor of a site: Nova's own fake driver with room for every flavor of the seeds.

It starts nothing and downloads nothing. Scheduler, conductor, compute manager, resource claims and
ports are Nova's and Neutron's own; what a real host would check in its image cache (the virtual
size against the flavor's disk) never happens here.
"""
import json

from nova.virt import fake

# Devices for the flavors that name the PCI alias of config.py, and inventories that the fake driver
# does not have: dedicated CPUs (`hw:cpu_policy`), virtual GPUs, a site's own resource class.
PCI_DEVICES = 8
INVENTORIES = {'PCPU': 512, 'VGPU': 8, 'CUSTOM_GPU_A100': 8}
TRAITS = ('CUSTOM_NVIDIA_T4', 'COMPUTE_SECURITY_TPM_2_0', 'COMPUTE_SECURITY_UEFI_SECURE_BOOT')


class Hypervisor(fake.FakeDriver):
    """Large enough for the largest flavor (128 CPUs, 2000 GiB), and of both architectures."""
    vcpus = 4096
    memory_mb = 16 * 1024 * 1024
    local_gb = 1000000

    def __init__(self, virtapi, read_only=False):
        super().__init__(virtapi, read_only)
        ((_, kind, mode),) = self.host_status_base['supported_instances']
        self.host_status_base['supported_instances'] = [
            (architecture, kind, mode) for architecture in ('x86_64', 'aarch64')]

    def get_available_resource(self, nodename):
        status = super().get_available_resource(nodename)
        status['pci_passthrough_devices'] = json.dumps([
            {'address': '0000:%02x:00.0' % (number + 1), 'vendor_id': '10de',
             'product_id': '20b5', 'status': 'available', 'dev_type': 'type-PCI',
             'parent_addr': None, 'numa_node': None, 'label': 'label_10de_20b5'}
            for number in range(PCI_DEVICES)])
        return status

    def update_provider_tree(self, provider_tree, nodename, allocations=None):
        super().update_provider_tree(provider_tree, nodename, allocations)
        inventory = provider_tree.data(nodename).inventory
        for name, total in INVENTORIES.items():
            inventory[name] = {'total': total, 'min_unit': 1, 'max_unit': total, 'step_size': 1,
                               'allocation_ratio': 1.0, 'reserved': 0}
        provider_tree.update_inventory(nodename, inventory)
        provider_tree.add_traits(nodename, *TRAITS)
