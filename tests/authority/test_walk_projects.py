"""Every route of project-svc by every role by own project, another one, another organisation's: the answers are what the table says."""

from dataclasses import replace

import pytest
from service_kit import OneSeat, RolledBack, client_of, migrated
from tests.project_svc.control import baseline, plan
from tests.project_svc.member import ProjectMember
from tests.project_svc.plans import mspdi, small, uploaded
from tests.project_svc.working import Work, worker
from walk_kit import EVERYBODY, OTHER_ORGANIZATION, OTHER_PROJECT, OWN, Forgetful, ask, asked, difference, make_all

from contracts.vocabulary import OrganizationRole
from planning.exchange import DocumentTask, OtherEnd, OutsideLink
from project_svc.application import CONFLICTS, ROUTERS

pytestmark = [pytest.mark.slow, pytest.mark.long]
SERVICE = "project-svc"


@pytest.fixture(scope="module")
def database_url(postgres) -> str:
    return migrated(postgres, "project_svc", "walk")


async def place(api: ProjectMember, work: Work, number: int) -> dict[str, str]:
    """A project with one record of every kind, which is late beyond its tolerance; the ids."""
    ref = {"source": "files", "id": f"footing {number}"}
    project, dig, _ = await plan(api, tolerances={"schedule": "P1D"}, external_ref=ref)
    waits = OutsideLink("2", "Track", "7", OtherEnd.PREDECESSOR)
    plan_file = small(tasks=(DocumentTask("2", "Lay", wbs="9"),), links=(), outside_links=(waits,))
    job = await uploaded(api, work, mspdi(plan_file), source=ref["source"], project=ref["id"])
    assert job["state"] == "succeeded", job["problem"]
    (outside_link,) = (await api.get(f"{project}/outside-links"))["items"]
    await baseline(api, project)
    await api.patch(f"{project}/tasks/{dig}", {"duration": "P20D"})
    (exception,) = (await api.get(f"{project}/exceptions"))["items"]
    job = await api.post(f"{project}/schedule/simulate", {}, status=202)
    resource = await api.post(f"{project}/resources", {"name": "Crew", "kind": "work"})
    known = {"project_id": project.rpartition("/")[2], "task_id": dig, "predecessor_id": dig, "record_id": dig}
    known["successor_id"] = await api.task(project, "Last")
    known |= {"exception_id": exception["id"], "job_id": job["id"], "resource_id": resource["id"]}
    known |= {"outside_link_id": outside_link["id"], "version": "1"}
    return await make_all(api, SERVICE, known)


async def test_every_answer_is_what_the_table_says(database_url):
    async with RolledBack.at(database_url) as database, client_of(database, SERVICE, ROUTERS, CONFLICTS) as client:
        app = client._transport.app
        ada, stranger = ProjectMember(client), ProjectMember(client)
        makers = {OWN: ada, OTHER_PROJECT: ada, OTHER_ORGANIZATION: stranger}
        places = {
            where: await place(maker, worker(database), number) for number, (where, maker) in enumerate(makers.items())
        }
        database.seats = OneSeat(Forgetful(database.seats.seat.connection, database.seats.seat.driver))
        own = places[OWN] | {"program_id": places[OTHER_PROJECT]["task_id"]}
        headers = {who: replace(ada, subject="bob", **who.roles(own)).headers for who in EVERYBODY}
        wrong, number = [], 0
        for route, where, known in asked(SERVICE, places):
            for who in EVERYBODY:
                expected = of_job(who, where, route.method) if "job_id" in route.names else who.expected(route, where)
                if not route.names and where != OWN:
                    continue
                number += 1
                status, body = await ask(app, route, known, headers[who])
                wrong.append(difference(route, where, who, expected, status, body))
        assert number > 2000
        found = [each for each in wrong if each]
        assert not found, "\n".join(found)


def of_job(who, where: str, method: str) -> int | None:
    """A job is seen by who asked for it and by who sees its project; an admin calls off any, others their own."""
    sees = where != OTHER_ORGANIZATION and (who.organization is not None or (where == OWN and who.project is not None))
    if not sees:
        return 404
    return None if method == "GET" or who.organization is OrganizationRole.ADMIN else 403
