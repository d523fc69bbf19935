"""Text in pictures."""

import re

LONGEST = 42
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def short(text: str, longest: int = LONGEST) -> str:
    """Text on one line, at most so many characters long, without what an XML document cannot hold."""
    line = " ".join(_NOT_IN_XML.sub("", text).split())
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"
