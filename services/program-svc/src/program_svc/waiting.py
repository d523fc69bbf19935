"""Waiting reads, documented: the transaction of every request honours these headers before its handler runs (`chassis.unit_of_work`)."""

from typing import Annotated

from fastapi import Depends, Header

from chassis.positions import AFTER_HEADER
from chassis.problem import PositionNotReached, responses


def _headers(
    after: Annotated[
        str | None,
        Header(
            alias=AFTER_HEADER,
            description="positions that the answer must include, as answers name them in `Interlock-Position`",
            examples=["project/0198c3f0-6a1e-7c4b-9a55-3f0c2b8d1e77@7"],
        ),
    ] = None,
    prefer: Annotated[
        str | None,
        Header(alias="Prefer", description="`wait=N`: seconds to wait for them, 10 at most", examples=["wait=5"]),
    ] = None,
) -> tuple[str | None, str | None]:
    return after, prefer


WAITING = Depends(_headers)
LATE = responses(PositionNotReached)
