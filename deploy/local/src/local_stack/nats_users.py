"""Who may do what on the message bus: each stream has one writer, and the server sees to it."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class User:
    """A NATS user: the subjects it may publish to and subscribe to, both as patterns. `>` alone is everything."""

    name: str
    password: str = field(repr=False)
    publish: Sequence[str]
    subscribe: Sequence[str]


_REPLIES = "_INBOX.>"
_POKES = "interlock.poke.>"  # core-NATS wake-ups after a commit, without content


def project_user(password: str) -> User:
    """project-svc writes PROJECT and reads PROGRAM."""
    return User("project", password, [*_writes("PROJECT", "project"), *_reads("PROGRAM")], [_REPLIES, _POKES])


def program_user(password: str) -> User:
    """program-svc writes PROGRAM and reads PROJECT."""
    return User("program", password, [*_writes("PROGRAM", "program"), *_reads("PROJECT")], [_REPLIES, _POKES])


def gateway_user(password: str) -> User:
    """The gateway reads both streams and writes neither."""
    return User("gateway", password, [*_reads("PROJECT"), *_reads("PROGRAM")], [_REPLIES])


def operator_user(password: str) -> User:
    """A person at the command line: everything."""
    return User("operator", password, [">"], [">"])


def _writes(stream: str, service: str) -> list[str]:
    """Its subjects, and the stream itself: make it, keep its settings, read its tail. Never purge or delete it."""
    api = "$JS.API.STREAM"
    return [
        f"interlock.{service}.>",
        _POKES,
        *(f"{api}.{command}.{stream}" for command in ("CREATE", "UPDATE", "INFO", "MSG.GET")),
        f"$JS.API.DIRECT.GET.{stream}",
        f"$JS.API.DIRECT.GET.{stream}.>",
        "$JS.API.INFO",
    ]


def _reads(stream: str) -> list[str]:
    """Consumers on the stream, and looks at it."""
    api = "$JS.API.CONSUMER"
    return [
        "$JS.API.INFO",
        f"$JS.API.STREAM.INFO.{stream}",
        f"$JS.API.STREAM.MSG.GET.{stream}",
        *(f"{api}.{command}.{stream}" for command in ("CREATE", "NAMES", "LIST")),
        *(f"{api}.{command}.{stream}.>" for command in ("CREATE", "DURABLE.CREATE", "INFO", "DELETE", "MSG.NEXT")),
        f"$JS.ACK.{stream}.>",
        f"$JS.FC.{stream}.>",
    ]
