"""What the projects of a program owe each other, and whose decision a dependency waits for."""

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture
async def pair(api):
    """Two projects in a program: A (4 days) in the first, B (3 days) in the second."""
    first, second = api.projects.project("P1"), api.projects.project("P2")
    given, needed = api.projects.task(first, "A", 4), api.projects.task(second, "B", 3)
    await api.hear()
    program = await api.program(first, second)
    return program, given, needed


async def test_the_digest_says_what_each_project_owes_and_is_owed(api, pair):
    program, given, needed = pair
    path = await api.commit(program, given, needed, needed_by="2026-03-04", promised_by="2026-03-06")
    digest = {each["key"]: each for each in (await api.get(f"{program}/dependencies/digest"))["items"]}
    (debt,), (claim,) = digest["P1"]["owes"], digest["P2"]["is_owed"]
    assert (debt["dependency_id"], debt["task_id"], debt["margin"]) == (path[14:], str(given), "-P1D")
    assert (claim["task_id"], claim["state"], claim["keeps_promise"]) == (str(needed), "breached", True)
    assert (digest["P1"]["is_owed"], digest["P2"]["owes"]) == ([], [])
    assert [(each["breached"], each["least_margin"]) for each in digest.values()] == [(1, "-P1D")] * 2
    one = await api.get(f"{program}/dependencies/digest", params={"project_id": debt["project_id"]})
    assert [each["key"] for each in one["items"]] == ["P2"]
    for step in ("deliver", "accept"):
        await api.post(f"{path}/{step}", status=200)
    assert [each["owes"] for each in (await api.get(f"{program}/dependencies/digest"))["items"]] == [[], []]


async def test_the_inbox_holds_what_waits_for_each_owner_and_nothing_else(api, pair):
    program, given, needed = pair

    async def waits(owner: str, **query: str) -> list[tuple[str, str]]:
        found = await api.get("/dependencies/inbox", params={"owner": owner} | query)
        return [(item["end"], item["awaited"]) for item in found["items"]]

    proposed = await api.propose(
        program, given, needed, policy="soft", needed_by="2026-03-20", provider_owner="ada", receiver_owner="grace"
    )
    path = f"/dependencies/{proposed['id']}"
    assert (await waits("ada"), await waits("grace")) == (
        [("provider", "commitment")],
        [("receiver", "commitment")],
    )
    mine = (await api.get("/dependencies/inbox"))["items"]
    assert [(item["end"], item["steps"]) for item in mine] == [("provider", ["commit", "reject"])]
    for end in ("provider", "receiver"):
        await api.post(f"{path}/commit", {"end": end}, status=200)
    assert await waits("ada") == await waits("grace") == []
    api.projects.change(given, duration="P6D")
    await api.hear()
    assert (await waits("ada"), await waits("grace")) == ([], [("receiver", "slip")])
    assert await waits("grace", awaited="acceptance") == []
    await api.post(f"{path}/reject-slip", status=200)
    assert await waits("grace") == []
    api.projects.change(given, duration="P20D")
    await api.hear()
    assert (await waits("ada"), await waits("grace")) == ([("provider", "new_date")], [("receiver", "new_date")])
    await api.post(f"{path}/deliver", status=200)
    assert (await waits("ada"), await waits("grace")) == ([], [("receiver", "acceptance")])
    await api.post(f"{path}/dispute", status=200)
    assert await waits("ada", program_id=program.removeprefix("/programs/")) == [("provider", "delivery")]
    await api.post(f"{path}/cancel", status=200)
    assert await waits("ada") == await waits("grace") == []
