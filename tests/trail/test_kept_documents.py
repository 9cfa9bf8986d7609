"""A document that was changed beside its record is found by what the record committed to, and no
export shows it as if it were what was decided on (F3, F5)."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from adapters.policy_folder import read_set
from adapters.store.opening import Store
from api.sealing import with_keys
from api.settings import KeySettings
from api.usecases.casework.activating import bootstrap
from api.usecases.casework.checking import TrailReport, check_trail
from api.usecases.casework.resources import Resources
from api.usecases.casework.submitting import submit
from api.usecases.trail.exporting.selecting import Selection
from api.usecases.trail.exporting.writing import export
from api.verifying.running import verify
from engine.canonical import canonical_bytes, digest
from engine.trail.notes import key_of
from engine.verifying.heads import Outside
from engine.verifying.steps import COUNTED, DISCLOSED, PERFORMED, Outcome, Verdict
from tests.casework.conftest import ACME, ADMIN, START, data_files
from tests.casework.documents import NOW, PORTAL, by, order
from tests.databases import BOTH, opened
from tests.trail.test_checkpoints import KEYS
from tests.trail.test_export import manifest, parts
from tests.verifying.again import HERE

pytestmark = pytest.mark.tampers
KEY = f"k1:{b64encode(bytes(range(32))).decode()}"
OTHER = f"k1:{b64encode(bytes(range(100, 132))).decode()}"
FILE = {"name": "offer.pdf", "digest": f"sha256:{'a' * 64}"}


@pytest.fixture(params=BOTH)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with opened(request.param, tmp_path, is_tampered=True) as found:
        yield found


def filled(resources: Resources) -> Resources:
    """ACME with an order of 8000.00 that was handed in once more as 8500.00, and another one."""
    bootstrap(resources, read_set(ACME), data_files(), ADMIN, "installation", START)
    for id, amount in (("PO-1", "8000.00"), ("PO-1", "8500.00"), ("PO-2", "700.00")):
        raw = {**order(id=id), "lines": [{"number": 1, "net": amount}], "attachments": [FILE]}
        raw.pop("amount")
        submit(resources, raw, "portal", PORTAL, NOW)
    return resources


@pytest.fixture
def resources(store: Store) -> Resources:
    return filled(Resources(store))


def sealing(store: Store, keys: str = KEY) -> Resources:
    return with_keys(Resources(store), KeySettings.model_validate({"encryption_keys": keys}))


def change(store: Store, statement: str, **values: object) -> None:
    """What somebody does who owns the tables."""
    with store.transaction() as connection:
        _unguard(connection)
        assert connection.execute(text(statement), values).rowcount == 1


def _unguard(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("set local session_replication_role = replica"))
        return
    rows = connection.execute(text("select name from sqlite_master where type = 'trigger'"))
    for name in rows.scalars().all():
        connection.execute(text(f"drop trigger {name}"))


def found(report: TrailReport) -> list[tuple[str, int | None, str]]:
    return [(each.code, each.position, each.message) for each in report.problems]


DIFFERS = "kept is something else than the record committed to: "


def test_documents_that_nobody_changed_are_what_their_records_committed_to(
    resources: Resources,
) -> None:
    report = check_trail(resources.store)
    assert (report.problems, report.unopened_count) == ([], 0)


@pytest.mark.parametrize(
    ("one", "other", "field"),
    [
        ('"net":"8500.00"', '"net":"85000.00"', "`lines`"),
        ('"requester":"rita"', '"requester":"mia"', "`requester`"),
        ('"supplier":"S-1"', '"supplier":"S-2"', "`supplier`"),
        ("a" * 64, "b" * 64, "`attachments`"),
        ('"supplier":"S-1",', "", "`supplier`"),
        ('"type":"purchase_order"', '"type":"purchase_order","number":"7"', "`number`"),
    ],
)
def test_a_kept_document_that_was_changed_is_found_by_its_field_and_no_value_is_shown(
    resources: Resources, one: str, other: str, field: str
) -> None:
    statement = "update cases set document = replace(document, :one, :other) where id = 1"
    change(resources.store, statement, one=one, other=other)
    report = check_trail(resources.store)
    assert found(report) == [("document_differs", 3, DIFFERS + field)]
    assert "85000" not in report.problems[0].message


def test_a_digest_that_was_made_to_fit_does_not_hide_it(resources: Resources) -> None:
    with resources.store.reading() as connection:
        kept = connection.execute(text("select document from cases where id = 2")).scalar_one()
    plain = json.loads(kept)
    plain["lines"][0]["net"] = "7.00"
    values = {"document": canonical_bytes(plain).decode(), "digest": digest(plain)}
    statement = "update cases set document = :document, document_digest = :digest where id = 2"
    change(resources.store, statement, **values)
    codes = [each.code for each in check_trail(resources.store).problems]
    assert codes == ["case_differs", "document_differs"]


def test_an_earlier_version_that_was_changed_is_found_too(resources: Resources) -> None:
    statement = "update versions set kept = replace(kept, '8000.00', '8.00') where case_id = 1"
    change(resources.store, statement)
    assert found(check_trail(resources.store)) == [("document_differs", 2, f"{DIFFERS}`lines`")]


def test_a_version_that_is_gone_is_found(resources: Resources) -> None:
    change(resources.store, "delete from versions where case_id = 1")
    said = "the document of version 1 is not kept any more"
    assert ("document_missing", 2, said) in found(check_trail(resources.store))


def test_a_seed_that_is_gone_or_another_is_found(resources: Resources) -> None:
    change(resources.store, "delete from seeds where case_id = 2")
    said = "what opens its commitments is not kept"
    assert found(check_trail(resources.store)) == [("document_differs", 4, said)]
    statement = "update seeds set seed = :seed where case_id = 1 and version = 2"
    change(resources.store, statement, seed="00" * 32)
    _, codes, _ = zip(*found(check_trail(resources.store)), strict=True)
    assert codes == (3, 4)


def test_without_the_keys_sealed_documents_are_said_not_to_be_compared(store: Store) -> None:
    filled(sealing(store))
    report = check_trail(store)
    assert (report.problems, report.unopened_count) == ([], 3)
    report = check_trail(store, resources=sealing(store))
    assert (report.problems, report.unopened_count) == ([], 0)


def test_with_the_keys_what_was_changed_in_a_sealed_store_is_found(store: Store) -> None:
    filled(sealing(store))
    statement = "update cases set document = replace(document, '8500.00', '9.00') where id = 1"
    change(store, statement)
    assert found(check_trail(store, resources=sealing(store))) == [
        ("document_differs", 3, f"{DIFFERS}`lines`")
    ]


def test_by_other_keys_nothing_is_taken_for_whole(store: Store) -> None:
    filled(sealing(store))
    report = check_trail(store, resources=sealing(store, OTHER))
    assert {each.code for each in report.problems} == {"document_differs"}
    assert "does not open" in report.problems[0].message


def test_an_export_of_a_case_whose_document_was_changed_withholds_it_and_still_verifies(
    resources: Resources, tmp_path: Path
) -> None:
    """The record is what was decided on; what is kept now is shown nowhere as if it were that."""
    statement = "update cases set document = replace(document, '8500.00', '9.00') where id = 1"
    change(resources.store, statement)
    path = tmp_path / "x.zip"
    export(resources, KEYS, "acme", Selection(), path, by("audrey"), NOW)
    key = key_of(manifest(path)["keys"][0])
    verified = verify(path, Outside((key,)), HERE)
    assert verified.verdict is Verdict.VERIFIED
    disclosed = [json.loads(line) for line in parts(path)["disclosures.jsonl"].splitlines()]
    assert {each["position"] for each in disclosed} == {2, 4}
    assert verified.steps[DISCLOSED].outcome is Outcome.OK
    assert verified.steps[PERFORMED].outcome is Outcome.LIMITED
    assert any("withheld" in reason for reason in verified.reasons)
    assert any("withheld" in note for note in verified.steps[COUNTED].notes)
    assert b"9.00" not in parts(path)["disclosures.jsonl"] + parts(path)["records.jsonl"]
    assert [each.position for each in check_trail(resources.store).problems] == [3]
