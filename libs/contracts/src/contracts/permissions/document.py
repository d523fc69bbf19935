"""`docs/permissions.md`: the table, for people."""

from collections.abc import Iterable

from contracts.permissions.records import RECORDS
from contracts.permissions.table import Record
from contracts.permissions.who import Who

HEAD = """# Permissions

<!-- Written by `make generate` from libs/contracts/src/contracts/permissions; change it there. -->

Who may do what. A role is held in the whole organisation (`admin`, `portfolio_manager`, `auditor`), in one program (`program_manager`,
`program_member`, `viewer`) or in one project (`project_manager`, `project_member`, `viewer`); it counts on the program or project that the
request is about. Any one of the roles in a row is enough. What you may not see answers 404, what you may see but not do 403. A token of
scope `read` takes the actions marked ◦ alone. One that is for some programs and projects alone (`programs`, `projects`) has its member's roles there,
of those in the whole organisation what a manager may (`admin`; `portfolio_manager` in programs) or a viewer, and changes nothing of what is every member's. `read`, `create`, `update` and `delete` are GET, POST, PATCH and DELETE at or below the path;
other actions are named by the last word of theirs.

| record | action | in the organisation | in the program | in the project |
| --- | --- | --- | --- | --- |
"""


def page() -> str:
    """The page, in Markdown."""
    return HEAD + "".join(f"| {' | '.join(row)} |\n" for record in RECORDS for row in _rows(record))


def _rows(record: Record) -> Iterable[tuple[str, ...]]:
    for who in dict.fromkeys(record.actions.values()):
        actions = [action for action, each in record.actions.items() if each == who]
        marked = ", ".join(f"{action} ◦" if action in record.reading else action for action in actions)
        yield (f"{record.name} `{record.path}`", marked, *_roles(who))


def _roles(who: Who) -> tuple[str, str, str]:
    if who.anybody:
        return "everybody, without a token", "", ""
    if who.any_member:
        return "every member", "", ""
    ends = [
        f"{end}'s: {_named(roles)}" for end, roles in (("provider", who.provider), ("receiver", who.receiver)) if roles
    ]
    return _named(who.organization), _named(who.program), _named(who.project) or "; ".join(ends)


def _named(roles: Iterable[str]) -> str:
    return ", ".join(f"`{role}`" for role in sorted(roles))
