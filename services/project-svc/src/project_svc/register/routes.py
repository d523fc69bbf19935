"""The routes of a declared record, `/projects/{project_id}/<collection>`: alike for all of them."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from chassis.etag import IfMatch, check_if_match
from chassis.paging import Page
from chassis.problem import AlreadyExists, Forbidden, NotFound, StaleRevision, responses
from chassis.short_cuts import short_cut
from chassis.unit_of_work import TransactionRoute, Unit
from contracts.values import Id
from project_svc.conflicts import RecordInUse
from project_svc.projects.locked import Writing
from project_svc.projects.models import ConditionsUnmet, IllegalStep, ProjectClosed
from project_svc.register import actions
from project_svc.register.declared import Declared, StateT
from project_svc.register.forms import form_of
from project_svc.schedule.conclusion import PREVIEWED, conclude, conclude_deletion
from project_svc.schedule.models import Preview
from project_svc.tasks.rules import OtherProject

Endpoint = Callable[..., Any]


WRITES = responses(NotFound, Forbidden, AlreadyExists, ProjectClosed, OtherProject)


def router_of(declared: Declared[StateT]) -> APIRouter:
    """The five routes of one kind of record."""
    name, collection, shape = declared.name, declared.collection, declared.state
    own_id = Path(alias=f"{name}_id")
    written = shape | Preview
    router = APIRouter(prefix=f"/projects/{{project_id}}/{collection}", tags=[collection], route_class=TransactionRoute)

    async def create(project: Writing, body: Any, response: Response) -> Any:
        return await conclude(project, await actions.create(project, declared, body), response)

    form = form_of(declared)

    @short_cut(form.short_page(declared.query))
    async def list_all(project_id: Id, unit: Unit, query: Any) -> Response:
        return await form.page(unit, project_id, query)

    @short_cut(form.short_one(f"{name}_id"))
    async def read(record_id: Annotated[Id, own_id], project_id: Id, unit: Unit) -> Response:
        return await form.one(unit, project_id, record_id)

    async def update(
        project: Writing, record_id: Annotated[Id, own_id], body: Any, response: Response, if_match: IfMatch = None
    ) -> Any:
        record = await actions.find(project, declared, record_id)
        check_if_match(if_match, record)
        return await conclude(project, await actions.change(project, declared, record, body), response)

    async def delete(
        project: Writing, record_id: Annotated[Id, own_id], response: Response, if_match: IfMatch = None
    ) -> Any:
        record = await actions.find(project, declared, record_id)
        check_if_match(if_match, record)
        await actions.remove(project, declared, record)
        return await conclude_deletion(project, response)

    def add(method: str, path: str, endpoint: Endpoint, verb: str, told: str, **options: Any) -> None:
        router.add_api_route(path, endpoint, methods=[method], name=verb, description=told, **options)

    steps = " or take it to its next state" if declared.steps else ""
    one = f"/{{{name}_id}}"
    create.__annotations__["body"] = declared.create
    add(
        "POST",
        "",
        create,
        f"create_{name}",
        f"Write {declared.one} down: {declared.about}",
        status_code=201,
        response_model=written,
        responses=PREVIEWED | WRITES,
    )
    list_all.__annotations__["query"] = Annotated[declared.query, Query()]
    sorts = ", ".join(f"`{each}`" for each in declared.order.columns)
    add(
        "GET",
        "",
        list_all,
        f"list_{collection}",
        f"The project's {collection}. Sort by {sorts}.",
        response_model=Page[shape],  # type: ignore[valid-type]
        responses=responses(NotFound),
    )
    add(
        "GET",
        one,
        read,
        f"read_{name}",
        f"{declared.one.capitalize()}.",
        response_model=shape,
        responses=responses(NotFound),
    )
    update.__annotations__["body"] = declared.update
    add(
        "PATCH",
        one,
        update,
        f"update_{name}",
        f"Change {declared.one}{steps}.",
        response_model=written,
        responses=WRITES | responses(StaleRevision, IllegalStep, *((ConditionsUnmet,) if declared.unmet else ())),
    )
    add(
        "DELETE",
        one,
        delete,
        f"delete_{name}",
        f"Remove {declared.one}, as one that should never have been there.",
        status_code=204,
        response_model=None,
        responses=PREVIEWED | WRITES | responses(StaleRevision, RecordInUse),
    )
    return router
