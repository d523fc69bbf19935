"""A program's network held in the engine's arrays: an event costs what it touches, and a look over all dates."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import Row

import planning
from contracts.vocabulary import DependencyPolicy
from planning.engine import Change as Step
from planning.engine import Glance, LinkRow, LiveNetwork, Removed
from planning.engine.glance import differing as differing_nodes
from program_svc.dependencies.models import Dependency
from program_svc.network.calendars import Calendars
from program_svc.network.compute import Network, as_link, imposed_by, settled, shaping, standing
from program_svc.network.facts import Facts
from program_svc.network.glances import GlanceItems, GlanceRows, LiveTasks, rows_of
from program_svc.network.held import Change, Difference, Gone, StoredDates
from program_svc.network.judgement import Judgement
from program_svc.network.moves import Dates, Driver, StoredRow, driver_of


class Arrays:
    """See program_svc.network.held.Held. ``rows``: the stored rows as they were found; ``own``: what tasks with a calendar of their own work by."""

    def __init__(
        self,
        live: LiveNetwork,
        projects: Mapping[UUID, Row[Any]],
        calendars: Calendars,
        own: dict[UUID, planning.WorkCalendar],
        rows: Mapping[UUID, StoredRow],
        waiting: set[UUID],
    ) -> None:
        self.projects = projects
        self.calendars = calendars
        self.waiting = waiting
        self._live = live
        self._own = own
        self._rows: Mapping[UUID, StoredRow] | None = rows
        self._seen: Glance | None = None  # what the stored rows say, once they are those of a network of ours
        self._now: Glance | None = None
        self._joined: dict[UUID, planning.Link] = {}  # dependencies that are links of the network
        self._dependency_ids: set[UUID] = set()
        self._held: list[Dependency] | None = None  # those that hold dates, once they are joined
        self._capped: frozenset[UUID] = frozenset()
        self._imposed: dict[UUID, tuple[planning.Imposed, ...]] = {}
        self._judgement = Judgement()

    @property
    def tasks(self) -> Mapping[UUID, planning.Task]:
        return LiveTasks(self._live, self._own)

    def has_link(self, link_id: UUID) -> bool:
        return self._live.link(link_id) is not None

    def is_parent(self, task_id: UUID) -> bool:
        return bool(self._live.below(task_id))

    def change(self, changes: Sequence[Change]) -> None:
        links = [change for change in changes if isinstance(change, planning.Link)]
        gone = [change.id for change in changes if isinstance(change, Gone)]
        tasks = [
            replace(change, imposed=self._imposed.get(change.id, ()))
            for change in changes
            if isinstance(change, planning.Task)
        ]
        lost = [id_ for id_ in gone if not self.has_link(id_)]
        if lost or any(self._live.task(task.id) is None for task in tasks):
            self._held = None
            self._judgement.forget()
        self._judgement.put(task.id for task in tasks)
        self._own.update({task.id: task.calendar for task in tasks if task.calendar is not None})
        self._apply(
            [
                *(Removed(id_) for id_ in gone if self.has_link(id_)),
                *tasks,
                *self._in_order(links),
                *map(Removed, lost),
            ]
        )

    def network(self, deadline: int | None, dependencies: Sequence[Dependency]) -> Network:
        facts = Facts(deadline, self.projects, self.tasks, (), dependencies, self.calendars)
        if not self._judgement.is_of(dependencies, self.projects):
            self._judgement.forget()
            self._held = None
        held = shaping(facts) if self._held is None else self._held
        known = self._capped & {each.id for each in held}
        schedule = settled(held, lambda capped: self._scheduled(held, capped), self._begin(held, known))
        if self._capped != known:
            self._judgement.forget()
        network = standing(facts, schedule, held, {}, self._judgement.unchanged(self._seen, self._glance))
        self._judgement = Judgement(network, dependencies, self.projects, self._glance)
        return network

    def _begin(self, held: Sequence[Dependency], known: AbstractSet[UUID]) -> frozenset[UUID]:
        """Where the search for what is capped begins: with what was, unless a level of effort provides, and more than one end were possible."""
        soft = (self.tasks[each.provider_task_id] for each in held if each.policy is DependencyPolicy.SOFT)
        if any(task.kind is planning.TaskKind.LEVEL_OF_EFFORT for task in soft):
            return frozenset()
        return frozenset(known)

    def difference(self, network: Network) -> Difference:
        now, live = self._glance, self._live
        providers = _Providers(live, network.facts.dependencies)
        after = _After(live, now, network.schedule.items)
        if self._seen is not None and self._seen.task_ids is now.task_ids:
            changed, gone = differing_nodes(self._seen, now)
            stored = GlanceRows(self._seen, self._dependency_ids, gone)
            candidates = ((now.task_ids[node], node) for node in changed.tolist())
            differing = [id_ for id_, node in candidates if stored.get(id_) != rows_of(now, self._dependency_ids, node)]
            left = [now.task_ids[node] for node in gone.tolist()]
            return Difference(stored, StoredDates(stored, providers), after, sorted(differing), sorted(left))
        rows = self._rows if self._seen is None else self._all_rows(self._seen)
        rows = {} if rows is None else rows
        current = self._all_rows(now)
        differing = [id_ for id_, row in current.items() if rows.get(id_) != row]
        left = sorted(rows.keys() - current.keys())
        return Difference(rows, StoredDates(rows, providers), after, sorted(differing), left)

    def stored(self) -> None:
        self._seen, self._rows = self._glance, None

    @property
    def _glance(self) -> Glance:
        if self._now is None:
            self._now = self._live.glance()
        return self._now

    def _all_rows(self, seen: Glance) -> dict[UUID, StoredRow]:
        return {seen.task_ids[node]: rows_of(seen, self._dependency_ids, node) for node in seen.nodes.tolist()}

    def _apply(self, steps: Sequence[Step]) -> None:
        if steps:
            self._live.apply(steps)
            self._now = None

    def _scheduled(self, held: list[Dependency], capped: frozenset[UUID]) -> planning.Schedule:
        """The schedule in which these dependencies hold, those of them that are capped by what was accepted."""
        if held is not self._held or capped != self._capped:
            self._join(held, capped)
            self._held = held
        now = self._glance
        items = GlanceItems(now, self._live, self._dependency_ids)
        return planning.Schedule(now.start, now.finish, items, [])

    def _join(self, held: Sequence[Dependency], capped: frozenset[UUID]) -> None:
        """Make links of these dependencies, and imposed dates of those that are capped, in the place of what there is of either."""
        wanted = {each.id: as_link(each) for each in held if each.id not in capped}
        self._dependency_ids |= {each.id for each in held}
        imposed = imposed_by(held, capped, self._lag_calendar)
        receivers = [id_ for id_ in self._imposed.keys() | imposed.keys() if self._differs(id_, imposed)]
        leaving = [Removed(id_) for id_, link in self._joined.items() if wanted.get(id_) != link and self.has_link(id_)]
        self._joined = {id_: link for id_, link in self._joined.items() if self.has_link(id_)}
        coming = [link for id_, link in wanted.items() if self._joined.get(id_) != link]
        self._joined, self._imposed, self._capped = wanted, imposed, capped
        self._apply(leaving)
        self._apply([*(self._imposing(id_) for id_ in receivers), *self._in_order(coming)])

    def _lag_calendar(self, dependency: Dependency) -> planning.WorkCalendar:
        return self.calendars.of_project(self.projects[dependency.receiver_project_id])

    def _differs(self, task_id: UUID, imposed: Mapping[UUID, tuple[planning.Imposed, ...]]) -> bool:
        return self._imposed.get(task_id) != imposed.get(task_id) and self._live.task(task_id) is not None

    def _imposing(self, task_id: UUID) -> Step:
        row = self._live.task(task_id)
        if row is None:
            raise LookupError(task_id)
        dates = self._imposed.get(task_id, ())
        return row._replace(imposed=tuple((each.source_id, each.at, each.side == "finish") for each in dates))

    def _in_order(self, links: Iterable[planning.Link]) -> list[Step]:
        """The steps that put these links where the order of a plan has them: of two that hold a task alike the first is named.

        Links inside projects come first, dependencies behind them, both by their ids.
        """
        into: dict[UUID, list[planning.Link]] = {}
        steps: list[Step] = []
        for link in links:
            known = self._live.link(link.id)
            if known is not None and known.successor == link.successor_id:
                steps.append(link)
                continue
            if known is not None:
                steps.append(Removed(link.id))
            into.setdefault(link.successor_id, []).append(link)
        for successor, coming in into.items():
            coming.sort(key=lambda link: self._place(link.id))
            there = self._live.links_into(successor) if self._live.task(successor) is not None else []
            behind = [row for row in there if self._place(row.id) > self._place(coming[0].id)]
            steps += [Removed(row.id) for row in behind]
            again: list[planning.Link | LinkRow] = [*coming, *(row._replace(turn=None) for row in behind)]
            steps += sorted(again, key=lambda link: self._place(link.id))
        return steps

    def _place(self, link_id: UUID) -> tuple[bool, UUID]:
        return link_id in self._dependency_ids, link_id


class _Providers:
    """The task that a link or a dependency that still exists comes from."""

    def __init__(self, live: LiveNetwork, dependencies: Sequence[Dependency]) -> None:
        self._live = live
        self._of_dependency = {each.id: each.provider_task_id for each in dependencies}

    def get(self, id_: UUID, /) -> UUID | None:
        link = self._live.link(id_)
        return self._of_dependency.get(id_) if link is None else link.predecessor


class _After:
    """Dates as they are now, made when they are asked for."""

    def __init__(self, live: LiveNetwork, now: Glance, items: Mapping[UUID, planning.ScheduledTask]) -> None:
        self._live, self._now, self._items = live, now, items

    def get(self, task_id: UUID, /) -> Dates | None:
        item = self._items.get(task_id)
        if item is None:
            return None
        driver = driver_of(item) or self._bounding_child(task_id)
        return Dates(self._live.project_of(task_id), item.early_start, item.early_finish, driver)

    def _bounding_child(self, task_id: UUID) -> Driver | None:
        row = self._live.task(task_id)
        if row is None or row.kind is not planning.TaskKind.SUMMARY:
            return None
        children = sorted(self._live.below(task_id))
        last = max(children, key=lambda child: self._items[child].early_finish, default=None)
        return None if last is None else Driver("child", last, last)
