"""Links of imported plans between two projects of a program become proposals, in whatever order everything arrives, once."""

import pytest

from chassis.health import Health
from program_svc.dependencies.imported import ImportedLinks, propose_imported


@pytest.fixture
def ends(api):
    """Two projects with a task each; the second waits for the first by an imported link."""
    provider, receiver = api.projects.project("TRACK"), api.projects.project("DEPOT")
    laid, opens = api.projects.task(provider, "Lay", 5), api.projects.task(receiver, "Open", 2)
    return provider, receiver, laid, opens


async def dependencies(api, program):
    return (await api.get(f"{program}/dependencies"))["items"]


@pytest.mark.parametrize("side", ["predecessor", "successor"])
async def test_a_link_in_a_program_is_proposed_once(api, database, ends, side):
    provider, receiver, laid, opens = ends
    project, task, other = (receiver, opens, laid) if side == "predecessor" else (provider, laid, opens)
    link = api.projects.outside_link(project, task, other, side, type="SS", lag="P2D")
    await api.hear()
    program = await api.program(provider, receiver)
    assert await propose_imported(database) == {}
    (dependency,) = await dependencies(api, program)
    assert (dependency["provider"]["task_id"], dependency["receiver"]["task_id"]) == (str(laid), str(opens))
    assert (dependency["state"], dependency["type"], dependency["lag"]) == ("proposed", "SS", "P2D")
    assert dependency["external_ref"] == {"source": "outside-link", "id": str(link)}
    assert dependency["history"][0]["by"] == "program-svc"
    assert [event["happened"] for event in await api.events()].count("dependency.proposed") == 1
    await api.post(f"/dependencies/{dependency['id']}/reject", {"note": "No."}, status=200)
    assert await propose_imported(database) == {}
    assert len(await dependencies(api, program)) == 1


async def test_the_components_may_come_before_the_link_and_its_other_end(api, database, ends):
    provider, receiver, laid, opens = ends
    await api.hear()
    program = await api.program(provider, receiver)
    link = api.projects.outside_link(receiver, opens, None, "predecessor")
    await api.hear()
    assert (await propose_imported(database), await dependencies(api, program)) == ({}, [])
    api.projects.change(link, **api.projects.other_end(laid))
    await api.hear()
    await propose_imported(database)
    assert len(await dependencies(api, program)) == 1


async def test_projects_of_no_common_program_keep_their_links(api, database, ends):
    provider, receiver, laid, opens = ends
    api.projects.outside_link(receiver, opens, laid, "predecessor")
    await api.hear()
    first, second = await api.program(provider), await api.program(receiver)
    assert await propose_imported(database) == {}
    assert [await dependencies(api, program) for program in (first, second)] == [[], []]


async def test_what_a_program_refuses_waits_and_holds_up_nothing(api, database, ends):
    provider, receiver, laid, opens = ends
    ready = api.projects.task(provider, "Ready", 1)
    first = api.projects.outside_link(receiver, opens, laid, "predecessor")
    back = api.projects.outside_link(provider, laid, opens, "predecessor")
    api.projects.outside_link(receiver, opens, ready, "predecessor")
    await api.hear()
    program = await api.program(provider, receiver)
    refused = await propose_imported(database)
    assert refused.keys() == {back}, (first, refused)
    assert len(await dependencies(api, program)) == 2


async def test_a_link_that_is_gone_is_not_proposed(api, database, ends):
    provider, receiver, laid, opens = ends
    link = api.projects.outside_link(receiver, opens, laid, "predecessor")
    api.projects.delete(link)
    await api.hear()
    program = await api.program(provider, receiver)
    await propose_imported(database)
    assert await dependencies(api, program) == []


class Once(Health):
    """Tells the part to stop while it looks for the first time."""

    part: ImportedLinks

    def beat(self, name, limit=None):
        self.part.stop()


class Away:
    """A database that is away."""

    def transaction(self):
        raise ConnectionError("away")


async def test_the_worker_looks_by_itself(api, database, ends):
    provider, receiver, laid, opens = ends
    back = api.projects.outside_link(provider, laid, opens, "predecessor")
    api.projects.outside_link(receiver, opens, laid, "predecessor")
    await api.hear()
    program = await api.program(provider, receiver)
    for known in (database, Away()):
        health = Once()
        health.part = ImportedLinks(known, every=0.001)
        await health.part.run(health)
    assert len(await dependencies(api, program)) == 1, back
