# SPDX-License-Identifier: Apache-2.0
"""Dependency rules: which room may include which. The table is the architecture; the code follows
it."""
import os
import re

# room -> rooms whose headers it may include. A room is the longest matching prefix of a path.
MAY_INCLUDE = {
    'schema/base': [],
    'schema/model': ['schema/base'],
    'schema/store': ['schema/base', 'schema/model'],
    'net/address': [],
    'net/http': ['schema/base', 'schema/model'],
    'crawler/source': ['schema/base', 'schema/model', 'net/http'],
    'crawler/tokens': ['schema/base', 'schema/model', 'net/http', 'crawler/source'],
    'crawler/sites': ['schema/base', 'schema/model', 'net/http', 'crawler/source'],
    'crawler/normalize': ['schema/base', 'schema/model', 'schema/store'],
    'crawler/overrides': ['schema/base', 'schema/model', 'schema/store', 'crawler/normalize',
                          'crawler/sites'],
    'crawler/lint': ['schema/base', 'schema/model'],
    'crawler/registry': ['schema/base', 'schema/model', 'net/http', 'crawler/source',
                         'crawler/sites'],
    'crawler/report': ['schema/base', 'schema/model', 'net/http', 'crawler/source',
                       'crawler/tokens', 'crawler/sites'],
    'crawler/crawl': ['schema/base', 'schema/model', 'schema/store', 'net/http',
                      'crawler/source', 'crawler/tokens', 'crawler/normalize',
                      'crawler/overrides', 'crawler/registry'],
    'crawler/commands': ['schema/base', 'schema/model', 'schema/store', 'net/http',
                         'crawler/source', 'crawler/tokens', 'crawler/sites',
                         'crawler/normalize', 'crawler/overrides', 'crawler/lint',
                         'crawler/registry', 'crawler/report', 'crawler/crawl'],
    'crawler': ['schema/base', 'crawler/commands'],
    'server/snapshot': ['schema/base', 'schema/model'],
    'server/refresh': ['schema/base', 'schema/model', 'schema/store', 'server/snapshot'],
    'server/history': ['schema/base', 'schema/model', 'schema/store', 'server/snapshot',
                       'server/placement'],
    'server/placement': ['schema/base', 'schema/model', 'server/snapshot'],
    'server/policy': ['schema/base', 'schema/model', 'server/snapshot', 'server/placement'],
    'server/query': ['schema/base', 'schema/model', 'proto'],
    'server/service': ['schema/base', 'schema/model', 'schema/store', 'server/snapshot',
                       'server/history', 'server/placement', 'server/query', 'proto'],
    'server/token': ['schema/base', 'net/http'],
    'server/meter': [],
    'server/pool': ['schema/base'],
    'server/connection': ['schema/base', 'net/address'],
    'server/access': ['schema/base', 'schema/model', 'server/snapshot', 'server/placement',
                      'server/policy', 'server/service', 'server/token', 'server/pool',
                      'server/meter', 'server/http', 'net/address'],
    'server/tls': ['schema/base'],
    'server/serving': ['schema/base', 'schema/model', 'schema/store', 'server/snapshot',
                       'server/refresh', 'server/history', 'server/placement', 'server/policy',
                       'server/query', 'server/service', 'server/meter', 'server/tls', 'server/token',
                       'server/pool', 'server/access', 'server/connection', 'net/address',
                       'proto'],
    'server/http': ['schema/base', 'net/address', 'server/connection', 'server/tls'],
    'server/monitor': ['schema/base', 'schema/model', 'server/snapshot', 'server/refresh',
                       'server/meter', 'server/http', 'server/access', 'server/connection'],
    'server/process': ['schema/base', 'schema/model', 'server/tls'],
    'server': ['schema/base', 'schema/model', 'schema/store', 'server/snapshot',
               'server/refresh', 'server/placement', 'server/serving', 'server/monitor',
               'server/http', 'server/meter', 'server/policy', 'server/tls', 'server/process'],
    'client/text': ['schema/base'],
    'client/format': ['schema/base', 'client/text', 'proto'],
    'client/token': ['schema/base'],
    'client/rpc': ['schema/base', 'client/text', 'client/format', 'client/token', 'proto'],
    'client/answer': ['schema/base', 'client/text', 'client/format', 'proto'],
    'client/handover': ['schema/base', 'client/text', 'client/format', 'client/answer', 'proto'],
    'client/cli': ['schema/base', 'client/text', 'client/format', 'client/token', 'client/rpc',
                   'client/answer', 'client/handover', 'proto'],
    'client': ['schema/base', 'client/text', 'client/token', 'client/rpc', 'client/cli', 'proto'],
}
# Single files that may include more, because they construct and connect objects.
EXTRA = {
    'client/main.cc': ['server/serving'],
}
# Third-party headers that only some files may include: one wrapper per C library.
ONLY_IN = {
    r'absl/base/internal/': ['schema/base/check.h'],
    r'sqlite3\.h': ['schema/store/sqlite.h', 'schema/store/sqlite.cc'],
    r'cjose/': ['server/token/jose.cc'],
    r'jansson\.h': ['server/token/jose.cc'],
    r'zstd\.h': ['schema/store/zstd.cc'],
    r'curl/': ['net/http/'],
    r'libpsl\.h': ['net/http/registered_domain.cc'],
    r'utf8proc\.h': ['schema/base/unicode.cc'],
    r'expat\.h': ['crawler/registry/xml_reader.cc'],
    r'yaml-cpp/': ['crawler/sites/', 'crawler/overrides/', 'server/policy/', 'client/format/',
                    'client/cli/'],
    r'nlohmann/': ['schema/base/log.cc', 'schema/store/', 'crawler/', 'server/token/',
                   'client/'],
    r'simdjson\.h': ['crawler/normalize/json_value.cc'],
    r'CLI/': ['crawler/commands/', 'server/process/', 'client/cli/'],
    r'(grpcpp|grpc)/': ['server/serving/', 'server/main.cc', 'client/rpc/', 'client/main.cc'],
    r'boost/': ['server/http/http_server.cc', 'server/http/tls_context.cc', 'server/http/wire.cc'],
    r'openssl/': ['server/tls/certificate.cc', 'server/token/jose.cc',
                  'server/http/tls_context.cc'],
    r'prometheus/': ['server/monitor/metrics.cc'],
    r'google/protobuf/': ['server/query/', 'server/service/', 'server/serving/', 'client/'],
}
GENERATED = re.compile(r'^(cis/(v1|internal)|google/rpc)/.*\.pb\.h$')
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


def room_of(path):
    best = ''
    for room in MAY_INCLUDE:
        if path.startswith(room + '/') and len(room) > len(best):
            best = room
    return best


def check(tree):
    for path in tree.sources():
        room = room_of(path)
        if not room:
            continue
        if os.path.dirname(path) != room:
            yield '%s: its folder has no row of its own in MAY_INCLUDE (tests/lint/includes.py)' % path
        allowed = MAY_INCLUDE[room] + [room] + EXTRA.get(path, [])
        for m in INCLUDE.finditer(tree.read(path)):
            name = m.group(2)
            if GENERATED.match(name):
                if 'proto' not in allowed:
                    yield '%s: includes %s, but %s may not know the wire format' % (path, name, room)
                continue
            other = room_of(name)
            if other and other not in allowed:
                yield '%s: includes %s, but %s may include only: %s' % (
                    path, name, room, ', '.join(sorted(allowed)))
            for pattern, places in ONLY_IN.items():
                if re.match(pattern, name) and not any(path.startswith(p) for p in places):
                    yield '%s: includes <%s>, which belongs to %s' % (path, name, ', '.join(places))
