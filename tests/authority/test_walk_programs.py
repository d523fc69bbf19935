"""Every route of program-svc by every role by own project and program, others, another organisation's: the answers are the table's."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from service_kit import OneSeat, RolledBack, client_of, migrated
from tests.authority.a_program import program
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
)

from contracts.vocabulary import ProgramRole
from program_svc.application import CONFLICTS, ROUTERS
from program_svc.sight import redacted

pytestmark = [pytest.mark.slow, pytest.mark.long]
SERVICE = "program-svc"
ABOUT_A_PROJECT = {
    ("GET", "/programs/{program_id}/tasks/{task_id}/explain"),
    ("GET", "/programs/{program_id}/proposals/{proposal_id}"),
    ("GET", "/alignments/{alignment_id}"),
}
"""What they answer belongs to one project: who does not see that one gets 404 where the table lets in."""
OF_A_PROJECT_ALONE = ("DELETE", "/portfolios/{portfolio_id}/projects/{project_id}")
"""It is about a project that is in no program."""


@pytest.fixture(scope="module")
def database_url(postgres) -> str:
    return migrated(postgres, "program_svc", "walk")


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
        alone = {who: replace(ada, subject="bob", **who.roles(of_alone(own))).headers for who in EVERYBODY}
        wrong, number = [], 0
        for route, where, of_place in asked(SERVICE, places):
            is_alone = (route.method, route.path) == OF_A_PROJECT_ALONE
            known, told = (of_alone(of_place), alone) if is_alone else (of_place, headers)
            for who in EVERYBODY:
                number += 1
                status, body = await ask(app, route, known, told[who])
                wrong.append(difference(route, where, who, expected(who, route, where), status, body))
        assert number > 3000
        found = [each for each in wrong if each]
        assert not found, "\n".join(found)


def of_alone(known: Mapping[str, str]) -> dict[str, str]:
    """The ids of a place, with the project in no program as its project."""
    return {**known, "project_id": known["alone_id"]}


def expected(who: Somebody, route: Route, where: str) -> int | None:
    told = who.expected(route, where)
    if told is not None or (route.method, route.path) not in ABOUT_A_PROJECT:
        return told
    manages = who.program is ProgramRole.PROGRAM_MANAGER and where != OTHER_PROGRAM
    sees = who.organization is not None or manages or (who.project is not None and where == OWN)
    return None if sees else 404
