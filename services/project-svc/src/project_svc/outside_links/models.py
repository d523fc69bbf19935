"""An outside link: its declaration, what changes of it, and how it is shown."""

from typing import Annotated

from pydantic import Field as ShapeField
from sqlalchemy import Index

from contracts.project_events.outside_links import OutsideLinkFields, OutsideLinkState, OutsideLinkStatus
from contracts.project_events.registers import OUTSIDE_LINK
from contracts.values import Duration, Id, Shape
from contracts.vocabulary import LinkType
from project_svc.register.declared import Declared
from project_svc.register.forms import form_of
from project_svc.written import Form

OUTSIDE_LINKS = Declared(
    name="outside_link",
    collection="outside_links",
    about="a link of an imported plan to a task of another project.",
    fields=OutsideLinkFields,
    state=OutsideLinkState,
    life=OUTSIDE_LINK,
    filters=(
        *("state", "task_id", "other_end", "type"),
        *("other_project", "other_project_id", "other_task_id", "dependency_id"),
    ),
    sorts=(),
    begins=OutsideLinkStatus.WAITING,
    steps={
        OutsideLinkStatus.WAITING: (OutsideLinkStatus.FOUND,),
        OutsideLinkStatus.FOUND: (OutsideLinkStatus.JOINED,),
        OutsideLinkStatus.JOINED: (),
    },
)
TABLE = OUTSIDE_LINKS.table
Index("ix_outside_links_other_project", TABLE.c.organization_id, TABLE.c.external_source, TABLE.c.other_project)

WHY = {
    OutsideLinkStatus.WAITING: "The other task has not been imported from this source.",
    OutsideLinkStatus.FOUND: "Both tasks are here. A dependency is proposed once both projects are components of one program, unless it "
    "would close a cycle, or an end is a summary or cancelled.",
    OutsideLinkStatus.JOINED: "The dependency stands for it, and says how the two projects agree.",
}


class Said(Shape):
    """What a later file says of the same link."""

    type: LinkType
    lag: Duration


class Found(Shape):
    """The other end is here."""

    state: OutsideLinkStatus
    other_project_id: Id
    other_task_id: Id


class Joined(Shape):
    """A program has a dependency for it."""

    state: OutsideLinkStatus
    dependency_id: Id


class OutsideLinkRead(OutsideLinkState):
    """A link to a task of another project, and what it waits for."""

    why: Annotated[str, ShapeField(description="what its state means")]


FORM = Form(
    TABLE,
    OutsideLinkRead,
    OUTSIDE_LINKS.order,
    form_of(OUTSIDE_LINKS).filters,
    {"why": lambda record: WHY[OutsideLinkStatus(record["state"])]},
)
