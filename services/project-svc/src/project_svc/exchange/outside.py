"""A project's links to tasks of other projects as a document has them."""

from planning.exchange import OtherEnd, OutsideLink
from planning.plan import LinkType
from project_svc.exchange.outline import Outline
from project_svc.outside_links.models import OUTSIDE_LINKS
from project_svc.projects.reading import ReadProject
from project_svc.register.actions import all_of


async def outside_links_of(project: ReadProject, outline: Outline) -> tuple[OutsideLink, ...]:
    """Those that other projects' tasks come before first, in the order of the outline, as files have them."""
    place = {task_id: number for number, task_id in enumerate(outline.ids)}
    links = await all_of(project, OUTSIDE_LINKS)
    ordered = sorted(links, key=lambda link: (link.other_end, place[link.task_id], link.id))
    return tuple(
        OutsideLink(
            outline.ids[link.task_id],
            link.other_project,
            link.other_task,
            OtherEnd(link.other_end.value),
            LinkType(link.type.value),
            link.lag.minutes,
        )
        for link in ordered
    )
