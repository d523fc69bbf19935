"""A status report as one printable HTML page. It loads nothing; what people wrote is escaped."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from contracts.program_events.control import StatusReportState
from program_svc.reports.drawing import drawn
from program_svc.reports.roadmap import RoadmapRead

STYLE = """
body { font: 14px/1.45 sans-serif; max-width: 1000px; margin: 2em auto; color: #222 } h1 { font-size: 22px } h2 { font-size: 16px; margin-top: 1.6em }
table { border-collapse: collapse } td, th { text-align: left; padding: 3px 14px 3px 0; border-bottom: 1px solid #eee; vertical-align: top }
.green { color: #2e7d32 } .amber { color: #b36b00 } .red { color: #b00020 } .quiet { color: #777 } svg { max-width: 100%; height: auto }
@media print { body { margin: 0 } h2 { break-after: avoid } table { break-inside: avoid } }
"""
MONEY = ("bac", "pv", "ev", "ac", "cv", "sv", "etc", "vac")

NOT_SHOWN = '<p class="quiet">Not shown: it counts projects that you do not see.</p>'


def page_of(report: StatusReportState, content: Mapping[str, Any]) -> str:
    """The report's page."""
    program, schedule = content["program"], content["schedule"]
    lights = [(name, value) for name, value in report.lights.model_dump(mode="json").items() if value]
    parts = [
        f"<h1>{escape(program['name'])}: {escape(report.title)}</h1>",
        f'<p class="quiet">{report.starts_on} to {report.ends_on}, published by {escape(report.published_by)}</p>',
        _table(("Dimension", "Light"), [(name, f'<b class="{value}">{value}</b>') for name, value in lights]),
        _told("Achievements", report.achievements),
        _told("Next steps", report.next_steps),
        f"<h2>Schedule</h2><p>{_text(schedule['start'])} to {_text(schedule['finish'])}, deadline {_text(program['deadline'])}</p>",
        drawn(RoadmapRead.model_validate(content["roadmap"])),
        "<h2>Money</h2>",
        NOT_SHOWN if content["earned_value"] is None else _table(("", ""), _money(content["earned_value"])),
        "<h2>Dependencies</h2>",
        _table(
            ("State", "How many"), [(name, str(count)) for name, count in content["dependencies"]["states"].items()]
        ),
        "<h2>Risks</h2>",
        NOT_SHOWN if content["risks"] is None else _risks(content["risks"]),
        "<h2>Goals</h2>",
        _table(
            ("Goal", "Due", "Progress"),
            [(escape(each["name"]), _text(each["due"]), _share(each["progress"])) for each in content["goals"]],
        ),
        "<h2>Benefits</h2>",
        _table(
            ("Benefit", "Planned", "Forecast"),
            [
                (escape(each["name"]), _text(each["planned_on"]), _text(each["forecast_on"]))
                for each in content["benefits"]
            ],
        ),
    ]
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(report.title)}</title>'
        f"<style>{STYLE}</style></head><body>{''.join(parts)}</body></html>"
    )


def _told(title: str, text: str) -> str:
    if not text:
        return ""
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in text.splitlines() if line.strip())
    return f"<h2>{title}</h2>{paragraphs}"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table of cells that are HTML already."""
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    if not body:
        return '<p class="quiet">none</p>'
    return f"<table><tr>{''.join(f'<th>{name}</th>' for name in head)}</tr>{body}</table>"


def _money(figures: Mapping[str, Any]) -> list[tuple[str, str]]:
    rows = [(name.upper(), _amount(figures[name])) for name in MONEY]
    return [*rows, *((name.upper(), _share(figures[name])) for name in ("cpi", "spi", "tcpi"))]


def _risks(currencies: Iterable[Mapping[str, Any]]) -> str:
    rows = [(str(each["open"]), _amount(each["threats"]), _amount(each["opportunities"])) for each in currencies]
    return _table(("Open", "Threats", "Opportunities"), rows)


def _amount(money: Mapping[str, Any]) -> str:
    if money["amount"] is None:
        return f'<span class="quiet">{escape(money["reason"] or "")}</span>'
    return escape(f"{money['amount']} {money['currency']}")


def _share(share: Mapping[str, Any]) -> str:
    if share["value"] is None:
        return f'<span class="quiet">{escape(share["reason"])}</span>'
    return f"{share['value']:.2f}"


def _text(value: object) -> str:
    return '<span class="quiet">none</span>' if value is None else escape(str(value))
