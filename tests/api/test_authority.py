"""`countersign authority`: one person as of a date, and the register of everybody (B8)."""

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli import app
from tests.policies.sets import POLICIES

ACME = POLICIES / "acme"
UNIVERSITY = POLICIES / "university"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["authority", *map(str, arguments)], terminal_width=200)


def shown(*arguments: str | Path) -> list[str]:
    done = run(*arguments)
    assert done.exit_code == 0, done.output
    return done.output.splitlines()


def lines(*arguments: str | Path) -> list[dict[str, str]]:
    done = run(*arguments, "--json")
    assert done.exit_code == 0, done.output
    (person,) = json.loads(done.output)["people"]
    found: list[dict[str, str]] = person["lines"]
    return found


def of_kind(found: list[dict[str, str]], kind: str) -> list[dict[str, str]]:
    return [
        {k: v for k, v in line.items() if k != "kind"} for line in found if line["kind"] == kind
    ]


def test_one_person_in_full(folder: Path) -> None:
    data = folder / "data"
    (data / "delegations.csv").write_text(
        "id,delegator,delegate,from,to,documents,entities,categories,capex,cap,revoked_at\n"
        "D-1,dan,mia,2027-03-01,2027-03-31,purchase_order,,it,no,20000.00 USD,\n"
        "D-2,dan,eve,2027-04-01,2027-04-30,,,,,,\n"
        "D-3,dan,fay,2027-03-01,2027-12-31,,,,,,\n"
        "D-4,dan,gus,2027-01-01,2027-01-31,,,,,,\n",
        encoding="utf-8",
    )
    (folder / "handling.yaml").write_text(
        "kind: handling\ndelegation:\n"
        "  - {documents: [purchase_order], limit: lesser, longest: 60 days, cap: 30_000.00 USD}\n",
        encoding="utf-8",
    )
    assert shown("dan", "--policy", folder, "--on", "2027-03-15") == [
        "Dan Osei (dan), US01, 2027-03-15 12:00 -0400",
        "active",
        "reports to Carl Ruiz (carl)",
        "Level",
        "  director",
        "May approve in a chain, up to his limits",
        "  up to 50,000.00 USD as director (organization.yaml:10:5)",
        "Delegations",
        "  up to 20,000.00 USD to mia (D-1), in US01, of purchase_order, only where category: "
        "[it], capex: no, since 2027-03-01, until 2027-03-31: lesser authority of dan (50,000.00 "
        "USD) and mia (10,000.00 USD), at most 20,000.00 USD and 30,000.00 USD "
        "(handling.yaml:3:5)",
        "  to eve (D-2), since 2027-04-01, until 2027-04-30: not yet in force",
        "  to fay (D-3), since 2027-03-01, until 2027-12-31: no row allows it: delegation_too_long",
        "Rows that can ask him",
        "  by Purchase orders, normal, only where amount: {up_to: 50_000.00 USD}, "
        "amount: {above: 100.00 USD}: as chain of supervisors (approvals/orders.yaml:9:5)",
    ]
    handling = (folder / "handling.yaml").read_text("utf-8")
    stays = handling.replace("limit: lesser", "limit: lesser, pending_tasks: stay")
    (folder / "handling.yaml").write_text(stays, "utf-8")
    note = of_kind(lines("dan", "--policy", folder, "--on", "2027-03-15"), "delegation")[0]["note"]
    assert note.endswith("at most 20,000.00 USD and 30,000.00 USD; open tasks stay")
    received = of_kind(lines("mia", "--policy", folder, "--on", "2027-03-15"), "delegation")
    assert [line["what"] for line in received] == ["from dan (D-1)"]


def test_whoever_left_or_has_not_begun_approves_nothing(folder: Path) -> None:
    people = folder / "data" / "people.csv"
    text = people.read_text(encoding="utf-8")
    text = text.replace("director,\n", "director,2027-02-28\n")
    people.write_text(text.replace("id,name", "first_day,id,name").replace("\n", "\n,"), "utf-8")
    text = people.read_text(encoding="utf-8").rstrip(",")
    people.write_text(text.replace(",mia,Mia", "2027-04-01,mia,Mia"), encoding="utf-8")
    on = ("--policy", folder, "--on", "2027-03-15")
    assert shown("dan", *on)[1:] == [
        "left, the last day was 2027-02-28: approves nothing",
        "reports to Carl Ruiz (carl)",
        "Level",
        "  director: does not count",
        "Nothing is his to approve by a role, limit or cost center of his own.",
    ]
    assert shown("mia", *on)[1] == "begins on 2027-04-01: approves nothing yet"
    assert not of_kind(lines("mia", *on), "limit")
    assert of_kind(lines("mia", "--policy", folder, "--on", "2027-04-01"), "limit")
    assert of_kind(lines("dan", "--policy", folder, "--on", "2027-02-28"), "limit")
    assert not of_kind(lines("dan", "--policy", folder, "--on", "2027-03-01"), "limit")


def test_a_limit_that_begins_on_a_day_is_there_from_that_day(folder: Path) -> None:
    file = folder / "organization.yaml"
    text = file.read_text(encoding="utf-8")
    raised = "  - {who: manager, when: {now: {from: 2028-01-01}}, up_to: 15_000.00 USD}\n"
    file.write_text(text + raised, encoding="utf-8")

    def limits(day: str) -> list[str]:
        found = of_kind(lines("mia", "--policy", folder, "--on", day), "limit")
        assert not any("only_where" in line for line in found)
        return [line["up_to"] for line in found]

    assert limits("2027-12-31") == ["10000.00 USD"]
    assert limits("2028-01-01") == ["10000.00 USD", "15000.00 USD"]


def test_a_condition_on_the_document_stays_a_condition(folder: Path) -> None:
    file = folder / "organization.yaml"
    text = file.read_text(encoding="utf-8")
    more = "  - {who: manager, when: {contract: missing}, up_to: 12_000.00 USD}\n"
    file.write_text(text + more, encoding="utf-8")
    found = of_kind(lines("mia", "--policy", folder, "--on", "2027-03-15"), "limit")
    assert [line.get("only_where", "") for line in found] == ["", "not: {contract: present}"]


def test_an_alternative_that_is_false_in_the_entity_is_not_said(folder: Path) -> None:
    file = folder / "organization.yaml"
    text = file.read_text(encoding="utf-8")
    past = "{{now: {{below: 2027-01-01}}}}"
    more = f"  - {{{{who: manager, when: {{{{any: [{{}}, {past}]}}}}, up_to: 1.00 USD}}}}\n"
    conditions = ("{now: {from: 2030-01-01}}", "{now: {from: 2026-01-01}}", "{contract: present}")
    file.write_text(text + "".join(map(more.format, conditions)), encoding="utf-8")
    found = of_kind(lines("mia", "--policy", folder, "--on", "2027-03-15"), "limit")
    assert [line.get("only_where", "") for line in found] == ["", "", "contract: present"]


def test_joint_limits_bars_and_logins_of_the_example_group() -> None:
    on = ("--policy", ACME, "--on", "2027-03-15")
    joint = [each for each in of_kind(lines("carl", *on), "limit") if "together_with" in each]
    assert [(each["up_to"], each["entities"]) for each in joint] == [
        ("10000000.00 USD", "US01"),
        ("8000000.00 EUR", "DE01"),
        ("1000000000 JPY", "JP01"),
        ("3000000.000 KWD", "KW01"),
    ]
    assert of_kind(lines("rsmith.ext", *on), "bar") == of_kind(lines("rita", *on), "bar")
    assert [each["note"] for each in of_kind(lines("rita", *on), "bar")] == ["related_party_match"]
    assert [each["since"] for each in of_kind(lines("noah", *on), "bar")] == ["2026-11-02"]
    assert not of_kind(lines("noah", "--policy", ACME, "--on", "2026-11-01"), "bar")
    stands_in = of_kind(lines("axel", *on), "stand_in")
    assert [each["what"] for each in stands_in] == [
        "for cfo, as audit_chair",
        "for ceo, as audit_chair",
        "for cfo, as audit_chair",
    ]


def test_who_is_away_is_said_with_the_last_day() -> None:
    at = ("--policy", UNIVERSITY, "--at", "2019-07-10T09:00:00-04:00")
    assert shown("proc-director", *at)[1] == "away until 2019-07-26"
    assert of_kind(lines("own-library", *at), "owner") == []
    assert of_kind(lines("own-library-2", *at), "owner")[0]["since"] == "2018-09-01"


def test_the_register_of_everybody_as_csv(tmp_path: Path) -> None:
    file = tmp_path / "register.csv"
    on = ("--policy", ACME, "--on", "2027-03-15")
    assert shown("--all", *on, "--out", file) == []
    rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))
    people = "rita mia noah dan sam olga vera carl eve paul petra tina gina cora lena bea axel"
    abroad = "uwe otto dora ren yuki karim aisha badr"
    assert {row["person"] for row in rows} == {*people.split(), *abroad.split()}
    by_person = [row for row in rows if row["person"] == "carl" and row["kind"] == "limit"]
    wanted = of_kind(lines("carl", *on), "limit")
    assert [row["up_to"] for row in by_person] == [line["up_to"] for line in wanted]
    assert [row["kind"] for row in rows if row["person"] == "paul"] == ["nothing"]


def test_no_cell_of_the_csv_is_a_formula(folder: Path, tmp_path: Path) -> None:
    people = folder / "data" / "people.csv"
    text = people.read_text(encoding="utf-8")
    people.write_text(text.replace("Mia Chen", "=HYPERLINK(1)"), encoding="utf-8")
    file = tmp_path / "register.csv"
    shown("--all", "--policy", folder, "--on", "2027-03-15", "--out", file)
    rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))
    assert {row["name"] for row in rows if row["person"] == "mia"} == {"'=HYPERLINK(1)"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["dann"], "did you mean `dan`?"),
        (["Mia Clark"], "did you mean `Mia Clarke`?"),
        ([], "name one person, or say --all"),
        (["dan", "--all"], "name one person, or say --all"),
        (["dan", "--on", "march"], "expected a day like 2027-03-15"),
        (["dan", "--on", "2027-03-15", "--at", "2027-03-15T09:00:00Z"], "not both"),
        (["dan", "--at", "submitted"], "authority needs a moment"),
    ],
)
def test_a_slip_is_said(arguments: list[str], message: str) -> None:
    done = run(*arguments, "--policy", ACME)
    assert done.exit_code == 2
    assert message in " ".join(done.output.replace("│", " ").split())
