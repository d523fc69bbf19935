"""`python -m planning.exchange.foreign FILE MEMORY CPU OUTPUT`: a file of any format that MPXJ reads, as MSPDI to stdout.

The inside of `planning.exchange.conversion`, which starts it. It gives up what it does not need before it looks at the file: the network,
core dumps, more than a few files, more output than asked for. Limits are bytes and seconds.
"""

import ctypes
import resource
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from planning.exchange.statuses import CUT_OFF, MISSING, NOT_ISOLATED, UNREADABLE

CLONE_NEWNET = 0x40000000
CLONE_NEWUSER = 0x10000000
OPEN_FILES = 256
BESIDE_THE_HEAP = 3 * 2**30
"""Address space, not memory: libraries, code, metadata, and what Java reserves without ever using it."""


def main(path: str, memory: int, cpu_seconds: int, output: int) -> int:
    """Convert one file. Returns the exit status; what is wrong goes to stderr in one line."""
    if not leave_the_network():
        return _failed(NOT_ISOLATED, "the system does not let this process leave the network")
    for kind, limit in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, output),
        (resource.RLIMIT_AS, memory + BESIDE_THE_HEAP),
    ):
        resource.setrlimit(kind, (limit, limit))
    if find_spec("mpxj") is None:
        return _failed(MISSING, "MPXJ is not installed")
    return _convert(path, memory)


def leave_the_network() -> bool:
    """Move into a network of its own, with nobody else in it. Without privileges that takes a user namespace as well."""
    libc = ctypes.CDLL(None, use_errno=True)
    return any(libc.unshare(flags) == 0 for flags in (CLONE_NEWNET, CLONE_NEWUSER | CLONE_NEWNET))


def _convert(path: str, memory: int) -> int:
    import jpype  # an extra, and not before the limits hold
    import mpxj  # noqa: F401 - puts MPXJ's archives on the class path

    jpype.startJVM(
        f"-Xmx{memory}",
        "-Xss2m",
        "-XX:+ExitOnOutOfMemoryError",
        "-XX:+UseSerialGC",
        "-XX:ReservedCodeCacheSize=64m",
        "-XX:CompressedClassSpaceSize=64m",
        "-XX:-UsePerfData",
        "-Djava.awt.headless=true",
        f"-Djava.io.tmpdir={Path.cwd()}",
        convertStrings=True,
    )
    java: Any = jpype.JPackage("java.lang")
    mpxj_of: Any = jpype.JPackage("org.mpxj")
    # What libraries print has no business in the answer.
    answer = java.System.out
    java.System.setOut(java.System.err)
    try:
        project = mpxj_of.reader.UniversalProjectReader().read(path)
    except jpype.JException as error:
        return _failed(UNREADABLE, str(error))
    if project is None:
        return _failed(UNREADABLE, "no format that MPXJ knows")
    mpxj_of.mspdi.MSPDIWriter().write(project, answer)
    # Java takes no notice of a file that may not grow any more, but for this.
    return CUT_OFF if answer.checkError() else 0


def _failed(status: int, reason: str) -> int:
    sys.stderr.write(" ".join(reason.split()) + "\n")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], *map(int, sys.argv[2:])))
