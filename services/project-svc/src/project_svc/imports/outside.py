"""A file's links to tasks of other projects: kept until those arrive."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from contracts.project_events.outside_links import OtherEnd, OutsideLinkFields, OutsideLinkState, OutsideLinkStatus
from contracts.values import MINUTES_PER_DAY, Duration, ExternalRef
from contracts.vocabulary import LinkType
from planning.exchange import Document, DocumentLink, FidelityReport, OutsideLink
from planning.plan import LagCalendar
from project_svc.exchange.names import ImportForm
from project_svc.imports.links import expansion
from project_svc.imports.writing import Writer, about
from project_svc.outside_links.actions import complete_waiting, find_other_end
from project_svc.outside_links.models import OUTSIDE_LINKS, Said
from project_svc.projects.reading import ReadProject
from project_svc.register.actions import all_of, change, create, find, remove


class _New(OutsideLinkFields):
    external_ref: ExternalRef | None


def brought_home(document: Document, name: str, report: FidelityReport) -> Document:
    """The document with links to other projects that lead back into this one as links. name: what it is called in its source."""
    own = {name, document.project.name}
    tasks = {task.source_id for task in document.tasks}
    links, outside = list(document.links), []
    for each in document.outside_links:
        if each.project not in own:
            outside.append(each)
        elif each.other_task_id not in tasks:
            report.dropped("link", "outside_link", each.task_id, "a link to a task that is not in the project")
        else:
            links.append(_inside(each))
    return replace(document, links=tuple(links), outside_links=tuple(outside))


def _inside(link: OutsideLink) -> DocumentLink:
    before, after = link.other_task_id, link.task_id
    if link.other_end.value == OtherEnd.SUCCESSOR:
        before, after = after, before
    return DocumentLink(before, after, link.type, link.lag, link.lag_calendar)


async def write_outside_links(writer: Writer) -> int:
    """The links to other projects, once all tasks are there; those that the document no longer has go.

    Returns how many links of other projects have waited for this one, and are completed now.
    """
    known = await writer.known(OUTSIDE_LINKS.table)
    here = await _here(writer)
    found: set[UUID] = set()
    for name, link in _named(writer.document, writer.report):
        told = _fields(writer, link)
        with about("link", name, name):
            alike = here[_ends(told)]
            before = next((each for each in alike if each.id == known.named.get(name)), next(iter(alike), None))
            if before is None:
                body = _New(**told, external_ref=writer.new_ref(known, name))
                entry = await create(writer.project, OUTSIDE_LINKS, body)
                writer.counted["outside_links"]["created"] += 1
            else:
                alike.remove(before)
                found.add(before.id)
                entry = await change(writer.project, OUTSIDE_LINKS, before, Said(type=told["type"], lag=told["lag"]))
            after = await find_other_end(writer.project, entry.record, writer.source.system)
            if before is not None:
                writer.count("outside_links", is_changed=after.revision == writer.project.revision)
        if after.state is OutsideLinkStatus.WAITING:
            writer.report.converted("link", "outside_link", link.task_id, f"waits for the project {link.project}")
    for link_id in known.others(found, of_all=writer.is_own):
        gone = await find(writer.project, OUTSIDE_LINKS, link_id)
        if writer.source.form is ImportForm.CSV and gone.other_end is OtherEnd.SUCCESSOR:
            continue  # a table has predecessors alone
        await remove(writer.project, OUTSIDE_LINKS, gone)
        writer.counted["outside_links"]["deleted"] += 1
    return await complete_waiting(writer.project, writer.source.system)


async def _here(writer: Writer) -> dict[tuple[Any, ...], list[OutsideLinkState]]:
    """The project's links to other projects, by their ends and their type."""
    here = defaultdict(list)
    for link in await all_of(ReadProject(writer.project.session, writer.project.row), OUTSIDE_LINKS):
        here[_ends(dict(link))].append(link)
    return here


def _ends(told: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(told[name] for name in ("task_id", "other_end", "other_project", "other_task", "type"))


def _named(document: Document, report: FidelityReport) -> list[tuple[str, OutsideLink]]:
    """Each link and what it is called in the file: its ends and its type, numbered where several are alike."""
    expand = expansion(document, report)
    counted: Counter[str] = Counter()
    found = []
    for link in document.outside_links:
        is_before = link.other_end.value == OtherEnd.PREDECESSOR
        there = f"{link.project}/{link.other_task_id}"
        for each in expand(_inside(replace(link, other_task_id=there))):
            task_id = each.successor_id if is_before else each.predecessor_id
            name = f"outside/{task_id}/{link.other_end.value}/{there}:{link.type.value}"
            counted[name] += 1
            found.append((f"{name}#{counted[name]}" if counted[name] > 1 else name, replace(link, task_id=task_id)))
    return found


def _fields(writer: Writer, link: OutsideLink) -> dict[str, Any]:
    fitting = writer.fitting("link")
    if link.lag and link.lag_calendar is not LagCalendar.SUCCESSOR:
        fitting.converted(
            "lag_calendar", link.task_id, "the lag of a link to another project is that project's working time"
        )
    return {
        "task_id": writer.tasks[link.task_id],
        "other_end": OtherEnd(link.other_end.value),
        "other_project": fitting.label("project", link.project, link.task_id),
        "other_task": fitting.label("other_task_id", link.other_task_id, link.task_id),
        "type": LinkType(link.type.value),
        "lag": Duration(link.lag, MINUTES_PER_DAY),
    }
