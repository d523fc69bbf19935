"""How declared records are read and written."""

from project_svc.register.declared import Declared, StateT
from project_svc.written import CREATED, Form, within


def form_of(declared: Declared[StateT], **conditions: str) -> Form:
    """The form of a declared record: every field is a column. conditions: of filters that are more than a field that equals."""
    filters = {name: f'"{name}"' for name in declared.filters}
    filters |= within(*declared.days) if declared.days else CREATED
    return Form(declared.table, declared.state, declared.order, filters | conditions)
