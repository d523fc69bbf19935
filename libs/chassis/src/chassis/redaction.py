"""What a caller may not see, taken out of an answer that crosses projects.

Works on the JSON itself, so that a figure which somebody adds to an answer is covered the day it is added. What belongs to a project that
the caller does not see goes: a record about it is not there (`Hidden`), a row of a list is left out and counted in `hidden_count`
beside the list. Of a dependency with such an end, a stub stays: state, dates and ids, no words and no people of that end, which is named
in `redacted`. On a path that explains a date every step stays: it has ids and dates alone.
"""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

Sees = Callable[[UUID], bool]
COUNT, STUBS = "hidden_count", "redacted"
ENDS = ("provider", "receiver")
WHOLE = frozenset({"path"})
"""Lists that make no sense with gaps."""
BY_PROJECT = frozenset({"positions", "positions_then"})
"""Objects whose keys are projects."""
FROZEN = frozenset({"bac", "bac_then", "costs"})
"""Sums that were kept over all projects in the `positions` beside or above them. What is summed up when it is asked for has positions of
what is seen alone."""
DRAFTED = ("cause", "consequences", "options")
"""Words of a program's exception that were put together from the names of all projects in the `positions` of its figures."""
MONEY = frozenset({"cost", "risk"})
"""Dimensions whose forecast is a sum over all of these projects."""


WORDS = frozenset({"by", "note", "evidence", "acceptance_criterion"})
"""Of a step in a dependency's history: people, and what they said."""


class Hidden(Exception):
    """The answer is about a project that the caller does not see."""


def redact(document: Any, sees: Sees) -> Any:
    """The document as somebody gets it who sees these projects alone. Raises Hidden if nothing of it is left."""
    if _is_hidden(document, sees):
        raise Hidden
    return _redacted(document, sees)


def _redacted(node: Any, sees: Sees, *, is_partial: bool = False) -> Any:
    """is_partial: it was summed up over projects of which some are not seen."""
    if isinstance(node, list):
        return [_redacted(each, sees, is_partial=is_partial) for each in node]
    if not isinstance(node, dict):
        return node
    kept: dict[str, Any] = {}
    hidden = 0
    is_partial = is_partial or _is_summed_past(node, sees)
    for name, value in node.items():
        if name in BY_PROJECT and isinstance(value, dict):
            kept[name] = {key: each for key, each in value.items() if sees(UUID(key))}
        elif name in FROZEN and is_partial:
            kept[name] = [] if isinstance(value, list) else None
            hidden += 1
        elif isinstance(value, list) and name not in WHOLE:
            shown = [each for each in value if not _is_hidden(each, sees)]
            hidden += len(value) - len(shown)
            kept[name] = _redacted(shown, sees, is_partial=is_partial)
        else:
            kept[name] = _redacted(value, sees, is_partial=is_partial)
    if hidden:
        kept[COUNT] = kept.get(COUNT, 0) + hidden
    if is_partial and "dimension" in node and "forecast" in node:
        kept = _untold(kept)
    ends = [end for end in ENDS if _is_hidden(node.get(end), sees)]
    return _stub(kept, ends) if ends else kept


def _is_summed_past(node: dict[str, Any], sees: Sees) -> bool:
    """Whether the node tells of projects together of which some are not seen; an exception from when none were noted may be any."""
    figures = node.get("figures")
    is_exception = "program_id" in node and "dimension" in node and isinstance(figures, dict)
    positions = figures.get("positions") if is_exception and figures else node.get("positions")
    if not isinstance(positions, dict):
        return is_exception
    return any(not sees(UUID(key)) for key in positions)


def _untold(measure: dict[str, Any]) -> dict[str, Any]:
    """A tolerance with its forecast, or the exception from one, without what gives hidden projects away."""
    told = measure | {name: "" for name in DRAFTED if name in measure}
    if measure["dimension"] in MONEY:
        told["forecast"] = ""
        if "figures" in measure:
            told["figures"] = {name: each for name, each in measure["figures"].items() if name in BY_PROJECT}
    return told if told == measure else told | {COUNT: told.get(COUNT, 0) + 1}


def _is_hidden(node: Any, sees: Sees) -> bool:
    project_id = node.get("project_id") if isinstance(node, dict) else None
    return isinstance(project_id, str) and not sees(UUID(project_id))


def _stub(dependency: dict[str, Any], ends: Iterable[str]) -> dict[str, Any]:
    """The dependency without what its hidden ends have said of themselves. Who took which step is no longer told for either."""
    stub = dict(dependency)
    for end in ends:
        if f"{end}_owner" in stub:
            stub[f"{end}_owner"] = ""
        committed = stub.get("committed_by")
        if isinstance(committed, dict) and isinstance(committed.get(end), dict):
            stub["committed_by"] = {**stub["committed_by"], end: {**committed[end], "by": ""}}
    for name in ("acceptance_criterion", "evidence", "note"):
        if isinstance(stub.get(name), str):
            stub[name] = ""
    if isinstance(stub.get("history"), list):
        stub["history"] = [step | dict.fromkeys(WORDS & step.keys(), "") for step in stub["history"]]
    if isinstance(stub.get("slip_answer"), dict):
        stub["slip_answer"] = {**stub["slip_answer"], "by": ""}
    return stub | {STUBS: list(ends)}
