"""What the stack holds, asked through the public API."""

from collections.abc import Iterator
from typing import Any, Final

import httpx

from local_stack.errors import StackError

_KINDS: Final = ("program", "project", "goal")
_PAGE: Final = 1000


def describe_holdings(url: str, token: str) -> list[str]:
    """Return lines for a person: how many programs, projects and goals there are, and the programs' names.

    Raises StackError when the API does not answer.
    """
    try:
        with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=10) as client:
            found = {kind: list(_all(client, f"/v1/{kind}s")) for kind in _KINDS}
    except httpx.HTTPError as error:
        raise StackError(f"the API does not say what it holds: {str(error).partition(chr(10))[0]}") from error
    counts = ", ".join(f"{len(items)} {kind}{'' if len(items) == 1 else 's'}" for kind, items in found.items())
    return [f"It holds {counts}", *(f"  {program['key']}: {program['name']}" for program in found["program"])]


def _all(client: httpx.Client, path: str) -> Iterator[dict[str, Any]]:
    """Every record of a collection, page after page."""
    query: dict[str, str | int] = {"limit": _PAGE}
    while True:
        page = client.get(path, params=query).raise_for_status().json()
        yield from page["items"]
        if page["next"] is None:
            return
        query["cursor"] = page["next"]
