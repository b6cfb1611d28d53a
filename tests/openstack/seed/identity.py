# SPDX-License-Identifier: Apache-2.0
"""The service users, the catalog, and the projects of each VO."""
import re

import sites
from paths import CRAWLER_USER, PASSWORD

# Announced by real sites too. Nothing listens there in the lab, but for Cinder at some sites.
ABSENT = (('volumev3', 'cinderv3', 8776, '/v3/%(project_id)s'),
          ('object-store', 'swift', 8080, '/swift/v1'))


def make_services(cloud):
    """The services' own users and the catalog in this site's spelling."""
    site, identity = cloud.site, cloud.admin.identity
    project = identity.create_project(name='service', domain_id='default')
    admin = identity.find_role('admin')
    service = identity.find_role('service') or identity.create_role(name='service')
    for name in ('glance', 'nova', 'placement', 'neutron', 'cinder'):
        user = identity.create_user(name=name, password=PASSWORD, domain_id='default')
        for role in (admin, service):
            identity.assign_project_role_to_user(project, user, role)
    scheme = 'https' if site.tls else 'http'
    catalog = [('image', 'glance', site.url('glance') + site.glance_path),
               ('compute', 'nova', site.url('nova') + site.nova_path),
               ('placement', 'placement', site.url('placement')),
               ('network', 'neutron', site.url('neutron') + site.neutron_path)]
    catalog += [(kind, name, '%s://%s:%d%s' % (scheme, site.address, port, path))
                for kind, name, port, path in ABSENT]
    if site.dead_region:
        identity.create_region(id=site.dead_region)
    for kind, name, url in catalog:
        made = identity.create_service(type=kind, name=name)
        for interface in ('public', 'internal', 'admin'):
            if interface != 'admin' or site.admin_endpoints:
                identity.create_endpoint(service_id=made.id, interface=interface, url=url,
                                         region_id=site.region)
        if site.dead_region and kind in ('image', 'compute'):
            identity.create_endpoint(service_id=made.id, interface='public',
                                     url='http://127.0.0.99:9/' + kind,
                                     region_id=site.dead_region)


def make_projects(cloud, others):
    """A project for each VO and for each name of others, the crawler's user in all of them, and
    one project that has been switched off."""
    site, identity = cloud.site, cloud.admin.identity
    domain = site.domain
    if domain != 'default':
        domain = identity.create_domain(name=domain, description='EGI federated cloud').id
    crawler = identity.create_user(name=CRAWLER_USER, password=PASSWORD, domain_id='default')
    role = identity.find_role(site.crawler_role)
    for name in (*site.vos, *others):
        is_vo = name in site.vos
        made = identity.create_project(
            name=site.project(name) if is_vo else name, domain_id=domain,
            description='VO ' + name if is_vo else '',
            tags=['egi', 'VO=' + name.replace('.', '_')] if is_vo else [])
        identity.assign_project_role_to_user(made, crawler, role)
        cloud.projects[name] = made
    off = identity.create_project(name='disabled-project', domain_id=domain, is_enabled=False)
    identity.assign_project_role_to_user(off, crawler, role)


def _rule(issuer, group, claim, **condition):
    """Returns one rule of a mapping: a user with the claim is in the group as long as the token is
    valid."""
    return {'local': [{'user': {'type': 'ephemeral', 'name': '{0}'}, 'group': {'id': group.id}}],
            'remote': [{'type': 'HTTP_OIDC_SUB'},
                       {'type': 'HTTP_OIDC_ISS', 'any_one_of': [issuer]},
                       dict(condition, type=claim)]}


def make_federation(cloud):
    """Both identity providers, with a group for each VO: by entitlement as EGI's instructions to
    sites put it, and by the groups of an INDIGO IAM."""
    identity, role = cloud.admin.identity, cloud.admin.identity.find_role(cloud.site.crawler_role)
    groups = {}
    for vo in cloud.site.vos:
        project = cloud.projects[vo]
        groups[vo] = identity.create_group(name=vo, domain_id=project.domain_id)
        identity.assign_project_role_to_group(project, groups[vo], role)
    rules = {
        'egi.eu': [_rule(sites.ISSUERS['egi.eu'], group, 'HTTP_OIDC_EDUPERSON_ENTITLEMENT',
                         regex=True, any_one_of=['^urn:mace:egi.eu:group:%s:role=(member|'
                                                 'vm_operator)#aai.egi.eu$' % re.escape(vo)])
                   for vo, group in groups.items()],
        'iam.wlcg': [_rule(sites.ISSUERS['iam.wlcg'], groups[vo], 'HTTP_OIDC_WLCG.GROUPS',
                           any_one_of=[path])
                     for path, vo in (('/escape/ska', 'escape.ska'), ('/escape', 'dteam'))]}
    for name, issuer in sites.ISSUERS.items():
        identity.create_identity_provider(id=name, is_enabled=True, remote_ids=[issuer])
        # a mapping's id may have no dots
        mapping = identity.create_mapping(id=name.replace('.', '_'), rules=rules[name])
        identity.create_federation_protocol(name, id=cloud.site.protocol, mapping_id=mapping.id)


def application_credential(cloud, vo):
    """An application credential of the crawler's user for a VO's project: (id, secret)."""
    connection = cloud.as_crawler(vo)
    secret = '%s-%s' % (PASSWORD, vo)
    made = connection.identity.create_application_credential(
        connection.current_user_id, name='crawler-' + vo, secret=secret)
    return made.id, secret
