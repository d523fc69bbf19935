"""A record's revision is its ETag, its lock against lost updates, and nothing else."""

from typing import Annotated, Protocol

from fastapi import Header, Response

from chassis.problem import StaleRevision

IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        description="the `ETag` you last saw; the change is refused with 412 if it is no longer current",
        examples=['"7"'],
    ),
]


class Revised(Protocol):
    """Anything with a revision."""

    @property
    def revision(self) -> int: ...


def etag(record: Revised) -> str:
    """The record's entity tag, `"<revision>"`."""
    return etag_of(record.revision)


def etag_of(revision: int) -> str:
    """The entity tag of a record at a revision."""
    return f'"{revision}"'


def stamp(response: Response, record: Revised) -> None:
    """Put the record's entity tag on the answer."""
    response.headers["ETag"] = etag(record)


def matches(header: str, current: str) -> bool:
    """Whether a list of entity tags (`If-Match`, `If-None-Match`) names the current one; `*` names any."""
    tags = [tag.strip().removeprefix("W/") for tag in header.split(",")]
    return "*" in tags or current in tags


def check_if_match(header: str | None, record: Revised) -> None:
    """Raise StaleRevision, with the current ETag, if the client's is another. Without `If-Match` the last writer wins."""
    if header is not None and not matches(header, etag(record)):
        raise StaleRevision(f"The record is at revision {record.revision}.", headers={"ETag": etag(record)})
