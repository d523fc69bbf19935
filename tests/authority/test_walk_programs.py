"""Every route of program-svc by every role by own project and program, others, another organisation's: the answers are the table's."""

from dataclasses import replace
from uuid import UUID

import pytest
from service_kit import OneSeat, RolledBack, client_of, migrated
from tests.program_svc.member import ProgramMember
from walk_kit import (
    EVERYBODY,
    OTHER_ORGANIZATION,
    OTHER_PROGRAM,
    OTHER_PROJECT,
    OWN,
    Forgetful,
    Route,
    Somebody,
    ask,
    asked,
    difference,
    make_all,
)

from contracts.vocabulary import ProgramRole
from program_svc.application import CONFLICTS, ROUTERS
from program_svc.sight import redacted

pytestmark = pytest.mark.slow
SERVICE = "program-svc"
ABOUT_A_PROJECT = {
    ("GET", "/programs/{program_id}/tasks/{task_id}/explain"),
    ("GET", "/programs/{program_id}/proposals/{proposal_id}"),
    ("GET", "/alignments/{alignment_id}"),
}
"""What they answer belongs to one project: who does not see that one gets 404 where the table lets in."""


@pytest.fixture(scope="module")
def database_url(postgres) -> str:
    return migrated(postgres, "program_svc", "walk")


async def program(api: ProgramMember) -> tuple[dict[str, str], dict[str, str]]:
    """A late program of two projects with one record of every kind; the ids for its first project and for its second."""
    first, second = (api.projects.project(name) for name in ("FIRST", "SECOND"))
    tasks = {each: api.projects.task(each, "T", 9) for each in (first, second)}
    last = {each: api.projects.task(each, "L", 2) for each in (first, second)}
    await api.hear()
    path = await api.program(first, second, deadline="2026-03-03", tolerances={"schedule": "P1D"})
    await api.post(f"{path}/tolerances/check", status=200)
    exception = (await api.get(f"{path}/exceptions"))["items"][0]
    changes = [{"project_id": str(each), "task_id": str(tasks[each]), "duration": "P8D"} for each in tasks]
    scenario = (await api.post(f"{path}/scenarios", {"name": "Sooner", "changes": changes}))["id"]
    taken = await api.post(f"{path}/scenarios/{scenario}/take", status=200)
    proposals = {each["project_id"]: each["id"] for each in taken["proposals"]}
    known = {"program_id": path.rpartition("/")[2], "exception_id": exception["id"], "end": "provider"}
    known |= {"scenario_id": scenario, "goal_id": (await api.post("/goals", {"name": "G"}))["id"]}
    result = {"name": "Punctuality", "kind": "maximize", "base": 80, "target": 95, "unit": "%", "weight": 1}
    known["key_result_id"] = (await api.post(f"/goals/{known['goal_id']}/key-results", result))["id"]
    places = []
    for mine, theirs in ((first, second), (second, first)):
        of_place = known | {"project_id": str(mine), "task_id": str(tasks[mine]), "proposal_id": proposals[str(mine)]}
        provider, receiver = (tasks[mine], last[theirs]) if mine == first else (api.projects.task(mine, "N"), None)
        if receiver is None:
            receiver = await another(api, path)
        of_place["dependency_id"] = (await api.propose(path, provider, receiver))["id"]
        places.append(await make_all(api, SERVICE, of_place))
    return places[0], places[1]


async def another(api: ProgramMember, path: str) -> UUID:
    """A task of a third project of the program."""
    third = api.projects.project("THIRD")
    task = api.projects.task(third, "T")
    await api.hear()
    await api.post(f"{path}/components", {"project_id": str(third)})
    return task


async def test_every_answer_is_what_the_table_says(database_url):
    async with (
        RolledBack.at(database_url) as database,
        client_of(database, SERVICE, ROUTERS, CONFLICTS, redacted) as client,
    ):
        app = client._transport.app
        ada, stranger = (ProgramMember(client, database=database) for _ in range(2))
        own, other_project = await program(ada)
        places = {OWN: own, OTHER_PROJECT: other_project, OTHER_PROGRAM: (await program(ada))[0]}
        places[OTHER_ORGANIZATION] = (await program(stranger))[0]
        database.seats = OneSeat(Forgetful(database.seats.seat.connection, database.seats.seat.driver))
        headers = {who: replace(ada, subject="bob", **who.roles(own)).headers for who in EVERYBODY}
        wrong, number = [], 0
        for route, where, known in asked(SERVICE, places):
            for who in EVERYBODY:
                number += 1
                status, body = await ask(app, route, known, headers[who])
                wrong.append(difference(route, where, who, expected(who, route, where), status, body))
        assert number > 3000
        found = [each for each in wrong if each]
        assert not found, "\n".join(found)


def expected(who: Somebody, route: Route, where: str) -> int | None:
    told = who.expected(route, where)
    if told is not None or (route.method, route.path) not in ABOUT_A_PROJECT:
        return told
    manages = who.program is ProgramRole.PROGRAM_MANAGER and where != OTHER_PROGRAM
    sees = who.organization is not None or manages or (who.project is not None and where == OWN)
    return None if sees else 404
