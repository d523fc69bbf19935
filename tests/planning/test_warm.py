import subprocess
import sys

from planning.levelling import kernels as of_levelling
from planning.simulation import kernels as of_simulation
from planning.warm import warm

ENTRIES = [of_levelling.found, of_levelling.evolve, of_simulation.draw, of_simulation.forward, of_simulation.trace]


def test_warming_up_compiles_every_kernel_that_is_called_from_outside():
    warm()
    assert [len(entry.signatures) for entry in ENTRIES] == [1] * len(ENTRIES)


def test_the_vocabulary_of_scheduling_comes_without_numba():
    """Half a second at every start of every process, for functions that most of them never call."""
    code = "import planning, sys; sys.exit('numba' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
