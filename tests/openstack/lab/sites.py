# SPDX-License-Identifier: Apache-2.0
"""The sites, as plain data. Their contents are under seed/."""
import dataclasses
import sys
from typing import Optional

from paths import FIRST_ADDRESS, state

# service -> the port of the front. The service itself listens 10000 above.
PORTS = {'keystone': 5000, 'glance': 9292, 'nova': 8774, 'placement': 8778, 'neutron': 9696,
         'cinder': 8776}
INNER = 10000


@dataclasses.dataclass(frozen=True)
class Site:
    """One OpenStack cloud. The defaults are the ordinary case; the table below has the exceptions.
    """
    number: int  # gives the address: 1 is FIRST_ADDRESS
    slug: str  # names its processes, databases and folder
    name: str  # as in GOCDB
    region: str
    tls: bool = True
    page: Optional[int] = None  # the services' own limit on a page (floatingip_pools: 500)
    proxy_headers: bool = True  # False: links say http and name the inner ports
    hide_extra_specs: bool = False  # Nova's policy shows flavors' extra specs to admins only
    keepalive: int = 65  # seconds until the front closes an idle connection
    token_seconds: int = 3600
    # How the catalog and the site file spell things.
    nova_path: str = '/v2.1'
    glance_path: str = ''
    neutron_path: str = ''
    endpoint_suffix: str = '/v3'  # after https://address:5000 in the site file
    region_in_file: bool = False
    admin_endpoints: bool = True
    dead_region: Optional[str] = None  # a second region whose endpoints do not exist
    # How its administrators name and grant.
    domain: str = 'egi.eu'
    project_prefix: str = ''
    project_dots: str = '.'  # replaces the dots of a VO's name
    crawler_role: str = 'member'
    vos: tuple = ()
    # Federated login: how Apache checks an access token ('jwks': it verifies a JWT itself;
    # 'introspection': it asks the provider), and Keystone's name for the protocol.
    federation: Optional[str] = None
    protocol: str = 'openid'
    # Nova's availability zones, one host each; empty: one host in the zone "nova". In a closed one
    # the host is disabled.
    zones: tuple = ()
    closed_zones: tuple = ()
    # Cinder's availability zones, one backend each, the default first; empty: no Cinder.
    volume_zones: tuple = ()
    closed_volume_zones: tuple = ()
    cross_az_attach: bool = True  # whether Nova attaches volumes of other zones

    @property
    def address(self):
        return '127.0.0.%d' % (FIRST_ADDRESS + self.number - 1)

    @property
    def services(self):
        return [name for name in PORTS if name != 'cinder' or self.volume_zones]

    def url(self, service):
        return '%s://%s:%d' % ('https' if self.tls else 'http', self.address, PORTS[service])

    def inner_url(self, service):
        """Returns the URL of the service itself, behind the front."""
        return 'http://%s:%d' % (self.address, PORTS[service] + INNER)

    def path(self, *parts):
        return state('sites', self.slug, *parts)

    def process(self, service):
        return '%s-%s' % (self.slug, service)

    def database(self, name):
        return '%s_%s' % (self.slug, name)

    def project(self, vo):
        return self.project_prefix + vo.replace('.', self.project_dots)

    @property
    def hosts(self):
        """Returns the names of the site's compute hosts, one per zone."""
        return ['node%d-%s' % (number, self.slug)
                for number in range(1, (len(self.zones) or 1) + 1)]

    @property
    def compute_ready(self):
        """Returns the file that Nova's process writes when machines can be started."""
        return self.path('state', 'compute-ready')

    @property
    def federation_audience(self):
        """Returns the audience that access tokens must have at this site; None if it does not
        check."""
        return 'https://keystone.cis.lab/' if self.federation == 'jwks' else None

    @property
    def ca_file(self):
        return state('tls', 'ca.pem') if self.tls else None


LAB_VOS = ('vo.access.egi.eu', 'biomed', 'eosc-synergy.eu', 'escape.ska', 'dteam', 'ops')

ALL = (
    Site(1, 'cesga', 'CESGA', 'RegionOne', vos=('vo.access.egi.eu', 'ops', 'belle2')),
    Site(2, 'padova', 'INFN-PADOVA-STACK', 'regionOne', endpoint_suffix='/v3/',
         nova_path='/v2.1/%(project_id)s', glance_path='/', neutron_path='/', domain='default',
         project_prefix='EGI-', vos=('vo.access.egi.eu', 'ops', 'enmr.eu')),
    Site(3, 'classic', 'CIS-LAB-CLASSIC', 'RegionOne', endpoint_suffix='', region_in_file=True,
         vos=LAB_VOS, federation='jwks', volume_zones=('nova',)),
    Site(4, 'direct', 'CIS-LAB-DIRECT', 'direct', tls=False, page=7, keepalive=5,
         token_seconds=300, nova_path='/v2.1/%(project_id)s', glance_path='/v2/',
         neutron_path='/', region_in_file=True, dead_region='decommissioned', domain='default',
         project_prefix='EGI_', project_dots='_', vos=LAB_VOS, federation='introspection',
         protocol='oidc'),
    Site(5, 'six', 'CIS-LAB-SIX', 'six', page=4, proxy_headers=False, hide_extra_specs=True,
         token_seconds=14400, nova_path='/v2/%(tenant_id)s', glance_path='/v2',
         neutron_path='/v2.0', endpoint_suffix='/', admin_endpoints=False, domain='fedcloud',
         project_prefix='VO:', crawler_role='reader', vos=LAB_VOS),
    Site(6, 'diskless', 'CIS-LAB-DISKLESS', 'RegionOne', page=11, domain='default',
         project_prefix='egi-', vos=('vo.access.egi.eu', 'biomed', 'enmr.eu', 'belle2', 'ops'),
         zones=('az1', 'az2', 'az3'), closed_zones=('az3',),
         volume_zones=('az1', 'store', 'tape'), closed_volume_zones=('tape',)),
    Site(7, 'subnets', 'CIS-LAB-SUBNETS', 'RegionOne', domain='default',
         vos=('vo.access.egi.eu', 'biomed', 'enmr.eu', 'belle2', 'dteam', 'ops',
              'eosc-synergy.eu', 'escape.ska', 'fusion', 'lofar.eu', 'virgo', 'km3net')),
    Site(8, 'fenced', 'CIS-LAB-FENCED', 'north-1', domain='default', region_in_file=True,
         vos=('vo.access.egi.eu', 'biomed', 'ops'), zones=('north', 'south'),
         volume_zones=('archive', 'north'), cross_az_attach=False),
)

# Of the OpenID provider: the address after the sites'. The port speaks as EGI Check-in does, the next
# one as an INDIGO IAM. Keystone's names for the two are the keys.
PROVIDER_ADDRESS = '127.0.0.%d' % (FIRST_ADDRESS + len(ALL))
PROVIDER_PORT = 8443
ISSUERS = {name: 'https://%s:%d' % (PROVIDER_ADDRESS, PROVIDER_PORT + i)
           for i, name in enumerate(('egi.eu', 'iam.wlcg'))}


def find(word):
    """Returns the site with that GOCDB name or slug; stops the program if there is none."""
    for site in ALL:
        if word in (site.name, site.slug):
            return site
    sys.exit('no site "%s"; there are %s' % (word, ', '.join(site.name for site in ALL)))
