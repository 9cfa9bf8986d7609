"""`countersign history load`: from files to history, with what is left out (A4)."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from adapters.policy_folder import read_set
from adapters.store import cases
from adapters.store.opening import Store, migrate, open_store
from adapters.store.trail import every_record
from api.cli import app
from api.usecases.casework.activating import bootstrap
from api.usecases.casework.checking import check_trail
from api.usecases.casework.resources import Resources
from api.usecases.declared_files import declared_in
from api.usecases.history.loading import BATCH, LoadRefused, Wanted, load_history
from api.usecases.history.mapping import HistoryMapping
from engine.cases.identities import Identities
from engine.cases.status import Status
from tests.casework.conftest import ACME, data_files
from tests.shared_data import SHARED_DATA

ADMIN = Identities("gina", "command line", is_development=True)
NOW = datetime(2026, 3, 2, tzinfo=UTC)
INSTALLED = datetime(2026, 1, 1, tzinfo=UTC)
MAPPING = """kind: history
source: old-erp
before: 2026-03-01T00:00:00-05:00
only: {State: paid}
document:
  type: {is: purchase_order}
  id: No
  entity: {column: Company, words: {"1000": US01}}
  requester: {is: rita}
  supplier: Vendor
  currency: {is: USD}
  amount: Net
  submitted_at: {column: Entered, format: "%d.%m.%Y", zone: America/New_York}
acts:
  - {act: approve, person: Approver, at: {column: Approved, format: "%d.%m.%Y", zone: UTC}}
"""
HEAD = "No,Company,Vendor,Net,Entered,Approver,Approved,State"
GOOD = "1,1000,S-1,10.00,05.01.2026,mia,06.01.2026,paid"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    monkeypatch.setenv("COUNTERSIGN_DATABASE_URL", url)
    monkeypatch.setenv("COUNTERSIGN_ENVIRONMENT", "development")
    migrate(url)
    opened = open_store(url)
    try:
        bootstrap(Resources(opened), read_set(ACME), data_files(), ADMIN, "installed", INSTALLED)
        yield opened
    finally:
        opened.close()


def load(folder: Path, *rows: str, mapping: str = MAPPING, more: tuple[str, ...] = ()) -> Result:
    (folder / "old.csv").write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    (folder / "map.yaml").write_text(mapping, encoding="utf-8")
    return command(folder / "old.csv", folder / "map.yaml", *more)


def command(file: Path, mapping: Path, *more: str, by: str = "gina") -> Result:
    words = ["history", "load", str(file), "--mapping", str(mapping), "--by", by]
    return CliRunner().invoke(app, [*words, "--because", "first year", *more])


def told(done: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done.output)
    return found


def kept(store: Store) -> list[cases.Case]:
    with store.reading() as connection:
        return list(cases.several(connection))


def test_rows_become_history_and_the_others_are_told_with_their_place(
    store: Store, tmp_path: Path
) -> None:
    rows = (
        GOOD,
        "2,1000,S-1,20.00,05.01.2026,,,open",
        "3,1000,S-1,30.00,05.01.2026,mia,,paid",
        "4,1000,S-1,30.00,January,mia,06.01.2026,paid",
        "5,1000,S-1,30.00,05.01.2026",
        "1,1000,S-1,10.00,05.01.2026,mia,06.01.2026,paid",
        "6,1000,S-1,2.50,07.01.2026,,,paid",
    )
    done = load(tmp_path, *rows, more=("--json",))
    assert done.exit_code == 1
    found = told(done)
    assert [(each["place"], each["code"]) for each in found["rows_left_out"]] == [
        ("row 4", "act_incomplete"),
        ("row 5", "invalid_moment"),
        ("row 6", "wrong_row"),
        ("row 7", "stated_twice"),
    ]
    assert (found["new"], found["known"], found["skipped"], found["left_out"]) == (2, 0, 1, 4)
    assert found["totals"] == [
        {"type": "purchase_order", "currency": "USD", "documents": 2, "net": "12.50 USD"}
    ]
    assert [case.status for case in kept(store)] == [Status.IMPORTED] * 2
    assert kept(store)[0].received_at == datetime(2026, 1, 5, 5, tzinfo=UTC)
    with store.reading() as connection:
        *_, last = every_record(connection)
    body = json.loads(last.body)
    assert (body["kind"], body["new"], body["left_out"]) == ("history_loaded", 2, 4)
    assert body["who"]["decided_by"] == "gina"
    assert body["because"] == "first year"
    assert body["totals"] == found["totals"]
    assert check_trail(store).is_intact


def test_a_dry_run_keeps_nothing_and_tells_the_same(store: Store, tmp_path: Path) -> None:
    tried = told(load(tmp_path, GOOD, more=("--json", "--dry-run")))
    assert kept(store) == []
    done = told(load(tmp_path, GOOD, more=("--json",)))
    assert {**tried, "kept": True} == done
    again = told(load(tmp_path, GOOD, more=("--json",)))
    assert (again["new"], again["known"]) == (0, 1)
    assert len(kept(store)) == 1


def test_a_log_cut_short_loads_nothing(store: Store, tmp_path: Path) -> None:
    done = load(tmp_path, GOOD, '2,"1000')
    assert done.exit_code == 3
    assert kept(store) == []


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        (MAPPING.replace("column: Company", "column: Firm"), "a column `Firm`"),
        (MAPPING.replace("  id: No\n", ""), "expected `id`"),
        (MAPPING.replace("kind: history", "kind: histories"), "map.yaml:1:1"),
        (MAPPING.replace("-05:00", ""), "a moment with its offset"),
        (MAPPING.replace("act: approve", "act: bless"), "map.yaml:15:6"),
        (MAPPING.replace("before: 2026", "before: 2999"), "to have passed"),
        (MAPPING.replace("amount: Net", "amount: {column: Net, is: 3}"), "a column, or"),
    ],
)
def test_a_mapping_that_does_not_fit_loads_nothing(
    store: Store, tmp_path: Path, mapping: str, said: str
) -> None:
    done = load(tmp_path, GOOD, mapping=mapping)
    assert done.exit_code in (3, 4, 7)
    assert said in done.output
    assert kept(store) == []


def test_nobody_loads_history_without_a_name(store: Store, tmp_path: Path) -> None:
    load(tmp_path, GOOD, more=("--dry-run",))
    assert command(tmp_path / "old.csv", tmp_path / "map.yaml", by="nobody").exit_code == 2
    assert kept(store) == []


def test_lines_of_json_load_in_our_own_words(store: Store, tmp_path: Path) -> None:
    document = {
        **{"type": "invoice", "id": "I-1", "entity": "US01", "requester": "rita"},
        **{"currency": "USD", "supplier": "S-1", "submitted_at": "2026-01-05T10:00:00Z"},
        "lines": [{"net": "10.00"}, {"net": "5.00"}],
    }
    lines = [
        {"document": document, "acts": [{"act": "approve", "person": "mia", "at": "2026-01-06"}]},
        {"document": document, "acts": []},
        {"document": document, "more": 1},
        [document],
    ]
    path = tmp_path / "old.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in lines) + "{", encoding="utf-8")
    (tmp_path / "map.yaml").write_text(MAPPING, encoding="utf-8")
    found = told(command(path, tmp_path / "map.yaml", "--json"))
    assert [(each["place"], each["code"]) for each in found["rows_left_out"]] == [
        ("line 1", "act_incomplete"),
        ("line 3", "wrong_row"),
        ("line 4", "wrong_row"),
        ("line 5", "invalid_json"),
    ]
    assert found["totals"][0]["net"] == "15.00 USD"


DOMESTIC = SHARED_DATA / "DomesticDeclarations.csv.gz"


@pytest.mark.skipif(
    not DOMESTIC.exists(), reason=f"the logs of the BPI Challenge 2020 are not in {SHARED_DATA}"
)
def test_a_real_log_of_claims_loads_as_history(store: Store) -> None:
    mapping = Path(__file__).parents[1] / "conformance" / "claims.yaml"
    done = command(DOMESTIC, mapping, "--json")
    assert done.exit_code == 0, done.output[-2000:]
    found = told(done)
    assert (found["new"], found["left_out"]) == (10_357, 0)
    amounts = {}
    with gzip.open(DOMESTIC, "rt", encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            amounts[row["trace"]] = Decimal(row["(case)_Amount"]).quantize(
                Decimal("0.01"), ROUND_HALF_UP
            )
    [total] = found["totals"]
    assert total["documents"] == len(amounts)
    assert total["net"] == f"{sum(amounts.values())} EUR"


def test_open_documents_are_taken_over_and_told(store: Store, tmp_path: Path) -> None:
    document = {
        **{"type": "purchase_order", "id": "P-9", "entity": "US01", "requester": "rita"},
        **{"supplier": "S-1", "currency": "USD", "amount": "8000.00", "cost_center": "cc100"},
        "submitted_at": "2026-02-20T10:00:00Z",
    }
    acts = [
        {"act": "approve", "person": name, "at": f"2026-02-2{day}T10:00:00Z"}
        for day, name in ((2, "mia"), (1, "rita"))
    ]
    path = tmp_path / "open.jsonl"
    lines = [{"document": document, "acts": acts}, {"document": {}}]
    path.write_text("".join(json.dumps(each) + "\n" for each in lines), encoding="utf-8")
    (tmp_path / "map.yaml").write_text(MAPPING, encoding="utf-8")
    words = ["history", "take-over", str(path), "--mapping", str(tmp_path / "map.yaml")]
    words += ["--by", "gina", "--because", "open at go-live", "--count-approvals"]
    done = CliRunner().invoke(app, [*words, "--json"])
    assert done.exit_code == 1
    found = told(done)
    assert {name: found[name] for name in found if name != "documents"} == {
        **{"new": 1, "known": 0, "left_out": 1},
        **{"approvals_counted": 1, "approvals_refused": 1},
    }
    first, second = found["documents"]
    assert [each["code"] for each in first["approvals"]] == ["self_approval", ""]
    assert second["place"] == "line 2"
    shown = CliRunner().invoke(app, words).output
    assert "0 new, 1 known, 1 left out" in shown
    assert "approval of mia counts" in shown
    assert check_trail(store).is_intact


class Interrupted(Exception):
    """As if the process ended here."""


def many(folder: Path, count: int) -> Wanted:
    rows = [f"{n},1000,S-1,10.00,05.01.2026,mia,06.01.2026,paid" for n in range(count)]
    (folder / "old.csv").write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    mapping = declared_in("map.yaml", MAPPING.encode(), HistoryMapping)
    return Wanted(folder / "old.csv", mapping, "sha256:0", ADMIN, "first year")


def test_a_load_that_was_cut_short_is_completed_by_the_next(store: Store, tmp_path: Path) -> None:
    wanted = many(tmp_path, BATCH + 3)

    def end(done: int, of: int) -> None:
        raise Interrupted

    with pytest.raises(Interrupted):
        load_history(Resources(store), wanted, NOW, end)
    assert check_trail(store).is_intact
    done = load_history(Resources(store), wanted, NOW)
    assert (done.new_count, done.known_count) == (3, BATCH)
    assert check_trail(store).case_count == BATCH + 3


def test_a_file_that_changes_while_it_is_read_is_told_and_recorded_so(
    store: Store, tmp_path: Path
) -> None:
    wanted = many(tmp_path, 2)

    def change(done: int, of: int) -> None:
        wanted.path.write_text(HEAD, encoding="utf-8")

    with pytest.raises(LoadRefused, match="what was read is loaded"):
        load_history(Resources(store), wanted, NOW, change)
    with store.reading() as connection:
        *_, last = every_record(connection)
    assert json.loads(last.body)["is_unchanged"] is False
