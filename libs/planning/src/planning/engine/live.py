"""A plan that is changed event by event, its dates kept by what each change touches.

Whatever the events, the dates are those that a whole run over the plan as it is now would give, bit for bit.
"""

from collections.abc import Iterator, Sequence

from planning.engine.changes import Change, LinkRow, Outcome, TaskRow
from planning.engine.columns import Columns
from planning.engine.dates import Dates
from planning.engine.editing import Editing
from planning.engine.glance import Glance, glance
from planning.engine.network import laid
from planning.engine.propagation import Propagation
from planning.engine.run import compute, dated
from planning.engine.store import Store
from planning.errors import PlanError
from planning.plan import Id


class LiveNetwork:
    """A plan's early and late dates, floats and drivers under changes.

    Not safe for use by several threads at once. An error leaves everything as it was.
    """

    def __init__(self, columns: Columns) -> None:
        """Raises the PlanErrors of planning.engine.compute."""
        self._open(Store(columns))

    def _open(self, store: Store) -> None:
        self._store = store
        self._propagation = Propagation(store)
        self._propagation.whole()

    @property
    def finish(self) -> int:
        """The instant by which everything is finished."""
        return self._propagation.finish

    def early(self, task_id: Id) -> tuple[int, int]:
        """Early start and finish of a task that is no summary. Raises KeyError for one that is not there."""
        return self._propagation.early(self._store.node_of[task_id])

    def apply(self, changes: Sequence[Change]) -> Outcome:
        """Make all the changes, in their order, or none.

        Raises a PlanError that names the ids: NetworkCycle with the path that a link would close, UnknownTask for what is put on or
        removed and is not there, and what planning.schedule refuses.
        """
        self._make_room(changes)
        propagation = self._propagation
        editing = Editing(self._store, propagation.most)
        previous_finish = propagation.finish
        try:
            for change in changes:
                editing.make(change)
        except PlanError:
            editing.revert()
            raise
        try:
            nodes, early, previous = propagation.after(editing)
        except PlanError:
            editing.revert()
            propagation.whole()
            raise
        return Outcome(
            propagation.finish, previous_finish, editing.undo[::-1], nodes, early, previous, self._store.task_ids
        )

    def what_if(self, changes: Sequence[Change]) -> Outcome:
        """What the changes would do; they are undone again. Raises as apply does."""
        outcome = self.apply(changes)
        self.apply(outcome.undo)
        return outcome

    def columns(self) -> Columns:
        """The plan as it is now."""
        return self._store.columns()

    def dates(self) -> Dates:
        """All dates as they are now, as planning.engine.compute gives them for `columns()`. Takes as long as laying the plan out."""
        columns = self._store.columns()
        if not self._store.nodes:
            return compute(columns)
        plan = laid(columns)
        early, late = self._propagation.laid_out(plan)
        return dated(columns, plan, early, late, project_float=False)

    def glance(self) -> Glance:
        """All dates as they are now, by node. Takes about as long as a pass. Raises OutsideCalendar."""
        return glance(self._store)

    def __iter__(self) -> Iterator[Id]:
        """The tasks, summaries too."""
        return iter(self._store.node_of)

    def __len__(self) -> int:
        return len(self._store.node_of)

    def task(self, task_id: Id) -> TaskRow | None:
        """A task as it is held, summaries too; it can be put again as it is or with other imposed dates. None for one that is not there."""
        node = self._store.node_of.get(task_id)
        return None if node is None else self._store.task_row(node)

    def project_of(self, task_id: Id) -> Id:
        """The project of a task. Raises KeyError."""
        return self._store.projects[int(self._store.network.facts.project[self._store.node_of[task_id]])].id

    def below(self, task_id: Id) -> list[Id]:
        """The tasks of which this one is the parent. Raises KeyError."""
        store = self._store
        return [store.task_ids[node] for node in (store.parent == store.node_of[task_id]).nonzero()[0]]

    def link(self, link_id: Id) -> LinkRow | None:
        """A link as it is held. None for one that is not there."""
        number = self._store.link_of.get(link_id)
        return None if number is None else self._store.link_row(number)

    def links_into(self, task_id: Id) -> list[LinkRow]:
        """The links into a task, in the order of the plan: of two that hold it alike the first is named. Raises KeyError."""
        store = self._store
        links = store.into.links(store.node_of[task_id]).tolist()
        return [store.link_row(link) for link in sorted(links, key=store.link_turn.__getitem__)]

    def _make_room(self, changes: Sequence[Change]) -> None:
        """Begin anew in longer arrays where what the changes add, and what undoing them would add again, might not fit in."""
        store = self._store
        links, imposed = 2 * len(changes), 0
        for change in changes:
            imposed += len(getattr(change, "imposed", ()))
            node = store.node_of.get(change.id)
            if node is not None:
                links += store.into.links(node).size + store.out.links(node).size
                imposed += int(store.network.facts.imposed_end[node] - store.network.facts.imposed_begin[node])
        if not store.has_room(2 * len(changes), links, imposed):
            self._open(store.rebuilt(max(2 * len(changes), links, imposed)))
