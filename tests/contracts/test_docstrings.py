from pydantic import BaseModel, Field, create_model

from contracts.values import Shape
from contracts.values.docstrings import described


class Outer(Shape):
    first: int
    """What is said of
    the first."""
    second: int = Field(description="Said by the field itself.")
    """Not heard."""
    third: int
    renamed: int = Field(alias="other")
    """Said under another name."""

    class Inner(BaseModel):
        first: str
        """Of the inner one."""


class Narrower(Outer):
    first: bool
    third: int
    """Said by the later class."""


def descriptions(kind, mode="validation"):
    properties = kind.model_json_schema(mode=mode)["properties"]
    return {name: found["description"] for name, found in properties.items() if "description" in found}


def test_what_stands_below_a_field_describes_it_in_the_schema():
    assert descriptions(Outer) == {
        "first": "What is said of\nthe first.",
        "second": "Said by the field itself.",
        "other": "Said under another name.",
    }
    assert descriptions(Outer, "serialization") == descriptions(Outer)


def test_a_field_that_is_written_again_is_described_again():
    assert descriptions(Narrower) == {
        "second": "Said by the field itself.",
        "third": "Said by the later class.",
        "other": "Said under another name.",
    }


def test_a_class_inside_another_has_its_own_fields():
    assert described(Outer.Inner) == {"first": "Of the inner one."}


def test_a_class_without_a_source_says_what_its_base_says():
    made = create_model("Made", __base__=Outer, fourth=(int, 1))
    assert descriptions(made) == descriptions(Outer)
    nowhere = create_model("Nowhere", __base__=Shape, __module__="no.such.module", first=(int, 1))
    assert described(nowhere) == {}
