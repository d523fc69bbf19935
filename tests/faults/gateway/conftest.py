from tests.gateway.conftest import *  # noqa: F403  (its fixtures, named there)
