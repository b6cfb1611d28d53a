# SPDX-License-Identifier: Apache-2.0
"""Placements as the tests compare them: which are the same, how sure one is, what its plan proves.
"""

# Every kind of plan and every step that one can have, each a row of the table of proofs; one without
# a machine at any site is not proven.
KINDS = ('UNSPECIFIED', 'DIRECT', 'FLOATING', 'FLOATING_NEEDS_ROUTER',
         'FLOATING_NEEDS_NETWORK', 'PRIVATE', 'ROUTED_NEEDS_NETWORK', 'PRIVATE_NEEDS_NETWORK')
STEPS = ('free floating IP', 'new floating IP', 'router is enabled', 'gateway is set',
         'router is made', 'port on a subnet', 'subnet of a pool, IPv4', 'subnet of a pool, IPv6',
         'config drive', 'public IPv4 of its own', 'public IPv6 of its own', 'assumed route',
         'other pools to fall back to', 'another pool was taken', 'boot volume',
         'volume of a snapshot', 'volume type', 'zone', 'volume zone', 'several machines')
LEVELS = ('VERIFIED', 'STRONG', 'PROBABLE', 'GUESS', 'UNKNOWN')
# Placements of these levels must never fail.
SURE = ('VERIFIED', 'STRONG')


def _plan(plan):
    """A network plan with the bare word of its kind; that of a machine without a network has no more."""
    plan = plan or {'kind': 'UNSPECIFIED'}
    return {**plan, 'kind': plan['kind'].replace('NETWORK_PLAN_KIND_', ''),
            'fallbacks': [_plan(one) for one in plan.get('fallbacks', ())]}


def of(reply):
    """Returns the placements of a reply, with the facts of the machine next to those of the share.
    """
    return [{**one, **one['machine'], 'network': _plan(one['machine']['network'])}
            for one in reply['placements']]


def groups_of(placement):
    """Returns the groups of a placement in the form of `of`, each with its name and number of
    machines."""
    return [{**placement, **one['machine'], 'network': _plan(one['machine']['network']),
             'display_name': one['display_name'], 'count': one['count']}
            for one in placement['groups']]


def id_of(reference):
    return (reference or {}).get('upstream_id')


def plan_identity(placement):
    """Returns what makes two network plans of a project the same."""
    plan = placement['network']
    return (placement['project_id'], plan['kind'],
            *[id_of(plan.get(part)) for part in ('network', 'external_network', 'router',
                                                 'subnet_pool')],
            *plan.get('port_subnet_ids', ()), plan.get('router_needs_enabling', False),
            plan.get('router_needs_gateway', False))


def machine_identity(placement):
    """Returns what makes two machines of a site the same to Nova and Cinder."""
    return (id_of(placement['flavor']), id_of(placement['image']),
            *[placement.get(part) for part in ('boot_volume_gib', 'volume_type',
                                               'availability_zone', 'volume_availability_zone')])


def level(placement):
    """Returns one of LEVELS."""
    return placement['confidence'].rpartition('CONFIDENCE_')[2].replace('UNSPECIFIED', 'UNKNOWN')


def is_assumed(placement):
    return placement['network'].get('is_assumed', False)


def pools(plan):
    """Returns the ids of the external networks that a plan may take an address from."""
    return [id_of(one['external_network']) for one in (plan, *plan.get('fallbacks', ()))
            if one.get('external_network')]


def steps(placement, image, count):
    """Returns the STEPS of a placement, except those that only show when it runs."""
    plan = placement['network']
    floating = plan['kind'].startswith('FLOATING')
    repaired = plan.get('router_needs_gateway') or plan['kind'] == 'FLOATING_NEEDS_ROUTER' \
        and id_of(plan.get('router')) and not plan.get('router_needs_enabling')
    # Beside a floating IP, the pool provides the second subnet, whose addresses are public
    # themselves.
    version = 6 if plan['kind'] == 'FLOATING_NEEDS_NETWORK' else plan.get('new_subnet_ip_version')
    has = {
        'free floating IP': floating and plan['unattached_floating_ip_ids'],
        'new floating IP': floating and not plan['unattached_floating_ip_ids'],
        'router is enabled': plan.get('router_needs_enabling'), 'gateway is set': repaired,
        'router is made': not id_of(plan.get('router')) and plan['kind'] in (
            'FLOATING_NEEDS_ROUTER', 'FLOATING_NEEDS_NETWORK', 'ROUTED_NEEDS_NETWORK'),
        'port on a subnet': plan.get('port_subnet_ids'),
        'subnet of a pool, IPv4': plan.get('subnet_pool') and version == 4,
        'subnet of a pool, IPv6': plan.get('subnet_pool') and version == 6,
        'config drive': plan.get('needs_config_drive'),
        'public IPv4 of its own': not floating and plan.get('public_v4'),
        'public IPv6 of its own': plan.get('public_v6'),
        'assumed route': is_assumed(placement),
        'other pools to fall back to': plan.get('fallbacks'),
        'boot volume': placement.get('boot_volume_gib'),
        'volume of a snapshot': image.get('block_device_mapping'),
        'volume type': placement.get('volume_type'), 'zone': placement.get('availability_zone'),
        'volume zone': placement.get('volume_availability_zone'), 'several machines': count > 1}
    return [name for name in STEPS if has.get(name)]


def table(title, columns, rows):
    """Returns the lines of a table: rows are (name, {column: number})."""
    width = max(len(name) for name, _ in rows)
    yield '%-*s %s' % (width, title, ' '.join('%10s' % column[-10:] for column in columns))
    for name, numbers in rows:
        yield '%-*s %s' % (width, name, ' '.join('%10d' % numbers.get(column, 0)
                                                 for column in columns))
