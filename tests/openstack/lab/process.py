# SPDX-License-Identifier: Apache-2.0
"""Starts, finds and stops the lab's processes.

run/NAME.pid holds "PID START-TIME", so that a process id which the kernel has given to somebody
else since is never signalled. Every process leads its own session: a signal to its group reaches
its workers and nothing else.
"""
import os
import shlex
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request

from paths import PYTHON, clean_environment, log, state, write, write_json

FORGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'forge.py')


def start_time(pid):
    """Returns the kernel's start time of pid; None if it has ended or is a zombie."""
    try:
        with open('/proc/%d/stat' % pid, encoding='ascii', errors='replace') as file:
            fields = file.read().rpartition(')')[2].split()
    except OSError:
        return None
    return None if fields[0] == 'Z' else fields[19]


def pid_file(name):
    return state('run', name + '.pid')


def alive(name):
    """Returns the process id of NAME if the lab started it and it still runs, else None."""
    try:
        with open(pid_file(name), encoding='ascii') as file:
            pid, started = file.read().split()
    except (OSError, ValueError):
        return None
    return int(pid) if start_time(int(pid)) == started else None


def names():
    """Returns every process that the lab has a pid file for."""
    folder = state('run')
    found = os.listdir(folder) if os.path.isdir(folder) else []
    return sorted(f[:-4] for f in found if f.endswith('.pid'))


def as_user(command, user):
    """Returns the command run as another user if this process is root; otherwise unchanged."""
    if user is None or os.getuid() != 0:
        return list(command)
    return ['setpriv', '--reuid', user, '--regid', user, '--init-groups', '--', *command]


def spawn(name, command, environment=None, user=None, cwd='/'):
    """Starts a command in the background unless NAME runs already."""
    if alive(name):
        return
    with open(state('log', name + '.out'), 'ab') as out:
        child = subprocess.Popen(as_user(command, user), stdout=out, stderr=out,
                                 stdin=subprocess.DEVNULL, cwd=cwd, start_new_session=True,
                                 env=clean_environment(environment))
    write(pid_file(name), '%d %s\n' % (child.pid, start_time(child.pid)))


def run(command, log_name, environment=None, user=None, cwd='/', check=True):
    """Runs a command to its end, with its output in log/LOG_NAME; stops the program if it fails."""
    path = state('log', log_name)
    with open(path, 'ab') as out:
        out.write(('$ %s\n' % shlex.join(command)).encode())
        out.flush()
        code = subprocess.run(as_user(command, user), stdout=out, stderr=out, cwd=cwd, check=False,
                              stdin=subprocess.DEVNULL,
                              env=clean_environment(environment)).returncode
    if check and code:
        sys.exit('%s ended with %d; see %s' % (shlex.join(command), code, path))
    return code


def forge(kind, jobs, wait):
    """Imports the modules of KIND once and forks one process a job (see forge.py).

    A job is {'name', 'argv'}. With wait the jobs run to their end and a failure stops the
    program; without, they are services and stay."""
    jobs = [job for job in jobs if wait or not alive(job['name'])]
    if not jobs:
        return None
    for job in jobs:
        job.update(out=state('log', job['name'] + '.out'), pid=pid_file(job['name']))
    spec = write_json(state('run', 'forge-%s.json' % kind), {'jobs': jobs, 'wait': wait}, 0o600)
    with open(state('log', 'forge.out'), 'ab') as out:
        return subprocess.Popen([PYTHON, FORGE, kind, spec], stdin=subprocess.DEVNULL,
                                stdout=out, stderr=out, cwd='/', env=clean_environment())


def join(forges):
    """Waits for the processes that forge() returned; stops the program when one of them failed."""
    for child in forges:
        if child is not None and child.wait():
            sys.exit('%s ended with %d; see the files in %s' % (
                ' '.join(child.args[2:]), child.returncode, state('log')))


def stop(name, how=signal.SIGTERM, seconds=15):
    """Ends NAME and, if it does not end in time, its whole session."""
    pid = alive(name)
    if pid:
        signal_group(pid, signal.SIGCONT)  # a frozen process would not receive the other signals
        os.kill(pid, how)
        end = time.monotonic() + seconds
        while alive(name) and time.monotonic() < end:
            time.sleep(0.05)
        if alive(name):
            signal_group(pid, signal.SIGKILL)
            while alive(name):
                time.sleep(0.05)
    try:
        os.unlink(pid_file(name))
    except FileNotFoundError:
        pass


def signal_group(pid, what):
    try:
        os.killpg(pid, what)
    except ProcessLookupError:
        pass


def wait_for_port(address, port, what, seconds=60):
    end = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection((address, port), 1).close()
            return
        except OSError as error:
            if time.monotonic() > end:
                sys.exit('%s: %s:%d said "%s" for %d s; see %s' % (
                    what, address, port, error, seconds, state('log')))
            time.sleep(0.1)


def wait_for_http(url, what, ca_file, seconds=300):
    """Waits until url answers with something that only the service itself sends."""
    context = ssl.create_default_context(cafile=ca_file) if url.startswith('https') else None
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}),
        *([urllib.request.HTTPSHandler(context=context)] if context else []))
    end, last = time.monotonic() + seconds, None
    while time.monotonic() < end:
        try:
            with opener.open(url, timeout=10) as answer:
                last = answer.status
        except urllib.error.HTTPError as error:
            last = error.code
        except OSError as error:
            last = error
        if last in (200, 300, 401):
            return
        time.sleep(0.2)
    sys.exit('%s: %s gave %s for %d s; see %s' % (what, url, last, seconds, state('log')))


def wait_for_file(path, name, seconds=300):
    """Waits until process NAME has written the file that says that it is ready."""
    end = time.monotonic() + seconds
    while not os.path.exists(path):
        if time.monotonic() > end or not alive(name):
            sys.exit('%s has not become ready; see %s' % (name, state('log')))
        time.sleep(0.1)


def tree(pid, children):
    yield pid
    for child in children.get(pid, ()):
        yield from tree(child, children)


def memory():
    """Returns (name, pid or None, processes, proportional set size in KiB) of everything started.
    """
    children, pss = {}, {}
    for entry in os.listdir('/proc'):
        if not entry.isdigit():
            continue
        try:
            with open('/proc/%s/stat' % entry, encoding='ascii', errors='replace') as file:
                parent = int(file.read().rpartition(')')[2].split()[1])
            with open('/proc/%s/smaps_rollup' % entry, encoding='ascii') as file:
                pss[int(entry)] = sum(int(line.split()[1]) for line in file
                                      if line.startswith('Pss:'))
        except OSError:
            continue
        children.setdefault(parent, []).append(int(entry))
    for name in names():
        pid = alive(name)
        family = list(tree(pid, children)) if pid else []
        yield name, pid, len(family), sum(pss.get(p, 0) for p in family)


def freeze(name, thaw=False):
    """Stops NAME and its workers at once (a hang, not an error), or lets them continue."""
    pid = alive(name)
    if not pid:
        sys.exit('%s does not run; running: %s' % (name, ' '.join(n for n in names() if alive(n))))
    os.killpg(pid, signal.SIGCONT if thaw else signal.SIGSTOP)
    log(name, 'thawed' if thaw else 'frozen')
