#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every method and HTTP route as every kind of caller: prints who got what, and holds it against the
rules below.

    CIS_BIN=build/dev/bin python3 tests/security/matrix/matrix_test.py
"""
import http.client
import importlib
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest

import grpc

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'e2e'))
import harness  # noqa: E402
import callers as who  # noqa: E402
import provider  # noqa: E402
import world  # noqa: E402

VO, OPERATION, PUBLIC = 'vo', 'operation', 'public'
# What there is to see in the answers of a method, by server/policy/README.md. A Get shows what the
# List shows.
SHOWS = {
    'Sites': {PUBLIC, OPERATION}, 'Endpoints': {PUBLIC}, 'Vos': {PUBLIC}, 'Shares': {PUBLIC, VO, OPERATION},
    'Flavors': {PUBLIC, VO}, 'Images': {PUBLIC, VO}, 'Networks': {PUBLIC, VO}, 'Crawls': {OPERATION},
    'Changes': {VO, OPERATION}, 'SiteProblems': {OPERATION}, 'Offers': {PUBLIC},
    'FindPlacements': {VO}, 'ExplainPlacements': {VO}, 'GetPlacement': {VO},
}
# What everyone may ask, whatever the token: the form of the call, path, request, what the answer holds.
OPEN = {
    'health Check': ('unary_unary', '/grpc.health.v1.Health/Check', b'', b'\x08\x01'),
    'health Watch': ('unary_stream', '/grpc.health.v1.Health/Watch', b'', b'\x08\x01'),
    'reflection': ('stream_stream', '/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo', b'\x3a\x00',
                   b'cis.v1.'),
}
# HTTP route -> who is shown it: PUBLIC, everyone, whatever the token; OPERATION, those with that right.
ROUTES = {'/healthz': PUBLIC, '/readyz': PUBLIC, '/metrics': OPERATION}
VO_NAMES = sorted(world.VOS)
MARKS = world.marks()
# Filters that match only what some callers may not see.
HIDDEN_FILTERS = {
    'Shares': ['project_id = "%s"' % (world.IDS[mark] * 4) for mark in world.LIMITS],
    'Flavors': ['display_name = "%s *"' % mark for mark in world.LIMITS],
    'Images': ['display_name = "%s *"' % mark for mark in (*world.LIMITS, world.SHARED)],
    'Networks': ['display_name = "%s *"' % mark for mark in world.LIMITS],
}


def plural(method):
    """Returns the key of a method in SHOWS."""
    if method in SHOWS:
        return method
    if method.startswith('List'):
        return method[4:]
    return 'Changes' if method == 'WatchChanges' else method[3:] + 's'


def may_show(mark, sees):
    return mark == world.PUBLIC or mark in sees or (mark == world.SHARED and bool(sees))


def sees_item(key, item, sees, shared_networks):
    """Whether a caller sees one resource: the rules of server/policy/README.md."""
    if world.OPERATION in sees or key in ('Sites', 'Endpoints', 'Vos', 'Shares', 'Offers'):
        return True
    if key == 'Flavors':
        return item.is_public or any(world.VOS[vo] in sees for vo in item.vos)
    if key == 'Images':
        return (item.visibility == 1 and not item.is_snapshot) or any(world.VOS[vo] in sees for vo in item.vos)
    if key == 'Networks':
        return item.is_external or item.upstream_id in shared_networks or world.VOS[item.vo] in sees
    if key == 'Changes':   # of a share of the VO, but for failures, which are for operation
        return bool(item.share) and world.VOS[item.vo] in sees and item.event not in (8, 9) and item.field != 'owner'
    return False           # Crawls, SiteProblems


def cell_of(sees, shows):
    """Returns what stands in the table for a caller: the rule for the expectation."""
    if sees is who.REFUSED:
        return 'TOKEN_REFUSED'
    if world.OPERATION in sees:
        return 'all'
    if VO in shows and sees:
        return 'vo'
    return 'public' if PUBLIC in shows else 'none'


class Answer:
    """What came back: the code, the reason, the bytes of the message or of the error."""

    def __init__(self, reason, raw, error=None, beside=b''):
        self.reason, self.raw, self.error, self.beside = reason, raw, error, beside

    def marks(self):
        return {mark for mark, texts in MARKS.items() if any(text in self.raw + self.beside for text in texts)}


class Matrix(harness.Case):
    @classmethod
    def setUpClass(cls):
        # The recording is made first, because the replay that setUpClass starts reads it.
        recorded = tempfile.mkdtemp(prefix='cis-matrix-')
        cls.addClassCleanup(shutil.rmtree, recorded)
        world.record(recorded)
        cls.replay_args = ('--recorded', recorded)
        super().setUpClass()
        cls.make_stubs()
        world.write_gocdb(os.path.join(cls.dir, 'gocdb'))
        cls.db = os.path.join(cls.dir, 'matrix.db')
        cls.crawl_all(world.BEFORE)
        cls.as_of = time.time()
        cls.crawl_all([])
        cls.issuer = who.Issuer(cls.dir)
        cls.addClassCleanup(cls.issuer.stop)
        for name in ('server', 'portal', 'stranger'):
            who.make_certificate(cls.dir, name)
        why_not, parts = provider.installed(), ('', '')
        cls.provider = None
        if why_not:
            assert not os.environ.get('CIS_PROVIDER'), why_not   # tests/run sets it
            print('Without the OIDC provider of tests/openstack: ' + why_not)
        else:
            cls.provider = provider.Provider(cls.dir, *[os.path.join(cls.dir, 'server' + end)
                                                        for end in ('.pem', '.key')], who.people())
            cls.addClassCleanup(cls.provider.stop)
            parts = who.PROVIDER_POLICY[0].lstrip('\n') % cls.provider.url, who.PROVIDER_POLICY[1].lstrip('\n')
        cls.put('policy.yaml', who.POLICY % {'own': cls.issuer.url, 'provider': parts[0], 'provider_rules': parts[1]})
        cls.put('clients.pem', cls.got('portal.pem') + cls.got('stranger.pem'))
        cls.start_servers()
        cls.callers = who.callers_of(cls.issuer)
        if cls.provider:
            cls.callers += who.callers_of_provider(cls.provider)
        cls.local = next(c for c in cls.callers if c.way == 'unix')
        cls.find_everything()

    @classmethod
    def put(cls, name, text):
        with open(os.path.join(cls.dir, name), 'w', encoding='utf-8') as f:
            f.write(text)
        return os.path.join(cls.dir, name)

    @classmethod
    def got(cls, name):
        with open(os.path.join(cls.dir, name), encoding='utf-8') as f:
            return f.read()

    @classmethod
    def crawl_all(cls, rules):
        cls.put('replay/faults.json.new', json.dumps(rules))
        os.replace(os.path.join(cls.replay_dir, 'faults.json.new'), os.path.join(cls.replay_dir, 'faults.json'))
        code, _, err = harness.run('cis-crawler', 'crawl', '--sites', cls.sites, '--db', cls.db, '--gocdb',
                                   os.path.join(cls.dir, 'gocdb'))
        assert code in (0, 3), err   # gamma's quotas are refused

    @classmethod
    def make_stubs(cls):
        stubs = os.path.join(cls.dir, 'stubs')
        os.mkdir(stubs)
        proto = os.path.join(harness.ROOT, 'proto')
        files = [os.path.join(at, name) for part in ('cis/v1', 'google/api', 'google/rpc')
                 for at, _, names in os.walk(os.path.join(proto, part)) for name in names if name.endswith('.proto')]
        subprocess.run(['protoc', '-I', proto, '--python_out=' + stubs, *files], check=True)
        sys.path.insert(0, stubs)
        modules = [importlib.import_module('cis.v1.%s_pb2' % name[:-len('.proto')])
                   for name in sorted(os.listdir(os.path.join(proto, 'cis/v1'))) if name.endswith('.proto')]
        cls.status = importlib.import_module('google.rpc.status_pb2')
        cls.details = importlib.import_module('google.rpc.error_details_pb2')
        cls.methods = {}   # name -> (path, class of the request, class of the answer)
        cls.messages = {}
        for module in modules:
            cls.messages.update({name: getattr(module, name) for name in module.DESCRIPTOR.message_types_by_name})
        for module in modules:
            for service in module.DESCRIPTOR.services_by_name.values():
                for one in service.methods:
                    assert one.name not in cls.methods, 'two services have ' + one.name
                    cls.methods[one.name] = ('/%s/%s' % (service.full_name, one.name),
                                             cls.messages[one.input_type.name], cls.messages[one.output_type.name])

    @classmethod
    def start(cls, name, *args):
        server = harness.Process([harness.program('cis-server'), '--db', cls.db, '--rate-limit', '0',
                                  '--http-listen', '127.0.0.1:0', *args],
                                 os.path.join(cls.dir, name + '.log'), 'snapshot.published')
        cls.addClassCleanup(server.stop)
        return server

    @classmethod
    def start_servers(cls):
        def path(name):
            return os.path.join(cls.dir, name)
        policy = ('--policy', path('policy.yaml'), '--issuer-ca', path('server.pem'))
        # A proxy that does not exist, so that nobody on this machine is trusted for its address.
        tls = cls.start('tls', '--listen', '127.0.0.1:0', '--trusted-proxy', '127.0.0.99', *policy,
                        '--tls-cert', path('server.pem'), '--tls-key', path('server.key'), '--client-ca',
                        path('clients.pem'), '--client-certificate-optional')
        unix = cls.start('unix', '--listen', 'unix:' + path('s'), *policy)
        behind = cls.start('behind', '--listen', '127.0.0.1:0', '--trusted-proxy', '127.0.0.1', *policy)
        with socket.socket() as s:
            s.bind(('127.0.0.1', 0))
            port = s.getsockname()[1]
        cls.put('cis.pem', cls.got('server.pem') + cls.got('server.key'))
        with open(os.path.join(harness.ROOT, 'deploy/proxy/haproxy.cfg'), encoding='utf-8') as f:
            config = f.read()
        for shipped, used in (('bind :443', 'bind 127.0.0.1:%d' % port), ('/etc/haproxy/cis.pem', path('cis.pem')),
                              ('server cis 127.0.0.1:50051', 'server cis ' + who.port_in(behind.text()))):
            assert shipped in config, shipped
            config = config.replace(shipped, used)
        proxy = subprocess.Popen(['haproxy', '-db', '-f', cls.put('haproxy.cfg', config)],
                                 stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        cls.addClassCleanup(proxy.wait)
        cls.addClassCleanup(proxy.terminate)
        cls.at = {'tls': who.port_in(tls.text()), 'unix': 'unix:' + path('s'), 'proxy': '127.0.0.1:%d' % port}
        cls.http = {way: re.search(r'http="?(127\.0\.0\.1:\d+)', server.text()).group(1)
                    for way, server in (('tls', tls), ('unix', unix))}
        cls.channels = {}

    @classmethod
    def channel(cls, caller):
        key = caller.way, caller.certificate
        if key not in cls.channels:
            if caller.way == 'unix':
                channel = grpc.insecure_channel(cls.at['unix'])
            else:
                pair = [cls.got(caller.certificate + end).encode() for end in ('.key', '.pem')] \
                    if caller.certificate else [None, None]
                channel = grpc.secure_channel(cls.at[caller.way],
                                              grpc.ssl_channel_credentials(cls.got('server.pem').encode(), *pair))
            grpc.channel_ready_future(channel).result(20)
            cls.channels[key] = channel
            cls.addClassCleanup(channel.close)
        return cls.channels[key]

    @staticmethod
    def metadata_of(call):
        """Returns the bytes of what a reply has beside its messages."""
        return b''.join(b'\n' + (text if isinstance(text, bytes) else text.encode())
                        for pair in (*(call.trailing_metadata() or ()), *(call.initial_metadata() or ()))
                        for text in pair)

    @classmethod
    def failed(cls, error):
        raw = error.details().encode() + cls.metadata_of(error)
        details = dict(error.trailing_metadata() or ()).get('grpc-status-details-bin', b'')
        info = cls.details.ErrorInfo()
        for one in cls.status.Status.FromString(details).details:
            if one.Is(info.DESCRIPTOR):
                one.Unpack(info)
        return Answer(info.reason or error.code().name, raw, (error.code(), error.details(), dict(info.metadata)))

    @classmethod
    def ask(cls, caller, path, data):
        try:
            raw, call = cls.channel(caller).unary_unary(path).with_call(data, timeout=30,
                                                                        metadata=cls.metadata(caller))
            return Answer('OK', raw, beside=cls.metadata_of(call))
        except grpc.RpcError as error:
            return cls.failed(error)

    @classmethod
    def stream(cls, caller, path, data, enough, form='unary_stream'):
        """Returns what a stream sent until enough(its last message)."""
        raw = b''
        call = getattr(cls.channel(caller), form)(path)(iter([data]) if form == 'stream_stream' else data,
                                                        timeout=30, metadata=cls.metadata(caller))
        try:
            for message in call:
                raw += message
                if enough(message):
                    break
            beside = b''.join(b'\n%s\n%s' % tuple(t if isinstance(t, bytes) else t.encode() for t in pair)
                              for pair in call.initial_metadata() or ())
            call.cancel()
            return Answer('OK', raw, beside=beside)
        except grpc.RpcError as error:
            return cls.failed(error)

    @staticmethod
    def metadata(caller):
        return [('authorization', 'Bearer ' + token) for token in caller.tokens]

    @classmethod
    def request(cls, method, **fields):
        """Returns a request with what it has of the fields."""
        made = cls.methods[method][1]()
        for key, value in fields.items():
            field = made.DESCRIPTOR.fields_by_name.get(key)
            if field is None:
                continue
            if key == 'as_of':
                made.as_of.FromMicroseconds(int(value * 1e6))
            elif field.message_type is not None:
                getattr(made, key).CopyFrom(value)
            else:
                setattr(made, key, value)
        return made

    @classmethod
    def answer(cls, caller, method, **fields):
        path, _, _ = cls.methods[method]
        return cls.ask(caller, path, cls.request(method, **fields).SerializeToString())

    @classmethod
    def items(cls, method, answer):
        """Returns the resources in the answer of a List, and the answer."""
        message = cls.methods[method][2].FromString(answer.raw)
        field = next(f for f in message.DESCRIPTOR.fields if f.label == f.LABEL_REPEATED and f.message_type)
        return list(getattr(message, field.name)), message

    @classmethod
    def find_everything(cls):
        """Asks, as a process of the machine, for all there is."""
        cls.there = {}
        for method in cls.methods:
            if method.startswith('List'):
                answer = cls.answer(cls.local, method, parent='sites/-', page_size=1000, show_inactive=True)
                assert answer.reason == 'OK', (method, answer.raw)
                cls.there[plural(method)] = cls.items(method, answer)[0]
        seen = {}
        for one in cls.there['Networks']:
            if one.shared:
                seen.setdefault(one.upstream_id, set()).add(one.vo)
        cls.shared_networks = {network for network, vos in seen.items() if len(vos) > 1}
        query = cls.messages['PlacementQuery'](vos=VO_NAMES)
        answer = cls.answer(cls.local, 'FindPlacements', query=query, page_size=1000, all_combinations=True)
        found = cls.methods['FindPlacements'][2].FromString(answer.raw)
        cls.placements = {}   # VO -> the name of its first placement
        for one in found.placements:
            cls.placements.setdefault(one.vo, one.name)

    # What each kind of method is asked; yields the answers whose marks count for the table.

    def try_list(self, caller, method):
        key = plural(method)
        for more in ({}, {'as_of': self.as_of}):
            answer = self.answer(caller, method, parent='sites/-', page_size=1000, show_inactive=True, **more)
            yield answer
            if answer.reason != 'OK':
                continue
            items, message = self.items(method, answer)
            if hasattr(message, 'total_size'):
                self.assertEqual(message.total_size, len(items), (caller.name, method))
            if not more:
                want = {one.name for one in self.there[key]
                        if sees_item(key, one, caller.sees, self.shared_networks)}
                self.assertEqual({one.name for one in items}, want, (caller.name, method))
        for text in HIDDEN_FILTERS.get(key, ()):
            answer = self.answer(caller, method, parent='sites/-', filter=text, show_inactive=True)
            if answer.reason != 'OK':
                yield answer
                continue
            mark = next(m for m in MARKS if any(t.decode('latin-1') in text for t in MARKS[m]))
            _, message = self.items(method, answer)
            exists = any(mark in one.display_name for one in self.there[key]) if key != 'Shares' else True
            self.assertEqual(message.total_size > 0, exists and may_show(mark, caller.sees),
                             (caller.name, method, text))

    def try_get(self, caller, method):
        key = plural(method)
        for one in self.there[key]:
            if 'as_of' in self.methods[method][1].DESCRIPTOR.fields_by_name:
                then = self.answer(caller, method, name=one.name, as_of=self.as_of)
                self.assert_hides(caller, method, Answer(
                    then.reason, then.raw.replace(one.name.encode(), b''), beside=then.beside))
                visible = caller.sees is not who.REFUSED and sees_item(key, one, caller.sees, self.shared_networks)
                if key != 'Crawls':   # the second crawl was not yet
                    self.assertEqual(then.reason == 'OK', visible, (caller.name, one.name, then.raw))
            answer = self.answer(caller, method, name=one.name)
            visible = caller.sees is not who.REFUSED and sees_item(key, one, caller.sees, self.shared_networks)
            if answer.reason == 'OK' or caller.sees is who.REFUSED:
                self.assertEqual(answer.reason == 'OK', visible, (caller.name, one.name))
                yield answer
                continue
            self.assertFalse(visible, (caller.name, one.name, answer.raw))
            # A name of the same length that nothing has; a number of a change that is not kept yet.
            other = one.name[:-1] + ('x' if not one.name.endswith('x') else 'y')
            if one.name[-1].isdigit():
                other = re.sub(r'\d+$', lambda number: '9' * len(number.group()), one.name)
            if key == 'SiteProblems' or other in {o.name for o in self.there[key]}:
                other = one.name[:-2] + 'zz'
            none = self.answer(caller, method, name=other)
            self.assertEqual(*[self.shape(a, name) for a, name in ((answer, one.name), (none, other))],
                             (caller.name, one.name))
            self.assert_hides(caller, method, Answer(answer.reason, answer.raw.replace(one.name.encode(), b'')))

    @staticmethod
    def shape(answer, name):
        """Returns an error without the name that was asked for and without the similar ones."""
        code, text, metadata = answer.error
        near = metadata.get('nearest', '')
        return (code, answer.reason, text.replace(name, 'NAME').partition('; ')[0].partition(' (')[0],
                {k: v.replace(name, 'NAME') for k, v in metadata.items() if k != 'nearest' and v != near})

    def queries(self):
        query, machine = self.messages['PlacementQuery'], self.messages['MachineRequirements']
        size = self.messages['Int64Range']
        yield query(vos=VO_NAMES)
        yield query(vos=VO_NAMES, machine=machine(vcpu_count=size(min=4)))
        yield query(vos=VO_NAMES, machine=machine(vcpu_count=size(min=4000)))   # none: relaxations

    def try_placements(self, caller, method):
        for query in self.queries():
            for more in ({}, {'as_of': self.as_of}, {'all_combinations': True}):
                answer = self.answer(caller, method, query=query, page_size=1000, with_candidates=True, **more)
                yield answer
                if answer.reason != 'OK' or 'all_combinations' in more:
                    continue
                message = self.methods[method][2].FromString(answer.raw)
                vos = {vo for vo, mark in world.VOS.items() if mark in caller.sees}
                if method == 'FindPlacements':
                    self.assertLessEqual({one.vo for one in message.placements}, vos)
                    self.assertEqual(message.total_size, len(message.placements))
                else:
                    self.assertEqual({one.vo for one in message.verdicts}, vos, caller.name)
                    self.assertEqual(message.total_size, len(message.verdicts))
                self.assertTrue(message.funnel)
                self.assertEqual(message.funnel[0].in_count, len(vos), (caller.name, method))

    def try_placement(self, caller, method):
        for vo, name in self.placements.items():
            for more in ({}, {'as_of': self.as_of}):
                answer = self.answer(caller, method, name=name, **more)
                if caller.sees is who.REFUSED or world.VOS[vo] in caller.sees:
                    yield answer
                else:
                    self.assertEqual(answer.reason, 'SHARE_NOT_FOUND', (caller.name, vo))
                    self.assert_hides(caller, method, answer)

    def try_watch(self, caller, method):
        path, _, message = self.methods[method]
        first = self.stream(caller, path, self.request(method, parent='sites/-').SerializeToString(),
                            lambda _: True)
        yield first
        if first.reason != 'OK':
            return
        end = message.FromString(first.raw).resume_token
        begin = self.request(method, parent='sites/-', resume_token='CAA=').SerializeToString()
        yield self.stream(caller, path, begin, lambda one: message.FromString(one).resume_token == end)

    def tries(self, method):
        if method in ('FindPlacements', 'ExplainPlacements'):
            return self.try_placements
        if method == 'GetPlacement':
            return self.try_placement
        if method == 'WatchChanges':
            return self.try_watch
        return self.try_list if method.startswith('List') else self.try_get

    def assert_hides(self, caller, method, answer):
        sees = caller.sees or who.STRANGER
        leaked = {mark for mark in answer.marks() if not may_show(mark, sees)}
        self.assertEqual(leaked, set(), (caller.name, method, answer.reason, answer.raw[:3000]))

    def seen_with(self, caller, method):
        """Returns the cell of the table: what the answers show, or why there are none."""
        shown, reasons = set(), set()
        for answer in self.tries(method)(caller, method):
            self.assert_hides(caller, method, answer)
            reasons.add(answer.reason)
            if answer.reason == 'TOKEN_REFUSED':
                self.assertEqual(answer.error[2].get('code'), caller.code, caller.name)
            if answer.reason == 'OK':
                shown |= answer.marks()
        if reasons - {'OK'}:
            return ' '.join(sorted(reasons - {'OK'}))
        own = shown & set(world.LIMITS)
        if world.OPERATION in caller.sees and shown >= self.all_marks.setdefault(method, shown):
            return 'all'
        return 'vo' if own else 'public' if world.PUBLIC in shown and PUBLIC in SHOWS[plural(method)] else 'none'

    def test_who_gets_what(self):
        self.all_marks = {}   # method -> what a process of the machine sees
        for method in self.methods:
            self.seen_with(self.local, method)
            if VO in SHOWS[plural(method)]:
                self.assertLessEqual({'mk7alpha', 'mk7beta'}, self.all_marks[method],
                                     'the marks do not reach ' + method)
        table, wrong = {}, []
        for method in self.methods:
            table[method] = [self.seen_with(caller, method) for caller in self.callers]
            want = [cell_of(caller.sees, SHOWS[plural(method)]) for caller in self.callers]
            wrong += [(method, caller.name, got, right) for caller, got, right
                      in zip(self.callers, table[method], want) if got != right]
        for name, (form, path, data, holds) in OPEN.items():
            table[name] = [self.open_cell(caller, form, path, data, holds) for caller in self.callers]
            wrong += [(name, cell) for cell in table[name] if cell != PUBLIC]
        for route, shows in ROUTES.items():
            table[route] = [self.route_cell(caller, route) for caller in self.callers]
            want = [self.route_rule(caller, shows) for caller in self.callers]
            wrong += [(route, caller.name, got, right) for caller, got, right
                      in zip(self.callers, table[route], want) if got != right]
        self.print_table(table)
        self.assertEqual(wrong, [])

    def open_cell(self, caller, form, path, data, holds):
        answer = self.ask(caller, path, data) if form == 'unary_unary' else \
            self.stream(caller, path, data, lambda _: True, form)
        self.assertEqual(answer.marks(), set())
        return PUBLIC if answer.reason == 'OK' and holds in answer.raw else answer.reason

    def route_cell(self, caller, route):
        if caller.way not in self.http:   # the proxy passes gRPC only
            return '-'
        connection = self.http_connection(caller)
        connection.putrequest('GET', route)
        for name, value in self.metadata(caller):
            connection.putheader(name, value)
        connection.endheaders()
        reply = connection.getresponse()
        raw = reply.read() + str(reply.headers).encode()
        connection.close()
        self.assertLessEqual(Answer('', raw).marks(), {world.PUBLIC} if reply.status == 200 else set(),
                             (caller.name, route))
        return ROUTES[route] if reply.status == 200 else str(reply.status)

    def route_rule(self, caller, shows):
        """Returns what stands in the table for a route: the rule for the expectation."""
        if caller.way not in self.http:
            return '-'
        if len(caller.tokens) > 1:
            return '400'   # two headers `Authorization` are no request
        if shows == OPERATION and caller.sees is who.REFUSED:
            return '401'
        return shows if shows == PUBLIC or world.OPERATION in caller.sees else '403'

    def http_connection(self, caller):
        if caller.way != 'tls':
            return http.client.HTTPConnection(self.http[caller.way], timeout=20)
        context = ssl.create_default_context(cafile=os.path.join(self.dir, 'server.pem'))
        context.check_hostname = False
        if caller.certificate:
            context.load_cert_chain(*(os.path.join(self.dir, caller.certificate + end) for end in ('.pem', '.key')))
        return http.client.HTTPSConnection(self.http[caller.way], timeout=20, context=context)

    def print_table(self, table):
        short = {'TOKEN_REFUSED': 'refused'}
        for number, caller in enumerate(self.callers):
            print('%2d  %s' % (number + 1, caller.name))
        width = max(map(len, table))
        print(' ' * width + ''.join('%8d' % (n + 1) for n in range(len(self.callers))))
        for name, cells in table.items():
            print(name.ljust(width) + ''.join(short.get(c, c).rjust(8) for c in cells))

    def test_cisquery_sends_the_token_of_its_user(self):
        def shares(name, **more):
            token = next(caller for caller in self.callers if caller.name == name).tokens[0]
            more = {'env': {'OIDC_ACCESS_TOKEN': token}} if not more else more
            args = ('--token-file', self.token_file(token)) if more.get('file') else ()
            return harness.run('cisquery', '--server', self.at['tls'], '--tls', '--tls-ca',
                               os.path.join(self.dir, 'server.pem'), *args, 'shares', '-o', 'json', env=more.get('env'))
        for way in ({}, {'file': True}):
            code, out, err = shares('member', **way)
            self.assertEqual(code, 0, err)
            self.assertLessEqual({'mk7alpha'}, Answer('', out.encode()).marks())
            self.assertNotIn('mk7beta', Answer('', out.encode()).marks())
        code, out, err = shares('expired')
        self.assertEqual((code, out), (1, ''))
        self.assertIn('TOKEN_EXPIRED', err)
        self.assertIn('OIDC_ACCESS_TOKEN', err)

    def token_file(self, token):
        path = os.path.join(self.dir, 'token')
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 'w') as f:
            f.write(token)
        return path

    def test_every_method_has_a_rule(self):
        self.assertEqual({plural(method) for method in self.methods}, set(SHOWS))

    def test_page_tokens_of_another_caller_show_nothing(self):
        for method in self.methods:
            if not method.startswith('List') or plural(method) in ('Crawls', 'Sites'):
                continue
            answer = self.answer(self.local, method, parent='sites/-', page_size=1, show_inactive=True)
            token = self.items(method, answer)[1].next_page_token
            for caller in self.callers:
                if token and caller.sees is not who.REFUSED:
                    self.assert_hides(caller, method, self.answer(
                        caller, method, parent='sites/-', page_size=1, show_inactive=True, page_token=token))

    def test_names_of_hidden_things_in_a_query_are_as_unknown_ones(self):
        stranger = self.callers[0]
        flavor = next(one for one in self.there['Flavors'] if not one.is_public)
        other = flavor.name[:-1] + ('x' if flavor.name[-1] != 'x' else 'y')
        for method in ('FindPlacements', 'ExplainPlacements'):
            answers = [self.answer(stranger, method, query=self.messages['PlacementQuery'](
                vos=VO_NAMES, machine=self.messages['MachineRequirements'](like=name)))
                       for name in (flavor.name, other)]
            self.assertEqual([a.reason for a in answers], ['FLAVOR_NOT_FOUND'] * 2)
            self.assertEqual(self.shape(answers[0], flavor.name), self.shape(answers[1], other))
        globs = ('mk7beta*', 'mk7none*')
        answers = [self.answer(stranger, 'ExplainPlacements', query=self.messages['PlacementQuery'](
            vos=VO_NAMES, machine=self.messages['MachineRequirements'](flavors=[glob]))) for glob in globs]
        self.assertEqual(*[a.raw.replace(glob.encode(), b'') for a, glob in zip(answers, globs)])


if __name__ == '__main__':
    unittest.main()
