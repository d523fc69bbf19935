from io import StringIO

from rich.console import Console

from local_stack.progress import LINES, LoadProgress


def shown(total: int, *, terminal: bool) -> str:
    out = StringIO()
    with LoadProgress(Console(file=out, force_terminal=terminal, width=80), total) as meter:
        for _ in range(total):
            meter.advance("task")
    return out.getvalue()


def test_a_log_gets_a_few_plain_lines_up_to_the_total() -> None:
    lines = shown(1326, terminal=False).splitlines()

    assert len(lines) == LINES
    assert lines[-1] == "  1326 of 1326 records (task)"
    assert "\x1b" not in "".join(lines)


def test_a_short_load_is_logged_once_a_request() -> None:
    assert len(shown(3, terminal=False).splitlines()) == 3


def test_a_terminal_gets_a_bar_that_leaves_nothing_behind() -> None:
    out = shown(20, terminal=True)

    assert "20/20" in out
    assert "requests" not in out
