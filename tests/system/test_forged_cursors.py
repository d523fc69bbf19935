"""Cursors that no page gave, to every collection of the running stack: each is refused for what it is, or leads somewhere."""

import base64
import json
import re
from collections.abc import AsyncIterator

import httpx
import pytest

from gateway.document.parts import routes

pytestmark = pytest.mark.slow

NOBODY = "00000000-0000-0000-0000-000000000000"
VALUES = (10**30, 1e308, True, [], "a\0b", "10000-01-01", "NaN")
SORTS = re.compile(r"Sort by one of: (.*)\.")


def forged(sort: str) -> list[str]:
    """Cursors in the form of ours, with a place that is none."""
    places = [[value, *rest] for value in VALUES for rest in ([], [NOBODY])]
    told = [json.dumps([sort, *place]) for place in [*places, []]] + ["null", "{}", "[", '["", 0]', "[" * 500]
    return [base64.urlsafe_b64encode(each.encode()).decode().rstrip("=") for each in told] + ["é", "0" * 2001, "", "%"]


@pytest.fixture
async def collections(api: httpx.AsyncClient) -> list[tuple[str, str]]:
    """The paths of all collections, in the sample program, and the names of their cursors."""
    ids = {}
    for kind in ("program", "goal"):
        ids[f"{kind}_id"] = (await api.get(f"/{kind}s")).json()["items"][0]["id"]
    ids["project_id"] = (await api.get("/projects")).json()["items"][0]["id"]
    document = (await api.get("/openapi.json")).json()
    return [
        (re.sub(r"{(\w+)}", lambda name: ids.get(name[1], NOBODY), path.removeprefix("/v1")), parameter["name"])
        for path, method, operation in routes(document)
        if method == "get"
        for parameter in operation.get("parameters", ())
        if parameter.get("name", "").endswith("cursor")
    ]


async def sorts_of(api: httpx.AsyncClient, path: str) -> list[str]:
    """What a collection sorts by, as it says to who asks for something else; nothing where it has one order."""
    answer = await api.get(path, params={"sort": "nothing"})
    said = SORTS.search(answer.text)
    return said[1].split(", ") if said else [""]


async def test_none_is_more_than_a_cursor_that_leads_nowhere(
    api: httpx.AsyncClient, collections: list[tuple[str, str]]
):
    answers: dict[int, int] = {}
    async for path, name, sort, cursor, answer in _asked(api, collections):
        answers[answer.status_code] = answers.get(answer.status_code, 0) + 1
        assert answer.status_code in {200, 404, 422}, (path, name, sort, cursor)
    assert len(collections) > 60
    assert answers[422] > 10 * (answers[200] + answers[404])


async def _asked(
    api: httpx.AsyncClient, collections: list[tuple[str, str]]
) -> AsyncIterator[tuple[str, str, str, str, httpx.Response]]:
    for path, name in collections:
        for sort in await sorts_of(api, path):
            asked = {"sort": sort} if sort else {}
            for cursor in forged(sort):
                yield path, name, sort, cursor, await api.get(path, params={**asked, name: cursor})
