"""What assignments cost, by the rates of the days on which their work falls."""

import pytest
from tests.project_svc.calendars import calendar


def eur(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


@pytest.fixture
async def project(api) -> str:
    return await api.project()


async def assigned(api, project, task, fields, **assignment) -> str:
    resource = await api.post(f"{project}/resources", {"name": "R"} | fields)
    body = {"task_id": task, "resource_id": resource["id"]} | assignment
    return str((await api.post(f"{project}/assignments", body))["id"])


async def costs(api, project, **params) -> dict:
    return await api.get(f"{project}/budget/resource-costs", params=params)


def amounts(told: dict) -> list[str]:
    return [told[name]["amount"] for name in ("cost", "actual", "remaining")]


async def test_work_costs_the_rates_of_the_days_on_which_it_falls(api, project):
    task = await api.task(project, duration="P5D")
    rates = [
        {"standard": eur("100.00"), "per_use": eur("50.00")},
        {"effective_on": "2026-03-05", "standard": eur("120.00")},
    ]
    assignment = await assigned(api, project, task, {"rates": rates}, actual_work="P2D")
    told = await costs(api, project)
    (item,) = told["items"]
    assert item["assignment_id"] == assignment
    assert amounts(item) == amounts(told) == ["4370.00", "1650.00", "2720.00"]
    await api.patch(f"{project}/tasks/{task}", {"constraint": {"type": "SNET", "date": "2026-03-09"}})
    assert amounts(await costs(api, project))[0] == "4800.00"


async def test_work_costs_the_rates_of_the_days_on_which_who_does_it_is_there(api, project):
    task = await api.task(project, duration="P5D")
    rates = [{"standard": eur("100.00")}, {"effective_on": "2026-03-05", "standard": eur("120.00")}]
    back = await calendar(api, project, exceptions=[{"on": "2026-03-02", "to": "2026-03-04", "name": "Holiday"}])
    assignment = await assigned(api, project, task, {"rates": rates, "calendar_id": back}, actual_work="P1D")
    assert (await api.get(f"{project}/assignments/{assignment}"))["work"] == "P5D"
    # All forty hours on Thursday and Friday, eight of them already.
    assert amounts(await costs(api, project)) == ["4800.00", "960.00", "3840.00"]
    # Who is away all the time costs what the task's days cost.
    await api.patch(f"{project}/tasks/{task}", {"duration": "P2D"})
    assert amounts(await costs(api, project))[0] == "1600.00"


async def test_material_and_costs_are_due_once_the_task_has_begun(api, project):
    task = await api.task(project, duration="P5D")
    await assigned(api, project, task, {"kind": "material", "rates": [{"standard": eur("12.50")}]}, units=4)
    await assigned(api, project, task, {"kind": "cost"}, amount=eur("30.00"))
    assert amounts(await costs(api, project)) == ["80.00", "0.00", "80.00"]
    await api.patch(f"{project}/tasks/{task}", {"actual_start": "2026-03-02"})
    assert amounts(await costs(api, project)) == ["80.00", "80.00", "0.00"]


async def test_costs_come_page_by_page_and_summed_over_all(api, project):
    first, second = await api.task(project), await api.task(project)
    made = [await assigned(api, project, task, {"kind": "cost"}, amount=eur("1.00")) for task in (first, first, second)]
    page = await costs(api, project, limit=2)
    rest = await costs(api, project, limit=2, cursor=page["next"])
    assert [item["assignment_id"] for item in page["items"] + rest["items"]] == made
    assert (rest["next"], page["cost"], rest["cost"]) == (None, page["cost"], page["cost"])
    assert page["cost"]["amount"] == "3.00"
    assert (await costs(api, project, task_id=second))["cost"]["amount"] == "1.00"


async def test_a_cancelled_task_costs_nothing_here(api, project):
    task = await api.task(project)
    await assigned(api, project, task, {"kind": "cost"}, amount=eur("1.00"))
    await api.patch(f"{project}/tasks/{task}", {"state": "cancelled"})
    told = await costs(api, project)
    assert (told["items"], told["cost"]["amount"]) == ([], "0.00")


async def test_what_is_more_than_an_amount_holds_says_so(api, project):
    task = await api.task(project)
    rates = [{"standard": eur("99999999999999999.00")}]
    await assigned(api, project, task, {"kind": "material", "rates": rates}, units=1000000)
    assert (await costs(api, project))["cost"] == {"amount": None, "currency": "EUR", "reason": "out_of_range"}


async def test_strangers_see_no_costs(api, stranger, project):
    await stranger.get_missing(f"{project}/budget/resource-costs")
