"""A status report as one page to print."""

from collections.abc import Iterator, Mapping
from typing import Any

from contracts.project_events.reports import StatusReportState
from pictures import Cell, Drawing, Heading, Html, Page, Part, TableOf
from pictures.reporting import amount, opening, or_none, ratio, told_if_part

MONEY = ("bac", "pv", "ev", "ac", "cv", "sv", "etc", "vac")
RATIOS = ("cpi", "spi", "spi_t", "tcpi")
TIMES = (("Earned schedule", "earned"), ("Elapsed", "elapsed"), ("SV(t)", "variance"))


def page_of(report: StatusReportState, content: Mapping[str, Any], drawn: Mapping[str, Html]) -> Html:
    """The report's page. drawn: its pictures by name."""
    return Page(f"{content['project']['name']}: {report.title}", list(_parts(report, content, drawn))).html()


def _parts(report: StatusReportState, content: Mapping[str, Any], drawn: Mapping[str, Html]) -> Iterator[Part]:
    about = f"{report.starts_on} to {report.ends_on}, as of {report.data_date}, published by {report.published_by}"
    yield from opening(about, report.lights.model_dump(mode="json"), report.achievements, report.next_steps)
    yield from _schedule(content, drawn)
    yield Heading("Money")
    yield TableOf(("Figure", "Value"), _money(content["earned_value"]))
    if "curve" in drawn:
        yield Drawing(drawn["curve"], f"Planned value, earned value and cost in {content['project']['currency']}")
    yield from _risks(content["risks"], drawn)
    yield from told_if_part(content, "risks", "risks")
    yield Heading("Open issues")
    yield TableOf(
        ("Issue", "Priority", "State", "Owner", "Due"),
        [
            (each["title"], each["priority"], each["state"], each["owner"], or_none(each["due_on"]))
            for each in content["issues"]
        ],
    )
    yield from told_if_part(content, "issues", "open issues")
    for name in ("deliverables", "change_requests", "exceptions"):
        yield Heading(name.replace("_", " ").capitalize())
        yield TableOf(("State", "How many"), _counts(content[name]))


def _schedule(content: Mapping[str, Any], drawn: Mapping[str, Html]) -> Iterator[Part]:
    schedule, left = content["schedule"], content["float"]
    yield Heading("Schedule")
    yield TableOf(
        ("Figure", "Value"),
        [
            ("Start", or_none(schedule["start"])),
            ("Finish", or_none(schedule["finish"])),
            ("Deadline", or_none(content["project"]["deadline"])),
            ("Margin of the finish", or_none(left["margin"])),
            ("Critical tasks", str(schedule["critical"])),
            *((f"Tasks {state}".replace("_", " "), count) for state, count in _counts(schedule["tasks"])),
        ],
    )
    if "gantt" in drawn:
        more = f"; {schedule['left_out']} more tasks are not shown" if schedule["left_out"] else ""
        yield Drawing(drawn["gantt"], f"Critical tasks and the longest path in red, the baseline below each bar{more}")
    if "floats" in drawn:
        yield Drawing(drawn["floats"], "Float that was left at each report, in working days")


def _risks(risks: Mapping[str, Any], drawn: Mapping[str, Html]) -> Iterator[Part]:
    yield Heading("Risks")
    sums = (("Threats", risks["threats"]), ("Opportunities", risks["opportunities"]))
    yield TableOf(("Expected value", "Amount"), [(name, amount(money)) for name, money in sums])
    if "matrix" in drawn:
        yield Drawing(drawn["matrix"], "How many risks lie in each cell, before the responses → after them")
    yield TableOf(
        ("Risk", "Kind", "Score", "Band", "Expected value"),
        [
            (
                each["title"],
                each["kind"],
                str(each["inherent"]["score"]),
                each["inherent"]["band"],
                amount(each["emv"]),
            )
            for each in risks["items"]
        ],
    )


def _money(figures: Mapping[str, Any]) -> Iterator[tuple[str, str | Cell]]:
    yield from ((name.upper(), amount(figures[name])) for name in MONEY)
    yield "EAC", amount(figures["eac"][figures["method"]] if figures["method"] in figures["eac"] else figures["bac"])
    yield from ((name.upper().replace("_T", "(t)"), ratio(figures[name])) for name in RATIOS)
    if schedule := figures.get("earned_schedule"):  # which reports of before do not have
        yield from ((f"{title}, working time", schedule[name]) for title, name in TIMES)


def _counts(counts: Mapping[str, int]) -> list[tuple[str, str]]:
    return [(state, str(count)) for state, count in counts.items()]
