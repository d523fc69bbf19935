from importlib import import_module
from pkgutil import walk_packages

import pytest
from tests.planning.engine.test_live import Game, play

import planning
from planning.engine.given import columns_of
from planning.engine.run import compute
from planning.warm import warm


def misses():
    """How often each kernel was compiled because no cache had it."""
    kernels = {
        f"{module.name}.{name}": value
        for module in walk_packages(planning.__path__, "planning.")
        for name, value in vars(import_module(module.name)).items()
        if hasattr(value, "py_func")
    }
    assert len(kernels) > 50
    return {name: sum(kernel.stats.cache_misses.values()) for name, kernel in kernels.items()}


@pytest.mark.slow
def test_after_warming_up_nothing_is_left_to_compile():
    warm()
    before = misses()
    game = Game(1, 30, 50)
    play(game, 60)
    compute(columns_of(game.plan()), project_float=True)
    assert misses() == before
