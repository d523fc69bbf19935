"""What the tests of baselines, change requests and exceptions have in common."""

from typing import Any

from sqlalchemy import text


def eur(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


async def plan(api: Any, **fields: Any) -> tuple[str, str, str]:
    """A project of ten working days and 1,000 EUR: `dig` for a week, then `pour` for a week. Returns its path and the tasks' ids."""
    project = await api.project(**fields)
    dig, pour = await api.task(project, "dig", "P5D"), await api.task(project, "pour", "P5D")
    await api.link(project, dig, pour)
    for task, amount in ((dig, "400.00"), (pour, "500.00")):
        await api.post(f"{project}/budget/lines", {"name": "L", "amount": eur(amount), "task_id": task})
    await api.post(f"{project}/budget/lines", {"name": "reserve", "amount": eur("100.00"), "contingency": True})
    return project, dig, pour


async def baseline(api: Any, project: str, name: str = "B", **fields: Any) -> dict[str, Any]:
    """An approved baseline."""
    drafted = await api.post(f"{project}/baselines", {"name": name} | fields)
    approved: dict[str, Any] = await api.post(f"{project}/baselines/{drafted['id']}/approve", {}, status=200)
    return approved


async def baselined(api: Any, project: str) -> dict[str, Any]:
    """Take a project to `baselined`; returns its baseline."""
    approved = await baseline(api, project)
    for state in ("approved", "planning", "baselined"):
        await api.patch(project, {"state": state})
    return approved


async def put(database: Any, api: Any, table: str, record_id: str, state: str) -> None:
    """Bring a record into a state, past all conditions."""
    change = text(f"UPDATE {table} SET state = :state WHERE id = :id")
    async with database.transaction(api.organization_id) as session:
        await session.execute(change, {"state": state, "id": record_id})
        session.expire_all()
