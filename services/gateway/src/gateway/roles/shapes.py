"""What the routes of roles take and answer."""

from typing import Self
from uuid import UUID

from pydantic import Field, model_validator

from contracts.values import Id, Instant, Shape
from contracts.vocabulary import ProgramRole, ProjectRole
from gateway.identity.models import Within

AnyRole = ProgramRole | ProjectRole
ROLES = {Within.PROGRAM: ProgramRole, Within.PROJECT: ProjectRole}


class RoleCreate(Shape):
    """A role for a member, in one program or in one project. A role in the whole organisation is the member's own `role`."""

    member_id: Id
    role: str = Field(examples=["project_member"], description="one of the program's or project's roles")
    program_id: Id | None = None
    project_id: Id | None = None

    @property
    def within(self) -> Within:
        """What it is held in."""
        return Within.PROJECT if self.program_id is None else Within.PROGRAM

    @property
    def boundary_id(self) -> UUID:
        """The program's or project's id."""
        boundary_id = self.program_id or self.project_id
        assert boundary_id is not None, "the shape was checked"
        return boundary_id

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.program_id is None) == (self.project_id is None):
            raise ValueError("Give either `program_id` or `project_id`.")
        offered = sorted(ROLES[self.within])
        if self.role not in offered:
            raise ValueError(f"In a {self.within} the roles are: {', '.join(offered)}.")
        return self


class RoleUpdate(Shape):
    """Another role in the same place."""

    role: str = Field(examples=["project_manager"])


class RoleRead(Shape):
    """A member's role in one program or project."""

    id: Id
    member_id: Id
    role: str = Field(examples=["project_member"])
    program_id: Id | None
    project_id: Id | None
    granted_by: Id | None = Field(description="the member who gave it; null when an operator did")
    revision: int
    created_at: Instant
