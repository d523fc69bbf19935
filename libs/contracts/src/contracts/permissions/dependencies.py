"""Dependencies: the program's manager proposes, and the manager of each end's project speaks for that end."""

from contracts.permissions.table import CREATE, LIST, READ, UPDATE, Record
from contracts.permissions.who import (
    EITHER_END,
    EITHER_END_OR_PROGRAM,
    MEMBERS,
    PARTIES,
    PROGRAM_MANAGERS,
    PROGRAM_READERS,
    PROVIDER,
    RECEIVER,
)

STEPS = {
    # For the end that the request names; see `commit_provider` and `commit_receiver`.
    "commit": EITHER_END,
    "reject": EITHER_END,
    "renegotiate": EITHER_END_OR_PROGRAM,
    "withdraw": EITHER_END_OR_PROGRAM,
    "cancel": EITHER_END_OR_PROGRAM,
    "deliver": PROVIDER,
    "accept": RECEIVER,
    "dispute": RECEIVER,
    "accept-slip": RECEIVER,
    "reject-slip": RECEIVER,
}

DEPENDENCIES = (
    Record("dependency", "/programs/{program_id}/dependencies", {READ: PROGRAM_READERS, CREATE: PROGRAM_MANAGERS}),
    Record(
        "dependency",
        "/dependencies",
        {
            LIST: MEMBERS,
            READ: PARTIES,
            UPDATE: EITHER_END_OR_PROGRAM,
            "commit_provider": PROVIDER,
            "commit_receiver": RECEIVER,
        }
        | STEPS,
        # What waits for the caller's own decision.
        {"GET /inbox": LIST} | {f"POST /{{dependency_id}}/{step}": step for step in STEPS},
    ),
)
