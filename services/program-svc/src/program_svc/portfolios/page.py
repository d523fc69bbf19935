"""A portfolio's status report as one page to print. It loads and runs nothing; what people wrote is text."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from contracts.program_events.portfolios import PortfolioReportState
from pictures import Cell, Drawing, Gantt, GanttRow, Heading, Html, Page, Paragraph, Part, Picture, TableOf
from pictures.gantt import MOST_ROWS
from pictures.reporting import NONE, amount, opening, or_none, ratio, told_if_part
from program_svc.reports.captions import map_caption
from program_svc.reports.drawings import between_drawing, curve_drawing, matrix_drawing, tree_drawing

CURVE = "curve "


def drawings_of(content: Mapping[str, Any]) -> dict[str, Picture]:
    """The roadmap of the programs, S-curves, dependency map, risk matrix and goal tree, by name; those that have something to show.

    Of a report from before these were frozen there are the first and the last.
    """
    drawn: dict[str, Picture] = {}
    planned = _planned(content)
    if planned:
        rows = [
            GanttRow(
                f"{each['key']} {each['name']}",
                _day(each["schedule"]["start"]),
                _day(each["schedule"]["finish"]),
                is_critical=each["is_late"],
            )
            for each in planned
        ]
        drawn["roadmap"] = Gantt("Programs and projects over time", tuple(rows))
    outlines = content.get("outlines", {})
    for curve in outlines.get("curves", ()):
        drawn[f"{CURVE}{curve['currency']}"] = curve_drawing(curve)
    if outlines.get("between"):
        drawn["between"] = between_drawing(outlines["between"])
    if outlines.get("risk_cells"):
        drawn["matrix"] = matrix_drawing(outlines["risk_cells"])
    if content["tree"]:
        drawn["tree"] = tree_drawing(content["tree"])
    return drawn


def page_of(report: PortfolioReportState, content: Mapping[str, Any], drawn: Mapping[str, Html]) -> Html:
    """The report's page. drawn: its pictures by name."""
    return Page(f"{content['portfolio']['name']}: {report.title}", list(_parts(report, content, drawn))).html()


def _parts(report: PortfolioReportState, content: Mapping[str, Any], drawn: Mapping[str, Html]) -> Iterator[Part]:
    about = f"{report.starts_on} to {report.ends_on}, published by {report.published_by}"
    yield from opening(about, report.lights.model_dump(mode="json"), report.achievements, report.next_steps)
    yield Heading("Programs")
    head = (
        "Program",
        "State",
        "Deadline",
        "Finish",
        "Projects",
        "Broken",
        "At risk",
        "Least margin",
        "Open exceptions",
    )
    yield TableOf(head, [_program(each) for each in content["programs"]])
    if content.get("projects"):
        yield Heading("Projects outside programs")
        yield TableOf(("Project", "State", "Deadline", "Finish"), [_outside(each) for each in content["projects"]])
    if "roadmap" in drawn:
        yield Drawing(drawn["roadmap"], "In red: forecast to be done after its deadline")
        planned = len(_planned(content))
        if planned > MOST_ROWS:
            yield Paragraph(f"The first {MOST_ROWS} of {planned}.", "quiet")
    yield Heading("Money")
    yield TableOf(("", "BAC", "EV", "AC", "CPI", "SPI"), [_money(each) for each in _held(content)])
    for name in sorted(name for name in drawn if name.startswith(CURVE)):
        yield Drawing(drawn[name], "What was to be done by when, and what has been done for which cost")
    yield from _between(content, drawn)
    yield Heading("Risks")
    yield TableOf(("", "Open", "Threats", "Opportunities"), _risks(_held(content)))
    if "matrix" in drawn:
        yield Drawing(
            drawn["matrix"], "How many open risks lie in each cell; costs as shares of their programs' budgets"
        )
    yield Heading("Goals")
    yield Drawing(drawn["tree"]) if "tree" in drawn else Paragraph("none", "quiet")
    yield from told_if_part(content, "tree", "goals of the tree")


def _held(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Programs, and projects outside programs; a report from before these were frozen has none."""
    return [*content["programs"], *content.get("projects", ())]


def _planned(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Those that have dates."""
    return [each for each in _held(content) if each.get("schedule", {}).get("finish")]


def _between(content: Mapping[str, Any], drawn: Mapping[str, Html]) -> Iterator[Part]:
    yield Heading("Dependencies")
    states: Counter[str] = Counter()
    for each in content["programs"]:
        states.update(each.get("dependencies", {}).get("states", {}))
    yield TableOf(("State", "How many"), [(state, str(count)) for state, count in sorted(states.items())])
    if "between" in drawn:
        yield Drawing(drawn["between"], map_caption(content["outlines"]["between"]))


def _outside(each: Mapping[str, Any]) -> list[str | Cell]:
    finish = or_none(each["finish"])
    return [
        f"{each['key']} {each['name']}",
        each["state"],
        or_none(each["deadline"]),
        Cell(str(each["finish"]), "red") if each["is_late"] else finish,
    ]


def _program(each: Mapping[str, Any]) -> list[str | Cell]:
    return [
        *_outside(each),
        *(str(each[name]) for name in ("projects", "breached", "at_risk")),
        or_none(each["least_margin"]),
        str(each["open_exceptions"]),
    ]


def _money(each: Mapping[str, Any]) -> list[str | Cell]:
    if "unschedulable" in each:
        return [each["key"], Cell(each["unschedulable"], "quiet"), *[NONE] * 4]
    figures = each["earned_value"]
    if figures is None:
        return [each["key"], *[NONE] * 5]
    amounts = [amount(figures[name]) for name in ("bac", "ev", "ac")]
    return [each["key"], *amounts, *(ratio(figures[name]) for name in ("cpi", "spi"))]


def _risks(programs: list[Mapping[str, Any]]) -> Iterator[list[str | Cell]]:
    for each in programs:
        for sums in each.get("risks", ()):
            yield [each["key"], str(sums["open"]), amount(sums["threats"]), amount(sums["opportunities"])]


def _day(written: str) -> date:
    return date.fromisoformat(written[:10])
