"""The C kernel, compiled for this run and this machine."""

import ctypes
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from planning.engine.arrays import Ints, Network

SOURCE = Path(__file__).with_name("cpm.c")


class CKernel:
    """cpm.c over the links of a network, in the network's own storage order."""

    def __init__(self, network: Network) -> None:
        """Raises FileNotFoundError where there is no C compiler."""
        self._library = _compiled()
        into, out, remaining = network.into, network.out, network.limits.remaining
        before = into.source >> 1
        gap = into.offset + np.where(into.source & 1, remaining[before], 0)
        by_link = np.empty(gap.size, np.int32)
        by_link[into.link] = gap
        self._into = [_ints(np.append(into.begin, into.end[-1:])), _ints(before), _ints(gap)]
        self._out = [_ints(np.append(out.begin, out.end[-1:])), _ints(out.target), _ints(by_link[out.link])]
        self._floor, self._duration = _ints(network.limits.floor), _ints(remaining)
        self.early, self.late, self.driver, self.free = (np.zeros(remaining.size, np.int32) for _ in range(4))

    def run(self) -> None:
        """Early and late starts, drivers, free float."""
        count, duration = self._duration.size, _pointer(self._duration)
        early = _pointer(self.early)
        into, out = map(_pointer, self._into), map(_pointer, self._out)
        self._library.forward(count, *into, _pointer(self._floor), early, _pointer(self.driver))
        finish = self._library.finish(count, duration, early)
        self._library.backward(count, *out, duration, finish, early, _pointer(self.late), _pointer(self.free))


def _compiled() -> ctypes.CDLL:
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        raise FileNotFoundError("no C compiler")
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "cpm.so"
        subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", library, SOURCE], check=True)
        return ctypes.CDLL(str(library))


def _ints(values: Ints) -> Ints:
    return np.ascontiguousarray(values, np.int32)


def _pointer(values: Ints) -> ctypes.c_void_p:
    return ctypes.c_void_p(values.ctypes.data)
