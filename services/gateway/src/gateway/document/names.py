"""What things are called in the document: schemas, tags, the document itself."""

import re
from typing import Final

from gateway.document.parts import Document, operations, rewritten

TAGS: Final = {
    "actions": "What somebody has to do until a day, noted in a project.",
    "alignment": "Which project serves which goal, and which budget serves none.",
    "assumptions": "What a project takes for granted, and whether it has held.",
    "audit": "Who did what, in the order in which it was done.",
    "baselines": "Immutable copies of scope, schedule and cost, and what has become of them.",
    "batch": "Many changes of a project at once: all or none, one recalculation.",
    "benefits": "What a program is for: planned, forecast by its network, measured.",
    "budget": "Budget lines, commitments, actual costs and earned value.",
    "calendars": "When work is done: shifts, holidays, exceptions.",
    "change-requests": "Changes that somebody agrees to first, with their impact.",
    "comments": "What people say about a record, and whom they mean.",
    "components": "Which projects belong to a program.",
    "decisions": "What was decided, by whom and why.",
    "deliverables": "What is handed over to be accepted.",
    "dependencies": "Contracts between two projects: dates, margin, state, and the steps that both ends take.",
    "events": "What happened: a list to replay, or a stream to follow.",
    "exceptions": "How far a project or a program may drift, and what happens when it drifts further.",
    "exchange-rates": "By which rates a program's figures are converted.",
    "funding": "What a program may spend, and from when.",
    "gates": "What is decided between two parts of a life, and by which criteria.",
    "goals": "The goal tree, what it is measured by, and what threatens it.",
    "identity": "The organisation, its members, their roles, invitations and tokens.",
    "imports": "Plans from and to other programs.",
    "issues": "What has gone wrong and is being dealt with.",
    "jobs": "What takes longer than a request: its progress and its result.",
    "links": "What has to happen before what, within a project.",
    "phases": "The parts of a project's life.",
    "portfolios": "What programs are grouped by.",
    "programs": "Programs, and all there is to say of one in a single answer.",
    "projects": "Projects and their life cycle.",
    "reference": "The API's own documents and the meaning of its problems.",
    "reports": "Status reports and roadmaps.",
    "resources": "Who and what does the work, and how much of it.",
    "risks": "What may happen, how likely it is and what it would do.",
    "roll-ups": "A program's figures, summed over its projects.",
    "scenarios": "Changes kept under a name, compared, and asked of the projects' managers.",
    "schedule": "Dates, floats, what drives what, what would happen if, and how sure it is.",
    "stakeholders": "Who has a stake, and how they are kept informed.",
    "subscriptions": "Who gets a status report at the end of each period.",
    "tasks": "Tasks, milestones and summaries.",
    "webhooks": "Events posted to an address of yours, signed.",
    "work-list": "What waits for whom: what is late, what is to do, what comes next.",
}
SCHEMAS: Final = {"Body_import_project": "ImportUpload"}
_PAGE = re.compile(r"(\w*?)Page_(\w+)_")


def settle(document: Document) -> None:
    """Readable names for schemas, a described tag for each part of the API. Raises LookupError for a tag without a description."""
    schemas = document["components"]["schemas"]
    renamed = {name: _schema_name(name) for name in schemas}
    document["paths"] = rewritten(document["paths"], lambda name: renamed[name])
    document["components"]["schemas"] = {
        # Generators of clients call a type by its title: two of one title would be one type.
        renamed[name]: rewritten(schema, lambda name: renamed[name]) | {"title": renamed[name]}
        for name, schema in sorted(schemas.items())
    }
    used = {tag for _, operation in operations(document) for tag in operation["tags"]}
    if untold := used - TAGS.keys():
        raise LookupError(f"Nobody has said what {sorted(untold)} are about: gateway.document.names")
    document["tags"] = [{"name": tag, "description": TAGS[tag]} for tag in sorted(used)]
    document["servers"] = [{"url": "/", "description": "This server, local or in production.", "x-internal": False}]


def _schema_name(name: str) -> str:
    page = _PAGE.fullmatch(name)
    return f"{page[1]}{page[2]}Page" if page else SCHEMAS.get(name, name)
