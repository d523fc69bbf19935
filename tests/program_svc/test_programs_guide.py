"""`docs/programs.md`, carried out line by line."""

from pathlib import Path

import pytest
from guide_kit import carry_out

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[2] / "docs" / "programs.md"


async def test_every_step_of_the_page_answers_as_it_says(api):
    track, service = api.projects.project("TRACK"), api.projects.project("SERVICE")
    names = {"$TRACK": str(track), "$SERVICE": str(service)}
    names["$BUILD"] = str(api.projects.task(track, "Build", 10))
    names["$OPENING"] = str(api.projects.task(service, "Line 7 opens", 0, kind="milestone"))
    await api.hear()
    await carry_out(api, PAGE, names)
