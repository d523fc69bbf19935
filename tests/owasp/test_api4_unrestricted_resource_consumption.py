"""API4: more of everything than anybody needs. Rates: `test_rates.py`; slow clients: `test_slow_crowds.py`, and what they cost others: `bench/http/crowd.py`."""

import zlib

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.long]


def test_a_body_has_a_size(admin):
    assert admin.post("/projects", content=b" " * (1024 * 1024 + 1)).status_code == 413


def test_a_body_without_a_length_has_one_too(admin):
    json = {"Content-Type": "application/json"}
    assert admin.post("/projects", content=(b" " * 65536 for _ in range(17)), headers=json).status_code == 413


def test_a_body_has_a_depth_and_a_number_of_values(admin):
    json = {"Content-Type": "application/json"}
    deep = admin.post("/projects", content=b"[" * 100_000, headers=json)
    wide = admin.post("/projects", content=b"[" + b"0," * 200_000 + b"0]", headers=json)
    assert {deep.status_code, wide.status_code} <= {400, 413, 422}


def test_a_compressed_body_is_not_unpacked(admin):
    bomb = zlib.compress(b"0" * 50_000_000)
    told = {"Content-Encoding": "deflate", "Content-Type": "application/json"}
    assert admin.post("/projects", content=bomb, headers=told).status_code in {400, 415, 422}


@pytest.mark.parametrize(
    "query", ["limit=1001", "limit=0", "limit=-1", "limit=99999999999999999999", "cursor=x", "sort=x"]
)
def test_a_page_has_a_size(admin, query):
    assert admin.get(f"/projects?{query}").status_code == 422


def test_a_batch_has_a_number_of_operations(admin, project):
    operation = {"op": "create", "record": "task", "body": {"name": "A", "duration": "P1D"}}
    assert admin.post(f"/projects/{project['id']}/batch", json={"operations": [operation] * 1001}).status_code == 422


def test_what_takes_long_is_bounded(admin, project):
    at = f"/projects/{project['id']}/schedule"
    assert admin.post(f"{at}/simulate", json={"runs": 10**9}).status_code == 422
    assert admin.post(f"{at}/level", json={"seconds": 10**6}).status_code == 422


def test_a_wait_is_bounded(admin):
    program = admin.get("/programs").json()["items"][0]["id"]
    after = f"project/{program}@1"
    answer = admin.get(
        f"/programs/{program}/schedule", headers={"Interlock-After": after, "Prefer": "wait=86400"}, timeout=15
    )
    assert answer.status_code in {422, 504}


def test_a_client_sees_how_much_is_left(admin):
    first, second = (admin.get("/projects?limit=1").headers["RateLimit"] for _ in range(2))
    assert first.startswith('"token";r=')
    assert int(second.split("r=")[1].split(";")[0]) <= int(first.split("r=")[1].split(";")[0])
