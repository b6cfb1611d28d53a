"""Dependency rules: who may include what. The table is the architecture; the code follows it."""
import os
import re

# room -> rooms whose headers it may include. A room is the longest matching prefix of a path.
MAY_INCLUDE = {
    'schema/base': [],
    'schema/model': ['schema/base'],
    'schema/store': ['schema/base', 'schema/model'],
    'crawler/http': ['schema/base', 'schema/model'],
    'crawler/source': ['schema/base', 'schema/model', 'crawler/http'],
    'crawler/tokens': ['schema/base', 'schema/model', 'crawler/http', 'crawler/source'],
    'crawler/sites': ['schema/base', 'schema/model', 'crawler/http', 'crawler/source'],
    'crawler/normalize': ['schema/base', 'schema/model', 'schema/store'],
    'crawler/overrides': ['schema/base', 'schema/model', 'schema/store', 'crawler/normalize',
                          'crawler/sites'],
    'crawler/lint': ['schema/base', 'schema/model'],
    'crawler/registry': ['schema/base', 'schema/model', 'crawler/http', 'crawler/source',
                         'crawler/sites'],
    'crawler/report': ['schema/base', 'schema/model', 'crawler/http', 'crawler/source',
                       'crawler/tokens', 'crawler/sites'],
    'crawler': ['schema/base', 'schema/model', 'schema/store', 'crawler/http', 'crawler/source',
                'crawler/tokens', 'crawler/sites', 'crawler/normalize', 'crawler/overrides',
                'crawler/lint', 'crawler/registry', 'crawler/report'],
    'server/snapshot': ['schema/base', 'schema/model', 'schema/store'],
    'server/placement': ['schema/base', 'schema/model', 'server/snapshot'],
    'server/query': ['schema/base', 'schema/model', 'proto'],
    'server/service': ['schema/base', 'schema/model', 'schema/store', 'server/snapshot',
                       'server/placement', 'server/query', 'server', 'proto'],
    'server': ['schema/base', 'schema/model', 'schema/store', 'server/snapshot',
               'server/placement', 'server/query', 'server/service', 'server/monitor', 'proto'],
    'server/monitor': ['schema/base', 'schema/model', 'server/snapshot', 'server/service'],
    'client': ['schema/base', 'proto'],
}
# Single files that may include more: they construct and connect.
EXTRA = {
    'client/main.cc': ['server/service'],
}
# Third-party headers that only some files may include: one wrapper a C library.
ONLY_IN = {
    r'sqlite3\.h': ['schema/store/sqlite.h', 'schema/store/sqlite.cc'],
    r'zstd\.h': ['schema/store/zstd.cc'],
    r'curl/': ['crawler/http/'],
    r'libpsl\.h': ['crawler/http/registered_domain.cc'],
    r'expat\.h': ['crawler/registry/xml_reader.cc'],
    r'yaml-cpp/': ['crawler/sites/', 'crawler/overrides/', 'client/'],
    r'nlohmann/': ['schema/base/log.cc', 'schema/store/', 'crawler/', 'client/'],
    r'simdjson\.h': ['crawler/normalize/json_value.cc'],
    r'CLI/': ['crawler/', 'server/options', 'client/'],
    r'(grpcpp|grpc)/': ['server/service/', 'server/main.cc', 'client/client', 'client/main.cc'],
    r'civetweb\.h': ['server/monitor/http_server.cc'],
    r'prometheus/': ['server/monitor/metrics.cc'],
    r'google/protobuf/': ['server/query/', 'server/service/', 'client/'],
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
