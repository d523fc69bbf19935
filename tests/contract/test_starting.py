"""What keeps the start of a process short: what it does not import, and what it does not build."""

import json
import subprocess
import sys
from functools import cache

import pytest

PROCESSES = (
    "project_svc.main",
    "project_svc.worker",
    "program_svc.main",
    "program_svc.worker",
    "gateway.main",
    "gateway.worker",
)
"""What `serve` and `worker` import."""

RARE = {
    "alembic",
    "google",
    "holidays",
    "httpx",
    "icalendar",
    "jpype",
    "jsonschema",
    "llvmlite",
    "mako",
    "matplotlib",
    "numba",
    "ortools",
    "requests",
}
"""Needed by some routes, some commands or large plans: to be imported inside the functions that need them."""

UNASKED = {"aiohttp", "rich"}

CODE = """
import json, sys
from importlib import import_module
from chassis import starting

starting.begin()
for name in sys.argv[1:]:
    import_module(name.partition(".")[0] + ".__main__")
    import_module(name)

import gc
from contracts.values import Shape
from program_svc import application as program_svc
from project_svc import application as project_svc

def below(kind):
    for each in kind.__subclasses__():
        yield each
        yield from below(each)

loaded = sorted({name.partition(".")[0] for name in sys.modules})
shapes = [(each.__qualname__, each.__pydantic_complete__) for each in below(Shape)]
routes = [(route.path, route.is_built) for service in (program_svc, project_svc) for router in service.ROUTERS for route in router.routes]
print(json.dumps([loaded, shapes, routes, gc.isenabled()]))
starting.started()
assert gc.isenabled() and gc.get_freeze_count() > 100_000
"""


@cache
def found():
    done = subprocess.run([sys.executable, "-c", CODE, *PROCESSES], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


@pytest.mark.slow
def test_no_process_imports_what_only_some_requests_need():
    loaded, *_ = found()
    assert (RARE | UNASKED) & set(loaded) == set()


@pytest.mark.slow
def test_hardly_any_shape_is_built_before_it_is_needed():
    _, shapes, *_ = found()
    built = [name for name, is_complete in shapes if is_complete]
    assert len(shapes) > 300
    assert len(built) <= len(shapes) / 20, built


@pytest.mark.slow
def test_no_route_is_built_before_it_is_asked_for():
    _, _, routes, _ = found()
    assert len(routes) > 150
    assert [path for path, is_built in routes if is_built] == []


@pytest.mark.slow
def test_the_collector_rests_until_all_is_imported():
    *_, is_enabled = found()
    assert not is_enabled
