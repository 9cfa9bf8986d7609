"""A service's resources on a fresh database, with ACME in force."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.policy_folder import read_set
from api.usecases.casework.activating import bootstrap
from api.usecases.casework.resources import Resources
from engine.cases.identities import Identities
from tests.databases import BOTH, opened

ACME = Path(__file__).parents[2] / "policies" / "acme"
START = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
ADMIN = Identities("gina", "command line")


def data_files(folder: Path = ACME / "data") -> dict[str, bytes]:
    """The files of a folder of master data."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix == ".csv"}


@pytest.fixture(params=BOTH)
def resources(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Resources]:
    """ACME in force; purchase orders and invoices of US01 are posted to `erp`."""
    is_tampered = request.node.get_closest_marker("tampers") is not None
    with opened(request.param, tmp_path, is_tampered=is_tampered) as store:
        made = Resources(
            store, targets={("US01", "invoice"): "erp", ("US01", "purchase_order"): "erp"}
        )
        bootstrap(made, read_set(ACME), data_files(), ADMIN, "installation", START)
        yield made
