"""`countersign splitting`: what it finds is what a plain query over the same rows finds."""

from __future__ import annotations

import csv
import gzip
import json
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from adapters.policy_folder import read_set
from adapters.store.opening import migrate, open_store
from api.cli import app
from api.usecases.casework.acting import Action, Kind, act
from api.usecases.casework.activating import bootstrap
from api.usecases.casework.resources import Resources
from api.usecases.casework.submitting import Submitted, submit
from tests.casework.conftest import ACME, ADMIN, START, data_files
from tests.casework.documents import PORTAL, by, order
from tests.policies.sets import POLICIES

UNIVERSITY = POLICIES / "university"
ORDERS = UNIVERSITY / "data" / "orders" / "purchase_orders.csv.gz"
LIMITS = [5_000, 10_000, 25_000, 50_000, 100_000]


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["splitting", *words])


def report(*words: str) -> dict[str, Any]:
    done = run(*words, "--json")
    assert done.exit_code in (0, 1), done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def rows() -> Iterator[sqlite3.Connection]:
    """The same file in a database, amounts in cents, read with nothing of ours."""
    database = sqlite3.connect(":memory:")
    database.execute("create table line (number, supplier, day, buyer, cents int, cancelled)")
    with gzip.open(ORDERS, "rt", encoding="utf-8", newline="") as stream:
        database.executemany(
            "insert into line values (?, ?, ?, ?, ?, ?)",
            [
                (
                    row["number"],
                    row["supplier"],
                    row["approved_date"][:10],
                    row["buyer"],
                    cents(row["amount"]),
                    row["cancelled"],
                )
                for row in csv.DictReader(stream)
            ],
        )
    database.execute(
        "create table bought as"
        " select 1 as with_cancelled, number, supplier, day, buyer, sum(cents) as cents"
        " from line group by number union all"
        " select 0, number, supplier, day, buyer, sum(cents)"
        " from line where cancelled = '' group by number"
    )
    yield database
    database.close()


def cents(text: str) -> int:
    whole, _, part = text.partition(".")
    assert len(part) <= 2
    sign = -1 if whole.startswith("-") else 1
    return sign * (abs(int(whole)) * 100 + int(part.ljust(2, "0")))


GROUPS = """
    select supplier, day, buyer, sum(case when cents >= :limit then 1 else 0 end) as beyond
    from bought where with_cancelled = :with_cancelled group by supplier, day, buyer
    having sum(case when cents < :limit and cents > 0 then 1 else 0 end) > 1
       and sum(case when cents < :limit and cents > 0 then cents else 0 end) >= :limit
    order by supplier, day, buyer
"""
NEAR = """
    select sum(cents * 100 >= :limit * 95 and cents < :limit),
           sum(cents >= :limit and cents * 100 <= :limit * 105)
    from bought where with_cancelled = :with_cancelled
"""


@pytest.mark.parametrize("with_cancelled", [True, False])
@pytest.mark.parametrize("limit", LIMITS)
def test_groups_and_neighbours_are_those_of_a_plain_query(
    rows: sqlite3.Connection, limit: int, with_cancelled: bool
) -> None:
    asked = {"limit": limit * 100, "with_cancelled": with_cancelled}
    cancelled = "--with-cancelled" if with_cancelled else "--without-cancelled"
    where = [str(ORDERS), "--policy", str(UNIVERSITY), "--same", "supplier,day,buyer"]
    found = report(*where, "--below", f"{limit}.00", "--currency", "USD", cancelled)
    (around,) = found["limits"]
    expected = rows.execute(GROUPS, asked).fetchall()
    groups = sorted(
        (*(each["same"][name] for name in ("supplier", "day", "buyer")), len(each["beyond"]))
        for each in around["groups"]
    )
    assert groups == expected
    assert around["likely"] == sum(beyond == 0 for *_, beyond in expected)
    assert (around["under"], around["over"]) == rows.execute(NEAR, asked).fetchone()


@pytest.mark.parametrize(
    ("cancelled", "orders", "likely", "beside"),
    [("--with-cancelled", 2449, 8, 1), ("--without-cancelled", 1726, 5, 1)],
)
def test_at_25000_the_orders_hold_eight_groups_and_five_without_what_was_cancelled(
    cancelled: str, orders: int, likely: int, beside: int
) -> None:
    done = report(str(ORDERS), "--policy", str(UNIVERSITY), "--below", "25000.00", cancelled)
    (around,) = done["limits"]
    assert (done["documents"], around["likely"], around["beside_larger"]) == (
        orders,
        likely,
        beside,
    )


def test_up_to_means_the_limit_itself_needs_no_more() -> None:
    where = [str(ORDERS), "--policy", str(UNIVERSITY)]
    (below,) = report(*where, "--below", "25000.00")["limits"]
    (up_to,) = report(*where, "--up-to", "25000.00")["limits"]
    assert (below["under"], below["over"]) == (25, 10)
    assert (up_to["under"], up_to["over"]) == (26, 9)


def test_without_a_limit_those_of_the_set_are_asked() -> None:
    limits = report(str(ORDERS), "--policy", str(UNIVERSITY))["limits"]
    assert len(limits) > 3
    assert {"limit": "25000.00 USD", "is_inside": True} in [
        {name: each[name] for name in ("limit", "is_inside")} for each in limits
    ]


# --- a total of the set ---------------------------------------------------------------------------


def written(folder: Path, *documents: dict[str, object]) -> str:
    path = folder / "orders.jsonl"
    path.write_text("\n".join(map(json.dumps, documents)), encoding="utf-8")
    return str(path)


def at(day: int, hour: int = 10) -> str:
    return f"2027-03-{day:02}T{hour:02}:00:00-04:00"


def test_a_total_of_the_set_sees_several_days_companies_and_logins(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        order("4000.00", "PO-1", submitted_at=at(15), requester="rita.us"),
        order("3800.00", "PO-2", submitted_at=at(16), supplier="S-2"),
        order("4100.00", "PO-3", submitted_at=at(17), requester="rsmith.ext"),
        order("9000.00", "PO-4", submitted_at=at(18), contract="C-77"),
        order("9000.00", "PO-5", submitted_at=at(30)),
    )
    where = (file, "--policy", str(ACME), "--up-to", "10000.00", "--currency", "USD")
    (around,) = report(*where, "--total", "split_sum")["limits"]
    (group,) = around["groups"]
    assert [each["id"] for each in group["documents"]] == ["PO-1", "PO-2", "PO-3"]
    assert (group["together"], group["same"]) == ("11900.00 USD", {"split_sum": "11900.00 USD"})
    by_day = report(*where, "--same", "requester,supplier_group,day")
    assert by_day["limits"][0]["groups"] == []


def test_persons_are_compared_and_never_logins(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        order("6000.00", "PO-1", submitted_at=at(15), requester="rita.us"),
        order("4000.01", "PO-2", submitted_at=at(15), requester="rsmith.ext"),
    )
    where = (file, "--policy", str(ACME), "--up-to", "10000.00", "--currency", "USD")
    (around,) = report(*where, "--same", "requester,supplier,day")["limits"]
    assert around["groups"][0]["same"]["requester"] == "rita"


def test_a_credit_does_not_hide_a_group(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        order("6000.00", "PO-1", submitted_at=at(15)),
        order("-5000.00", "PO-2", submitted_at=at(15)),
        order("4000.01", "PO-3", submitted_at=at(15)),
    )
    where = (file, "--policy", str(ACME), "--up-to", "10000.00", "--currency", "USD")
    (around,) = report(*where, "--same", "requester,supplier,day")["limits"]
    assert around["groups"][0]["together"] == "10000.01 USD"


def test_days_are_those_of_the_entity(tmp_path: Path) -> None:
    """Eleven at night in New York and one in the morning are two days there and one in UTC."""
    file = written(
        tmp_path,
        order("6000.00", "PO-1", submitted_at="2027-03-16T03:00:00Z"),
        order("6000.00", "PO-2", submitted_at="2027-03-16T05:00:00Z"),
    )
    where = (file, "--policy", str(ACME), "--up-to", "10000.00", "--currency", "USD")
    assert run(*where, "--same", "requester,supplier,day").exit_code == 0


def test_what_is_not_looked_at_is_counted(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        order("6000.00", "PO-1", submitted_at=at(15)),
        order("6000.00", "PO-2", submitted_at=at(15), currency="EUR"),
        order("6000.005", "PO-3", submitted_at=at(15)),
    )
    found = report(file, "--policy", str(ACME), "--below", "10000.00", "--currency", "USD")
    assert (found["documents"], found["lacking"], found["in_another_currency"]) == (2, 1, 1)
    assert found["left_out"][0].startswith("document 3: ")


# --- a store --------------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path: Path) -> str:
    """Two orders of Rita's that together need a director; the second, dated back, was withdrawn."""
    url = f"sqlite:///{tmp_path / 'store.db'}"
    migrate(url)
    opened = open_store(url)
    resources = Resources(opened)
    bootstrap(resources, read_set(ACME), data_files(), ADMIN, "installation", START)
    now = datetime.fromisoformat(at(15, 12))
    for number, amount in enumerate(("6000.00", "4000.01"), start=1):
        raw = order(amount, f"PO-{number}", submitted_at=at(15 - 10 * (number - 1)))
        done = submit(resources, raw, "portal", PORTAL, now)
    assert isinstance(done, Submitted)
    act(resources, done.case.id, Action(Kind.WITHDRAW, "rita", 1), by("rita"), now)
    opened.close()
    return url


@pytest.mark.parametrize(
    "how", [("--total", "split_sum"), ("--same", "requester,supplier_group,day")]
)
def test_a_store_is_looked_at_with_the_set_that_is_in_force(
    store: str, how: tuple[str, str]
) -> None:
    where = ("--database", store, "--up-to", "10000.00", "--currency", "USD", *how)
    (around,) = report(*where)["limits"]
    assert [each["id"] for each in around["groups"][0]["documents"]] == ["PO-1", "PO-2"]
    assert report(*where, "--without-cancelled")["limits"][0]["groups"] == []


# --- said wrongly ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--same", "suplier"), 2),
        (("--below", "25,000"), 2),
        (("--below", "0.00"), 2),
        (("--below", "1.005"), 2),
        (("--total", "split"), 2),
        (("--currency", "XXX"), 2),
    ],
)
def test_what_is_said_wrongly_is_told(words: tuple[str, ...], code: int) -> None:
    done = run(str(ORDERS), "--policy", str(UNIVERSITY), *words)
    assert done.exit_code == code, done.output


def test_a_file_needs_a_set_and_a_store_has_its_own(tmp_path: Path) -> None:
    assert run(str(ORDERS)).exit_code == 2
    assert run("--policy", str(ACME)).exit_code == 2
    assert run("--database", f"sqlite:///{tmp_path / 'none.db'}").exit_code == 7
    where = ("--policy", str(ACME), "--below", "1.00", "--currency", "USD")
    assert run(str(tmp_path / "none.json"), *where).exit_code == 3
    assert run(str(tmp_path / "none.csv"), *where).exit_code == 3
