"""`/problems/{slug}`: what a problem's `type` leads to, for people (HTML) and programs (JSON)."""

import html
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Response
from fastapi.responses import HTMLResponse
from pydantic import Field

from chassis.problem import NotFound, responses
from chassis.routes import LateRoute
from contracts.values import Shape
from gateway.identity.dependencies import Stranger
from gateway.reference import problem_kinds

router = APIRouter(prefix="/problems", tags=["reference"], route_class=LateRoute, dependencies=[Stranger])
PUBLIC: dict[str, Any] = {"security": []}
Slug = Annotated[str, Path(pattern="^[a-z][a-z-]*$", max_length=60, examples=["stale-revision"])]

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{title}</title>
<style>body {{ font: 1rem/1.5 system-ui; max-width: 40rem; margin: 3rem auto; padding: 0 1rem }}</style>
<h1>{title}</h1><p><code>/problems/{slug}</code>, status {status}</p><p>{description}</p></html>
"""


class ProblemKind(Shape):
    """A kind of problem."""

    type: str = Field(examples=["/problems/stale-revision"])
    status: int = Field(examples=[412])
    title: str
    description: str


@router.get("", openapi_extra=PUBLIC)
def list_problems() -> list[ProblemKind]:
    """Every kind of problem that the API answers with."""
    return [_kind(slug, entry) for slug, entry in sorted(problem_kinds().items())]


@router.get("/{slug}", response_model=ProblemKind, responses=responses(NotFound), openapi_extra=PUBLIC)
def get_problem(slug: Slug, accept: Annotated[str, Header(include_in_schema=False)] = "") -> Response:
    """What a problem means and what to do about it. HTML for a browser, JSON for others."""
    entry = problem_kinds().get(slug)
    if entry is None:
        raise NotFound
    kind = _kind(slug, entry)
    if "text/html" in accept:
        shown = {name: html.escape(str(value)) for name, value in kind.model_dump().items()}
        return HTMLResponse(PAGE.format(slug=slug, **shown))
    return Response(kind.model_dump_json(), media_type="application/json")


def _kind(slug: str, entry: dict[str, str | int]) -> ProblemKind:
    return ProblemKind.model_validate({"type": f"/problems/{slug}", **entry})
