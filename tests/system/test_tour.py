"""The five-minute tour of the README, pasted into a shell block by block: what it prints is what the document says it prints."""

from collections.abc import Iterator

import pytest
from tour_kit import Shell, blocks

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def shell(stack) -> Iterator[Shell]:
    opened = Shell(stack.environment)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("commands", "answer"), [pytest.param(*block, id=f"{n}-{title}") for n, (title, *block) in enumerate(blocks(), 1)]
)
def test_a_pasted_block_prints_what_the_tour_says(shell: Shell, commands: str, answer: str | None) -> None:
    code, printed = shell.paste(commands)

    assert (code, printed) == (0, answer)


def test_the_tour_shows_the_answer_of_every_block() -> None:
    assert len(list(blocks())) > 5
    assert all(answer for _, _, answer in blocks())
