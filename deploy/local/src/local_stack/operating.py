"""The services' commands for operators, on the stack that runs: each is told all that one of its service's commands asks for."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import partial

from local_stack.environments import SERVICES, Environments, inherited
from local_stack.errors import StackError
from local_stack.home import Home
from local_stack.nats import as_user, listens_at
from local_stack.postgres import SUPERUSER, socket_folder_of, url_of
from local_stack.secret_files import SecretFiles


def operate(home: Home, name: str, arguments: Sequence[str]) -> int:
    """Run one of a service's commands here, to its end; return its exit code. Raises StackError when nothing runs on the data folder."""
    service = next((one for one in SERVICES if one.database == name), None)
    if service is None:
        raise StackError(f"'{name}' is none of {', '.join(one.database for one in SERVICES)}")
    command = [sys.executable, "-m", service.package, *arguments]
    return subprocess.run(command, env={**inherited(), **_of(home).command(service)}, check=False).returncode


def _of(home: Home) -> Environments:
    folder = socket_folder_of(home.postgres)
    return Environments(
        partial(url_of, folder, role=SUPERUSER),
        partial(url_of, folder),
        partial(as_user, listens_at(home.nats)),
        SecretFiles(home.secrets),
        _ports(home),
    )


def _ports(home: Home) -> Mapping[str, int]:
    try:
        return dict(json.loads(home.ports.read_text()))
    except FileNotFoundError:
        raise StackError(f"the services have not begun on {home.path} yet: wait until Interlock is ready") from None
