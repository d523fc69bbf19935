"""`engine.import`, `engine.load`: what the planning library costs a process that only speaks its words, and one that schedules.

Processor time of a fresh process.
"""

import subprocess
import sys
from resource import RUSAGE_CHILDREN, getrusage

from bench.result import Result, compared, interleaved

NOTHING = "pass"
WORDS = "import planning"
NUMBA = "import numba"
ENGINE = "import planning; planning.preload()"


def measure() -> list[Result]:
    """Both, the engine beside importing numba alone; its machine code is in the cache."""
    words, nothing = interleaved(lambda: spent(WORDS), lambda: spent(NOTHING))
    engine, numba = interleaved(lambda: spent(ENGINE), lambda: spent(NUMBA))
    return [
        compared("engine.import", "ms", words, nothing, "reference: a process that does nothing; aim: 50 ms more"),
        compared("engine.load", "ms", engine, numba, "reference: importing numba alone"),
    ]


def spent(code: str) -> float:
    """Milliseconds of processor time that a process with this code takes."""
    before = getrusage(RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True)
    after = getrusage(RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
