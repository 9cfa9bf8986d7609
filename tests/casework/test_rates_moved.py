"""`recheck_drift_above`: a rate that moved since a document was decided has it decided again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.usecases.casework.activating import load_master_data
from api.usecases.casework.resources import Resources
from engine.cases.status import Status
from tests.casework.changed import acme, asked, did, last_record, sent, service
from tests.casework.conftest import ADMIN, data_files
from tests.casework.documents import order
from tests.databases import BOTH

FIFTEENTH = datetime(2027, 3, 15, 13, tzinfo=UTC)  # 1.1000
SIXTEENTH = datetime(2027, 3, 16, 13, tzinfo=UTC)


def drifting() -> dict[str, bytes]:
    """ACME that decides again above 1.5 %."""
    files = acme("")
    text = files["policy.yaml"].replace(
        b"inverse: refuse}", b"inverse: refuse, recheck_drift_above: 1.5%}"
    )
    assert b"recheck_drift_above" in text
    return files | {"policy.yaml": text}


@pytest.fixture(params=BOTH)
def resources(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Resources]:
    """ACME that decides again, in force."""
    with service(request.param, tmp_path, drifting()) as made:
        yield made


def load(resources: Resources, rate: str) -> None:
    """The rate of the sixteenth."""
    files = data_files()
    line = f"\nEURUSD-2027-03-16,corporate,EUR,USD,2027-03-16,{rate}\n"
    rates = files["rates.csv"].rstrip(b"\n") + line.encode()
    load_master_data(resources, files | {"rates.csv": rates}, ADMIN, "rates", FIFTEENTH)


def test_a_rate_that_moved_by_exactly_the_share_leaves_the_decision(resources: Resources) -> None:
    case = sent(resources, order("9000.00", currency="EUR"), FIFTEENTH)  # 9,900.00 USD
    load(resources, "1.1165")
    assert did(resources, case, "mia", at=SIXTEENTH).case.status is Status.APPROVED
    assert "rates_moved" not in last_record(resources, "action")


def test_a_rate_that_moved_by_more_has_it_decided_by_the_new_one(resources: Resources) -> None:
    case = sent(resources, order("9000.00", currency="EUR"), FIFTEENTH)
    load(resources, "1.1200")  # 10,080.00 USD, 1.8 % more
    assert did(resources, case, "mia", at=SIXTEENTH).case.status is Status.PENDING
    assert asked(resources, case) == ["dan"]
    moved = last_record(resources, "action")["rates_moved"]
    assert moved == {"were": ["corporate EUR/USD 1.1 of 2027-03-15 [EURUSD-2027-03-15]"]}


def test_without_a_rate_of_today_it_is_held_and_not_approved_by_an_old_one(
    resources: Resources,
) -> None:
    case = sent(resources, order("9000.00", currency="EUR"), FIFTEENTH)
    done = did(resources, case, "mia", at=datetime(2027, 3, 30, 13, tzinfo=UTC))
    assert (done.code, done.case.status) == ("fx_rate_stale", Status.HELD)


def test_a_set_that_does_not_say_so_keeps_the_rate_of_the_decision(tmp_path: Path) -> None:
    with service("sqlite", tmp_path, acme("")) as made:
        case = sent(made, order("9000.00", currency="EUR"), FIFTEENTH)
        load(made, "1.3000")
        assert did(made, case, "mia", at=SIXTEENTH).case.status is Status.APPROVED
