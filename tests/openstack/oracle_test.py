#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The oracle is the openstack client: CIS must list for a VO exactly what the client lists for its
project, with the same names and numbers."""
import lab_client
from lab_client import by_id, openstack, rows

# The plain list shows neither hidden images nor those of others that must be asked for by name.
IMAGES = ('image list --long', 'image list --long --hidden', 'image list --long --community',
          'image list --long --shared --member-status pending')
COMMANDS = (*IMAGES, 'network list --long', 'subnet list --long', 'router list',
            'floating ip list --long')
FLAVORS = 'flavor list --long'


def listed_by_client(site_and_vo):
    """Returns {command: answer} of one project."""
    site, vo = site_and_vo
    # With the extra specs hidden the client's flavor list fails as a whole (403): see
    # visible_to_administrator.
    commands = COMMANDS if site['extra_specs_hidden'] else (*COMMANDS, FLAVORS)
    project_id = site['projects'][vo]['project_id']
    return dict(zip(commands, openstack(site, commands, project_id)))


def images_of(client):
    """Returns every image that a machine may be started from, once."""
    return list({row['ID']: row for command in IMAGES for row in client[command]}.values())


def visible_to_administrator(site):
    """Returns {project id: flavors} as the site's administrator sees them."""
    flavors = openstack(site, ['flavor list --all --long'])[0]
    private = [flavor for flavor in flavors if not flavor['Is Public']]
    access = openstack(site, ["flavor show '%s'" % flavor['ID'] for flavor in private])
    allowed = {flavor['ID']: shown['access_project_ids']
               for flavor, shown in zip(private, access)}
    return {project['project_id']: [
        flavor for flavor in flavors
        if flavor['Is Public'] or project['project_id'] in allowed[flavor['ID']]]
            for project in site['projects'].values()}


class Oracle(lab_client.Crawled):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.projects = [(site, vo) for site in cls.lab['sites'] for vo in site['vos']]
        answers = lab_client.in_parallel(listed_by_client, cls.projects)
        cls.client = {(site['name'], vo): answer
                      for (site, vo), answer in zip(cls.projects, answers)}
        for site in cls.lab['sites']:
            if site['extra_specs_hidden']:
                visible = visible_to_administrator(site)
                for vo in site['vos']:
                    cls.client[site['name'], vo][FLAVORS] = \
                        visible[site['projects'][vo]['project_id']]
        cls.cis = {(kind, site['name']): rows(cls.database, kind, site)
                   for kind in ('flavors', 'images', 'networks', 'shares')
                   for site in cls.lab['sites']}

    def for_each_project(self, check):
        """Calls check(site, vo, what the client lists), each project in a subtest."""
        for site, vo in self.projects:
            with self.subTest(site=site['name'], vo=vo):
                check(site, vo, self.client[site['name'], vo])

    def test_the_crawl_refreshed_every_share(self):
        code, out, err = self.first_crawl
        self.assertEqual(code, 0, out + err)

    def test_flavors(self):
        def check(site, vo, client):
            theirs = [lab_client.flavor_of_client(row, site['extra_specs_hidden'])
                      for row in client[FLAVORS]]
            ours = [lab_client.flavor_of_cis(row) for row in self.cis['flavors', site['name']]
                    if lab_client.sees(row, vo)]
            self.assertTrue(theirs)
            self.assertEqual(by_id(ours), by_id(theirs))
        self.for_each_project(check)

    def test_hidden_extra_specs_are_unknown_and_not_empty(self):
        for site in self.lab['sites']:
            for row in self.cis['flavors', site['name']]:
                self.assertEqual(row['extra_specs_known'], not site['extra_specs_hidden'],
                                 (site['name'], row['display_name']))

    def test_images(self):
        def check(site, vo, client):
            theirs = [lab_client.image_of_client(row) for row in images_of(client)]
            ours = [lab_client.image_of_cis(row) for row in self.cis['images', site['name']]
                    if lab_client.sees(row, vo)]
            self.assertTrue(theirs)
            self.assertEqual(by_id(ours), by_id(theirs))
        self.for_each_project(check)

    def test_networks(self):
        def check(site, vo, client):
            theirs = [lab_client.network_of_client(row) for row in client['network list --long']]
            ours = [lab_client.network_of_cis(row) for row in self.networks(site, vo)]
            self.assertTrue(theirs)
            self.assertEqual(by_id(ours), by_id(theirs))
        self.for_each_project(check)

    def test_subnets(self):
        def check(site, vo, client):
            theirs = [lab_client.subnet_of_client(row) for row in client['subnet list --long']]
            self.assertEqual(by_id(lab_client.subnets_of_cis(self.networks(site, vo))),
                             by_id(theirs))
        self.for_each_project(check)

    def test_unattached_floating_ips(self):
        def check(site, vo, client):
            # One that forwards ports has no port of its own, but a router.
            free = [row for row in client['floating ip list --long']
                    if row['Port'] is None and row['Router'] is None]
            self.assertEqual(self.share(site, vo)['unattached_floating_ip_count'], len(free))
        self.for_each_project(check)

    def test_projects_and_numbers_of_shares(self):
        def check(site, vo, client):
            share = self.share(site, vo)
            self.assertEqual(share['project_id'], site['projects'][vo]['project_id'])
            self.assertEqual(share['project_name'], site['projects'][vo]['project'])
            self.assertEqual(share['region'], site['region'])
            self.assertEqual(share['flavor_count'], len(client[FLAVORS]))
            self.assertEqual(share['image_count'], len(images_of(client)))
            self.assertEqual(share['network_count'], len(client['network list --long']))
        self.for_each_project(check)

    def test_floating_ip_quota_of_cesga_is_spent(self):
        quotas = {row['resource']: row for row in self.share(
            self.site('CESGA'), lab_client.VO)['quotas']}
        spent = quotas['QUOTA_RESOURCE_FLOATING_IPS']
        self.assertEqual((spent['limit']['value'], spent['used']['value']), (13, 13))

    def networks(self, site, vo):
        return [row for row in self.cis['networks', site['name']]
                if row['vo'] == vo and row['active']]

    def share(self, site, vo):
        (share,) = [row for row in self.cis['shares', site['name']] if row['vo'] == vo]
        return share


if __name__ == '__main__':
    lab_client.main()
