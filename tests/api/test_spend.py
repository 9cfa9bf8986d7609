"""`countersign spend`: what it finds is what plain queries over the same rows find.

Shows (A4).
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from typer.testing import CliRunner, Result

from api.cli import app
from tests.shared_data import SHARED_DATA

# Published under the UK transparency code: looked for beside the project, never copied into it.
COUNCIL: Final = SHARED_DATA / "leeds_2020-06.csv.gz"
TRANSPORT: Final = SHARED_DATA / "tfl_2022_23_p05.csv.gz"
needs_data = pytest.mark.skipif(
    not (COUNCIL.exists() and TRANSPORT.exists()),
    reason="the published files are not at ../shared/data",
)

HEADER: Final = (
    "Entity,Supplier,Account,Description,Transaction Number,Date,Amount,Capital or Revenue\n"
)


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["spend", *words])


def report(*words: str) -> dict[str, Any]:
    done = run(*words, "--json")
    assert done.exit_code in (0, 1), done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def sections(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["kind"]: each for each in [*found["duplicates"], *found["coding"]]}


def lines(section: Mapping[str, Any]) -> list[list[int]]:
    return sorted(sorted(row["line"] for row in each["rows"]) for each in section["found"])


@pytest.fixture
def spend(tmp_path: Path) -> Any:
    """Writes rows in a layout of its own: `entity|supplier|account|description|number|day|...`."""

    def write(*rows: str, header: str = HEADER, name: str = "spend.csv") -> str:
        (tmp_path / name).write_text(header + "".join(f"{row}\n" for row in rows))
        return str(tmp_path / name)

    return write


def row(
    amount: str,
    supplier: str = "Globex Ltd",
    entity: str = "North",
    account: str = "205",
    day: str = "2027-06-04",
    number: str = "",
    description: str = "seeds",
    flag: str = "R",
) -> str:
    number = number or f"{supplier} {amount}"
    return f"{entity},{supplier},{account},{description},{number},{day},{amount},{flag}"


# Invented files, a case each


def test_each_class_of_duplicates_is_found_where_it_is_and_nowhere_else(spend: Any) -> None:
    file = spend(
        row("100.00", number="1"),  # 2 and 3: paid twice on one day
        row("100.00", number="2"),
        row("200.00", number="3"),  # 4 and 5: by two entities
        row("200.00", entity="South", number="4", day="2027-06-30"),
        row("300.00", number="5"),  # 6 and 7: again within 31 days
        row("300.00", number="6", day="2027-07-05"),
        row("300.00", number="7", day="2027-08-06"),  # 32 days later: not
        row("400.00", number="8"),  # 9 and 10: two spellings
        row("400.00", number="9", supplier="GLOBEX LIMITED", day="2027-06-06"),
        row("555.00", number="10"),  # 11 and 12: day and month exchanged
        row("555.00", number="11", day="2027-04-06"),
        row("600.00", number="12"),  # 13 and 14: nearly the same
        row("600.60", number="13"),
        row("700.00", number="14"),  # 15 and 16: with 20 % tax
        row("840.00", number="15", day="2027-06-09"),
        row("900.00", supplier="Hooli", number="16"),  # 17 and 18: the row itself again
        row("900.00", supplier="Hooli", number="16"),
    )
    found = sections(report(file))
    expected = {
        "row_twice": [[17, 18]],
        "paid_twice": [[2, 3], [17, 18]],
        "across_entities": [[4, 5]],
        "paid_again": [[6, 7], [9, 10]],
        "spelled_otherwise": [[9, 10]],
        "day_and_month_exchanged": [[11, 12]],
        "near_amount": [[13, 14]],
        "tax_added": [[15, 16]],
        "usual_amount": [],
    }
    assert {kind: lines(found[kind]) for kind in expected} == expected


def test_an_amount_that_is_paid_again_and_again_is_usual(spend: Any) -> None:
    rows = [row("50.00", number=str(n), day=f"2027-06-{4 + n // 2:02}") for n in range(4)]
    found = sections(report(spend(*rows)))
    assert lines(found["paid_twice"]) == []
    assert lines(found["usual_amount"]) == [[2, 3], [4, 5]]
    assert sections(report(spend(*rows[:3])))["paid_twice"]["findings"] == 1


def test_what_a_credit_takes_back_is_not_at_stake(spend: Any) -> None:
    twice = [row("100.00", number="1"), row("100.00", number="2")]
    assert sections(report(spend(*twice)))["paid_twice"]["amount"] == "100.00"
    found = sections(report(spend(*twice, row("-100.00", number="3"))))
    assert (found["paid_twice"]["findings"], found["paid_twice"]["amount"]) == (1, "0.00")
    assert found["credit_alone"]["findings"] == 0


def test_a_row_that_hides_the_supplier_or_pays_nothing_is_a_duplicate_of_none(spend: Any) -> None:
    hidden = row("100.00", supplier="REDACTED PERSONAL DATA")
    found = report(spend(hidden, hidden, row("0.00"), row("0.00")))
    assert found["hidden_supplier"] == 2
    assert all(each["findings"] == 0 for each in found["duplicates"])
    assert sections(found)["nothing_paid"]["findings"] == 2


def test_each_coding_problem_is_found_where_it_is_and_nowhere_else(spend: Any) -> None:
    file = spend(
        row("1.00", supplier="A", account=""),  # 2: no account
        row("2.00", supplier="B", account="1"),  # 3 and 4: two accounts
        row("2.00", supplier="B", account="2", description="other"),
        row("3.00", supplier="C", account="3", description="c"),  # 5 and 6: capital and revenue
        row("4.00", supplier="C", account="4", description="c", flag="C", day="2027-06-05"),
        row("5.00", supplier="D", account="5", description="d"),  # 7 and 8: two names
        row("6.00", supplier="E", account="5", description="e"),
        row("-7.00", supplier="F", account="7", description="f"),  # 9: nothing to take back
        row("8.00", supplier="G", account="8", description="g", number="N"),  # 10, 11: one number
        row("9.00", supplier="H", account="9", description="h", number="N"),
        row("10.00", supplier="I Ltd", account="10", description="i"),  # 12, 13: two spellings
        row("11.00", supplier="I LIMITED", account="10", description="i"),
        row("12.00", supplier="J", account="12", description="j", day="2027-07-01"),  # 14: later
        *(
            row(f"{n}.50", supplier="K", account="13" if n else "14", description=f"k{n:02}")
            for n in range(20)  # 15: one of twenty in another account
        ),
    )
    found = sections(report(file, "--from", "2027-06-01", "--until", "2027-06-30"))
    expected = {
        "missing": [[2]],
        "several_accounts": [[3, 4]],
        "capital_and_revenue": [[5, 6]],
        "account_with_several_names": [[7, 8], list(range(16, 35))],
        "lone_account": [[15]],
        "credit_alone": [[9]],
        "outside_the_period": [[14]],
        "number_of_several": [[10, 11]],
        "supplier_spellings": [[12, 13]],
        "nothing_paid": [],
    }
    assert {kind: lines(found[kind]) for kind in expected} == expected
    assert found["capital_against_category"]["not_asked"] == "no file has a column for `category`"


def test_a_flag_that_contradicts_its_category_is_found(spend: Any) -> None:
    header = "Supplier,Date,Amount,Category,Capital or Revenue\n"
    file = spend(
        "A,2027-06-01,1,Capital,C",
        "B,2027-06-01,2,Capital,R",
        "C,2027-06-01,3,Supplies,R",
        "D,2027-06-01,4,Supplies,C",
        header=header,
    )
    assert lines(sections(report(file))["capital_against_category"]) == [[3], [5]]


def test_without_a_period_days_are_not_asked_and_the_month_of_the_row_is_its_period(
    spend: Any,
) -> None:
    found = sections(report(spend(row("1.00"))))
    assert found["outside_the_period"]["not_asked"]
    header = "Supplier,Payment Date,Effective Date,Amount\n"
    file = spend(
        "A,2027-06-30,2027-06-15,1",
        "B,2027-07-01,2027-06-15,2",
        "C,2027-05-31,2027-06-15,3",
        header=header,
    )
    assert lines(sections(report(file))["outside_the_period"]) == [[3], [4]]


def test_two_files_are_one_run_and_may_have_one_name(spend: Any, tmp_path: Path) -> None:
    (tmp_path / "later").mkdir()
    first = spend(row("100.00", number="1"))
    second = spend(row("100.00", number="2"), name="later/spend.csv")
    found = sections(report(first, second))
    (group,) = found["paid_twice"]["found"]
    assert sorted(each["file"] for each in group["rows"]) == sorted([first, second])
    done = run(first, first)
    assert (done.exit_code, "a file is named twice" in done.output) == (2, True)


def test_the_same_row_in_two_publications_is_a_row_twice(spend: Any) -> None:
    files = [spend(row("100.00", number="1"), name=name) for name in ("may.csv", "june.csv")]
    assert sections(report(*files))["row_twice"]["findings"] == 1


# What it says, and how it ends


def test_nothing_found_ends_with_0_and_something_with_1(spend: Any) -> None:
    assert run(spend(row("1.00"))).exit_code == 0
    assert run(spend(row("1.00"), row("1.00"))).exit_code == 1
    done = run(spend(row("1.00"), row("x")))
    assert done.exit_code == 1
    assert "spend.csv:3: Amount: expected an amount, found `x`" in done.output


def test_a_file_that_is_not_understood_ends_with_3_and_names_every_heading(spend: Any) -> None:
    file = spend("1,2,3", header="Suplier,Amount,Date\n")
    done = run(file, str(Path(file).with_name("none.csv")))
    assert done.exit_code == 3
    assert "column 1: no heading is called `Suplier`; did you mean `supplier`?" in done.output
    assert "`none.csv`: it cannot be read" in done.output
    assert "--column" in done.output
    assert run(file, "--column", "Suplier=supplier").exit_code == 1  # rows that cannot be read


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--column", "Suplier"),
        ("--column", "Suplier=suplier"),
        ("--currency", "ZZZ"),
        ("--near", "51"),
        ("--near", "1e1"),
        ("--near", "."),
        ("--near-amount", "-1.00"),
        ("--near-amount", "1.005"),
        ("--tax", "101"),
        ("--from", "June"),
        ("--top", "-1"),
    ],
)
def test_options_that_mean_nothing_are_a_usage_error(spend: Any, option: str, value: str) -> None:
    assert run(spend(row("1.00")), option, value).exit_code == 2


def test_the_csv_has_every_row_of_every_finding_and_no_formula(spend: Any, tmp_path: Path) -> None:
    file = spend(*(row("-5.00", supplier="=cmd()", number=str(n)) for n in range(2)))
    out = tmp_path / "out.csv"
    assert run(file, "--csv", str(out)).exit_code == 1
    written = list(csv.DictReader(io.StringIO(out.read_bytes().decode("utf-8-sig"))))
    assert {(each["section"], each["line"]) for each in written} == {
        (kind, line) for kind in ("paid_twice", "credit_alone") for line in ("2", "3")
    }
    assert {(each["supplier"], each["amount"]) for each in written} == {("'=cmd()", "-5.00")}
    assert run(file, "--csv", str(tmp_path / "none" / "out.csv")).exit_code == 6


def test_text_shows_counts_and_the_largest_examples(spend: Any) -> None:
    many = [row(f"{n}00.00", number=f"{n}{k}") for n in range(1, 6) for k in range(2)]
    done = run(spend(*many), "--top", "2")
    assert "10 rows read: 10 invoices, 0 credit notes" in done.output
    assert "Globex Ltd, 2 x 500.00, 2027-06-04: same supplier, same amount, same day" in done.output
    assert "2 x 300.00" not in done.output
    assert "and 3 more; --csv or --json has all" in done.output
    assert "suppliers are told apart by name" in done.output


def test_what_a_cell_holds_moves_no_cursor(spend: Any) -> None:
    done = run(spend(row("1.00", supplier="\x1b[2JGlobex"), row("x", supplier="\u202eGlobex")))
    assert "\x1b[2J" not in done.output
    assert "\u202e" not in done.output


# The published files, beside plain queries


@pytest.fixture(scope="module")
def published() -> dict[str, dict[str, Any]]:
    return sections(report(str(COUNCIL), str(TRANSPORT)))


@pytest.fixture(scope="module")
def plain() -> Iterator[sqlite3.Connection]:
    """Both files in a database, amounts in pence, read with nothing of ours."""
    database = sqlite3.connect(":memory:")
    database.execute(
        "create table every (file, line int, entity, supplier, name, account, description, number,"
        " day, pence int, flag, category, card, all_cells)"
    )
    for path, names in (
        (COUNCIL, ("", "Beneficiary Name", "Detailed Expenditure Code", "Purpose")),
        (TRANSPORT, ("Entity", "Vendor Name", "Expenditure Account", "")),
    ):
        with gzip.open(path, "rt", encoding="latin-1", newline="") as stream:
            for number, each in enumerate(csv.DictReader(stream), start=2):
                entity, supplier, account, description = (each.get(name, "") for name in names)
                cents = each["Amount"].replace(".", "")
                assert len(each["Amount"].partition(".")[2]) == 2
                database.execute(
                    "insert into every values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        path.name,
                        number,
                        entity or path.name.partition(".")[0],
                        supplier,
                        supplier.upper(),
                        account,
                        description,
                        each.get("Transaction Number") or each.get("Document Number"),
                        each.get("Payment Date") or each.get("Clearing Date"),
                        int(cents),
                        each.get("Capital Or Revenue", ""),
                        each.get("Category Internal Name", ""),
                        each.get("Procurement Card", ""),
                        "|".join(each.values()),
                    ),
                )
    database.execute(
        "create table spent as select *, pence < 0 as is_credit,"
        " max(sum(pence > 0) over same, sum(pence < 0) over same) as often,"
        " sum(pence < 0) over same as credits"
        " from every where pence != 0 and supplier not like 'REDACTED%'"
        " window same as (partition by name, abs(pence))"
    )
    yield database
    database.close()


DAY_GROUPS: Final = """
    select count(*), sum(n), sum(stake) from (
        select count(*) as n, case when is_credit then 0
               else max(0, (count(*) - 1 - max(credits)) * max(pence)) end as stake
        from spent where {often}
        group by entity, name, pence, day having count(*) > 1)
"""
# Payments of one amount to one supplier, in runs without a gap of more than 31 days.
RUNS: Final = """
    with gaps as (
        select *, coalesce(julianday(day) - julianday(lag(day) over same), 0) > 31 as begins
        from spent window same as (partition by name, pence order by day)
    ), runs as (
        select *, sum(begins) over (partition by name, pence order by day) as run from gaps
    )
    select count(*), sum(n), sum(stake) from (
        select count(*) as n, case when is_credit then 0
               else max(0, (count(*) - 1 - max(credits)) * max(pence)) end as stake
        from runs group by name, pence, run
        having count(*) > 1 and {having})
"""
ENTITIES: Final = "max(often) <= 3 and count(distinct entity)"
PLAIN: Final = {
    "row_twice": """
        select count(*), sum(n), sum(stake) from (
            select count(*) as n, (count(*) - 1 - max(credits)) * max(pence) as stake
            from spent group by all_cells having count(*) > 1)
    """,
    "paid_twice": DAY_GROUPS.format(often="often <= 3"),
    "usual_amount": DAY_GROUPS.format(often="often > 3"),
    "across_entities": RUNS.format(having=f"{ENTITIES} > 1"),
    "paid_again": RUNS.format(having=f"{ENTITIES} = 1 and count(distinct day) > 1"),
    "spelled_otherwise": RUNS.format(having="count(distinct supplier) > 1"),
    "several_accounts": """
        select count(*), sum(n), sum(paid) from (
            select count(*) as n, sum(abs(pence)) as paid from spent
            group by entity, name, pence, day having count(distinct account) > 1)
    """,
    "capital_and_revenue": """
        select count(*), coalesce(sum(n), 0), coalesce(sum(paid), 0) from (
            select count(*) as n, sum(abs(pence)) as paid from spent where flag != ''
            group by entity, name, description having count(distinct flag) > 1)
    """,
    "capital_against_category": """
        select count(*), count(*), coalesce(sum(abs(pence)), 0) from every
        where flag != '' and (flag = 'C') != (category = 'Capital')
    """,
    "account_with_several_names": """
        select count(*), sum(n), sum(paid) from (
            select count(*) as n, sum(abs(pence)) as paid from every where description != ''
            group by file, account, flag having count(distinct description) > 1)
    """,
    "lone_account": """
        with accounts as (
            select entity, name, account, count(*) as n, sum(abs(pence)) as paid
            from spent group by entity, name, account
        ), suppliers as (
            select *, sum(n) over same as of_all, max(n) over same as most
            from accounts window same as (partition by entity, name)
        )
        select count(distinct entity || name), sum(n), sum(paid) from suppliers
        where of_all >= 20 and most * 100 >= of_all * 95 and n < most
    """,
    "credit_alone": """
        select count(*), count(*), sum(-pence) from spent as one where pence < 0 and not exists (
            select 1 from spent as other where other.name = one.name and other.pence = -one.pence)
    """,
    "number_of_several": """
        select count(*), sum(n), sum(paid) from (
            select count(*) as n, sum(abs(pence)) as paid from spent
            group by entity, number having count(distinct name) > 1)
    """,
    "supplier_spellings": """
        select count(*), sum(n), sum(paid) from (
            select count(*) as n, sum(abs(pence)) as paid from spent
            group by name having count(distinct supplier) > 1)
    """,
    "outside_the_period": """
        select count(distinct card), count(*), sum(pence) from every
        where file like 'leeds%' and day not between '2020-06-01' and '2020-06-30'
    """,
    "nothing_paid": "select count(*), count(*), sum(pence) from every where pence = 0",
}


@needs_data
@pytest.mark.parametrize("kind", list(PLAIN))
def test_figures_of_the_published_files_are_those_of_a_plain_query(
    published: dict[str, dict[str, Any]], plain: sqlite3.Connection, kind: str
) -> None:
    findings, rows, pence = (value or 0 for value in plain.execute(PLAIN[kind]).fetchone())
    found = published[kind]
    stated = int(found["amount"].replace(".", ""))
    assert (found["findings"], found["rows"], stated) == (findings, rows, pence)


def joined(pairs: list[tuple[int, int]]) -> list[list[int]]:
    above: dict[int, int] = {}

    def top(one: int) -> int:
        while above.setdefault(one, one) != one:
            one = above[one]
        return one

    for one, other in pairs:
        above[top(one)] = top(other)
    groups: dict[int, list[int]] = {}
    for one in sorted(above):
        groups.setdefault(top(one), []).append(one)
    return sorted(groups.values())


@needs_data
@pytest.mark.parametrize(
    ("kind", "pairs", "is_shown"),
    [
        (
            "near_amount",
            "one.often <= 3 and other.often <= 3 and one.account = other.account"
            " and one.entity = other.entity and one.day = other.day"
            " and (abs(one.pence - other.pence) <= 100 or 1000 * abs(one.pence - other.pence)"
            " <= max(abs(one.pence), abs(other.pence)))",
            "other.pence != one.pence",
        ),
        (
            "tax_added",
            "abs(julianday(one.day) - julianday(other.day)) <= 31 and (one.pence = other.pence"
            " or one.pence * 5 = other.pence * 6 or one.pence * 6 = other.pence * 5"
            # Both with tax added is both alike, and nothing else has both.
            ")",
            "other.pence != one.pence",
        ),
    ],
)
def test_pairs_of_the_published_files_are_those_of_a_plain_query(
    published: dict[str, dict[str, Any]],
    plain: sqlite3.Connection,
    kind: str,
    pairs: str,
    is_shown: str,
) -> None:
    found = plain.execute(
        f"select one.rowid, other.rowid, {is_shown} from spent as one join spent as other"  # noqa: S608
        " on one.name = other.name and one.is_credit = other.is_credit"
        f" and one.rowid < other.rowid where {pairs}"
    ).fetchall()
    two = {tuple(group) for group in joined([(a, b) for a, b, _ in found]) if len(group) == 2}
    expected = sum((a, b) in two and bool(shown) for a, b, shown in found)
    assert published[kind]["findings"] == expected


@needs_data
def test_the_published_files_are_read_in_full(published: dict[str, dict[str, Any]]) -> None:
    found = report(str(COUNCIL), str(TRANSPORT))
    assert (found["rows"], found["unread"], found["not_compared_in_full"]) == (29_010, [], [])
    assert found["documents"] == {"invoice": 28_863, "credit_note": 147}
    assert found["hidden_supplier"] == 1_118
