"""`dry_run=true`: what a command would do to the program, and a refusal where nobody can tell; never the command itself."""

import pytest


@pytest.fixture
async def pair(api):
    first, second = api.projects.project("P1"), api.projects.project("P2")
    given, needed = api.projects.task(first, "A", 4), api.projects.task(second, "B", 3)
    await api.hear()
    program = await api.program(first, second)
    return program, await api.commit(program, given, needed)


async def preview(api, method, path, body=None):
    answer = await api.request(method, f"{path}?dry_run=true", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_deadline_is_tried_and_shows_what_it_does_to_margins(api, pair):
    program, dependency = pair
    before = await api.get(program)
    tried = await preview(api, "PATCH", program, {"deadline": "2026-03-09"})
    assert tried["moved"] == []
    (outcome,) = tried["dependencies"]
    assert (outcome["margin"], outcome["state"]) == ({"from": "P0D", "to": "-P1D"}, "at_risk")
    assert await api.get(program) == before
    assert (await api.get(dependency))["margin"] == "P0D"


async def test_a_project_is_tried_as_a_component_and_does_not_join(api, pair):
    program, _ = pair
    third = api.projects.project("P3")
    api.projects.task(third, "C", 20)
    await api.hear()
    tried = await preview(api, "POST", f"{program}/components", {"project_id": str(third)})
    assert [each["margin"]["to"] for each in tried["dependencies"]] == ["P13D"]
    assert len((await api.get(f"{program}/components"))["items"]) == 2


async def test_what_cannot_be_tried_is_not_carried_out(api, pair):
    program, dependency = pair
    told = await api.events()
    for method, path, body in (
        ("POST", f"{program}/issues", {"title": "I"}),
        ("PATCH", dependency, {"provider_owner": "Grace"}),
        ("DELETE", program, None),
        ("POST", "/goals", {"name": "G"}),
    ):
        refused = await api.request(method, f"{path}?dry_run=true", json=body)
        assert refused.status_code == 422, (path, refused.text)
        assert refused.json()["errors"][0]["pointer"] == "/dry_run"
    assert await api.events() == told
    await api.request("POST", f"{program}/issues?dry_run=false", json={"title": "I"})
    assert len(await api.events()) == len(told) + 1
