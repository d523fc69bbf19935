"""The services' commands for operators, on the stack that runs: each is given the databases in the roles that its commands ask for."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence

from local_stack.errors import StackError
from local_stack.home import Home
from local_stack.postgres import socket_folder_of, url_of
from local_stack.secret_files import SecretFiles
from local_stack.services import SERVICES, Service


def operate(home: Home, name: str, arguments: Sequence[str]) -> int:
    """Run one of a service's commands here, to its end; return its exit code. Raises StackError when nothing runs on the data folder."""
    service = next((one for one in SERVICES if one.database == name), None)
    if service is None:
        raise StackError(f"'{name}' is none of {', '.join(one.database for one in SERVICES)}")
    command = [sys.executable, "-m", service.package, *arguments]
    return subprocess.run(command, env={**os.environ, **_told(home, service)}, check=False).returncode


def _told(home: Home, service: Service) -> Mapping[str, str]:
    folder, secrets = socket_folder_of(home.postgres), SecretFiles(home.secrets)
    roles = {"": service.app_role, "RELAY_": service.relay_role, "OPERATOR_": service.operator_role}
    return {
        f"INTERLOCK_{whose}DATABASE_URL": url_of(folder, service.database, role, secrets.password(role))
        for whose, role in roles.items()
    }
