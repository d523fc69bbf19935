"""Rows past the session's unit of work; what a database says to them is in tests/project_svc/test_rows.py."""

from uuid import UUID

from sqlalchemy import inspect
from sqlalchemy.orm import registry
from sqlalchemy.orm.attributes import manager_of_class
from sqlmodel import Field, SQLModel

from chassis import rows


def test_a_class_is_ready_whoever_uses_it_first():
    """The first thing that a worker's process did was to lock a row, and SQLAlchemy had not prepared its class yet."""

    class Root(SQLModel, registry=registry()):
        """As each service has one."""

    class Fresh(Root, table=True):
        id: UUID = Field(primary_key=True)

    manager = manager_of_class(Fresh)
    assert manager["id"].impl is None
    assert rows.layout_of(Fresh).names == ("id",)
    assert manager["id"].impl is not None
    assert inspect(Fresh).local_table.name == "fresh"
