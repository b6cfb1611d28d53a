# SPDX-License-Identifier: Apache-2.0
"""What a project could have had after all: every flavor, image and network against the real site.

Nova looks at flavor and image apart from the network, so that all pairs of the two and all networks
are tried one after the other, not their product: a machine as asked needs one of each."""
import collections
import functools

import wishes
from real_project import ADDRESSES, WITH_MACHINES, WITHOUT_MACHINES, Refused, is_public

GIB = 1024 ** 3

# A way to get an address. network: the machine's, or None if it is created; subnets: those of the
# machine's port, or none if Neutron may choose; pool: the subnet pool of a network that is created;
# external and router: where a floating IP comes from (None: none is needed) and what is done for
# it: '' (nothing), 'new', or the id of a router that is repaired.
Way = collections.namedtuple('Way', 'network subnets pool external router')


class Prober:
    """Tries every possibility in one project. Caches its results: nothing in the project changes.
    """

    def __init__(self, project, admin, counts):
        self._project, self._counts = project, counts
        visible = {flavor['id']: flavor for flavor in admin.flavors()}
        # The administrator sees extra specs that the policy hides from members. Only the
        # administrator then knows that a flavor has a GPU, and CIS answers accordingly.
        shown = project.flavors()
        self.flavors = [visible.get(flavor['id'], flavor) for flavor in shown]
        self._hidden_specs = {flavor['id'] for flavor in shown if 'extra_specs' not in flavor}
        for flavor in self.flavors:
            flavor.setdefault('extra_specs', {})
        self.images = project.images()
        self._pairs, self._ways, self._more = {}, {}, {}
        self._network_scopes, self._pool_scopes = {}, {}  # of IPv6, by id
        self._untried = None  # (network or None, what tries it) for the ways not tried yet
        self._zones = [None, *project.zones()]
        self.has_volumes = project.has_volumes

    # --------------------------------------------------------------------- flavor and image
    def _boots(self, flavor, image, disk_gib, count):
        """Returns '' or why not. disk_gib: of the volume that the machine runs from, None for none.
        """
        key = (flavor['id'], image['id'], disk_gib, count)
        if key not in self._pairs:
            self._counts['pairs tried'] += 1
            if disk_gib is None:
                self._pairs[key] = self._try_pair(flavor, image, count)
            else:
                self._pairs[key] = self._try_volumes(flavor, image, disk_gib, count)
        return self._pairs[key]

    def _run(self, flavor, image, count, **more):
        """Starts machines without a network and deletes them: returns '' or why they do not run."""
        project = self._project
        before = project.own(('servers', 'volumes'))
        try:
            project.wait_until_active(
                project.create(flavor['id'], image['id'], count=count, **more))
        except Refused as why:
            return str(why)
        finally:
            project.clean(before)
        return ''

    def _try_pair(self, flavor, image, count):
        why = self._run(flavor, image, count)
        # The fake host has no disk that could be too small, so this is checked by rule.
        if not why and flavor['disk'] and (image['virtual_size'] or 0) > flavor['disk'] * GIB:
            self._counts['pairs that only the fake host takes'] += 1
            why = 'the image unpacks to more than the disk'
        return why

    def _try_volumes(self, flavor, image, gib, count):
        """Tries volumes that Nova creates, of every type and in every zone; a single one in
        Cinder's other zones too."""
        project, why = self._project, 'no block storage'
        if not project.has_volumes:
            return why
        for kind in [None, *project.volume_types()]:
            for zone in self._zones:
                why = self._run(flavor, image, count, zone=zone, disk={
                    'source_type': 'image', 'uuid': image['id'], 'volume_size': gib,
                    **({'volume_type': kind} if kind else {})})
                if not why:
                    return ''
                if 'uota' in why:
                    break  # the same in every zone
        for kind in [None, *project.volume_types()] if count == 1 else ():
            for volume_zone in project.volume_zones():
                try:
                    volume = project.make_volume(gib, image['id'], volume_zone, kind)
                except Refused as refusal:
                    why = str(refusal)
                    continue
                for zone in self._zones:
                    why = self._run(flavor, image, 1, zone=zone,
                                    disk={'source_type': 'volume', 'uuid': volume})
                    if not why:
                        break
                if volume in project.ids('volumes'):
                    project.delete('volumes', volume)
                if not why:
                    return ''
        return why

    def volume_gib(self, flavor, image, words):
        """Returns the required volume of the machine: None if it needs none, 0 if none is suitable.
        """
        if flavor['disk'] or image.get('block_device_mapping'):
            return None
        virtual = max(image['virtual_size'] or 0, image['size'] or 0)
        least, greatest = wishes.disk_bounds(words)
        gib = max(least, image['min_disk'], -(-virtual // GIB), 1)
        return 0 if '--no-volume' in words or greatest and gib > greatest else gib

    def pair(self, words):
        """Returns a (flavor, image) that satisfies the request and boots, or None."""
        for flavor in self.flavors:
            if not wishes.flavor_is_as_asked(flavor, words) \
                    or '--gpus' in words and flavor['id'] in self._hidden_specs:
                continue
            for image in self.images:
                if not wishes.image_is_as_asked(image, words):
                    continue
                gib = self.volume_gib(flavor, image, words)
                if gib == 0:
                    continue
                why = self._boots(flavor, image, gib, wishes.count(words))
                if not why:
                    return flavor, image
                if 'Quota exceeded' in why and gib is None:
                    break  # the same for every image
        return None

    def _any_pair(self):
        """Returns (flavor, image, volume size) of a small machine that boots, or None."""
        for flavor in sorted(self.flavors,
                             key=lambda one: (not one['disk'], one['vcpus'], one['ram'])):
            for image in self.images:
                if wishes.image_is_as_asked(image, ()):
                    gib = self.volume_gib(flavor, image, ())
                    if not self._boots(flavor, image, gib, 1):
                        return flavor, image, gib
        return None

    # ------------------------------------------------------------------------------ network
    def ways(self):
        """Returns every way to an address of one machine that was found so far: {Way: set of
        addresses}."""
        return self._ways

    def _try_next(self, named):
        """Tries one more network, of that name unless it is None. Returns whether there was one."""
        if self._untried is None:
            self._untried = self._all_to_try()
        for place, (network, try_it) in enumerate(self._untried):
            if named is None or network and self._name(network) == named:
                del self._untried[place]
                try_it()
                return True
        return False

    def _all_to_try(self):
        pair, project = self._any_pair(), self._project
        if pair is None:
            return []
        networks = project.network('networks')
        subnets = collections.defaultdict(list)
        for subnet in project.network('subnets'):
            subnets[subnet['network_id']].append(subnet)
        externals = [one['id'] for one in networks if one['router:external']]
        pools = project.network('subnetpools')
        self._network_scopes = {one['id']: one.get('ipv6_address_scope') for one in networks}
        self._pool_scopes = {one['id']: one['address_scope_id'] for one in pools}
        ways = [Way(network['id'], chosen, None, None, '') for network in networks for chosen in [
            (), *[(one['id'],) for one in subnets[network['id']]
                  if len(subnets[network['id']]) > 1]]]
        ways += [Way(None, (), pool and (pool['id'], pool['ip_version']), None, '')
                 for pool in [None, *pools]]
        return [(way.network, functools.partial(self._try_network, way, pair, externals))
                for way in ways]

    def _try_network(self, way, pair, externals):
        """Tries a machine on the network, and every external network's addresses for it."""
        self._counts['networks tried'] += 1
        flavor, image, gib = pair
        project = self._project
        before, routers = project.own(WITH_MACHINES), project.routers()
        try:
            network, port = self._make_port(way)
            disk = gib and {'source_type': 'image', 'uuid': image['id'], 'volume_size': gib}
            server = project.create(flavor['id'], image['id'], None if port else network,
                                    port and port['id'], disk=disk)
            project.wait_until_active(server)
            fixed = set(project.addresses(server)[0])
            # Addresses of an IPv6 pool are unreachable without a router.
            self._ways[way] = fixed if not way.pool or way.pool[1] == 4 else set()
            (port,) = project.ports(server)
            for external in externals:
                self._try_external(way._replace(external=external), port, fixed,
                                   {kind: before[kind] for kind in ADDRESSES}, routers)
        except Refused:
            pass
        finally:
            project.clean(before)
            project.restore_routers(routers)

    def _make_port(self, way):
        """Returns (network, port or None if Nova creates it) of a way."""
        project = self._project
        if way.network is None:
            return project.make_network(*(way.pool or ()))[0], None
        return way.network, way.subnets and project.make_port(way.network, way.subnets) or None

    def _try_external(self, way, port, fixed, before, routers):
        """Tries floating IPs of an external network through the routers as they are, repaired, and
        new; and, for an IPv6 network of a pool, addresses that a router makes public. Restores the
        previous state."""
        self._counts['floating IPs tried'] += 1
        project = self._project
        subnet_ids = [ip['subnet_id'] for ip in port['fixed_ips']]
        repairs = sorted({router for subnet in subnet_ids for router in project.routers_of(subnet)})
        for router in ['', *repairs, *[('new', subnet) for subnet in subnet_ids]]:
            try:
                self._prepare(way.external, router)
                if way.pool and way.pool[1] == 6:
                    if router and self._routes(way.pool[0], way.external):
                        self._ways[way._replace(router=router and 'new')] = fixed
                        return
                    continue
                floating, address, _ = project.attach(port['id'], way.external)
                project.set_floating_port(floating, None)
                if not router and not self._leads_out(repairs):
                    continue  # attached, but no packet would pass
                self._ways[way._replace(router='new' if isinstance(router, tuple) else router)] = {
                    address}
                return
            except Refused:
                continue
            finally:
                project.clean(before)
                if router:
                    project.restore_routers(routers)

    def _routes(self, pool, external):
        """Returns whether Neutron's routers pass addresses of the pool on to the external network:
        they are in one IPv6 address scope."""
        scope = self._pool_scopes[pool]
        return bool(scope) and scope == self._network_scopes[external]

    def _leads_out(self, routers):
        """Returns whether one of the routers works, if all of them belong to the project."""
        states = self._project.routers()
        return not routers or any(states[router][1] for router in routers)

    def _prepare(self, external, router):
        if isinstance(router, tuple):
            self._project.make_router(external, router[1])
        elif router:
            self._project.set_router(router, external)

    def _carries(self, way, count):
        """Returns whether a way that works for one machine has ports and floating IPs for more."""
        key = (way, count)
        if count == 1 or key in self._more:
            return count == 1 or self._more[key]
        self._counts['ways tried for several machines'] += 1
        project = self._project
        before, routers = project.own(WITHOUT_MACHINES), project.routers()
        try:
            network, _ = (way.network, None) if way.network else self._make_port(way)
            ports = [project.make_port(network, way.subnets) for _ in range(count)]
            if way.external:
                self._prepare(way.external, ('new', ports[0]['fixed_ips'][0]['subnet_id'])
                              if way.router == 'new' else way.router)
                for port in ports:
                    if not way.pool or way.pool[1] == 4:
                        project.attach(port['id'], way.external)
            self._more[key] = True
        except Refused:
            self._more[key] = False
        finally:
            self._put_back_floating_ips(before)
            project.clean(before)
            project.restore_routers(routers)
        return self._more[key]

    def _put_back_floating_ips(self, before):
        """Removes the previously unattached ones from the ports that were created."""
        for row in self._project.network('floatingips', '?project_id=' + self._project.id):
            if row['id'] in before['floatingips'] and row['port_id'] \
                    and row['port_id'] not in before['ports']:
                self._project.set_floating_port(row['id'], None)

    def way(self, words):
        """Returns a way to an address that satisfies the request, or None."""
        seen = set()
        while True:
            for way in [way for way in self._ways if way not in seen]:
                seen.add(way)
                if self._is_as_asked(way, self._ways[way], words) \
                        and self._carries(way, wishes.count(words)):
                    return way
            if not self._try_next(wishes.network(words)):
                return None

    def _is_as_asked(self, way, addresses, words):
        named = wishes.network(words)
        if named is not None and (way.network is None or self._name(way.network) != named):
            return False
        public = [address for address in addresses if is_public(address)]
        if '--public-ip' in words and not any('.' in address for address in public):
            return False
        if '--ipv6' in words and not any(':' in address for address in public):
            # beside a floating IP the fixed addresses stay
            plain = self._ways.get(way._replace(external=None, router=''), ())
            if not any(':' in address and is_public(address) for address in plain):
                return False
        return '--no-public-ip' not in words or not public  # in either family

    def _name(self, network_id):
        if not hasattr(self, '_names'):
            self._names = {one['id']: one['name'] for one in self._project.network('networks')}
        return self._names.get(network_id)
