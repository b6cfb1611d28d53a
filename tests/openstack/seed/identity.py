"""The service users, the catalog, and the projects of each VO."""
from paths import CRAWLER_USER, PASSWORD

# Announced by real sites too; nothing listens there in the lab.
ABSENT = (('volumev3', 'cinderv3', 8776, '/v3/%(project_id)s'),
          ('object-store', 'swift', 8080, '/swift/v1'))


def make_services(cloud):
    """The services' own users and the catalog in this site's spelling."""
    site, identity = cloud.site, cloud.admin.identity
    project = identity.create_project(name='service', domain_id='default')
    admin = identity.find_role('admin')
    service = identity.find_role('service') or identity.create_role(name='service')
    for name in ('glance', 'nova', 'placement', 'neutron'):
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


def application_credential(cloud, vo):
    """An application credential of the crawler's user for a VO's project: (id, secret)."""
    connection = cloud.as_crawler(vo)
    secret = '%s-%s' % (PASSWORD, vo)
    made = connection.identity.create_application_credential(
        connection.current_user_id, name='crawler-' + vo, secret=secret)
    return made.id, secret
