"""Which projects a caller sees here: those in which it has a role, and those of the programs that it manages."""

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar
from uuid import UUID

import orjson
from fastapi import Depends, Response
from sqlalchemy import ColumnElement, or_, select
from sqlmodel import col

from chassis.identity import Identity
from chassis.positions import POSITION_HEADER
from chassis.problem import NotFound
from chassis.redaction import ENDS, Hidden, redact
from chassis.unit_of_work import Unit, UnitOfWork
from contracts.subjects import BoundaryKind
from contracts.vocabulary import ProgramRole
from program_svc.components.models import Component

T = TypeVar("T")
JSON = "application/json"


class Sight:
    """`sees(project_id)`, for one request."""

    def __init__(self, projects: frozenset[UUID] | None, managed: frozenset[UUID] = frozenset()) -> None:
        """projects: those that are seen, None for all; managed: the programs of which all are."""
        self._projects, self._managed = projects, managed

    @classmethod
    async def of(cls, unit: UnitOfWork) -> "Sight":
        """What the caller of this request sees."""
        identity = unit.identity
        if identity.sees_all:
            return cls(None)
        managed = [id_ for id_, role in identity.programs.items() if role is ProgramRole.PROGRAM_MANAGER]
        theirs: list[UUID] = []
        if managed:
            found = select(col(Component.project_id)).where(col(Component.program_id).in_(managed))
            theirs = list(await unit.session.scalars(found))
        return cls(frozenset(identity.projects) | frozenset(theirs), frozenset(managed))

    def sees(self, project_id: UUID) -> bool:
        """Whether the caller sees the project."""
        return self._projects is None or project_id in self._projects

    def sees_all_of(self, program_id: UUID) -> bool:
        """Whether the caller sees whichever projects a program has."""
        return self._projects is None or program_id in self._managed

    def among(self, project_id: Any) -> ColumnElement[bool] | None:
        """Whether a column names a project that the caller sees, or none; None where it sees all."""
        if self._projects is None:
            return None
        return or_(col(project_id).is_(None), col(project_id).in_(self._projects))

    def of_those(self, by_project: Mapping[UUID, T]) -> dict[UUID, T]:
        """What belongs to projects that the caller sees."""
        return {project_id: each for project_id, each in by_project.items() if self.sees(project_id)}


async def _sight(unit: Unit) -> Sight:
    return await Sight.of(unit)


CurrentSight = Annotated[Sight, Depends(_sight)]


async def redacted(unit: UnitOfWork, answer: Response) -> Response:
    """The answer as the caller may have it. Raises NotFound for one that is about what it does not see."""
    if unit.identity.sees_all or answer.status_code >= 400:
        return answer
    sight = await Sight.of(unit)
    if (said := answer.headers.get(POSITION_HEADER)) is not None:
        answer.headers[POSITION_HEADER] = _positions_seen(said, sight)
    if answer.headers.get("content-type") != JSON or not answer.body:  # of what was deleted there is nothing to say
        return answer
    document = orjson.loads(bytes(answer.body))
    # Of an answer that is repeated nobody has looked whether the caller is still a party.
    if _is_agreement_of_others(document, unit.identity, sight):
        raise NotFound
    try:
        document = redact(document, sight.sees)
    except Hidden:
        raise NotFound from None
    headers = {name: value for name, value in answer.headers.items() if name not in {"content-length", "content-type"}}
    return Response(orjson.dumps(document), answer.status_code, headers, JSON)


def _positions_seen(said: str, sight: Sight) -> str:
    """The positions that an answer reflects, of the caller's projects alone: another one's revision tells how much is done there."""
    positions = ((*each.partition("@")[0].partition("/"), each) for each in said.split(", "))
    return ", ".join(each for kind, _, id_, each in positions if kind != BoundaryKind.PROJECT or sight.sees(UUID(id_)))


def _is_agreement_of_others(document: Any, identity: Identity, sight: Sight) -> bool:
    """Whether the document is a dependency of which the caller sees neither the program nor an end."""
    if not isinstance(document, dict) or "program_id" not in document or not document.keys() >= set(ENDS):
        return False
    ends = [document[end]["project_id"] for end in ENDS]
    return UUID(document["program_id"]) not in identity.programs and not any(sight.sees(UUID(end)) for end in ends)
