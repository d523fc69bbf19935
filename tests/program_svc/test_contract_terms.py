"""What the two sides of a dependency agree on changes by agreement alone, and the history tells it."""

import pytest


@pytest.fixture
async def pair(api):
    """A program of two projects with a task each: the first gives after four days what the second needs, which has three days of work."""
    first, second = api.projects.project("P1"), api.projects.project("P2")
    given, needed = api.projects.task(first, "A", 4), api.projects.task(second, "B", 3)
    await api.hear()
    return await api.program(first, second), given, needed


async def test_a_broken_date_is_healed_by_another_one_alone(api, pair):
    program, given, needed = pair
    path = await api.commit(program, given, needed, needed_by="2026-03-04")
    for terms in ({}, {"needed_by": "2026-03-04"}, {"needed_by": None}, {"promised_by": "2026-03-20"}):
        refused = await api.post(f"{path}/renegotiate", terms, status=422)
        assert [(each["pointer"], each["rule"]) for each in refused["errors"]] == [("/needed_by", "new_date_needed")]
    assert (await api.get(path))["state"] == "breached"
    await api.post(f"{path}/renegotiate", {"needed_by": "2026-03-05"}, status=200)
    for end in ("provider", "receiver"):
        agreed = await api.post(f"{path}/commit", {"end": end}, status=200)
    assert (agreed["state"], agreed["needed_by"]) == ("committed", "2026-03-05")


async def test_terms_are_one_side_s_to_change_until_a_side_agrees_to_them(api, pair):
    program, given, needed = pair
    path = f"/dependencies/{(await api.propose(program, given, needed))['id']}"
    changed = await api.patch(path, {"acceptance_criterion": "Runs for a day", "promised_by": "2026-03-06"})
    assert changed["history"][-1] | {"at": ""} == {
        "step": "update",
        "by": "ada",
        "at": "",
        "end": None,
        "needed_by": None,
        "promised_by": "2026-03-06",
        "acceptance_criterion": "Runs for a day",
        "changed": "acceptance_criterion, promised_by",
        "note": "",
        "evidence": "",
    }
    await api.post(f"{path}/commit", {"end": "provider"}, status=200)
    for terms in ({"acceptance_criterion": "Is there"}, {"promised_by": None}):
        refused = await api.patch(path, terms, status=409)
        assert refused["type"] == "/problems/dependency-step"
        assert "renegotiate" in refused["legal"]
    owned = await api.patch(path, {"provider_owner": "Grace", "acceptance_criterion": "Runs for a day"})
    assert (owned["provider_owner"], owned["history"][-1]["changed"]) == ("Grace", "provider_owner")
    terms = {"acceptance_criterion": "Runs for a week", "promised_by": "2026-03-09", "needed_by": "2026-03-13"}
    await api.post(f"{path}/renegotiate", terms, status=200)
    await api.post(f"{path}/commit", {"end": "provider"}, status=200)
    agreed = await api.post(f"{path}/commit", {"end": "receiver"}, status=200)
    told = [{name: step[name] for name in terms} for step in agreed["history"][-3:]]
    assert told == [terms] * 3
    assert (agreed["state"], agreed["acceptance_criterion"]) == ("committed", "Runs for a week")


@pytest.mark.parametrize("ending", ["reject", "cancel"])
async def test_what_is_over_is_not_changed_any_more(api, pair, ending):
    program, given, needed = pair
    path = f"/dependencies/{(await api.propose(program, given, needed))['id']}"
    await api.post(f"{path}/{ending}", status=200)
    refused = await api.patch(path, {"provider_owner": "Grace"}, status=409)
    assert (refused["type"], refused["legal"]) == ("/problems/dependency-step", [])


async def test_the_receiver_s_late_date_is_told_beside_what_was_agreed(api, pair):
    program, given, needed = pair
    path = await api.commit(program, given, needed, needed_by="2026-03-20")
    await api.patch(program, {"deadline": "2026-03-06"})
    dependency = await api.get(path)
    assert (dependency["margin"], dependency["state"]) == ("P11D", "committed")
    assert (dependency["receiver_need"], dependency["receiver_late"]) == ("2026-03-20", "2026-03-04")


async def test_a_day_of_the_program_s_threshold_is_a_day_of_the_receiver_s(api):
    """A threshold of a day was eight hours on every calendar: two days of four hours."""
    first, second = api.projects.project("P1"), api.projects.project("P2")
    shifts = {
        day: [{"from": "09:00", "to": "13:00"}] for day in ("monday", "tuesday", "wednesday", "thursday", "friday")
    }
    api.projects.change(second, calendar_id=str(api.projects.calendar(second, shifts, 4)))
    given, needed = api.projects.task(first, "A", 4), api.projects.task(second, "B", 1, duration="PT4H")
    await api.hear()
    program = await api.program(first, second, margin_threshold="P1D", deadline="2026-03-09")
    dependency = await api.get(await api.commit(program, given, needed))
    assert (dependency["margin"], dependency["state"]) == ("P1D", "committed")
    api.projects.change(given, duration="P5D")
    await api.hear()
    (dependency,) = (await api.get(f"{program}/dependencies"))["items"]
    assert (dependency["margin"], dependency["state"]) == ("P0D", "at_risk")


@pytest.mark.parametrize("step", ["withdraw", "reject"])
async def test_new_terms_that_are_taken_back_leave_what_was_agreed(api, pair, step):
    program, given, needed = pair
    path = await api.commit(program, given, needed, needed_by="2026-03-09", acceptance_criterion="Runs")
    before = await api.get(path)
    terms = {"needed_by": "2026-03-04", "promised_by": "2026-03-03", "acceptance_criterion": "Shines"}
    assert (await api.post(f"{path}/renegotiate", terms, status=200))["state"] == "renegotiating"
    await api.post(f"{path}/commit", {"end": "provider"}, status=200)
    after = await api.post(f"{path}/{step}", {"note": "Too early."}, status=200)
    of_the_way = {"history", "revision", "updated_at"}
    assert {name: after[name] for name in after.keys() - of_the_way} == {
        name: before[name] for name in before.keys() - of_the_way
    }
    last = after["history"][-1]
    assert (last["step"], last["note"], last["needed_by"]) == (step, "Too early.", "2026-03-09")
    assert (await api.schedule(program))[str(needed)]["early_start"] == "2026-03-06"
    refused = await api.post(f"{path}/{step}", status=409)
    assert refused["type"] == "/problems/dependency-step"


async def test_a_date_that_was_broken_is_broken_again_once_another_is_taken_back(api, pair):
    program, given, needed = pair
    path = await api.commit(program, given, needed, needed_by="2026-03-04")
    for step in ("withdraw", "reject"):
        await api.post(f"{path}/renegotiate", {"needed_by": "2026-03-20"}, status=200)
        after = await api.post(f"{path}/{step}", status=200)
        assert (after["state"], after["margin"], after["needed_by"]) == ("breached", "-P1D", "2026-03-04")


async def test_what_the_forecast_says_of_the_agreement_is_judged_once_it_holds_again(api, pair):
    program, given, needed = pair
    path = await api.commit(program, given, needed, needed_by="2026-03-06")
    await api.post(f"{path}/renegotiate", {"needed_by": "2026-03-20"}, status=200)
    api.projects.change(given, duration="P9D")
    await api.hear()
    assert (await api.get(path))["state"] == "renegotiating"
    assert (await api.post(f"{path}/withdraw", status=200))["state"] == "breached"
