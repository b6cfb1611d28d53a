"""One project of a real site, by its REST APIs: what is in it, machines to try, clean-up."""
import ipaddress
import time

import openstack

SECONDS = 180  # a boot or a deletion that takes longer has failed
# In the order in which they can be deleted.
KINDS = ('servers', 'floatingips', 'routers', 'ports', 'subnets', 'networks', 'security-groups',
         'keypairs')


class Refused(Exception):
    """The site said no, or a machine ended in ERROR."""


def is_public(address):
    return ipaddress.ip_address(address).is_global


class Project:
    """A VO's project. Not for use by several threads at the same time."""

    def __init__(self, lab, site, vo, as_admin=False):
        who = {'username': lab['user'], 'project_id': site['projects'][vo]['project_id']}
        if as_admin:
            who = {'username': 'admin', 'project_name': 'admin', 'project_domain_name': 'Default'}
        urls = site['urls']
        self.site, self.vo = site, vo
        self.id = site['projects'][vo]['project_id']
        # The endpoints are given, as in seed/cloud.py: some catalogs are spelled oddly.
        self._cloud = openstack.connect(
            load_yaml_config=False, load_envvars=False, auth_url=site['auth_url'],
            password=lab['password'], user_domain_name='Default', region_name=site['region'],
            cacert=site['ca_file'], image_api_version='2',
            image_endpoint_override=urls['glance'] + '/v2',
            compute_endpoint_override=urls['nova'] + '/v2.1',
            network_endpoint_override=urls['neutron'] + '/v2.0', **who)
        self._cloud.compute.default_microversion = '2.61'

    # ------------------------------------------------------------------------------ requests
    def _ask(self, method, service, path, key=None, **body):
        proxy = getattr(self._cloud, service)
        answer = getattr(proxy, method)(path, **({'json': body} if body else {}))
        if answer.status_code >= 400:
            raise Refused('%d %s' % (answer.status_code, answer.text[:300]))
        return answer.json()[key] if key else None

    def _every(self, service, path, key):
        """All pages."""
        found, proxy = [], getattr(self._cloud, service)
        while True:
            marker = '&marker=' + found[-1]['id'] if found else ''
            body = proxy.get('%s%slimit=1000%s' % (
                path, '&' if '?' in path else '?', marker)).json()
            found += body[key]
            if 'next' not in [link['rel'] for link in body.get(key + '_links', ())] \
                    and 'next' not in body:
                return found

    def flavors(self):
        return self._every('compute', '/flavors/detail', 'flavors')

    def images(self):
        return self._every('image', '/images', 'images')

    def network(self, kind, query=''):
        """All networks, subnets, ports, routers, floatingips or security-groups that it sees."""
        return self._every('network', '/%s%s' % (kind, query), kind.replace('-', '_'))

    def ids(self, kind):
        """What of a kind is in the project (a keypair: is its user's)."""
        if kind == 'servers':
            return {row['id'] for row in self._every('compute', '/servers', 'servers')}
        if kind == 'keypairs':
            return {row['keypair']['name'] for row in self._ask('get', 'compute', '/os-keypairs',
                                                                'keypairs')}
        return {row['id'] for row in self.network(kind, '?fields=id&project_id=' + self.id)}

    def own(self):
        """{kind: ids} of all there is."""
        return {kind: self.ids(kind) for kind in KINDS}

    # ------------------------------------------------------------------------------ machines
    def create(self, flavor, image, network=None, count=1):
        """Asks for machines and answers the id of the first; Refused if Nova does."""
        server = {'name': 'cis-try', 'flavorRef': flavor, 'imageRef': image, 'min_count': count,
                  'max_count': count, 'networks': [{'uuid': network}] if network else 'none'}
        return self._ask('post', 'compute', '/servers', 'server', server=server)['id']

    def server(self, server_id):
        return self._ask('get', 'compute', '/servers/' + server_id, 'server')

    def _listed(self, status):
        return {row['id'] for row in self._ask('get', 'compute', '/servers?status=' + status,
                                               'servers')}

    def wait_until_active(self, server_id):
        """Refused if it ends in ERROR or does not run in time. (A list by state is cheap for Nova;
        a whole server is not.)"""
        end = time.monotonic() + SECONDS
        while server_id not in self._listed('ACTIVE'):
            if server_id in self._listed('ERROR'):
                raise Refused(self.server(server_id)['fault']['message'])
            if time.monotonic() > end:
                raise Refused('still building after %d s' % SECONDS)
            time.sleep(0.3)

    def ports(self, server_id):
        return self.network('ports', '?device_id=' + server_id)

    def addresses(self, server_id):
        """(fixed addresses, floating ones) as Neutron has them."""
        fixed, floating = [], []
        for port in self.ports(server_id):
            fixed += [ip['ip_address'] for ip in port['fixed_ips']]
            floating += [row['floating_ip_address']
                         for row in self.network('floatingips', '?port_id=' + port['id'])]
        return fixed, floating

    # ----------------------------------------------------------------------------- addresses
    def attach(self, port_id, external_id):
        """Gives a port a floating IP of a network, one that lies unattached if there is one.
        Answers (id, address, whether it was made)."""
        for row in self.network('floatingips', '?floating_network_id=' + external_id):
            if row['port_id'] is None:
                self.set_floating_port(row['id'], port_id)
                return row['id'], row['floating_ip_address'], False
        row = self._ask('post', 'network', '/floatingips', 'floatingip', floatingip={
            'floating_network_id': external_id, 'port_id': port_id})
        return row['id'], row['floating_ip_address'], True

    def set_floating_port(self, floating_id, port_id):
        self._ask('put', 'network', '/floatingips/' + floating_id,
                  floatingip={'port_id': port_id})

    def make_router(self, external_id, subnet_id):
        """A router between an external network and a subnet, which must have a gateway address."""
        made = self._ask('post', 'network', '/routers', 'router', router={
            'name': 'cis-try', 'external_gateway_info': {'network_id': external_id}})['id']
        try:
            self._ask('put', 'network', '/routers/%s/add_router_interface' % made,
                      subnet_id=subnet_id)
        except Refused:
            self.delete('routers', made)
            raise
        return made

    def gateways(self):
        """{router id: its external network or None} of the project."""
        return {row['id']: (row['external_gateway_info'] or {}).get('network_id')
                for row in self.network('routers', '?project_id=' + self.id)}

    def restore_gateways(self, before):
        """Takes away the gateways that routers did not have before."""
        for router, external in self.gateways().items():
            if external and before.get(router, external) is None:
                self._ask('put', 'network', '/routers/' + router,
                          router={'external_gateway_info': None})

    # ------------------------------------------------------------------------------ clean-up
    def delete(self, kind, one):
        """Deletes one thing and waits until it is gone."""
        if kind == 'routers':
            for port in self.ports(one):
                if port['device_owner'] == 'network:router_interface':
                    self._ask('put', 'network', '/routers/%s/remove_router_interface' % one,
                              port_id=port['id'])
        if kind == 'keypairs':
            self._ask('delete', 'compute', '/os-keypairs/' + one)
        elif kind != 'servers':
            self._ask('delete', 'network', '/%s/%s' % (kind, one))
        else:
            self._ask('delete', 'compute', '/servers/' + one)
            end = time.monotonic() + SECONDS
            while one in self.ids('servers'):
                if time.monotonic() > end:
                    raise Refused('machine %s is not deleted after %d s' % (one, SECONDS))
                time.sleep(0.2)

    def clean(self, before):
        """Deletes what the project has beyond before; answers what that was."""
        left = []
        for kind in KINDS:  # listed again each time: a machine takes its ports along
            for one in sorted(self.ids(kind) - before[kind]):
                left.append('%s %s' % (kind, one))
                self.delete(kind, one)
        return left
