"""Resources: who does the work, and what it costs from which day on."""

import pytest


@pytest.fixture
async def project(api) -> str:
    return await api.project()


def eur(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


async def test_a_resource_is_added_changed_and_removed(api, project, events_of):
    body = {"name": "Ballast gang", "group": "Track works", "units": 2.5, "rates": [{"standard": eur("310.00")}]}
    resource = await api.post(f"{project}/resources", body)
    assert resource["rates"] == [{"effective_on": None, "standard": eur("310.00"), "per_use": None}]
    assert (resource["kind"], resource["units"], resource["calendar_id"]) == ("work", 2.5, None)
    path = f"{project}/resources/{resource['id']}"
    assert await api.get(path) == resource
    changed = await api.patch(path, {"units": 3}, headers={"If-Match": f'"{resource["revision"]}"'})
    assert changed["units"] == 3
    assert await api.patch(path, {"units": 3}) == changed
    await api.patch(path, {"units": 4}, status=412, headers={"If-Match": f'"{resource["revision"]}"'})
    await api.delete(path)
    await api.get_missing(path)
    events = (await events_of(api.organization_id))[1:]
    assert [event["subject"].split(".")[-2:] for event in events] == [
        ["resource", "created"],
        ["resource", "updated"],
        ["resource", "deleted"],
    ]
    assert events[1]["data"] == {"record": changed, "changed": ["units"], "previous": {"units": 2.5}}
    assert {event["headers"]["ce-actor"] for event in events} == {"ada"}


async def test_rates_are_kept_in_the_order_of_their_days(api, project):
    rates = [
        {"effective_on": "2027-01-01", "standard": eur("322.40")},
        {"standard": eur("310.00"), "per_use": eur("500.00")},
        {"effective_on": "2026-07-01", "standard": eur("315.00")},
    ]
    resource = await api.post(f"{project}/resources", {"name": "Gang", "rates": rates})
    assert [rate["effective_on"] for rate in resource["rates"]] == [None, "2026-07-01", "2027-01-01"]


@pytest.mark.parametrize(
    ("body", "pointer", "rule"),
    [
        ({"rates": [{"standard": {"amount": "1.00", "currency": "CHF"}}]}, "/rates/0/standard/currency", "currency"),
        ({"rates": [{"standard": eur("-1.00")}]}, "/rates/0/standard/amount", "amount_negative"),
        (
            {"rates": [{"standard": eur("1.00"), "per_use": eur("-1")}]},
            "/rates/0/per_use/amount",
            "amount_negative",
        ),
        ({"rates": [{"standard": eur("1.00")}] * 2}, "/rates/1/effective_on", "rate_twice"),
        ({"kind": "cost", "rates": [{"standard": eur("1.00")}]}, "/rates", "cost_has_no_rate"),
        ({"units": -1}, "/units", "number_out_of_range"),
        ({"units": 0.00001}, "/units", "number_out_of_range"),
        ({"kind": "robot"}, "/kind", "enum"),
    ],
)
async def test_a_bad_resource_is_refused_by_name(api, project, body, pointer, rule):
    problem = await api.post(f"{project}/resources", {"name": "Gang"} | body, status=422)
    assert [(error["pointer"], error["rule"]) for error in problem["errors"]] == [(pointer, rule)]
    assert (await api.get(f"{project}/resources"))["items"] == []


async def test_a_resource_works_by_a_calendar_of_its_project(api, project):
    calendar = (await api.post(f"{project}/calendars", {"name": "Nights"}))["id"]
    resource = await api.post(f"{project}/resources", {"name": "Gang", "calendar_id": calendar})
    refused = await api.delete(f"{project}/calendars/{calendar}", status=409)
    assert refused.json()["uses"] == {"projects": 0, "tasks": 0, "resources": 1}
    await api.patch(f"{project}/resources/{resource['id']}", {"calendar_id": None})
    await api.delete(f"{project}/calendars/{calendar}")
    elsewhere = (await api.post(f"{await api.project()}/calendars", {"name": "Nights"}))["id"]
    problem = await api.post(f"{project}/resources", {"name": "Gang", "calendar_id": elsewhere}, status=404)
    assert problem["errors"][0]["pointer"] == "/calendar_id"


async def test_a_resource_with_work_is_not_removed(api, project):
    task = await api.task(project)
    resource = (await api.post(f"{project}/resources", {"name": "Gang"}))["id"]
    await api.post(f"{project}/assignments", {"task_id": task, "resource_id": resource})
    refused = (await api.delete(f"{project}/resources/{resource}", status=409)).json()
    assert (refused["type"], refused["uses"]) == ("/problems/resource-in-use", {"assignments": 1})


async def test_resources_are_filtered_sorted_and_paged(api, project):
    for name, kind in (("C", "work"), ("A", "material"), ("B", "work")):
        await api.post(f"{project}/resources", {"name": name, "kind": kind})
    first = await api.get(f"{project}/resources", params={"sort": "name", "limit": 2})
    rest = await api.get(f"{project}/resources", params={"sort": "name", "limit": 2, "cursor": first["next"]})
    assert [item["name"] for item in first["items"] + rest["items"]] == ["A", "B", "C"]
    workers = await api.get(f"{project}/resources", params={"kind": "work", "sort": "-name"})
    assert [item["name"] for item in workers["items"]] == ["C", "B"]


async def test_strangers_see_none_and_auditors_change_none(api, stranger, auditor, project):
    resource = (await api.post(f"{project}/resources", {"name": "Gang"}))["id"]
    await stranger.get_missing(f"{project}/resources/{resource}")
    await stranger.get_missing(f"{project}/resources")
    assert (await auditor.get(f"{project}/resources/{resource}"))["name"] == "Gang"
    await auditor.patch(f"{project}/resources/{resource}", {"name": "X"}, status=403)
