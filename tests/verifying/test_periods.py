"""What happens in a period is performed again though it rests on what came in before (F5)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest

from adapters.policy_folder import read_set
from api.usecases.casework.acting import Action, Kind, act
from api.usecases.casework.activating import bootstrap
from api.usecases.casework.resources import Resources
from api.usecases.casework.submission import Submitted
from api.usecases.casework.submitting import submit
from api.usecases.trail.exporting.selecting import Selection
from api.usecases.trail.exporting.writing import export
from api.verifying.running import verify
from engine.trail.notes import key_of
from engine.verifying.heads import Outside
from engine.verifying.steps import Verdict
from tests.casework.conftest import ACME, ADMIN, START, data_files
from tests.casework.documents import NOW, PORTAL, by, order
from tests.databases import BOTH, opened
from tests.trail.test_checkpoints import KEYS
from tests.verifying.again import HERE

LATER = NOW + timedelta(days=30)


@pytest.mark.parametrize("kind", BOTH)
def test_an_act_on_a_document_of_an_earlier_period_is_performed_again(
    kind: str, tmp_path: Path
) -> None:
    with opened(kind, tmp_path) as store:
        resources = Resources(store)
        bootstrap(resources, read_set(ACME), data_files(), ADMIN, "installation", START)
        for number in range(4):
            done = submit(resources, order(id=f"PO-{number}"), "portal", PORTAL, NOW)
            assert isinstance(done, Submitted)
        action = Action(Kind.APPROVE, "mia", 1)
        acted = act(resources, 2, action, by("mia"), LATER)
        assert acted is not None
        assert acted.code == ""
        path = tmp_path / "x.zip"
        selection = Selection(since=LATER.date())
        exported = export(resources, KEYS, "acme", selection, path, ADMIN, LATER)
    found = verify(path, Outside((key_of(_key(path)),)), HERE)
    assert found.verdict is Verdict.VERIFIED
    assert found.manifest is not None
    assert found.manifest.count == exported.record_count == found.steps[9].count
    assert found.performed == {"performed_again": 2}  # the act, and the submission it rests on
    assert found.reasons == {}


BANK = [{"account": "DE02120300000000202051", "holder": "Globex", "country": "DE"}]


@pytest.mark.parametrize("kind", BOTH)
def test_decisions_about_bank_details_are_performed_again_by_whoever_may_not_see_them(
    kind: str, tmp_path: Path
) -> None:
    """By default an export withholds what is restricted, also within lines that it discloses."""
    run = [{"number": 1, "net": "90.00", "pays": "I-1", "pays_supplier": "S-1", "pay_to": BANK}]
    raw: list[dict[str, object]] = [
        order(id="I-1", type="invoice", number="7", pay_to=BANK),
        {**order(id="P-1", type="payment", lines=run), "pay_from": BANK},
        order(
            id="R-1",
            type="supplier_request",
            request_kind="change",
            tax_ids=["94-1234567"],
            bank_details=BANK,
        ),
    ]
    for each in raw[1:]:
        del each["amount"]
    del raw[2]["currency"], raw[2]["cost_center"]
    with opened(kind, tmp_path) as store:
        resources = Resources(store)
        bootstrap(resources, read_set(ACME), data_files(), ADMIN, "installation", START)
        for each in raw:
            assert isinstance(submit(resources, each, "portal", PORTAL, NOW), Submitted)
        path = tmp_path / "x.zip"
        export(resources, KEYS, "acme", Selection(), path, ADMIN, LATER)
    found = verify(path, Outside((key_of(_key(path)),)), HERE)
    assert b"DE0212" not in b"".join(_parts(path))
    assert found.reasons == {}
    assert found.performed == {"performed_again": 3}
    assert found.verdict is Verdict.VERIFIED


def _parts(path: Path) -> list[bytes]:
    with ZipFile(path) as archive:
        return [archive.read(name) for name in archive.namelist()]


def _key(path: Path) -> str:
    """The key that the export names: here it stands for one from outside."""
    found = verify(path, Outside(), HERE, is_performing=False)
    assert found.manifest is not None
    return found.manifest.keys[0]
