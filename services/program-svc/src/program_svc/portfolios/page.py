"""A portfolio's status report as one page to print. It loads and runs nothing; what people wrote is text."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from contracts.program_events.portfolios import PortfolioReportState
from pictures import Cell, Drawing, Gantt, GanttRow, Heading, Html, Page, Paragraph, Part, Picture, TableOf
from pictures.reporting import NONE, amount, opening, or_none, ratio
from program_svc.reports.drawings import tree_drawing


def drawings_of(content: Mapping[str, Any]) -> dict[str, Picture]:
    """The roadmap of the programs and the goal tree, by name; those that have something to show."""
    drawn: dict[str, Picture] = {}
    planned = [each for each in content["programs"] if each.get("schedule", {}).get("finish")]
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
        drawn["roadmap"] = Gantt("Programs over time", tuple(rows))
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
    if "roadmap" in drawn:
        yield Drawing(drawn["roadmap"], "In red: forecast to be done after its deadline")
    yield Heading("Money")
    yield TableOf(("Program", "BAC", "EV", "AC", "CPI", "SPI"), [_money(each) for each in content["programs"]])
    yield Heading("Risks")
    yield TableOf(("Program", "Open", "Threats", "Opportunities"), _risks(content["programs"]))
    yield Heading("Goals")
    yield Drawing(drawn["tree"]) if "tree" in drawn else Paragraph("none", "quiet")


def _program(each: Mapping[str, Any]) -> list[str | Cell]:
    finish = or_none(each["finish"])
    return [
        f"{each['key']} {each['name']}",
        each["state"],
        or_none(each["deadline"]),
        Cell(str(each["finish"]), "red") if each["is_late"] else finish,
        *(str(each[name]) for name in ("projects", "breached", "at_risk")),
        or_none(each["least_margin"]),
        str(each["open_exceptions"]),
    ]


def _money(each: Mapping[str, Any]) -> list[str | Cell]:
    if "unschedulable" in each:
        return [each["key"], Cell(each["unschedulable"], "quiet"), *[NONE] * 4]
    figures = each["earned_value"]
    amounts = [amount(figures[name]) for name in ("bac", "ev", "ac")]
    return [each["key"], *amounts, *(ratio(figures[name]) for name in ("cpi", "spi"))]


def _risks(programs: list[Mapping[str, Any]]) -> Iterator[list[str | Cell]]:
    for each in programs:
        for sums in each.get("risks", ()):
            yield [each["key"], str(sums["open"]), amount(sums["threats"]), amount(sums["opportunities"])]


def _day(written: str) -> date:
    return date.fromisoformat(written[:10])
