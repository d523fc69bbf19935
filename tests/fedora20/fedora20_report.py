"""Write docs/fedora20.md: `python tests/fedora20/fedora20_report.py`. Every count and every reason in it is computed."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from fedora20_comparison import MINUTES, Difference, Reason, broken_start_rules, compare, dates_of
from fedora20_network import REPOSITORY, Network, data_file, read_network
from fedora20_program import convert, ref
from program_plan import Place, schedule_of

from local_stack.program_file import ProgramFile
from planning import ScheduledTask, to_date

REPORT = REPOSITORY / "docs" / "fedora20.md"

WHY = {
    Reason.LATE: (
        "TaskJuggler puts it (or the task it waits for, along the chain) as late as what follows allows. A critical-path network "
        "keeps early dates early; how far such a task can go back is its float, and `scheduled_start` says where it is put."
    ),
    Reason.CALENDAR_SPAN: "It lasts calendar days, weekends included; converted to the fewest working days that always cover them.",
    Reason.CALENDAR_GAP: "It waits calendar days, weekends included; converted to the fewest working days that always cover them.",
    Reason.OTHER_LENGTH: "TaskJuggler gives it, or a task before it, another span than the working days that the network states.",
    Reason.UNEXPLAINED: "None of the above.",
}


def report(network: Network) -> str:
    """The report's text."""
    program = ProgramFile.model_validate(convert(network))
    placed, schedule = schedule_of(program)
    differences = compare(network, dates_of(network, placed))
    scheduled = compare(network, dates_of(network, placed, scheduled=True))
    late_agree = sum(scheduled[leaf].is_none for leaf in network.late)
    different = [difference for difference in differences.values() if not difference.is_none]
    kept = len(network.start_rules) - len(broken_start_rules(network, dates_of(network, placed)))
    lines = [
        *_counts(network, program, kept, len(different), late_agree),
        f"| the program's finish | {to_date(schedule.finish, finish=True)} |",
        *_why(different),
        *_tasks(different, placed),
    ]
    return "\n".join(lines) + "\n"


def _counts(network: Network, program: ProgramFile, kept: int, different: int, late_agree: int) -> Iterator[str]:
    links = sum(len(project.links) for project in program.projects)
    yield "# The Fedora 20 release, planned by Interlock and by TaskJuggler"
    yield ""
    yield "Written by `tests/fedora20/fedora20_report.py`; do not edit. The release schedule of Fedora 20 (TaskJuggler's example, J. Poelstra"
    yield "and R. Bergeron 2011) is converted to a [program file](program-file.md) as `tests/fedora20/fedora20_program.py` says, and its network"
    yield "scheduled. Compared are early dates with TaskJuggler 3.7.1's, on the axis of working minutes: Friday 17:00 and Monday 09:00 are the"
    yield "same place."
    yield ""
    yield "| | |"
    yield "| --- | --- |"
    yield f"| tasks, of which containers | {len(network.tasks)}, {len(network.tasks) - len(network.leaves)} |"
    yield f"| projects | {len(program.projects)} |"
    yield f"| links inside projects, dependencies between them | {links}, {len(program.dependencies)} |"
    yield f"| start rules of as-soon-as-possible tasks, of which hold | {len(network.start_rules)}, {kept} |"
    yield f"| tasks with TaskJuggler's dates | {len(network.leaves) - different} of {len(network.leaves)} |"
    yield f"| as-late-as-possible tasks that agree where they are scheduled, at the end of their free float | {late_agree} of {len(network.late)} |"


def _why(different: list[Difference]) -> Iterator[str]:
    yield ""
    yield "## Why tasks differ"
    yield ""
    yield "A difference is taken apart into what each task brings in itself and what it takes over from the task that drives it. A task that has"
    yield "several reasons counts once for each."
    yield ""
    yield "| reason | tasks that bring it in | tasks that it reaches | what it is |"
    yield "| --- | --- | --- | --- |"
    for reason in Reason:
        roots = {source for difference in different for source, why in difference.causes if why is reason}
        reached = sum(reason in _reasons(difference) for difference in different)
        yield f"| {reason} | {len(roots)} | {reached} | {WHY[reason]} |"


def _tasks(different: list[Difference], placed: Mapping[Place, ScheduledTask]) -> Iterator[str]:
    yield ""
    yield "## The tasks"
    yield ""
    yield "Shift: working days by which Interlock's early start lies after TaskJuggler's start. Ids without the leading `f20.`."
    yield ""
    yield "| task | TaskJuggler | Interlock | shift | reasons, and where they come in |"
    yield "| --- | --- | --- | --- | --- |"
    for difference in different:
        task = difference.task
        theirs = f"{_moment(task.planned_start)} to {_moment(task.planned_end)}"
        shift = (difference.ours.start - difference.theirs.start) / MINUTES
        yield f"| {ref(task.id)} | {theirs} | {_days(difference, placed)} | {shift:+g} | {_causes(difference)} |"


def _reasons(difference: Difference) -> set[Reason]:
    return {reason for _, reason in difference.causes}


def _causes(difference: Difference) -> str:
    by_reason: dict[Reason, list[str]] = {}
    for source, reason in difference.causes:
        by_reason.setdefault(reason, []).append("itself" if source == difference.task.id else ref(source))
    return "; ".join(f"{reason}: {', '.join(sources)}" for reason, sources in by_reason.items())


def _days(difference: Difference, placed: Mapping[Place, ScheduledTask]) -> str:
    """Our dates as a day project shows them: first and last working day, for a milestone the day on which it is reached."""
    dates = placed[difference.task.project, ref(difference.task.id)]
    finish = to_date(dates.early_finish, finish=True)
    return f"{finish}" if difference.task.is_milestone else f"{to_date(dates.early_start, finish=False)} to {finish}"


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


if __name__ == "__main__":
    REPORT.write_text(report(read_network(data_file())), encoding="utf-8")
