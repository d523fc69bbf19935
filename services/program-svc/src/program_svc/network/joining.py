"""The plans of a program's projects as columns, joined to that of the program: of a project that has changed they are made anew, the others' are copied."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Row

import planning
from planning.engine import NEVER, Columns, ImposedColumns, Ints, LinkColumns, TaskColumns
from planning.engine.codes import LAG_CALENDAR, LINK, SIDE
from program_svc.network.calendars import Calendars
from program_svc.network.columns import columns_of
from program_svc.network.inputs import Inputs

_ALONE = {"ids", "project", "parent", "calendar"}
"""Columns of tasks that say something else in another plan."""
_COPIED = [each.name for each in fields(TaskColumns) if each.name not in _ALONE]


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A project's plan, without what is agreed with others. keys: [tasks, 2], the halves of each task's id."""

    columns: Columns
    keys: NDArray[np.uint64]

    @classmethod
    def of(cls, inputs: Inputs, project: Row[Any], calendars: Calendars) -> "Piece":
        """The piece that these inputs of one project are."""
        columns = columns_of(inputs, {project.id: project}, calendars, None)
        halves = np.frombuffer(b"".join(id_.bytes for id_ in columns.tasks.ids), ">u8")
        return cls(columns, halves.astype(np.uint64).reshape(-1, 2))


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """The tasks of some pieces in the order of their ids. place: of each row, its place where the pieces lie one behind the other; row_of: by id."""

    keys: Sequence[NDArray[np.uint64]]
    ids: Sequence[UUID]
    place: Ints
    row_of: Mapping[UUID, int]

    @classmethod
    def of(cls, pieces: Sequence[Piece]) -> "Order":
        """The order of these."""
        keys = [piece.keys for piece in pieces]
        whole = np.concatenate([*keys, np.empty((0, 2), np.uint64)])
        place = np.lexsort((whole[:, 1], whole[:, 0])).astype(np.int32)
        names = [id_ for piece in pieces for id_ in piece.columns.tasks.ids]
        ids = [names[each] for each in place.tolist()]
        return cls(keys, ids, place, dict(zip(ids, range(len(ids)), strict=True)))

    def is_of(self, pieces: Sequence[Piece]) -> bool:
        """Whether these pieces have the same tasks, whatever is said of them."""
        return len(pieces) == len(self.keys) and all(
            piece.keys is keys or np.array_equal(piece.keys, keys)
            for piece, keys in zip(pieces, self.keys, strict=True)
        )


def joined(pieces: Sequence[Piece], order: Order, deadline: int | None) -> Columns:
    """The plan of the whole program, its dependencies left out. Projects are numbered as the pieces are, tasks as the order has them."""
    begins = np.cumsum([0, *(len(piece.columns.tasks.ids) for piece in pieces)])[:-1]
    place, row = order.place, np.empty_like(order.place)
    row[place] = np.arange(place.size, dtype=np.int32)
    calendars: dict[planning.WorkCalendar, int] = {}
    works_by = [_numbers(piece.columns.calendars, calendars)[piece.columns.tasks.calendar] for piece in pieces]
    parents = [_moved(piece.columns.tasks.parent, begin) for piece, begin in zip(pieces, begins, strict=True)]
    parent = _one_behind_the_other(parents)[place]
    tasks = TaskColumns(
        ids=order.ids,
        project=np.repeat(np.arange(len(pieces), dtype=np.int32), [len(piece.keys) for piece in pieces])[place],
        parent=np.where(parent == NEVER, np.int32(NEVER), row[parent]),
        calendar=_one_behind_the_other(works_by)[place],
        **{
            name: _one_behind_the_other([getattr(each.columns.tasks, name) for each in pieces])[place]
            for name in _COPIED
        },
    )
    links = [
        replace(links, predecessor=row[links.predecessor + begin], successor=row[links.successor + begin])
        for links, begin in ((piece.columns.links, begin) for piece, begin in zip(pieces, begins, strict=True))
    ]
    return Columns(
        [project for piece in pieces for project in piece.columns.projects],
        tasks,
        _all_links(links),
        calendars=list(calendars),
        deadline=deadline,
    )


def with_dependencies(
    columns: Columns,
    links: Sequence[planning.Link],
    imposed: Mapping[UUID, Sequence[planning.Imposed]],
    row_of: Mapping[UUID, int],
) -> Columns:
    """The plan with these links more, and these dates imposed on tasks. Behind the links that are there, as the order of a plan has it."""
    more = LinkColumns.of(
        [link.id for link in links],
        predecessor=[row_of[link.predecessor_id] for link in links],
        successor=[row_of[link.successor_id] for link in links],
        kind=[LINK[link.type] for link in links],
        lag=[link.lag for link in links],
        lag_calendar=[LAG_CALENDAR[link.lag_calendar] for link in links],
    )
    dates = [
        (row_of[task_id], each) for task_id in sorted(imposed, key=row_of.__getitem__) for each in imposed[task_id]
    ]
    return replace(
        columns,
        links=_all_links([columns.links, more]),
        imposed=ImposedColumns.of(
            [each.source_id for _, each in dates],
            task=[row for row, _ in dates],
            at=[each.at for _, each in dates],
            side=[SIDE[each.side] for _, each in dates],
        ),
    )


def _numbers(of_piece: Sequence[planning.WorkCalendar], known: dict[planning.WorkCalendar, int]) -> Ints:
    """The number in the program of each of a piece's calendars; NEVER, for none, is the last."""
    return np.array([*(known.setdefault(each, len(known)) for each in of_piece), NEVER], np.int32)


def _moved(rows: Ints, by: int) -> Ints:
    return np.where(rows == NEVER, np.int32(NEVER), rows + np.int32(by))


def _all_links(parts: Sequence[LinkColumns]) -> LinkColumns:
    ids = [id_ for part in parts for id_ in part.ids]
    if not ids:
        return LinkColumns.of([], predecessor=[], successor=[])
    names = [each.name for each in fields(LinkColumns) if each.name != "ids"]
    return LinkColumns(ids, **{name: _one_behind_the_other([getattr(part, name) for part in parts]) for name in names})


def _one_behind_the_other(columns: Iterable[NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate(list(columns))
