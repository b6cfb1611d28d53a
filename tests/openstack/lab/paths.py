# SPDX-License-Identifier: Apache-2.0
"""Where the lab keeps its state, and the constants every part of it shares."""
import json
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
STATE = os.environ.get('CIS_LAB_DIR') or os.path.join(
    os.environ.get('TMPDIR') or '/tmp', 'cis-openstack')
SEED = os.path.join(os.path.dirname(HERE), 'seed')
PYTHON = '/usr/bin/python3'  # Debian's own: the services are Debian packages.

PG_ADDRESS = '127.0.0.1'
PG_PORT = int(os.environ.get('CIS_LAB_PG_PORT', '25532'))
# Site 1 is 127.0.0.N, the next ones follow.
FIRST_ADDRESS = int(os.environ.get('CIS_LAB_FIRST_ADDRESS', '21'))

# The one password of this lab: service users, admin, cis (the crawler's user), databases.
PASSWORD = 'lab-secret'
CRAWLER_USER = 'cis'

_STARTED = time.monotonic()


def state(*parts):
    """Returns a path below the state directory."""
    return os.path.join(STATE, *parts)


def log(*words):
    """Prints one line on stderr with the seconds since the program began."""
    print('[%6.1fs]' % (time.monotonic() - _STARTED), *words, file=sys.stderr, flush=True)


def write(path, text, mode=0o644):
    """Replaces the file at path with text, atomically, and makes its folders."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    temporary = path + '.new'
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), 'w',
              encoding='utf-8') as out:
        out.write(text)
    os.chmod(temporary, mode)
    os.replace(temporary, path)
    return path


def write_json(path, value, mode=0o644):
    return write(path, json.dumps(value, indent=1, ensure_ascii=False) + '\n', mode)


def read_json(path):
    with open(path, encoding='utf-8') as file:
        return json.load(file)


def clean_environment(extra=None):
    """Returns this process's environment without proxies, OpenStack credentials and another
    Python's paths."""
    kept = {key: value for key, value in os.environ.items()
            if not key.lower().endswith('_proxy') and not key.startswith('OS_')
            and key not in ('PYTHONPATH', 'PYTHONHOME')}
    return dict(kept, **(extra or {}))
