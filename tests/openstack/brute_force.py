"""What a project could have had after all: every flavor, image and network against the real site.

Nova looks at flavor and image apart from the network, so that all pairs of the two and all networks
are tried one after the other, not their product: a machine as asked needs one of each."""
import wishes
from real_project import Refused, is_public

GIB = 1024 ** 3


class Prober:
    """Tries what there is in one project. Keeps what it has learned: nothing in it changes."""

    def __init__(self, project, admin, counts):
        self._project, self._counts = project, counts
        visible = {flavor['id']: flavor for flavor in admin.flavors()}
        # The administrator sees extra specs where the policy hides them from members.
        self.flavors = [visible.get(flavor['id'], flavor) for flavor in project.flavors()]
        for flavor in self.flavors:
            flavor.setdefault('extra_specs', {})
        self.images = project.images()
        self._pairs, self._ways = {}, None

    # --------------------------------------------------------------------- flavor and image
    def _boots(self, flavor, image, count):
        """'' or why not."""
        key = (flavor['id'], image['id'], count)
        if key not in self._pairs:
            self._pairs[key] = self._try_pair(flavor, image, count)
        return self._pairs[key]

    def _try_pair(self, flavor, image, count):
        self._counts['pairs tried'] += 1
        before = self._project.ids('servers')
        try:
            self._project.wait_until_active(
                self._project.create(flavor['id'], image['id'], count=count))
        except Refused as why:
            return str(why)
        finally:
            for server in self._project.ids('servers') - before:
                self._project.delete('servers', server)
        # The fake host has no disk that could be too small: by rule.
        if flavor['disk'] and (image['virtual_size'] or 0) > flavor['disk'] * GIB:
            self._counts['pairs that only the fake host takes'] += 1
            return 'the image unpacks to more than the disk'
        return ''

    def pair(self, words):
        """A (flavor, image) that is as asked and boots, or None."""
        for flavor in self.flavors:
            if not wishes.flavor_is_as_asked(flavor, words):
                continue
            for image in self.images:
                if not wishes.image_is_as_asked(image, words):
                    continue
                why = self._boots(flavor, image, wishes.count(words))
                if not why:
                    return flavor, image
                if 'Quota exceeded' in why:
                    break  # of every image alike
        return None

    # ------------------------------------------------------------------------------ network
    def ways(self):
        """Every way to an address: {(network, external or None): set of addresses}. Of floating IPs
        as many as there may be, up to 3; with a router made where one is missing."""
        if self._ways is None:
            self._ways = {}
            small = sorted(self.flavors, key=lambda flavor: (flavor['vcpus'], flavor['ram']))
            for flavor in small:
                image = next((image for image in self.images
                              if image['status'] == 'active' and image['disk_format'] != 'iso'
                              and not self._boots(flavor, image, 1)), None)
                if image:
                    break
            else:
                return self._ways
            networks = self._project.network('networks')
            for network in networks:
                self._try_network(network, flavor, image, networks)
        return self._ways

    def _try_network(self, network, flavor, image, networks):
        self._counts['networks tried'] += 1
        server, project = None, self._project
        before = project.own()
        try:
            server = project.create(flavor['id'], image['id'], network['id'])
            project.wait_until_active(server)
            self._ways[network['id'], None] = set(project.addresses(server)[0])
            (port,) = project.ports(server)
            for external in networks:
                if external['router:external']:
                    self._try_floating(network, port, external)
        except Refused:
            pass
        finally:
            project.clean(before)

    def _try_floating(self, network, port, external):
        self._counts['floating IPs tried'] += 1
        project = self._project
        before = project.own()
        for subnet in [None, *[ip['subnet_id'] for ip in port['fixed_ips']]]:
            try:
                if subnet:
                    project.make_router(external['id'], subnet)
                floating, address, _ = project.attach(port['id'], external['id'])
                self._ways[network['id'], external['id']] = {address}
                project.set_floating_port(floating, None)
                break
            except Refused:
                continue
        project.clean(before)

    def way(self, words):
        """A way to an address as asked, or None."""
        for way, addresses in self.ways().items():
            public = [address for address in addresses if is_public(address)]
            if '--public-ip' in words:
                fits = any('.' in address for address in public)
            elif '--ipv6' in words:
                fits = any(':' in address for address in public)
            else:
                fits = '--no-public-ip' not in words or not public
            if fits:
                return way
        return None
