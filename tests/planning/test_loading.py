"""What is loaded when: numpy with columns, the compiled engine with the first plan that is not small."""

import subprocess
import sys

import pytest

import planning
from planning import engine

SETTING = """
import sys
from planning import MON_TO_FRI, Link, Plan, Project, Task, TaskKind, critical_path
import planning

def plan(size):
    tasks = [Task(number, "P", TaskKind.TASK, 480) for number in range(size)]
    return Plan([Project("P", MON_TO_FRI.start_at_or_after(0), None, None, MON_TO_FRI)], tasks, [])

def loaded():
    return [name for name in ("numpy", "numba", "planning.engine.run") if name in sys.modules]
"""
SMALL, LARGE = "critical_path.SMALL", "critical_path.SMALL + 1"


def said(code):
    """What a process of its own prints."""
    done = subprocess.run([sys.executable, "-c", SETTING + code], check=True, capture_output=True, text=True)
    return done.stdout.split()


def test_the_vocabulary_of_scheduling_comes_without_numpy():
    assert said("print(*loaded())") == []


def test_it_brings_nothing_else_at_all():
    """50 ms of processor time are allowed; the standard library's part is most of what it takes."""
    code = """
loaded = {name.partition(".")[0] for name, module in sys.modules.items() if "site-packages" in (getattr(module, "__file__", None) or "")}
print(*sorted(loaded - {"planning", "_distutils_hack"}))
print(len([name for name in sys.modules if name.startswith("planning.")]) < 20)
"""
    assert said(code) == ["True"]


def test_a_small_plan_is_scheduled_without_the_compiled_engine():
    assert said(f"planning.schedule(plan({SMALL})); print(*loaded())") == []
    assert said(f"planning.compute(planning.columns_of(plan({SMALL}))); print(*loaded())") == ["numpy"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "code",
    [
        f"planning.schedule(plan({LARGE}))",
        f"planning.compute(planning.columns_of(plan({LARGE})))",
        "planning.preload()",
    ],
)
def test_a_large_plan_or_a_wish_brings_it(code):
    assert said(f"{code}; print(*loaded())") == ["numpy", "numba", "planning.engine.run"]


@pytest.mark.slow
def test_once_it_is_there_it_serves_small_plans_too():
    code = "planning.preload(); planning.reference = None; sys.modules['planning.reference'] = None\n"
    assert said(code + f"print(planning.schedule(plan({SMALL})).finish > 0)") == ["True"]


@pytest.mark.parametrize("module", [planning, engine])
def test_names_that_are_not_there_are_missed(module):
    assert all(hasattr(module, name) for name in module.__all__)
    assert not hasattr(module, "nothing")
