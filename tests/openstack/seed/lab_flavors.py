# SPDX-License-Identifier: Apache-2.0
"""The flavors of the three made-up sites: one of each shape that a crawler has to understand."""
import uuid

GIB = 1024  # in MiB, the unit of RAM here

# name, vCPUs, RAM MiB, disk GiB, extra specs, more attributes, private to
FLAVORS = (
    ('m1.tiny', 1, 512, 1, {}, {}, None),
    ('m1.small', 1, 2048, 10, {}, {}, None),
    ('m1.medium', 2, 4 * GIB, 40, {}, {}, None),
    ('standard.large', 4, 8 * GIB, 80,
     {'aggregate_instance_extra_specs:standard': 'true'}, {}, None),
    ('standard.xlarge', 8, 16 * GIB, 0, {}, {}, None),  # boots from a volume
    ('hpc.16core-64ram-ssd-ephem', 16, 64 * GIB, 80,
     {'hw:cpu_policy': 'dedicated', 'hw:cpu_thread_policy': 'require', 'hw:numa_nodes': '1',
      'hw:mem_page_size': '1GB'}, {'ephemeral': 400, 'swap': 4096}, None),
    ('mem.large', 8, 128 * GIB, 20,
     {'quota:disk_total_iops_sec': '2000', 'quota:vif_outbound_average': '262144'}, {}, None),
    ('gpu1cpu8', 8, 32 * GIB, 80,
     {'pci_passthrough:alias': 'a100:1', 'Accelerator:Type': 'GPU', 'Accelerator:Number': '1',
      'Accelerator:Vendor': 'NVIDIA', 'Accelerator:Model': 'A100 80GB PCIe',
      'Accelerator:Memory': '80', 'Accelerator:Version': 'Ampere'}, {}, None),
    ('gpu2cpu16', 16, 64 * GIB, 80,
     {'pci_passthrough:alias': 'a100:2', 'Accelerator:Type': 'GPU', 'Accelerator:Number': '2',
      'Accelerator:Vendor': 'NVIDIA', 'Accelerator:Model': 'A100 80GB PCIe'}, {},
     'vo.access.egi.eu'),
    ('vgpu.t4-1q', 4, 16 * GIB, 40,
     {'resources:VGPU': '1', 'trait:CUSTOM_NVIDIA_T4': 'required', 'Accelerator:Type': 'vGPU',
      'Accelerator:Number': '0.5', 'Accelerator:Vendor': 'NVIDIA',
      'Accelerator:Model': 'Tesla T4'}, {}, None),
    ('g.a100.custom', 4, 16 * GIB, 40,
     {'resources:CUSTOM_GPU_A100': '1', 'accelerator:type': 'gpu', 'accelerator:number': 'one'},
     {}, None),
    ('fpga.alveo', 8, 32 * GIB, 40,
     {'accel:device_profile': 'alveo-u250', 'Accelerator:Type': 'FPGA', 'Accelerator:Number': '1',
      'Accelerator:Vendor': 'Xilinx'}, {}, None),
    ('ska.c32m256', 32, 256 * GIB, 160, {'hw:cpu_sockets': '2', 'hw_rng:allowed': 'true'}, {},
     'escape.ska'),
    ('biomed.c4', 4, 8 * GIB, 40, {}, {}, 'biomed'),
    ('arm.4', 4, 8 * GIB, 40,
     {'trait:HW_CPU_X86_AVX512F': 'forbidden', 'hw_architecture': 'aarch64'}, {}, None),
    ('8cpu-16GB-with-tpm', 8, 16 * GIB, 40,
     {'os:secure_boot': 'optional', 'hw:tpm_version': '2.0', 'hw:tpm_model': 'tpm-crb'}, {}, None),
    ('huge.c128m2000', 128, 2000 * GIB, 1000, {}, {}, None),
    ('nano', 1, 64, 0, {'hw:watchdog_action': 'reset', ':category': 'tiny'}, {}, None),
    ('Größe größer', 2, 4 * GIB, 20, {}, {}, None),
)
SMALL_SITE = ('m1.tiny', 'm1.small', 'm1.medium', 'gpu1cpu8', 'ska.c32m256')


def make(cloud, only=None):
    """Creates all of them, or those named by `only`, with numbers as ids."""
    chosen = [flavor for flavor in FLAVORS if only is None or flavor[0] in only]
    for number, (name, vcpus, ram_mib, disk_gib, specs, more, vo) in enumerate(chosen):
        attributes = dict(more, id=str(number + 1) if only or number < 2 else str(uuid.uuid4()))
        if number % 4 == 0:
            attributes['description'] = 'flavor %s of %s' % (name, cloud.site.name)
        cloud.flavor(name, vcpus, ram_mib, disk_gib, specs, only=vo, **attributes)
