# SPDX-License-Identifier: Apache-2.0
"""The Python of tests/ imports only what is installed by the time that it runs.

On a machine that was used before, every package is there and a missing one is not noticed. So each
import is held against the list of packages that has been installed by then: `deploy/packages build
test` for everything below tests/, and in addition the list of tests/openstack/lab/packages.py for
tests/openstack. The program that installs that second list, and what it imports before it does so,
has the first one only.
"""
import ast
import os
import re
import sys

LAB = 'tests/openstack/'
LAB_PACKAGES = 'tests/openstack/lab/packages.py'
SETS = ('build', 'test')
# Modules whose Debian package is not called python3-MODULE.
PACKAGE = {'openstack': 'python3-openstacksdk', 'grpc': 'python3-grpcio'}
# Modules that a program generates from proto/ with protoc before it imports them.
GENERATED = ('cis',)
# Modules of libraries that a package depends on, so that they are installed with it.
COMES_WITH = {
    'python3-nova': r'eventlet|keystoneauth1|os_vif|oslo_\w+|sqlalchemy',
    'python3-neutron': r'eventlet|keystoneauth1|neutron_lib|oslo_\w+|sqlalchemy',
    'python3-cinder': r'eventlet|keystoneauth1|os_brick|oslo_\w+|sqlalchemy',
    'python3-openstackclient': r'cinderclient|cliff|keystoneauth1|novaclient|openstack|osc_lib',
}


def python_files(root):
    """Yields the Python files below tests/, with or without a suffix."""
    for folder, folders, names in os.walk(os.path.join(root, 'tests')):
        folders[:] = sorted(f for f in folders if f not in ('__pycache__', 'node_modules'))
        for name in sorted(names):
            path = os.path.join(folder, name)
            if name.endswith('.py'):
                yield os.path.relpath(path, root)
            elif '.' not in name:
                with open(path, 'rb') as file:
                    if re.match(rb'#!\S*(/|env +)python3?\b', file.readline()):
                        yield os.path.relpath(path, root)


def debian_packages(text):
    """Returns the packages of the sets that tests/run installs, from the text of deploy/packages.
    """
    return {word.rstrip('?') for name in SETS
            for body in re.findall(r'^%s=\(([^)]*)\)' % name, text, re.M) for word in body.split()}


def lab_packages(tree):
    """Returns the packages that the constants of the lab's packages.py name."""
    return {word for node in tree.body if isinstance(node, ast.Assign)
            for part in ast.walk(node.value)
            if isinstance(part, ast.Constant) and isinstance(part.value, str)
            for word in part.value.split()}


def provided(module, packages):
    name = module.split('.', maxsplit=1)[0]
    return PACKAGE.get(name, 'python3-' + name.replace('_', '-')) in packages or any(
        package in packages and re.fullmatch(modules, name)
        for package, modules in COMES_WITH.items())


def guarded(node):
    """Returns whether a `try` continues without the module."""
    caught = {n.id for handler in node.handlers if handler.type is not None
              for n in ast.walk(handler.type) if isinstance(n, ast.Name)}
    return bool(caught & {'ImportError', 'ModuleNotFoundError'})


def imports(body, inside=False):
    """Yields (line, module, whether it is imported only when a function is called) of each import.
    """
    for node in body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name, inside
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.lineno, node.module, inside
        elif isinstance(node, ast.Try) and guarded(node):
            yield from imports([*node.orelse, *node.finalbody, *node.handlers], inside)
        else:
            deeper = inside or isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
            yield from imports(ast.iter_child_nodes(node), deeper)


def installs(tree):
    """Returns whether a program calls packages.install()."""
    return any(isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
               and node.func.attr == 'install' and isinstance(node.func.value, ast.Name)
               and node.func.value.id == 'packages' for node in ast.walk(tree))


class Modules:
    """The project's own modules by name: one in the same folder takes precedence, as in Python."""

    def __init__(self, paths):
        self.paths = [p for p in paths if p.endswith('.py')]

    def find(self, module, importer):
        name = module.split('.', maxsplit=1)[0] + '.py'
        beside = os.path.join(os.path.dirname(importer), name)
        if beside in self.paths:
            return beside
        return next((p for p in self.paths if os.path.basename(p) == name), None)


def loaded_with(start, trees, modules):
    """Returns the files that are imported with `start` before any of its own code runs."""
    seen, left = set(), [start]
    while left:
        path = left.pop()
        if path in seen:
            continue
        seen.add(path)
        left += [found for _, module, later in imports(trees[path].body) if not later
                 for found in [modules.find(module, path)] if found]
    return seen


def check(tree):
    paths = list(python_files(tree.root))
    trees = {path: ast.parse(tree.read(path), path) for path in paths}
    modules = Modules(paths)
    everywhere = debian_packages(tree.read('deploy/packages')) \
        if os.path.exists(os.path.join(tree.root, 'deploy/packages')) else set()
    in_lab, before = everywhere, {}
    if LAB_PACKAGES in trees:
        in_lab = everywhere | lab_packages(trees[LAB_PACKAGES])
        starts = [path for path in paths if installs(trees[path])]
        if not starts:
            yield '%s: no program calls packages.install()' % LAB_PACKAGES
        for start in starts:
            before.update((path, start) for path in loaded_with(start, trees, modules))
    for path in paths:
        for line, module, later in imports(trees[path].body):
            name = module.split('.', maxsplit=1)[0]
            if name in sys.stdlib_module_names or name in GENERATED or provided(name, everywhere):
                continue
            if not (path.startswith(LAB) and provided(name, in_lab)):
                if not modules.find(name, path):
                    yield '%s:%d: imports %s, which no package of the list brings (%s)' % (
                        path, line, module, LAB_PACKAGES if path.startswith(LAB) else 'deploy/packages')
            elif path in before and not later:
                yield '%s:%d: imports %s, which is not installed yet when %s loads this file' % (
                    path, line, module, before[path])
