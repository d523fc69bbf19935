"""No log says a secret: what secrets look like, which ones a stack has, and where one was said.

`logs_kit` looks through what the suite's own processes log, `stack_kit` through the logs of each stack that it starts.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

SHAPES = {
    "an API token": re.compile(rb"ilk_[\w-]{30,}"),
    "an invitation": re.compile(rb"ili_[\w-]{30,}"),
    "a webhook's secret": re.compile(rb"whsec_[\w+/=-]{20,}"),
    "a signed token": re.compile(rb"eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}"),
    "a private key": re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY"),
    "a header": re.compile(rb"authorization\W{1,6}(?:bearer|basic) [^\s\[(<]{8,}", re.IGNORECASE),
    "a password in an address": re.compile(rb"(?:postgresql|nats|tls)://[^\s:/@]+:[^\s@*]{8,}@"),
}
SHORTEST = 12
"""Characters; a shorter line of a secret file is not one by itself."""


def secrets_of(home: Path) -> set[bytes]:
    """Every secret that the stack in this folder was given or made: its token, its passwords, its keys."""
    files = [home / "token", *(path for path in (home / "secrets").rglob("*") if path.is_file())]
    lines = (line.strip() for path in files if path.exists() for line in path.read_bytes().splitlines())
    return {line for line in lines if len(line) >= SHORTEST and not line.startswith(b"-----") and b"PUBLIC" not in line}


def said(logs: Iterable[Path], secrets: Iterable[bytes] = ()) -> Iterator[str]:
    """One line for each secret that a log says; what it is and where, not what it says."""
    exact = [*secrets]
    for path in logs:
        yield from said_in(path.name, path.read_bytes(), exact)


def said_in(where: str, text: bytes, secrets: Collection[bytes] = ()) -> Iterator[str]:
    """The same of a text that is called `where`."""
    for number, line in enumerate(text.splitlines(), 1):
        found = [name for name, shape in SHAPES.items() if shape.search(line)]
        found += ["a secret of the stack"] if any(secret in line for secret in secrets) else []
        yield from (f"{where}:{number} says {name}" for name in found)
