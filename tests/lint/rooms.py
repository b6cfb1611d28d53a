#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draws the rooms and what they link, from the graph that CMake writes.

    cmake --preset release --graphviz=build/rooms.dot
    python3 tests/lint/rooms.py build/rooms.dot rooms.svg

Needs dot (Debian's package graphviz). Every arrow points down, from a room to a room that it links;
an arrow that follows from others is left out. Ends with an error if the arrows form a circle.
"""
import re
import subprocess
import sys

from includes import MAY_INCLUDE

NODE = re.compile(r'"(node\d+)" \[ label = "([^"\\]+)')
EDGE = re.compile(r'"(node\d+)" -> "(node\d+)"')
PROGRAMS = {'cis_crawler': 'cis-crawler', 'cis_server': 'cis-server', 'cisquery_bin': 'cisquery'}


def room_of(target):
    """(area, room) of a target, such as ('net', 'http') of cis_http; None for others."""
    name = target.removeprefix('cis_')
    if name in ('proto', 'grpc'):
        return 'proto', name
    if name.replace('_', '/', 1) in MAY_INCLUDE:  # cis_client_text
        return tuple(name.split('_', 1))
    for room in MAY_INCLUDE:
        if room.partition('/')[2] == name:
            return tuple(room.split('/'))
    return None


def read(path):
    text = open(path, encoding='utf-8').read()
    names = dict(NODE.findall(text))
    edges = {(names[a], names[b]) for a, b in EDGE.findall(text) if a in names and b in names}
    return sorted(names.values()), edges


def reachable(edges, start, without=None):
    """What can be reached from `start`, not counting the edge `without`."""
    found, todo = set(), [start]
    while todo:
        at = todo.pop()
        for a, b in edges:
            if a == at and (a, b) != without and b not in found:
                found.add(b)
                todo.append(b)
    return found


def draw(targets, edges):
    lines = ['digraph rooms {', 'rankdir=TB; nodesep=0.25; ranksep=0.35;',
             'node [shape=box, fontname="Helvetica", fontsize=11, height=0.3];']
    inside = {}
    for target in targets:
        if target in PROGRAMS:
            lines.append('"%s" [label="%s", style=bold];' % (target, PROGRAMS[target]))
        elif room_of(target):
            inside.setdefault(room_of(target)[0], []).append(target)
        else:
            raise SystemExit('%s is no room that tests/lint/rooms.py knows' % target)
    for area, rooms in inside.items():
        lines.append('subgraph cluster_%s { label="%s"; color=gray; fontname="Helvetica";'
                     % (area, area))
        lines += ['"%s" [label="%s"];' % (t, room_of(t)[1]) for t in rooms]
        lines.append('}')
    for a, b in sorted(edges):
        if a in reachable(edges, b):
            raise SystemExit('%s and %s link each other' % (a, b))
        if b not in reachable(edges, a, without=(a, b)):
            lines.append('"%s" -> "%s";' % (a, b))
    lines.append('}')
    return '\n'.join(lines)


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    dot = draw(*read(sys.argv[1]))
    subprocess.run(['dot', '-Tsvg', '-o', sys.argv[2]], input=dot, text=True, check=True)


if __name__ == '__main__':
    main()
