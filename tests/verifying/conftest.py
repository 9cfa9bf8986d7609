"""A small trail of ACME: submissions, approvals, a refusal, and one case that is posted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.policy_folder import read_set
from api.usecases.casework.acting import Action, Kind, act
from api.usecases.casework.activating import bootstrap
from api.usecases.casework.resources import Resources
from api.usecases.casework.submission import Submitted
from api.usecases.casework.submitting import submit
from engine.trail.notes import key_of
from engine.verifying.heads import Outside
from tests.casework.conftest import ACME, ADMIN, START, data_files
from tests.casework.documents import NOW, PORTAL, by, order
from tests.databases import opened
from tests.verifying.exports import Export, export_of, vkey

BANK = [{"account": "DE02120300000000202051", "holder": "Globex"}]


def lived(resources: Resources) -> None:
    """What happens in the trail; positions: 1 bootstrap, 2 to 4 submissions, 5 refusal, 6 action of
    C-000001, then what follows from it, and a submission last."""
    made = []
    for number, amount in enumerate(("8000.00", "12000.00", "900.00"), start=1):
        done = submit(resources, order(amount, f"PO-{number}"), "portal", PORTAL, NOW)
        assert isinstance(done, Submitted)
        made.append(done.case)
    for person in ("rita", "mia"):
        action = Action(Kind.APPROVE, person, made[0].version)
        assert act(resources, made[0].id, action, by(person), NOW + timedelta(hours=1))
    submit(resources, order("300.00", "PO-9"), "portal", PORTAL, NOW + timedelta(hours=2))


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Export:
    """The export of the trail; shared, so a test copies it before it changes anything."""
    folder = tmp_path_factory.mktemp("trail")
    with opened("sqlite", folder) as store:
        resources = Resources(store)
        bootstrap(resources, read_set(ACME), data_files(), ADMIN, "installation", START)
        lived(resources)
        return export_of(resources)


@pytest.fixture
def export(whole: Export) -> Export:
    """A copy of its own for a test."""
    return Export([*whole.bodies], {name: {**files} for name, files in whole.contents.items()})


@pytest.fixture(scope="session")
def outside() -> Outside:
    """The key, as an auditor has it from elsewhere."""
    return Outside((key_of(vkey()),))
