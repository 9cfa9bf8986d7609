"""What is exported verifies without us, says what it was selected from, and leaves nothing out
(F4, F5)."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from adapters.store import cases
from adapters.store.trail import Entry, append, every_record
from api.usecases.casework.acting import Action, Kind, act
from api.usecases.casework.resources import Resources
from api.usecases.casework.submission import Submitted
from api.usecases.casework.submitting import submit
from api.usecases.trail.checkpointing import make_checkpoint
from api.usecases.trail.exporting.selecting import NothingSelected, Sample, Selection
from api.usecases.trail.exporting.writing import Exported, export
from api.verifying.running import Verification, verify
from engine.sampling import Method
from engine.trail.notes import key_of
from engine.verifying import steps
from engine.verifying.heads import Outside
from engine.verifying.steps import Outcome, Verdict
from tests.casework.documents import NOW, PORTAL, by, order
from tests.trail.test_checkpoints import KEYS
from tests.verifying.again import HERE

LATER = NOW + timedelta(days=3)


def submitted(
    resources: Resources, id: str, amount: str = "8000.00", now: datetime = NOW, **fields: object
) -> cases.Case:
    lines = [{"number": 1, "net": amount}]
    raw = {**order(id=id), "lines": lines, **fields}
    raw.pop("amount", None)
    done = submit(resources, raw, "portal", PORTAL, now)
    assert isinstance(done, Submitted)
    return done.case


@pytest.fixture(scope="module")
def filled(resources: Resources) -> Resources:
    """Twelve orders over three days, some approved by Mia, and one of another entity."""
    for n in range(12):
        now = NOW + timedelta(days=n // 4, minutes=n)
        case = submitted(resources, f"PO-{n}", f"{100 * (n + 1)}.50", now)
        if n % 3 == 0:
            action = Action(kind=Kind.APPROVE, by="mia", version=1)
            act(resources, case.id, action, by("mia"), now + timedelta(minutes=1))
    submitted(resources, "PO-X", "990.00", LATER, supplier="S-44")
    return resources


def exported(resources: Resources, path: Path, **words: Any) -> Exported:
    selection = Selection(**words)
    return export(resources, KEYS, "acme", selection, path, by("audrey"), LATER)


def exports(resources: Resources) -> list[dict[str, Any]]:
    """What is on record of exports, the first one first."""
    with resources.store.reading() as connection:
        return [json.loads(r.body) for r in every_record(connection) if r.kind == "exported"]


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def manifest(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(parts(path)["export.json"])
    return found


def positions(path: Path) -> list[int]:
    lines = parts(path)["records.jsonl"].splitlines()
    return [json.loads(line)["position"] for line in lines]


def population(path: Path) -> list[dict[str, str]]:
    return [*csv.DictReader(io.StringIO(parts(path)["population.csv"].decode()))]


def verified(path: Path, *earlier: str) -> Verification:
    [key] = manifest(path)["keys"]
    return verify(path, Outside((key_of(key),), earlier), HERE)


def expect_verified(path: Path, *earlier: str) -> Verification:
    found = verified(path, *earlier)
    problems = [(n, str(p)) for n, step in found.steps.items() for p in step.problems]
    assert problems == []
    assert found.verdict is Verdict.VERIFIED
    return found


def test_the_whole_trail_verifies_and_every_decision_comes_out_again(
    filled: Resources, tmp_path: Path
) -> None:
    path = tmp_path / "all.zip"
    done = exported(filled, path)
    found = expect_verified(path)
    assert positions(path) == list(range(1, done.record_count + 1))
    assert set(found.performed) == {"performed_again"}
    assert found.performed["performed_again"] >= 13
    assert found.manifest_digest == done.manifest_digest


def test_a_period_has_everything_of_its_days_and_what_stands_beside_it(
    filled: Resources, tmp_path: Path
) -> None:
    path = tmp_path / "day.zip"
    second = NOW.date() + timedelta(days=1)
    done = exported(filled, path, since=second, until=second)
    expect_verified(path)
    with filled.store.reading() as connection:
        within = [r.position for r in every_record(connection) if r.at.date() == second]
    assert done.record_count == len(within)
    assert positions(path) == [within[0] - 1, *within, within[-1] + 1]
    assert manifest(path)["positions"] == {
        "first": within[0],
        "last": within[-1],
        "count": len(within),
        "is_contiguous": True,
    }


def test_counts_and_totals_equal_those_of_plain_sql(filled: Resources, tmp_path: Path) -> None:
    with filled.store.reading() as connection:
        kinds = connection.execute(text("select kind, count(*) from trail group by kind")).all()
        statuses = connection.execute(
            text("select status, count(*) from cases group by status")
        ).all()
    path = tmp_path / "all.zip"
    exported(filled, path, until=LATER.date())
    stated = manifest(path)
    assert stated["counts"]["by_kind"] == {kind: count for kind, count in kinds}
    assert stated["counts"]["by_status"] == {status: count for status, count in statuses}
    worth = sum(100 * (n + 1) + Fraction("0.50") for n in range(12)) + 990
    assert Fraction(stated["control_totals"]["USD"]) == worth


def test_an_empty_period_shows_that_there_is_nothing_between_two_records(
    filled: Resources, tmp_path: Path
) -> None:
    path = tmp_path / "empty.zip"
    day = date(2027, 3, 10)
    done = exported(filled, path, since=day, until=day)
    assert (done.record_count, done.case_count) == (0, 0)
    assert positions(path) == [1, 2]
    expect_verified(path)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({"entity": "US01"}, 13),
        ({"case": "C-000003"}, 1),
        ({"document": "purchase_order/PO-X"}, 1),
        ({"person": "rita"}, 13),
        ({"entity": "US01", "until": NOW.date()}, 4),
        ({"entity": "US01", "since": LATER.date()}, 1),
    ],
)
def test_all_records_of_the_chosen_cases_are_there_and_no_others(
    filled: Resources, tmp_path: Path, words: dict[str, Any], expected: int
) -> None:
    path = tmp_path / "cases.zip"
    done = exported(filled, path, **words)
    expect_verified(path)
    rows = population(path)
    assert (done.case_count, len(rows)) == (expected, expected)
    wanted = {row["case"] for row in rows}
    with filled.store.reading() as connection:
        theirs = [
            record.position
            for record in every_record(connection)
            if json.loads(record.body).get("case") in wanted
        ]
    assert positions(path) == theirs


def test_who_approved_is_found_by_his_name_and_who_did_nothing_is_not(
    filled: Resources, tmp_path: Path
) -> None:
    with pytest.raises(NothingSelected):
        exported(filled, tmp_path / "nobody.zip", person="nobody")
    assert exported(filled, tmp_path / "mia.zip", person="mia").case_count > 0


@pytest.mark.parametrize(
    "words", [{"case": "12"}, {"document": "PO-1"}, {"entity": "XX"}, {"control": "none"}]
)
def test_what_selects_nothing_is_said_and_leaves_neither_file_nor_record(
    filled: Resources, tmp_path: Path, words: dict[str, Any]
) -> None:
    before = exports(filled)
    with pytest.raises(NothingSelected):
        exported(filled, tmp_path / "no.zip", **words)
    assert list(tmp_path.glob("no.zip*")) == []
    assert exports(filled) == before


@pytest.mark.parametrize("method", list(Method))
def test_a_sample_is_drawn_by_the_auditors_seed_and_drawn_again_by_whoever_verifies(
    filled: Resources, tmp_path: Path, method: Method
) -> None:
    path = tmp_path / "sample.zip"
    done = exported(filled, path, sample=Sample(4, "audit 2027", method))
    found = expect_verified(path)
    stated = json.loads(parts(path)["sample.json"])
    assert done.case_count == len(stated["drawn"])
    assert len(population(path)) == 13
    [note] = found.steps[steps.COUNTED].notes
    assert "drawn again" in note
    again = tmp_path / "again.zip"
    exported(filled, again, sample=Sample(4, "audit 2027", method))
    assert json.loads(parts(again)["sample.json"]) == stated
    other = tmp_path / "other.zip"
    exported(filled, other, sample=Sample(4, "another seed", method))
    assert json.loads(parts(other)["sample.json"])["drawn"] != stated["drawn"]


def test_an_earlier_checkpoint_from_outside_is_continued(filled: Resources, tmp_path: Path) -> None:
    before = make_checkpoint(filled.store, KEYS, "acme", LATER)
    path = tmp_path / "all.zip"
    exported(filled, path)
    found = expect_verified(path, before.note)
    assert found.steps[steps.EARLIER].outcome is Outcome.OK


def test_each_export_is_itself_a_record(filled: Resources, tmp_path: Path) -> None:
    first = exported(filled, tmp_path / "one.zip", case="C-000001")
    exported(filled, tmp_path / "two.zip")
    found = exports(filled)[-2]
    assert found["manifest_digest"] == first.manifest_digest
    assert found["selection"] == {"by": "cases", "case": "C-000001"}
    assert found["who"]["decided_by"] == "audrey"
    stated = manifest(tmp_path / "two.zip")["counts"]["by_kind"]
    assert stated["exported"] == len(exports(filled)) - 1


def test_two_exports_of_one_moment_are_the_same_but_for_the_record_of_the_first(
    filled: Resources, tmp_path: Path
) -> None:
    for name in ("one.zip", "two.zip"):
        exported(filled, tmp_path / name, entity="US01")
    one, two = parts(tmp_path / "one.zip"), parts(tmp_path / "two.zip")
    differing = {name for name in one if one[name] != two[name]}
    assert differing == {"records.jsonl", "export.json", "consistency.jsonl"}
    bodies = [
        [json.loads(line)["body"] for line in each["records.jsonl"].splitlines()]
        for each in (one, two)
    ]
    assert bodies[0] == bodies[1]


def test_a_reader_of_one_entity_gets_no_case_of_another(filled: Resources, tmp_path: Path) -> None:
    with pytest.raises(NothingSelected):
        exported(filled, tmp_path / "none.zip", reach=frozenset({"DE01"}))
    path = tmp_path / "own.zip"
    exported(filled, path, reach=frozenset({"US01"}))
    assert manifest(path)["positions"]["is_contiguous"] is False
    assert Counter(row["entity"] for row in population(path)) == {"US01": 13}


def test_a_file_that_cannot_be_written_leaves_nothing(filled: Resources, tmp_path: Path) -> None:
    before = exports(filled)
    with pytest.raises(OSError, match="No such file"):
        exported(filled, tmp_path / "no" / "folder.zip")
    assert exports(filled) == before


def test_what_was_written_stays_where_a_later_export_fails(
    filled: Resources, tmp_path: Path
) -> None:
    path = tmp_path / "kept.zip"
    exported(filled, path)
    before = path.read_bytes()
    with pytest.raises(NothingSelected):
        exported(filled, path, entity="XX")
    assert path.read_bytes() == before
    assert list(tmp_path.glob("*.part")) == []


def test_only_its_owner_reads_an_export(filled: Resources, tmp_path: Path) -> None:
    exported(filled, tmp_path / "all.zip")
    assert (tmp_path / "all.zip").stat().st_mode & 0o077 == 0


def _memory(action: Callable[[], object]) -> int:
    import tracemalloc

    tracemalloc.start()
    action()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_memory_does_not_grow_with_the_trail(filled: Resources, tmp_path: Path) -> None:
    def add(count: int) -> None:
        with filled.store.transaction() as connection:
            body = {"text": "x" * 2_000}
            append(connection, [Entry("noted", None, LATER, body) for _ in range(count)])

    add(1_000)
    exported(filled, tmp_path / "warm.zip")
    few = _memory(lambda: exported(filled, tmp_path / "few.zip"))
    add(4_000)
    many = _memory(lambda: exported(filled, tmp_path / "many.zip"))
    assert many < few + 4_000_000
