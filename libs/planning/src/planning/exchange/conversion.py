"""Formats of other programs by way of MPXJ, which needs Java: an optional extra, in a process of its own that is watched and can be killed."""

import os
import re
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

from planning.exchange.document import Document
from planning.exchange.elements import MAX_BYTES
from planning.exchange.errors import (
    ConversionTimedOut,
    ConverterCrashed,
    ConverterMissing,
    ConverterOutOfMemory,
    ExchangeError,
    NotIsolated,
    TooLarge,
    UnreadableFile,
)
from planning.exchange.fidelity import FidelityReport
from planning.exchange.mspdi.reading import read_mspdi
from planning.exchange.statuses import CUT_OFF, MISSING, NOT_ISOLATED, OUT_OF_MEMORY, UNREADABLE

TIMEOUT = 120.0
MEMORY = 512 * 2**20
SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")
SAID = 500
"""Characters of the converter's own words that an error repeats."""


def why_missing() -> str | None:
    """Why this installation reads no foreign formats; None where it does."""
    if find_spec("mpxj") is None:
        return "MPXJ is not installed; it is the extra interlock-planning[mpxj]"
    return None if which("java") else "MPXJ needs Java, and there is none"


def read_foreign(
    data: bytes, name: str, *, timeout: float = TIMEOUT, memory: int = MEMORY, limit: int = MAX_BYTES
) -> tuple[Document, FidelityReport]:
    """The document of a file in any format that MPXJ knows. Raises what `convert` and `read_mspdi` raise.

    The report is about the way from MSPDI on; what MPXJ itself leaves out on the way there it does not say.
    """
    document, report = read_mspdi(convert(data, name, timeout=timeout, memory=memory, limit=limit), limit=limit)
    report.converted("file", "format", name, "read by way of MSPDI, by MPXJ")
    return document, report


def convert(data: bytes, name: str, *, timeout: float = TIMEOUT, memory: int = MEMORY, limit: int = MAX_BYTES) -> bytes:
    """MSPDI of a file. name: what the file is called, for its ending; timeout: seconds; memory: bytes of Java's heap; limit: bytes in and out.

    Raises ConverterMissing, NotIsolated, TooLarge, UnreadableFile, ConversionTimedOut, ConverterOutOfMemory, ConverterCrashed.
    """
    if len(data) > limit:
        raise TooLarge(limit, len(data))
    if (why := why_missing()) is not None:
        raise ConverterMissing(why)
    with TemporaryDirectory(prefix="interlock-exchange-") as folder:
        suffix = Path(name).suffix.lower()
        source = Path(folder, f"plan{suffix if SUFFIX.fullmatch(suffix) else ''}")
        source.write_bytes(data)
        answer, said = Path(folder, "answer.xml"), Path(folder, "said.txt")
        status = _run(source, answer, said, timeout, memory, limit)
        if status:
            words = said.read_text("utf-8", errors="replace").strip()[-SAID:]
            raise _error(status, words, timeout, memory, limit)
        return answer.read_bytes()


def _run(source: Path, answer: Path, said: Path, timeout: float, memory: int, limit: int) -> int:
    """Run the converter in the folder of its files, with no environment but where programs are. Returns its status."""
    command = [sys.executable, "-I", "-m", "planning.exchange.foreign", str(source)]
    command += [str(memory), str(int(timeout) + 1), str(limit)]
    environment = {key: os.environ[key] for key in ("PATH", "JAVA_HOME") if key in os.environ}
    environment |= {"HOME": str(source.parent), "TMPDIR": str(source.parent), "LC_ALL": "C.UTF-8"}
    with answer.open("wb") as out, said.open("wb") as err:
        process = subprocess.Popen(  # noqa: S603 - our own module, and a path that we made
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            cwd=source.parent,
            env=environment,
            start_new_session=True,
        )
        try:
            return process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise ConversionTimedOut(timeout) from None
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _error(status: int, words: str, timeout: float, memory: int, limit: int) -> ExchangeError:
    known: dict[int, ExchangeError] = {
        UNREADABLE: UnreadableFile(words),
        MISSING: ConverterMissing(words),
        NOT_ISOLATED: NotIsolated(words),
        OUT_OF_MEMORY: ConverterOutOfMemory(memory),
        -signal.SIGXCPU: ConversionTimedOut(timeout),
        CUT_OFF: TooLarge(limit),
    }
    return known.get(status, ConverterCrashed(f"The converter ended with status {status}: {words}"))
