"""A program to walk through: two projects, and one record of every kind that can be made by POST."""

from uuid import UUID

from tests.program_svc.member import ProgramMember
from walk_kit import make_all


async def program(api: ProgramMember, second_name: str = "SECOND") -> tuple[dict[str, str], dict[str, str]]:
    """A late program of two projects with one record of every kind; the ids for its first project and for its second.

    What belongs to the second project alone is called by its name.
    """
    first, second = (api.projects.project(name) for name in ("FIRST", second_name))
    called = {first: "", second: second_name}
    tasks = {each: api.projects.task(each, f"{called[each]} T", 9) for each in (first, second)}
    last = {each: api.projects.task(each, f"{called[each]} L", 2) for each in (first, second)}
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
        made = await make_all(api, "program-svc", of_place)
        places.append(made | {"alone_id": await alone(api, made["portfolio_id"], f"{second_name}ALONE")})
    return places[0], places[1]


async def alone(api: ProgramMember, portfolio_id: str, name: str) -> str:
    """A project of the portfolio that is in no program."""
    project_id = api.projects.project(name)
    await api.hear()
    await api.post(f"/portfolios/{portfolio_id}/projects", {"project_id": str(project_id)})
    return str(project_id)


async def another(api: ProgramMember, path: str) -> UUID:
    """A task of a third project of the program."""
    third = api.projects.project("THIRD")
    task = api.projects.task(third, "T")
    await api.hear()
    await api.post(f"{path}/components", {"project_id": str(third)})
    return task
