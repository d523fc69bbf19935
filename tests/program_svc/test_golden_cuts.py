"""The golden network as a program, cut otherwise than in its file and heard in drawn orders: the dates are those of the uncut one."""

import random
from datetime import date, timedelta

import pytest

pytestmark = pytest.mark.slow
START = date(2026, 3, 2)


def on(offset):
    """The date of a day's beginning, counted in working days."""
    weeks, days = divmod(offset, 5)
    return (START + timedelta(weeks=weeks, days=days)).isoformat()


async def answers(api, case, draw):
    """The dates of a program whose tasks are in projects by chance, some alone, some together."""
    projects = draw.randint(2, 6)
    home = {name: draw.randrange(projects) for name in case["tasks"]}
    ids = [api.projects.project(f"X{number}") for number in range(projects)]
    tasks = {name: api.projects.task(ids[home[name]], name, days) for name, days in case["tasks"].items()}
    between = []
    for before, after in case["links"]:
        if home[before] == home[after]:
            api.projects.link(ids[home[before]], tasks[before], tasks[after])
        else:
            between.append((before, after))
    said = api.projects.take()
    streams = [[event for event in said if event.boundary_id == id_] for id_ in ids]
    while any(streams):  # in order within a project, in any order between them
        stream = draw.choice([each for each in streams if each])
        await api.hear([stream.pop(0) for _ in range(min(len(stream), draw.randint(1, 4)))])
    program = await api.program(*ids)
    draw.shuffle(between)
    for before, after in between:
        await api.commit(program, tasks[before], tasks[after])
    items = await api.schedule(program)
    return {name: items[str(task_id)] for name, task_id in tasks.items()}


async def check(api, case, seed):
    for name, item in (await answers(api, case, random.Random(seed))).items():
        told = case["answers"][name]
        early = (item["early_start"], item["early_finish"], item["late_start"], item["late_finish"])
        assert early == (on(told["ES"]), on(told["EF"] - 1), on(told["LS"]), on(told["LF"] - 1)), (seed, name)
        assert (item["total_float"], item["free_float"]) == (f"P{told['TF']}D", f"P{told['FF']}D"), (seed, name)


@pytest.mark.parametrize("seed", [1, 2, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(3, 40))])
async def test_a_drawn_cut_gives_the_dates_of_the_uncut_network(api, networks, seed):
    await check(api, networks["eleven_tasks"], seed)
