"""Who may do what on the message bus: each stream has one writer, and the server sees to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class User:
    """A NATS user: the subjects it may publish to and subscribe to, both as patterns. `>` alone is everything."""

    name: str
    password: str = field(repr=False)
    publish: Sequence[str]
    subscribe: Sequence[str]
    imports: Mapping[str, str] = field(default_factory=dict)
    """Whoever has some is in an account of its own: a subject of ours → under which of the services' its messages arrive there."""


READER_STREAMS = ("PROJECT", "PROGRAM")
READER_DOMAIN = "interlock"
_REPLIES = "_INBOX.>"
_POKES = "interlock.poke.>"  # core-NATS wake-ups after a commit, without content


def project_user(password: str) -> User:
    """project-svc writes PROJECT and its dead letters, reads PROGRAM, and gives itself work."""
    writes = [*_writes("PROJECT", "project"), *_writes("DEAD_LETTER_PROJECT_SVC", "dead-letter.project-svc")]
    work = [*_writes("WORK_PROJECT_SVC", "work.project-svc"), *_reads("WORK_PROJECT_SVC")]
    return User("project", password, [*writes, *_reads("PROGRAM"), *work], [_REPLIES, _POKES])


def program_user(password: str) -> User:
    """program-svc writes PROGRAM and its dead letters, and reads PROJECT."""
    writes = [*_writes("PROGRAM", "program"), *_writes("DEAD_LETTER_PROGRAM_SVC", "dead-letter.program-svc")]
    return User("program", password, [*writes, *_reads("PROJECT")], [_REPLIES, _POKES])


def reader_user(name: str, password: str) -> User:
    """A consumer of one organisation's events: it pulls from, and acknowledges to, the two durable consumers called `name`.

    An operator makes these (`local_stack.readers.make_consumers`). The reader's account sees nothing of the services' but these
    subjects, so what it names as the place for an answer is a place in its own account: from the services' account, a pull could be told
    to answer into a stream. To it, JetStream is the domain `READER_DOMAIN`; it connects with the inbox prefix `_INBOX_<name>`.
    """
    asked = [f"CONSUMER.{what}.{stream}.{name}" for stream in READER_STREAMS for what in ("INFO", "MSG.NEXT")]
    imports = {f"$JS.{READER_DOMAIN}.API.{each}": f"$JS.API.{each}" for each in asked}
    imports |= {subject: subject for subject in (f"$JS.ACK.{stream}.{name}.>" for stream in READER_STREAMS)}
    return User(name, password, list(imports), [f"_INBOX_{name}.>"], imports)


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
