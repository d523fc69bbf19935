"""What the source says of a class's fields: the string below each."""

import ast
import inspect
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise

from pydantic import BaseModel


def described(kind: type[BaseModel]) -> Mapping[str, str]:
    """Field → what is said of it where it is written last, in the class itself or in one that it comes from. Empty without a source."""
    found: dict[str, str] = {}
    for each in reversed(kind.__mro__):
        written = inspect.get_annotations(each)
        said = _said_in(each.__module__).get(each.__qualname__, {})
        found = {name: text for name, text in found.items() if name not in written} | dict(said)
    return {name: text for name, text in found.items() if name in kind.model_fields}


@cache
def _said_in(module: str) -> Mapping[str, Mapping[str, str]]:
    """Qualified name of each class of a module → field → text."""
    try:
        tree = ast.parse(inspect.getsource(sys.modules[module]))
    except (KeyError, OSError, TypeError):
        return {}
    return dict(_classes(tree, ""))


def _classes(node: ast.AST, prefix: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            yield prefix + child.name, _fields(child)
            yield from _classes(child, f"{prefix}{child.name}.")
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _classes(child, f"{prefix}{child.name}.<locals>.")


def _fields(body: ast.ClassDef) -> Mapping[str, str]:
    return {
        field.target.id: inspect.cleandoc(text.value.value)
        for field, text in pairwise(body.body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }
