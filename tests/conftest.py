"""Hypothesis: the same examples on every run, so that a red test stays red; `make fuzz` looks for new ones, longer.

And the servers that tests share: PostgreSQL, in which each test has databases of its own, and real gateways where there are some.
"""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, settings

if TYPE_CHECKING:
    from tests.litellm import Proxy
    from tests.mlflow import Gateway
    from tests.postgres import Server

# No deadline and no complaint about slowness: a busy machine must not fail a property.
settings.register_profile("ci", derandomize=True, deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("fuzz", settings.get_profile("ci"), derandomize=False, max_examples=2_000, print_blob=True)
# A mutant needs to be found once, not made small.
settings.register_profile("mutate", settings.get_profile("ci"), phases=[Phase.explicit, Phase.generate])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or "ci")


@pytest.fixture(scope="session")
def server() -> Iterator["Server"]:
    """The server, started when it is first asked for."""
    from tests.postgres import server  # here: whoever needs no database need not wait for its libraries

    with server() as running:
        yield running


@pytest.fixture
def postgresql(server: "Server") -> Iterator[str]:
    """The URL of a PostgreSQL database with the tables in it, for one test."""
    with server.database() as name:
        yield server.url(name)


@pytest.fixture(scope="session")
def litellm() -> Iterator["Proxy"]:
    """The real LiteLLM, started when it is first asked for; without one the test is skipped."""
    from tests.litellm import LackingError, proxy  # here, for the same reason

    try:
        with proxy() as running:
            yield running
    except LackingError as lacking:
        pytest.skip(str(lacking))


@pytest.fixture(scope="session")
def mlflow() -> Iterator["Gateway"]:
    """The real MLflow gateway, likewise."""
    from tests.mlflow import LackingError, gateway

    try:
        with gateway() as running:
            yield running
    except LackingError as lacking:
        pytest.skip(str(lacking))
