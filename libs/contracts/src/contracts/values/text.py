"""Strings that PostgreSQL can store and a reader can see: no NUL character, bounded, names not blank."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

_NOT_BLANK = re.compile(r"\S")


def _without_nul(text: str) -> str:
    if "\x00" in text:
        raise PydanticCustomError("no_nul", "The character U+0000 is not allowed in text")
    return text


def _not_blank(text: str) -> str:
    if not _NOT_BLANK.search(text):
        raise PydanticCustomError("not_blank", "A name needs at least one character that is not a space")
    return text


_ANY = r"^[^\u0000]*$"
_SOMETHING = r"^[^\u0000]*[^\s\u0000][^\u0000]*$"


def _described(pattern: str, example: str) -> Any:
    return Field(json_schema_extra={"pattern": pattern, "examples": [example]})


Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200),
    AfterValidator(_without_nul),
    AfterValidator(_not_blank),
    _described(_SOMETHING, "Foundations poured"),
]
"""A title that people read: 1 to 200 characters, not all of them spaces."""

Label = Annotated[
    str,
    StringConstraints(max_length=200),
    AfterValidator(_without_nul),
    _described(_ANY, "Ada Lovelace"),
]
"""A short text that may be empty: a person, a unit, a category; at most 200 characters."""

Text = Annotated[
    str,
    StringConstraints(max_length=10_000),
    AfterValidator(_without_nul),
    _described(_ANY, "Open the first section before the school year starts."),
]
"""Free text of at most 10,000 characters, possibly empty."""

Key = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z][A-Z0-9_-]{0,19}$"),
    Field(examples=["TRAM-1"]),
]
"""A short handle that people use in speech and links: a capital letter, then up to 19 of A-Z, 0-9, `_` and `-`."""
