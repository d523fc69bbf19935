"""`docs/projects.md`, carried out line by line; and no record is left out of it."""

from pathlib import Path

from guide_kit import carry_out, steps_of

from project_svc.application import ROUTERS

PAGE = Path(__file__).parents[2] / "docs" / "projects.md"
ELSEWHERE = {
    "imposed-dates",
    "snapshot",
    "export",
    "schedule",
    "risk-assessment",
    "earned-value",
    "tolerances",
    "batch",
}
"""What is no record: figures, and other ways to read or write them."""


async def test_every_step_of_the_page_answers_as_it_says(api):
    await carry_out(api, PAGE, {})


def test_every_record_of_a_project_is_on_the_page():
    paths = {
        route.path.split("/", 4)[3]
        for router in ROUTERS
        for route in router.routes
        if route.path.startswith("/projects/{project_id}/")
    }
    shown = {part for step in steps_of(PAGE) for part in step[2].partition("?")[0].split("/")}
    assert paths - ELSEWHERE - shown == set()
