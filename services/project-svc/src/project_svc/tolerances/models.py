"""Exceptions from a project's tolerances: their declaration, and the shapes around them."""

from collections.abc import Iterable

from contracts.project_events.exceptions import (
    ControlFigures,
    Dimension,
    ExceptionFields,
    ExceptionState,
    ExceptionStatus,
)
from contracts.project_events.registers import EXCEPTION
from contracts.values import ExternalRef, Id, Label, Name, Shape, Text
from project_svc.register.declared import Broken, Declared


def _rules(exception: ExceptionState) -> Iterable[Broken]:
    if exception.state is not ExceptionStatus.OPEN and not exception.decision:
        yield "/decision", "decided_what", "Say what was decided."
    if exception.state is not ExceptionStatus.OPEN and not exception.decided_by:
        yield "/decided_by", "decided_by_whom", "Say who decided it."


EXCEPTIONS = Declared(
    name="exception",
    collection="exceptions",
    about="a tolerance is forecast to be exceeded.",
    fields=ExceptionFields,
    state=ExceptionState,
    life=EXCEPTION,
    filters=("state", "dimension", "owner", "is_drafted"),
    sorts=("title", "dimension"),
    begins=ExceptionStatus.OPEN,
    steps={
        ExceptionStatus.OPEN: (ExceptionStatus.DECIDED,),
        ExceptionStatus.DECIDED: (ExceptionStatus.CLOSED,),
        ExceptionStatus.CLOSED: (),
    },
    rules=_rules,
    fixed=dict.fromkeys(
        (ExceptionStatus.DECIDED, ExceptionStatus.CLOSED), frozenset({"decision", "decided_by", "decided_on"})
    ),
)
TABLE = EXCEPTIONS.table


class ExceptionCreate(Shape):
    """Raise an exception: of a dimension whose tolerance is forecast to be exceeded, or of benefits, which people judge."""

    dimension: Dimension
    title: Name | None = None
    """Left out: made from the figures."""
    cause: Text = ""
    consequences: Text = ""
    options: Text = ""
    recommendation: Text = ""
    owner: Label = ""
    external_ref: ExternalRef | None = None


class ExceptionRaised(ExceptionFields):
    """A new exception with the figures frozen into it."""

    external_ref: ExternalRef | None
    dimension: Dimension
    is_drafted: bool
    tolerance: Label
    forecast: Label
    figures: ControlFigures


class Standing(Shape):
    """One dimension: what was agreed on, and what is forecast."""

    dimension: Dimension
    tolerance: Label | None
    """Null: none was agreed on."""
    forecast: Label | None
    """Null where nothing can be forecast: no approved baseline, no budget, or benefits, which are measured in the program."""
    is_exceeded: bool


class ToleranceRead(Shape):
    """Where the project stands in each dimension."""

    project_id: Id
    figures: ControlFigures
    dimensions: list[Standing]
