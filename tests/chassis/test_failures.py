"""What a client is told of what the driver says."""

import asyncpg
import pytest

from chassis.failures import from_driver
from chassis.problem import Unavailable


@pytest.mark.parametrize(
    "said",
    [
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.InternalClientError("got result for unknown protocol state 3"),
        asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
        asyncpg.exceptions.CrashShutdownError("terminating connection because of crash of another server process"),
        ConnectionResetError(),
    ],
    ids=lambda said: type(said).__name__,
)
def test_a_database_that_went_away_is_nothing_that_the_client_did(said):
    assert isinstance(from_driver(said, {}), Unavailable)


def test_what_nobody_foresaw_stays_an_error_of_ours():
    assert from_driver(ZeroDivisionError(), {}) is None
