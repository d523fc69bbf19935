"""A status report as one page to print. It loads and runs nothing; what people wrote is text."""

from collections.abc import Iterator, Mapping
from typing import Any

from contracts.program_events.control import StatusReportState
from pictures import Cell, Drawing, Heading, Html, Page, Paragraph, Part, TableOf
from pictures.reporting import amount, opening, or_none, ratio, told_if_part
from program_svc.reports.captions import map_caption
from program_svc.reports.drawing import drawn as roadmap_drawn
from program_svc.reports.roadmap import RoadmapRead

MONEY = ("bac", "pv", "ev", "ac", "cv", "sv", "etc", "vac")
NOT_SHOWN = Paragraph("Not shown: it counts projects that you do not see.", "quiet")


def page_of(report: StatusReportState, content: Mapping[str, Any], drawn: Mapping[str, Html]) -> Html:
    """The report's page. drawn: its pictures by name, besides the roadmap."""
    return Page(f"{content['program']['name']}: {report.title}", list(_parts(report, content, drawn))).html()


def _parts(report: StatusReportState, content: Mapping[str, Any], drawn: Mapping[str, Html]) -> Iterator[Part]:
    program, schedule = content["program"], content["schedule"]
    about = f"{report.starts_on} to {report.ends_on}, published by {report.published_by}"
    yield from opening(about, report.lights.model_dump(mode="json"), report.achievements, report.next_steps)
    yield Heading("Schedule")
    days = ("Start", schedule["start"]), ("Finish", schedule["finish"]), ("Deadline", program["deadline"])
    yield TableOf(("Day", ""), [(name, or_none(day)) for name, day in days])
    yield Drawing(roadmap_drawn(RoadmapRead.model_validate(content["roadmap"])), "Projects, milestones and gates")
    if (left_out := content["roadmap"].get("milestones_from")) is not None:
        yield Paragraph(f"Milestones from {left_out} on are not drawn.", "quiet")
    yield Heading("Money")
    yield (
        NOT_SHOWN if content["earned_value"] is None else TableOf(("Figure", "Value"), _money(content["earned_value"]))
    )
    if "curve" in drawn:
        yield Drawing(drawn["curve"], "What was to be done by when, and what has been done for which cost")
    yield Heading("Dependencies")
    yield TableOf(
        ("State", "How many"), [(state, str(count)) for state, count in content["dependencies"]["states"].items()]
    )
    if "between" in drawn:
        yield Drawing(drawn["between"], map_caption(content["outlines"]["between"]))
    yield Heading("Risks")
    yield NOT_SHOWN if content["risks"] is None else _risks(content["risks"])
    if "matrix" in drawn:
        yield Drawing(drawn["matrix"], "How many open risks lie in each cell")
    yield from _aims(content, drawn)


def _aims(content: Mapping[str, Any], drawn: Mapping[str, Html]) -> Iterator[Part]:
    yield Heading("Goals")
    goals = [(each["name"], or_none(each["due"]), ratio(each["progress"])) for each in content["goals"]]
    yield TableOf(("Goal", "Due", "Progress"), goals)
    yield from told_if_part(content, "goals", "goals of the program")
    if "tree" in drawn:
        yield Drawing(drawn["tree"], "What the program serves, up to the organisation's own goals")
        yield from told_if_part(content, "tree", "goals of the tree")
    yield Heading("Benefits")
    benefits = [
        (each["name"], or_none(each["planned_on"]), or_none(each["forecast_on"])) for each in content["benefits"]
    ]
    yield TableOf(("Benefit", "Planned", "Forecast"), benefits)
    yield from told_if_part(content, "benefits", "benefits")


def _risks(currencies: list[Mapping[str, Any]]) -> Part:
    sums = [(str(each["open"]), amount(each["threats"]), amount(each["opportunities"])) for each in currencies]
    return TableOf(("Open", "Threats", "Opportunities"), sums)


def _money(figures: Mapping[str, Any]) -> Iterator[tuple[str, str | Cell]]:
    yield from ((name.upper(), amount(figures[name])) for name in MONEY)
    yield from ((name.upper(), ratio(figures[name])) for name in ("cpi", "spi", "tcpi"))
