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
    """project-svc writes PROJECT and its dead letters, and reads PROGRAM."""
    writes = [*_writes("PROJECT", "project"), *_writes("DEAD_LETTER_PROJECT_SVC", "dead-letter.project-svc")]
    return User("project", password, [*writes, *_reads("PROGRAM")], [_REPLIES, _POKES])


def program_user(password: str) -> User:
    """program-svc writes PROGRAM and its dead letters, and reads PROJECT."""
    writes = [*_writes("PROGRAM", "program"), *_writes("DEAD_LETTER_PROGRAM_SVC", "dead-letter.program-svc")]
    return User("program", password, [*writes, *_reads("PROJECT")], [_REPLIES, _POKES])


def reader_user(name: str, password: str) -> User:
    """A consumer of one organisation's events: it pulls from, and acknowledges to, the two durable consumers called `name`.

    An operator makes these (pull, one on each stream), filtered to `interlock.project.<organisation>.>` and
    `interlock.program.<organisation>.>`. The reader may not make consumers: one that pushes could be told to push into a stream. Nor may
    it read a stream's messages one by one: there the server looks at no subject. Replies come to inboxes of its own: connect with the
    inbox prefix `_INBOX_<name>`.
    """
    api = "$JS.API.CONSUMER"
    publish = [
        subject
        for stream in ("PROJECT", "PROGRAM")
        for subject in (f"{api}.INFO.{stream}.{name}", f"{api}.MSG.NEXT.{stream}.{name}", f"$JS.ACK.{stream}.{name}.>")
    ]
    return User(name, password, publish, [f"_INBOX_{name}.>"])


def gateway_user(password: str) -> User:
    """The gateway reads both streams and writes neither."""
    return User("gateway", password, [*_reads("PROJECT"), *_reads("PROGRAM")], [_REPLIES])


def operator_user(password: str) -> User:
    """A person at the command line: everything."""
    return User("operator", password, [">"], [">"])


def _writes(stream: str, token: str) -> list[str]:
    """Its subjects, and the stream itself: make it, keep its settings, read its tail. Never purge or delete it."""
    api = "$JS.API.STREAM"
    return [
        f"interlock.{token}.>",
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
