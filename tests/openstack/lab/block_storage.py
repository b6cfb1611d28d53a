# SPDX-License-Identifier: Apache-2.0
"""Cinder of one site in one process, as Nova is (compute.py): API, scheduler, volume managers.

The driver keeps nothing. Everything before it is Cinder's own: quotas, volume types, zones, the
scheduler, and the checks of an image's size, `min_disk` and virtual size against the volume.
"""
import sys

from cinder import rpc, service, version
from cinder.common import config, constants
from cinder.coordination import COORDINATOR
from cinder.volume import driver
from oslo_config import cfg
from oslo_log import log as logging
from oslo_service import service as oslo_service

CONF = cfg.CONF


class Volumes(driver.VolumeDriver):
    """Volumes without data. (`cinder.tests.fake_driver`, which the package has, brings Cinder's
    unit tests and what those need, and downloads images.)"""

    VERSION = '1'

    def check_for_setup_error(self):
        pass

    def clone_image(self, context, volume, image_location, image_meta, image_service):
        """Reports that the volume contains the image, so that nothing is downloaded: the caller has
        checked the image's sizes against the volume's before."""
        return None, True

    def create_volume(self, volume):
        pass

    def delete_volume(self, volume):
        pass

    def create_snapshot(self, snapshot):
        pass

    def delete_snapshot(self, snapshot):
        pass

    def create_volume_from_snapshot(self, volume, snapshot):
        pass

    def create_cloned_volume(self, volume, src_vref):
        pass

    def extend_volume(self, volume, new_size):
        pass

    def ensure_export(self, context, volume):
        pass

    def create_export(self, context, volume, connector):
        pass

    def remove_export(self, context, volume):
        pass

    def initialize_connection(self, volume, connector):
        """Returns what Nova's fake driver accepts as a disk."""
        return {'driver_volume_type': 'fake', 'data': {'access_mode': 'rw'}}

    def terminate_connection(self, volume, connector, **kwargs):
        pass

    def _update_volume_stats(self):
        name = self.configuration.safe_get('volume_backend_name')
        self._stats = {
            'volume_backend_name': name, 'vendor_name': 'CIS', 'driver_version': self.VERSION,
            'storage_protocol': 'fake', 'pools': [{
                'pool_name': name, 'total_capacity_gb': 'infinite', 'free_capacity_gb': 'infinite',
                'provisioned_capacity_gb': 0, 'reserved_percentage': 0, 'QoS_support': False,
                'multiattach': True}]}


class Service(service.Service):
    """One of several services in a process: each reports its own state."""

    def report_state(self):
        service.Service.service_id = self.origin_service_id
        super().report_state()


def main():
    """argv: cinder, Cinder's own options."""
    CONF(sys.argv[1:], project='cinder', version=version.version_string())
    config.set_middleware_defaults()
    logging.setup(CONF, 'cinder')
    COORDINATOR.start()
    rpc.init(CONF)
    launcher = oslo_service.ServiceLauncher(CONF)
    for backend in CONF.enabled_backends:
        launcher.launch_service(Service.create(
            host='%s@%s' % (CONF.host, backend), service_name=backend,
            binary=constants.VOLUME_BINARY))
    launcher.launch_service(Service.create(binary=constants.SCHEDULER_BINARY))
    launcher.launch_service(service.WSGIService('osapi_volume'))
    return launcher.wait()
