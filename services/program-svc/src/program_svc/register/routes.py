"""The routes of a declared record, `/programs/{program_id}/<collection>`: alike for all of them."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from chassis import authority
from chassis.etag import IfMatch, check_if_match, stamp
from chassis.paging import Page
from chassis.problem import AlreadyExists, Conflict, Forbidden, NotFound, StaleRevision, responses
from chassis.unit_of_work import Session, TransactionRoute
from contracts.permissions import of_record
from contracts.values import Id
from program_svc.permissions import Writer
from program_svc.programs.actions import lock_open_program
from program_svc.programs.models import IllegalStep, ProgramClosed
from program_svc.programs.queries import the_program
from program_svc.register import actions
from program_svc.register.actions import RecordDecided
from program_svc.register.declared import STATE, Declared, StateT

Endpoint = Callable[..., Any]


class RecordInUse(Conflict):
    """Another record of the program names this one."""

    slug, title = "record-in-use", "Another record names this one"


WRITES = (NotFound, Forbidden, AlreadyExists, ProgramClosed)


def router_of(declared: Declared[StateT], *, has_list: bool = True) -> APIRouter:
    """The five routes of one kind of record. ``has_list``: false where a list shows more than these records."""
    name, collection, shape = declared.name, declared.collection, declared.state
    path = collection.replace("_", "-")
    own_id = Path(alias=f"{name}_id")
    router = APIRouter(prefix=f"/programs/{{program_id}}/{path}", tags=[path], route_class=TransactionRoute)

    async def create(program_id: Id, session: Session, _: Writer, body: Any, response: Response) -> Any:
        record = await actions.create(await lock_open_program(session, program_id), declared, body)
        stamp(response, record)
        return record

    async def list_all(program_id: Id, session: Session, query: Any) -> Any:
        await the_program(session, program_id)
        records, following = await actions.page_of(session, program_id, declared, query)
        return Page(items=records, next=following)

    async def read(program_id: Id, record_id: Annotated[Id, own_id], session: Session, response: Response) -> Any:
        record = await actions.find(session, program_id, declared, record_id)
        stamp(response, record)
        return record

    async def update(
        program_id: Id,
        record_id: Annotated[Id, own_id],
        session: Session,
        writer: Writer,
        body: Any,
        response: Response,
        if_match: IfMatch = None,
    ) -> Any:
        if declared.decided and getattr(body, STATE) in declared.decided:
            authority.check(writer, of_record(f"program_{name}", "decide"), {"program_id": program_id})
        program = await lock_open_program(session, program_id)
        record = await actions.find(session, program_id, declared, record_id)
        check_if_match(if_match, record)
        changed = await actions.change(program, declared, record, body)
        stamp(response, changed)
        return changed

    async def delete(
        program_id: Id, record_id: Annotated[Id, own_id], session: Session, _: Writer, if_match: IfMatch = None
    ) -> None:
        program = await lock_open_program(session, program_id)
        record = await actions.find(session, program_id, declared, record_id)
        check_if_match(if_match, record)
        await actions.remove(program, declared, record)

    def add(method: str, path: str, endpoint: Endpoint, verb: str, told: str, **options: Any) -> None:
        router.add_api_route(path, endpoint, methods=[method], name=verb, description=told, **options)

    steps = " or take it to its next state" if declared.steps else ""
    one = f"/{{{name}_id}}"
    create.__annotations__["body"] = declared.create
    add(
        "POST",
        "",
        create,
        f"create_program_{name}",
        f"Write {declared.one} of the program down: {declared.about}",
        status_code=201,
        response_model=shape,
        responses=responses(*WRITES, *declared.refuses),
    )
    if has_list:
        list_all.__annotations__["query"] = Annotated[declared.query, Query()]
        sorts = ", ".join(f"`{each}`" for each in declared.order.columns)
        add(
            "GET",
            "",
            list_all,
            f"list_program_{collection}",
            f"The program's {collection.replace('-', ' ')}. Sort by {sorts}.",
            response_model=Page[shape],  # type: ignore[valid-type]
            responses=responses(NotFound),
        )
    add(
        "GET",
        one,
        read,
        f"read_program_{name}",
        f"{declared.one.capitalize()} of the program.",
        response_model=shape,
        responses=responses(NotFound),
    )
    update.__annotations__["body"] = declared.update
    add(
        "PATCH",
        one,
        update,
        f"update_program_{name}",
        f"Change {declared.one} of the program{steps}.",
        response_model=shape,
        responses=responses(*WRITES, *declared.refuses, StaleRevision, IllegalStep),
    )
    add(
        "DELETE",
        one,
        delete,
        f"delete_program_{name}",
        f"Remove {declared.one} of the program, as one that should never have been there.",
        status_code=204,
        response_model=None,
        responses=responses(*WRITES, StaleRevision, RecordInUse, *((RecordDecided,) if declared.decided else ())),
    )
    return router
