"""Exceptions of a program: a tolerance is forecast to be exceeded, and somebody above the manager decides what follows."""

from collections.abc import Iterable

from contracts.program_events.control import ExceptionFields, ExceptionState
from contracts.program_events.registers import EXCEPTION
from contracts.project_events.exceptions import ExceptionStatus
from program_svc.register.declared import Broken, Declared


def _rules(exception: ExceptionState) -> Iterable[Broken]:
    if exception.state is ExceptionStatus.OPEN:
        return
    if not exception.decision:
        yield "/decision", "decided_what", "Say what was decided."
    if not exception.decided_by:
        yield "/decided_by", "decided_by_whom", "Say who decided it."


EXCEPTIONS = Declared(
    name="exception",
    collection="exceptions",
    about="a tolerance is forecast to be exceeded.",
    fields=ExceptionFields,
    state=ExceptionState,
    life=EXCEPTION,
    filters=("state", "dimension", "owner", "is_drafted"),
    sorts=("title",),
    begins=ExceptionStatus.OPEN,
    steps={
        ExceptionStatus.OPEN: (ExceptionStatus.DECIDED,),
        ExceptionStatus.DECIDED: (ExceptionStatus.CLOSED,),
        ExceptionStatus.CLOSED: (),
    },
    rules=_rules,
)
