"""How far a job is, as those who look at it meanwhile read it: further with every look, and not over before it is over."""

import pytest
from sqlmodel import col, select
from tests.project_svc.plans import large, mspdi, uploaded

from project_svc.jobs.models import Job
from project_svc.jobs.running import RunningJob


@pytest.fixture
def looks(monkeypatch):
    """Phase and share in the job's row, every time that the job says how far it is, however soon after the last time."""
    seen: list[tuple[str, float]] = []
    tell = RunningJob.tell

    async def told(job, phase, share, *, at_once=False):
        await tell(job, phase, share, at_once=True)
        async with job.reading() as session:
            kept = select(col(Job.phase), col(Job.share)).where(col(Job.id) == job.id)
            seen.append(tuple((await session.execute(kept)).one()))

    monkeypatch.setattr(RunningJob, "tell", told)
    return seen


def between(seen: list[tuple[str, float]]) -> list[float]:
    """The shares from one look to the next, begun and not over."""
    shares = [share for _, share in seen]
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert shares[-1] <= 1
    return sorted({share for share in shares if 0 < share < 1})


async def test_an_import_says_how_far_it_is(api, work, looks):
    job = await uploaded(api, work, mspdi(large(20)))
    assert (job["state"], job["progress"]) == ("succeeded", {"phase": "done", "share": 1.0})
    assert list(dict.fromkeys(phase for phase, _ in looks)) == ["reading", "writing", "scheduling"]
    assert len(between(looks)) > 20


async def test_a_levelling_says_how_far_it_is(api, work, looks):
    """Any two of the tasks ask for more than there is, which no lower bound of the search sees: it goes on to its last evaluation."""
    project = await api.project()
    crew = (await api.post(f"{project}/resources", {"name": "Crew", "units": 3}))["id"]
    for name in ("east", "west", "south"):
        task = await api.task(project, name, "P5D")
        await api.post(f"{project}/assignments", {"task_id": task, "resource_id": crew, "units": 2})
    asked = await api.post(f"{project}/schedule/level", {"evaluations": 300}, status=202)
    await work(api.organization_id)
    job = await api.get(f"/jobs/{asked['id']}")
    assert (job["state"], job["progress"]) == ("succeeded", {"phase": "done", "share": 1.0})
    assert list(dict.fromkeys(phase for phase, _ in looks)) == ["reading", "searching"]
    assert len(between(looks)) > 1
