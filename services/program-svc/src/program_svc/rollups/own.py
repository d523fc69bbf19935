"""The program's own records beside those of its projects: a page of them, with a cursor of its own."""

from collections.abc import Iterable
from typing import TypeVar

from pydantic import Field

from chassis.paging import Cursor, PageQuery, page_of_known
from chassis.problem import BadCursor
from contracts.program_events.registered import Registered
from contracts.values import Label

OwnT = TypeVar("OwnT", bound=Registered)


class BesideOwn(PageQuery):
    """A page of records of projects, and one of the program's own."""

    own_cursor: Cursor | None = Field(
        default=None, description="`own_next` of the page before, for more of the program's own"
    )
    category: Label | None = Field(default=None, description="of the program's own, which are then shown alone")
    owner: Label | None = Field(default=None, description="of the program's own, which are then shown alone")

    @property
    def is_of_own(self) -> bool:
        """Whether something was asked that only the program's own records tell."""
        return self.category is not None or self.owner is not None


def own_page(own: Iterable[OwnT], query: BesideOwn) -> tuple[list[OwnT], str | None]:
    """The oldest first. With the further pages of the projects' records there are none. Raises BadCursor."""
    if query.cursor is not None:
        return [], None
    asked = PageQuery(limit=query.limit, cursor=query.own_cursor)
    try:
        return page_of_known(own, asked, {"id": lambda record: record.id.int}, "id")
    except BadCursor as refused:
        raise BadCursor(
            errors=[each.model_copy(update={"pointer": "/own_cursor"}) for each in refused.errors]
        ) from None
