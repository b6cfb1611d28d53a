# SPDX-License-Identifier: Apache-2.0
"""The smallest HTTP/1.1 server that can misbehave on purpose: asyncio streams, keep-alive, no threads."""
import asyncio
import dataclasses

MAX_HEADER = 64 * 1024
MAX_BODY = 4 * 1024 * 1024
TLS_HANDSHAKE = b'\x16'


@dataclasses.dataclass
class Request:
    method: str
    target: str
    headers: dict          # lower-case names
    body: bytes
    index: int = 0         # of this request at its service, from 0


@dataclasses.dataclass
class Response:
    status: int
    headers: dict
    body: bytes
    key: object = None     # the same for answers that are the same


REASONS = {200: 'OK', 201: 'Created', 300: 'Multiple Choices', 302: 'Found', 400: 'Bad Request',
           401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found', 406: 'Not Acceptable',
           429: 'Too Many Requests', 500: 'Internal Server Error', 502: 'Bad Gateway',
           503: 'Service Unavailable', 504: 'Gateway Timeout'}


async def read_request(reader):
    """Returns the next request of a connection, or None at its end."""
    try:
        first = await reader.readexactly(1)
        if first == TLS_HANDSHAKE:     # on a port for plain http; every server answers 400
            return Request('TLS', '', {'connection': 'close'}, b'')
        head = first + await reader.readuntil(b'\r\n\r\n')
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    lines = head.decode('latin-1').split('\r\n')
    method, target, _ = lines[0].split(' ', 2)
    headers = {}
    for line in lines[1:]:
        name, sep, value = line.partition(':')
        if sep:
            headers[name.strip().lower()] = value.strip()
    length = int(headers.get('content-length') or 0)
    if length > MAX_BODY:
        return None
    try:
        body = await reader.readexactly(length) if length else b''
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    return Request(method, target, headers, body)


def encode_head(response, length):
    """Returns status line and headers of an answer that announces `length` bytes."""
    lines = ['HTTP/1.1 %d %s' % (response.status, REASONS.get(response.status, 'Unknown'))]
    headers = {k: v for k, v in response.headers.items() if k.lower() != 'content-length'}
    headers['Content-Length'] = str(length)
    lines += ['%s: %s' % kv for kv in headers.items()]
    return ('\r\n'.join(lines) + '\r\n\r\n').encode('latin-1')


class Misbehave(Exception):
    """Raised by a handler that has written to the connection itself: close the connection."""


async def serve_connection(reader, writer, handler):
    """Answers requests until either side closes. `handler(request, writer)` returns a Response."""
    try:
        while True:
            request = await read_request(reader)
            if request is None:
                return
            if request.method == 'TLS':
                writer.write(b'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n')
                return
            response = await handler(request, writer)
            body = b'' if request.method == 'HEAD' else response.body
            writer.write(encode_head(response, len(response.body)) + body)
            await writer.drain()
            if request.headers.get('connection', '').lower() == 'close':
                return
    except (Misbehave, ConnectionError, ValueError):
        return
    finally:
        writer.close()


async def listen(host, port, handler, tls=None):
    """Starts a server; returns it and the port that it got."""
    async def connected(reader, writer):
        try:
            await serve_connection(reader, writer, handler)
        except asyncio.CancelledError:
            writer.close()
    server = await asyncio.start_server(connected, host, port, ssl=tls, limit=MAX_HEADER,
                                        backlog=512)
    return server, server.sockets[0].getsockname()[1]
