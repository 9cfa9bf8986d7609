"""A service with a handful of cases, and the key that its checkpoints are signed by."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from adapters.policy_folder import read_set
from api.usecases.casework.activating import bootstrap
from api.usecases.casework.resources import Resources
from tests.casework.conftest import ACME, ADMIN, START, data_files
from tests.databases import BOTH, opened


@pytest.fixture(scope="module", params=BOTH)
def resources(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Resources]:
    """ACME in force on a database that the tests of a module share: they add to it."""
    with opened(request.param, tmp_path_factory.mktemp("store")) as store:
        made = Resources(store)
        bootstrap(made, read_set(ACME), data_files(), ADMIN, "installation", START)
        yield made
