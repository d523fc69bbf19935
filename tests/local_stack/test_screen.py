import io

import pytest
from rich.console import Console

from local_stack.screen import Screen


def screen(*, terminal: bool) -> tuple[Screen, io.StringIO]:
    out = io.StringIO()
    return Screen(Console(file=out, force_terminal=terminal, highlight=False, soft_wrap=True, width=40)), out


def test_without_a_terminal_there_are_plain_lines():
    shown, out = screen(terminal=False)
    with shown.step("PostgreSQL"):
        shown.tick()
    shown.say("a line that is longer than the forty columns of this terminal [stays] one line")
    lines = out.getvalue().splitlines()
    assert lines[0].startswith("✓ PostgreSQL 0.")
    assert lines[1:] == ["a line that is longer than the forty columns of this terminal [stays] one line"]
    assert "\x1b" not in out.getvalue()


def test_on_a_terminal_a_step_under_way_is_seen_moving():
    shown, out = screen(terminal=True)
    with shown.step("PostgreSQL"):
        before = len(out.getvalue())
        assert "PostgreSQL …" in out.getvalue()
        shown.tick()
        assert len(out.getvalue()) > before


def test_a_step_that_fails_is_not_ticked_off():
    shown, out = screen(terminal=False)
    with pytest.raises(ValueError, match="no"), shown.step("PostgreSQL"):
        raise ValueError("no")
    assert out.getvalue() == ""
