"""The service as a process, a real ERP beside it, and a client that never gives up."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.erp_server import Tryton, running_tryton


@pytest.fixture(scope="module")
def erp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tryton]:
    """A Tryton of the tests of one module; who kills it starts it again."""
    with running_tryton(tmp_path_factory.mktemp("erp")) as server:
        yield server
