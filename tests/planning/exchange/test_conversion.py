"""Other formats by way of MPXJ: in a process of its own, which can fail in every way without taking anybody along."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from planning.exchange import (
    ConversionTimedOut,
    ConverterMissing,
    ConverterOutOfMemory,
    DocumentLink,
    NotIsolated,
    TooLarge,
    UnreadableFile,
    conversion,
    convert,
    read_foreign,
    why_missing,
)
from planning.plan import ConstraintType, LinkType, TaskKind

SAMPLES = Path(__file__).parent / "samples"
XER = (SAMPLES / "weir.xer").read_bytes()
needs_mpxj = pytest.mark.usefixtures("_mpxj")
LEAVE = "import sys; from planning.exchange.foreign import leave_the_network; sys.exit(not leave_the_network())"


@pytest.fixture(scope="module")
def _mpxj():
    if (why := why_missing()) is not None:
        pytest.skip(why)
    if subprocess.run([sys.executable, "-c", LEAVE], check=False).returncode:
        pytest.skip("this system does not let a process leave the network, and conversions do not run with it")


@pytest.mark.slow
@needs_mpxj
def test_primavera_xer():
    document, report = read_foreign(XER, "weir.xer")
    assert document.project.name == "Weir repair"
    assert [(each.name, each.kind, each.duration) for each in document.tasks[2:]] == [
        ("Drain the basin", TaskKind.TASK, 2400),
        ("Replace the gates", TaskKind.TASK, 4800),
        ("Water back", TaskKind.MILESTONE, 0),
    ]
    assert document.tasks[3].constraint is ConstraintType.SNET
    assert document.links == (DocumentLink("1001", "1002", lag=960), DocumentLink("1002", "1003", LinkType.FF))
    assert report.of("file", "format")[0].source_ids == ("weir.xer",)


@pytest.mark.slow
@needs_mpxj
def test_ganttproject():
    document, _ = read_foreign((SAMPLES / "jetty.gan").read_bytes(), "jetty.gan")
    assert [each.name for each in document.tasks] == ["Drive the piles", "Lay the deck"]
    assert [(each.duration, each.percent_complete) for each in document.tasks] == [(2400, 0), (1440, 0)]
    assert len(document.links) == 1


@pytest.mark.slow
@needs_mpxj
@pytest.mark.parametrize(
    ("data", "name"), [(b"no plan at all", "a.mpp"), (b"", "../../etc/passwd"), (XER[:400], "weir.xer")]
)
def test_what_mpxj_cannot_read_is_unreadable(data, name):
    with pytest.raises(UnreadableFile):
        convert(data, name)


@pytest.mark.slow
@needs_mpxj
def test_an_answer_beyond_the_limit_is_too_large():
    with pytest.raises(TooLarge):
        convert(XER, "weir.xer", limit=len(XER))


@needs_mpxj
def test_the_converter_is_killed_when_its_time_is_over():
    with pytest.raises(ConversionTimedOut) as caught:
        convert(XER, "weir.xer", timeout=0.05)
    assert caught.value.timeout == 0.05


@pytest.mark.slow
@needs_mpxj
def test_too_little_memory_is_named():
    with pytest.raises(ConverterOutOfMemory):
        convert(XER, "weir.xer", memory=4 * 2**20)


def test_a_file_that_is_too_large_is_not_even_started():
    with pytest.raises(TooLarge):
        convert(bytes(11), "a.xer", limit=10)


@pytest.mark.parametrize(("package", "java"), [(False, True), (True, False)])
def test_without_mpxj_or_java_there_is_a_named_error(monkeypatch, package, java):
    monkeypatch.setattr(conversion, "find_spec", lambda _: object() if package else None)
    monkeypatch.setattr(conversion, "which", lambda _: "/usr/bin/java" if java else None)
    with pytest.raises(ConverterMissing, match="MPXJ"):
        convert(b"", "a.xer")


def test_a_system_that_does_not_let_it_leave_the_network_is_named():
    assert isinstance(conversion._error(12, "no", 1, 1, 1), NotIsolated)


CONNECT = """
import socket, sys
from planning.exchange.foreign import leave_the_network
if sys.argv[2] == "leave" and not leave_the_network():
    sys.exit(2)
try:
    socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=5).close()
except OSError:
    sys.exit(1)
"""


def test_having_left_the_network_it_reaches_nobody():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])

        def status(choice):
            return subprocess.run([sys.executable, "-c", CONNECT, port, choice], check=False).returncode

        assert status("stay") == 0
        left = status("leave")
    if left == 2:
        pytest.skip("this system does not let a process leave the network")
    assert left == 1
