"""A file's links as a project takes them. Links on summaries, which others allow, become links on the tasks below."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from planning.exchange import Document, DocumentLink, DocumentTask, FidelityReport
from planning.plan import LinkType, TaskKind

MOST_EXPANDED = 10_000
"""Links that one link between two summaries may become."""


@dataclass(frozen=True, slots=True)
class Named:
    """A link and what it is called in the file: its ends and its type, numbered where several are alike."""

    id: str
    link: DocumentLink


def named_links(document: Document, report: FidelityReport) -> list[Named]:
    """Every link of the document between two tasks that are no summaries."""
    expanded = expansion(document, report)
    counted: dict[str, int] = {}
    seen: set[DocumentLink] = set()
    found = []
    for link in document.links:
        for each in expanded(link):
            if each in seen:
                report.dropped("link", "link", each.successor_id, "there is the same one already")
                continue
            seen.add(each)
            name = f"{each.predecessor_id}>{each.successor_id}:{each.type}"
            counted[name] = counted.get(name, 0) + 1
            found.append(Named(name if counted[name] == 1 else f"{name}#{counted[name]}", each))
    return found


def expansion(document: Document, report: FidelityReport) -> Callable[[DocumentLink], Iterator[DocumentLink]]:
    """What turns a link into those that say the same without summaries. An end that is no task of the document stays."""
    summaries = {task.source_id: task for task in document.tasks if task.kind is TaskKind.SUMMARY}
    below = _leaves(document)
    return lambda link: _expanded(link, summaries, below, report)


def _expanded(
    link: DocumentLink,
    summaries: Mapping[str, DocumentTask],
    below: Mapping[str, list[str]],
    report: FidelityReport,
) -> Iterator[DocumentLink]:
    """A summary ends when the last of its tasks does, so what waits for its end waits for all of them; and it begins with the first of
    them, so what holds back its begin holds back all of them. The rest cannot be said by links.
    """
    before, after = link.predecessor_id, link.successor_id
    if before not in summaries and after not in summaries:
        yield link
        return
    waits_for_end, holds_begin = link.type in {LinkType.FS, LinkType.FF}, link.type in {LinkType.FS, LinkType.SS}
    if (before in summaries and not waits_for_end) or (after in summaries and not holds_begin):
        report.dropped("link", "link", after, f"{link.type} on a summary cannot be said by links of its tasks")
        return
    befores, afters = below.get(before, [before]), below.get(after, [after])
    if len(befores) * len(afters) > MOST_EXPANDED:
        report.dropped("link", "link", after, f"between summaries with more than {MOST_EXPANDED} pairs of tasks")
        return
    report.converted("link", "link", after, "links on summaries became links on the tasks below")
    for one in befores:
        for other in afters:
            if one != other:
                yield replace(link, predecessor_id=one, successor_id=other)


def _leaves(document: Document) -> dict[str, list[str]]:
    """The tasks below each summary that are no summaries, and are not cancelled."""
    parents = {task.source_id: task.parent_id for task in document.tasks}
    leaves: dict[str, list[str]] = {task.source_id: [] for task in document.tasks if task.kind is TaskKind.SUMMARY}
    for task in document.tasks:
        if task.kind is TaskKind.SUMMARY or not task.is_active:
            continue
        above = task.parent_id
        while above is not None:
            leaves[above].append(task.source_id)
            above = parents[above]
    return leaves
