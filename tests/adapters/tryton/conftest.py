"""One running Tryton for the tests of this folder, and connectors to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.erp.tryton.connection import TrytonConnector
from tests.adapters.tryton.desk import Connections, Ledger
from tests.erp_seed import APPROVER, CLERK
from tests.erp_server import Tryton, running_tryton


@pytest.fixture(scope="session")
def erp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tryton]:
    """A server that the tests of a process share; none of them stops it."""
    with running_tryton(tmp_path_factory.mktemp("erp")) as server:
        yield server


@pytest.fixture
def own_erp(tmp_path: Path) -> Iterator[Tryton]:
    """A server for one test, which may kill it."""
    with running_tryton(tmp_path) as server:
        yield server


@pytest.fixture(scope="session")
def shared() -> Iterator[Connections]:
    """For connectors that several tests use."""
    with Connections() as connections:
        yield connections


@pytest.fixture
def connect() -> Iterator[Connections]:
    """For connectors of one test."""
    with Connections() as connections:
        yield connections


@pytest.fixture(scope="session")
def approver(erp: Tryton, shared: Connections) -> TrytonConnector:
    """May post."""
    return shared.to(erp.base_url, APPROVER)


@pytest.fixture(scope="session")
def clerk(erp: Tryton, shared: Connections) -> TrytonConnector:
    """May enter and validate."""
    return shared.to(erp.base_url, CLERK)


@pytest.fixture(scope="session")
def ledger(erp: Tryton, shared: Connections) -> Ledger:
    """What an accountant sees, and what he may change behind our back."""
    return shared.ledger(erp)
