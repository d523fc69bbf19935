"""The roadmap as SVG: a lane a project, a diamond a milestone, a line a gate. Drawn as text; nothing is loaded to look at it."""

from collections.abc import Iterator
from datetime import date
from html import escape

from program_svc.reports.roadmap import RoadmapProject, RoadmapRead, months_between

WIDTH, LEFT, RIGHT, TOP, LANE = 1000, 160, 20, 50, 36
MOST_LABELS = 24
STYLE = """
text { font: 11px sans-serif; fill: #222 } .title { font-weight: bold; font-size: 13px } .month { stroke: #ddd }
.bar { fill: #7aa6c2 } .milestone { fill: #1d4e6b } .reached { fill: #4d8f4d } .gate { stroke: #b36b00; stroke-dasharray: 4 3 }
.deadline { stroke: #b00020 } .quiet { fill: #777 }
"""


def drawn(roadmap: RoadmapRead) -> str:
    """The roadmap as an SVG document. What people wrote is escaped."""
    height = TOP + LANE * max(1, len(roadmap.projects)) + 30
    body = "".join(_parts(roadmap, height))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img">'
        f"<title>{escape(roadmap.name)}</title><style>{STYLE}</style>{body}</svg>"
    )


def _parts(roadmap: RoadmapRead, height: int) -> Iterator[str]:
    yield f'<text class="title" x="8" y="18">{escape(roadmap.name)}</text>'
    if roadmap.starts_on is None or roadmap.ends_on is None:
        yield f'<text class="quiet" x="8" y="{TOP}">No project has any work yet.</text>'
        return
    axis = _Axis(roadmap, roadmap.starts_on, roadmap.ends_on)
    yield from axis.months(height)
    for lane, project in enumerate(roadmap.projects):
        yield from _lane(axis, project, TOP + lane * LANE)
    for gate in roadmap.gates:
        yield _line("gate", axis.at(gate.on), height, gate.name)
    if roadmap.deadline is not None:
        yield _line("deadline", axis.at(roadmap.deadline), height, "deadline")


class _Axis:
    """Where days are, from left to right."""

    def __init__(self, roadmap: RoadmapRead, starts_on: date, ends_on: date) -> None:
        marked = [*(gate.on for gate in roadmap.gates), *([] if roadmap.deadline is None else [roadmap.deadline])]
        self._first, self._last = min([starts_on, *marked]), max([ends_on, *marked])

    def at(self, day: date) -> float:
        whole = max(1, (self._last - self._first).days)
        return round(LEFT + (day - self._first).days / whole * (WIDTH - LEFT - RIGHT), 1)

    def months(self, height: int) -> Iterator[str]:
        months = months_between(self._first, self._last)
        every = -(-len(months) // MOST_LABELS)
        for number, month in enumerate(months):
            if number % every or month < self._first:
                continue
            x = self.at(month)
            yield f'<line class="month" x1="{x}" x2="{x}" y1="{TOP - 14}" y2="{height - 20}"/>'
            yield f'<text class="quiet" x="{x}" y="{TOP - 18}">{month:%Y-%m}</text>'


def _lane(axis: _Axis, project: RoadmapProject, top: int) -> Iterator[str]:
    begin, end = axis.at(project.starts_on), axis.at(project.ends_on)
    yield f'<text x="8" y="{top + 18}">{escape(project.key)} {escape(project.name[:18])}</text>'
    yield f'<rect class="bar" x="{begin}" y="{top + 8}" width="{max(2, round(end - begin, 1))}" height="14" rx="3">'
    yield f"<title>{escape(project.name)}: {project.starts_on} to {project.ends_on}</title></rect>"
    for milestone in project.milestones:
        x, y = axis.at(milestone.on), top + 15
        kind = "reached" if milestone.is_reached else "milestone"
        yield f'<path class="{kind}" d="M{x} {y - 7}l7 7-7 7-7-7z"><title>{escape(milestone.name)}: {milestone.on}</title></path>'


def _line(kind: str, x: float, height: int, told: str) -> str:
    return (
        f'<line class="{kind}" x1="{x}" x2="{x}" y1="{TOP - 10}" y2="{height - 20}"/>'
        f'<text class="quiet" x="{x}" y="{height - 6}" text-anchor="middle">{escape(told)}</text>'
    )
