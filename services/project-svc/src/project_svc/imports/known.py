"""Which of a project's records are those of a file: by their own ids where the file was written from this project, else by what they are called in their source."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from project_svc.imports.links import Named
from project_svc.links.models import Link


@dataclass(frozen=True, slots=True)
class Known:
    """named: the source's records by what they are called there, without the project's name. own: all that the project has."""

    named: dict[str, UUID]
    own: frozenset[UUID]

    def matched(self, told: Iterable[tuple[str, str | None]]) -> dict[str, UUID]:
        """Ours by source id, of those that are here. told: the source id and the GUID of each record in the file.

        An id of ours is certain, so it goes first: what else the file calls by that record's name is another one.
        """
        told = list(told)
        found: dict[str, UUID] = {}
        taken: set[UUID] = set()
        for source_id, guid in told:
            own = next(
                (each for each in map(read_id, (guid, source_id)) if each in self.own and each not in taken), None
            )
            if own is not None:
                found[source_id] = own
                taken.add(own)
        for source_id, _ in told:
            named = self.named.get(source_id)
            if source_id not in found and named is not None and named not in taken:
                found[source_id] = named
        return found

    def others(self, found: Iterable[UUID], *, of_all: bool) -> list[UUID]:
        """Those that the file no longer has, in the order of their ids: of all that the project has, or of the source's."""
        return sorted((self.own if of_all else frozenset(self.named.values())) - frozenset(found))


def matched_links(
    told: Sequence[Named], links: Iterable[Link], named: Mapping[str, UUID], tasks: Mapping[str, UUID]
) -> dict[str, Link]:
    """Ours by name, of those of the file's links that are here: of the same ends and type, with the same lag if there is one, else of the same name.

    links: the project's. named: the source's, by what they are called there. tasks: ours, by source id.
    """
    left: dict[tuple[UUID, UUID, str], list[Link]] = defaultdict(list)
    for each in links:
        left[each.predecessor_id, each.successor_id, each.type.value].append(each)
    found: dict[str, Link] = {}

    def match(is_meant: Callable[[Named, Link], bool]) -> None:
        for each in told:
            ends = tasks[each.link.predecessor_id], tasks[each.link.successor_id], each.link.type.value
            meant = next((link for link in left[ends] if is_meant(each, link)), None)
            if each.id not in found and meant is not None:
                found[each.id] = meant
                left[ends].remove(meant)

    match(lambda each, link: (each.link.lag, each.link.lag_calendar.value) == (link.lag, link.lag_calendar.value))
    match(lambda each, link: named.get(each.id) == link.id)
    match(lambda _, __: True)
    return found


def read_id(text: str | None) -> UUID | None:
    """The id that a text may be."""
    try:
        return None if text is None else UUID(text)
    except ValueError:
        return None
