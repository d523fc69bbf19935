"""An XML file as a tree of elements that know their line and whether anybody looked at them.

Parsed by the standard library's SAX parser behind `defusedxml`: no document type, no entities, nothing fetched.
"""

from collections.abc import Iterator
from typing import NoReturn
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler, ErrorHandler
from xml.sax.xmlreader import AttributesImpl, Locator

from defusedxml.common import DefusedXmlException
from defusedxml.sax import parseString

from planning.exchange.errors import MalformedDocument, TooLarge

MAX_BYTES = 64 * 1024 * 1024
MAX_DEPTH = 64


class Element:
    """name: without its namespace. text: what stands directly in it, stripped. is_read: whether it was asked for."""

    __slots__ = ("children", "is_read", "line", "name", "text")

    def __init__(self, name: str, line: int) -> None:
        self.name = name
        self.line = line
        self.text = ""
        self.children: list[Element] = []
        self.is_read = False

    def child(self, name: str) -> "Element | None":
        """The first child of a name."""
        return next(self.every(name), None)

    def every(self, name: str) -> "Iterator[Element]":
        """The children of a name."""
        for child in self.children:
            if child.name == name:
                child.is_read = True
                yield child

    def within(self, group: str, name: str) -> "list[Element]":
        """The grandchildren of a name in the first child that groups them."""
        holder = self.child(group)
        return [] if holder is None else list(holder.every(name))


def parse(data: bytes, root: str, limit: int = MAX_BYTES) -> Element:
    """The tree of a file. Raises TooLarge, MalformedDocument."""
    if len(data) > limit:
        raise TooLarge(limit, len(data))
    builder = _Builder()
    try:
        parseString(data, builder, _Strict(), forbid_dtd=True)
    except DefusedXmlException as error:
        raise MalformedDocument(f"Document types and entities are not taken ({type(error).__name__})") from None
    except SAXParseException as error:
        raise MalformedDocument(f"No XML: {error.getMessage()}", error.getLineNumber()) from None
    except (UnicodeError, LookupError) as error:
        raise MalformedDocument(f"No XML: {error}") from None
    if builder.root is None or builder.root.name != root:
        found = "nothing" if builder.root is None else f"<{builder.root.name}>"
        raise MalformedDocument(f"The root is {found} and has to be <{root}>")
    return builder.root


class _Builder(ContentHandler):
    def __init__(self) -> None:
        super().__init__()
        self.root: Element | None = None
        self._open: list[tuple[Element, list[str]]] = []
        self._locator: Locator | None = None

    def setDocumentLocator(self, locator: Locator) -> None:  # noqa: N802
        self._locator = locator

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: ARG002, N802
        line = (self._locator.getLineNumber() if self._locator is not None else None) or 0
        element = Element(name.rpartition(":")[2], line)
        if self._open:
            self._open[-1][0].children.append(element)
        else:
            self.root = element
        if len(self._open) == MAX_DEPTH:
            raise MalformedDocument(f"Elements are nested more than {MAX_DEPTH} deep", line)
        self._open.append((element, []))

    def characters(self, content: str) -> None:
        self._open[-1][1].append(content)

    def endElement(self, name: str) -> None:  # noqa: ARG002, N802
        element, parts = self._open.pop()
        element.text = "".join(parts).strip()


class _Strict(ErrorHandler):
    """An error of any weight ends the reading."""

    def error(self, exception: BaseException) -> NoReturn:
        raise exception

    def fatalError(self, exception: BaseException) -> NoReturn:  # noqa: N802
        raise exception

    def warning(self, exception: BaseException) -> NoReturn:
        raise exception
