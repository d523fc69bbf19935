"""What of a program's report or picture a reader gets who does not see all of its projects.

Answers in JSON are redacted as they leave (`program_svc.sight`). A picture or a page can only be made of what is seen in the first place,
and what a report has summed up when it was frozen cannot be summed up anew.
"""

from typing import Any
from uuid import UUID

from chassis.redaction import COUNT, Sees, redact

SUMS = ("earned_value", "risks", "issues")
"""What a report says of all projects together."""
OF_THE_PROGRAM = frozenset({"tree"})
"""The outlines that name no project and count none."""


def seen(document: dict[str, Any], sees: Sees) -> dict[str, Any]:
    """The document without what belongs to projects that are not seen, in the shape that it had."""
    kept: dict[str, Any] = redact(document, sees)
    kept.pop(COUNT, None)
    return kept


def report_as_seen(content: dict[str, Any], sees: Sees) -> dict[str, Any]:
    """A report's content; its sums are null where they count what is not seen, and `hidden_count` says how many projects that is."""
    hidden = sum(not sees(UUID(project_id)) for project_id in content["positions"])
    if not hidden:
        return content
    kept: dict[str, Any] = redact(content, sees)
    kept["roadmap"] = seen(content["roadmap"], sees)
    kept["outlines"] = {name: each for name, each in content.get("outlines", {}).items() if name in OF_THE_PROGRAM}
    return kept | dict.fromkeys(SUMS) | {COUNT: hidden}
