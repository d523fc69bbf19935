"""Matplotlib's SVG document as an element that may stand in any page.

What a strict content security policy refuses goes: the style sheet becomes attributes of the root, and so does each ``style`` attribute,
whose properties are all presentation attributes by another spelling. Ids get the picture's own prefix, so that several pictures stand in one page.
"""

import re
from xml.etree import ElementTree as ET  # reads nothing but what matplotlib wrote

SVG, LINKS = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
FONT = "Helvetica, Arial, sans-serif"
_NAMED = re.compile(r"url\(#([^)]+)\)")
_LEFT_OUT = {f"{{{SVG}}}metadata", f"{{{SVG}}}style"}

ET.register_namespace("", SVG)


def inlined(document: bytes, title: str, prefix: str) -> str:
    """The root element of a document, without prolog. title: what it shows. prefix: of every id in it."""
    root = ET.fromstring(document)  # noqa: S314  (matplotlib's own output)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in _LEFT_OUT:
                parent.remove(child)
    used = {name for element in root.iter() for name in _names_in(element)}
    for element in root.iter():
        _plain(element, used, prefix)
    width, height = root.get("viewBox", "0 0 0 0").split()[2:]
    root.attrib |= {"width": width, "height": height, "role": "img", "stroke-linejoin": "round", "font-family": FONT}
    told = ET.Element(f"{{{SVG}}}title")
    told.text = title
    root.insert(0, told)
    return ET.tostring(root, encoding="unicode")


def _names_in(element: ET.Element) -> set[str]:
    named = set(_NAMED.findall(" ".join(element.attrib.values())))
    return named | {element.get(f"{{{LINKS}}}href", "").removeprefix("#")}


def _plain(element: ET.Element, used: set[str], prefix: str) -> None:
    for rule in filter(str.strip, element.attrib.pop("style", "").split(";")):
        name, _, value = rule.partition(":")
        if name.strip() != "font-family":
            element.set(name.strip(), value.strip())
    if (own := element.attrib.pop("id", None)) in used:
        element.set("id", f"{prefix}{own}")
    if (linked := element.attrib.pop(f"{{{LINKS}}}href", None)) is not None:
        element.set("href", f"#{prefix}{linked.removeprefix('#')}")
    for name, value in element.attrib.items():
        if "url(#" in value:
            element.set(name, _NAMED.sub(rf"url(#{prefix}\1)", value))
