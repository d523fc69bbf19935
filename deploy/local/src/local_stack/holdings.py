"""What the stack holds, asked through the public API."""

import json
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any, Final

from local_stack.errors import StackError

_KINDS: Final = ("program", "project", "goal")
_PAGE: Final = 1000


def describe_holdings(url: str, token: str) -> list[str]:
    """Return lines for a person: how many programs, projects and goals there are, and the programs' names.

    Raises StackError when the API does not answer.
    """
    found = {kind: list(_all(f"{url}/v1/{kind}s", token)) for kind in _KINDS}
    counts = ", ".join(f"{len(items)} {kind}{'' if len(items) == 1 else 's'}" for kind, items in found.items())
    return [f"It holds {counts}", *(f"  {program['key']}: {program['name']}" for program in found["program"])]


def _all(url: str, token: str) -> Iterator[dict[str, Any]]:
    """Every record of a collection, page after page."""
    query = {"limit": str(_PAGE)}
    while True:
        page = _get(f"{url}?{urllib.parse.urlencode(query)}", token)
        yield from page["items"]
        if page["next"] is None:
            return
        query["cursor"] = page["next"]


def _get(url: str, token: str) -> dict[str, Any]:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})  # noqa: S310 - our own URL
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            content: dict[str, Any] = json.load(answer)
            return content
    except (OSError, ValueError) as error:
        raise StackError(f"the API does not say what it holds: {error}") from error
