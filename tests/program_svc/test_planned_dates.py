"""Dates that somebody planned hold a task by hand in the program's network as they do in its project."""


async def test_a_task_by_hand_is_where_it_was_planned(api):
    project = api.projects.project("P1")
    snet = {"type": "SNET", "date": "2026-03-20"}
    held = api.projects.task(project, "Held", 2, mode="manual", planned_start="2026-03-11", constraint=snet)
    ends = api.projects.task(project, "Ends", 2, mode="manual", planned_finish="2026-03-13", constraint=snet)
    free = api.projects.task(project, "Free", 2, planned_start="2026-03-11")
    await api.hear()
    program = await api.program(project)
    items = {item["task_id"]: item for item in (await api.get(f"{program}/schedule"))["items"]}
    starts = [items[str(task)]["early_start"] for task in (held, ends, free)]
    assert starts == ["2026-03-11", "2026-03-12", "2026-03-02"]
