"""A service of three routes, about notes."""

from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Column, Integer, String, Table, Uuid, insert, select, text, update

from chassis import idempotency
from chassis.database import new_metadata
from chassis.etag import IfMatch, check_if_match, stamp
from chassis.paging import Order, Page, PageQuery, page
from chassis.problem import NotFound
from chassis.unit_of_work import CurrentIdentity, DryRun, Session, TransactionRoute

METADATA = new_metadata()
KEYS = idempotency.idempotency_table(METADATA)
NOTES = Table(
    "notes",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("organization_id", Uuid, nullable=False),
    Column("title", String(20), nullable=False, unique=True),
    Column("revision", Integer, nullable=False, default=1),
)
# Fails at the commit, not before: the moment at which a client must not have been told of success.
DEFERRED = """
    CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON notes DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (new.title = 'doomed') EXECUTE FUNCTION refuse()
"""
ORGANIZATION = "nullif(current_setting('interlock.organization', true), '')::uuid"


router = APIRouter(route_class=TransactionRoute)


class NoteCreate(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: str = Field(max_length=40)


class NoteRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: UUID
    title: str
    revision: int


@router.post("/notes", status_code=201)
async def create_note(body: NoteCreate, session: Session, caller: CurrentIdentity, dry_run: DryRun) -> NoteRead:
    values = {"id": uuid4(), "organization_id": caller.organization_id, "title": body.title}
    row = await session.execute(insert(NOTES).values(values).returning(NOTES))
    return NoteRead.model_validate(row.one())


@router.get("/notes")
async def list_notes(session: Session, query: Annotated[PageQuery, Query()]) -> Page[NoteRead]:
    order = Order({"title": NOTES.c.title, "id": NOTES.c.id}, "title", NOTES.c.id)
    rows, following = await page(session, select(NOTES), query, order)
    return Page(items=[NoteRead.model_validate(row) for row in rows], next=following)


@router.get("/notes/{note_id}")
async def read_note(note_id: UUID, session: Session, response: Response) -> NoteRead:
    row = (await session.execute(select(NOTES).where(NOTES.c.id == note_id))).one_or_none()
    if row is None:
        raise NotFound
    note = NoteRead.model_validate(row)
    stamp(response, note)
    return note


@router.patch("/notes/{note_id}")
async def change_note(
    note_id: UUID, body: NoteCreate, session: Session, response: Response, if_match: IfMatch = None
) -> NoteRead:
    note = await read_note(note_id, session, response)
    check_if_match(if_match, note)
    values = {"title": body.title, "revision": note.revision + 1}
    row = await session.execute(update(NOTES).where(NOTES.c.id == note_id).values(values).returning(NOTES))
    return NoteRead.model_validate(row.one())


@router.get("/broken")
async def fail_unexpectedly(session: Session) -> None:
    await session.execute(text("SELECT 1"))
    raise ZeroDivisionError("a secret")
