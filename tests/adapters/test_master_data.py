"""Master data: what is loaded, what is left out, what refuses a load, and what is never lost.

Shows (A3, F3).
"""

from __future__ import annotations

import os
import random
from collections.abc import Mapping
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.master_data import Directory, Effect, Limits, Load, build, load_folder, read_tables
from engine.facts.kinds import Duration, Kind
from engine.facts.vocabulary import Fact, Of, Total, Window
from engine.master_data import ALWAYS, MasterData, PersonId, Span, current
from engine.money import Money
from engine.organization import Body, Entity, Organization, Role

ROOT = Path(__file__).resolve().parents[2]

Rows = dict[str, list[dict[str, str]]]


def entity(id: str, zone: str, holidays: str = "") -> Entity:
    return Entity(id, id[:2], "region", "USD", zone, holidays=holidays)


ORGANIZATION = Organization(
    entities={
        "US01": entity("US01", "America/New_York", "US"),
        "DE01": entity("DE01", "Europe/Berlin", "DE"),
        "JP01": entity("JP01", "Asia/Tokyo", "JP"),
        "KW01": entity("KW01", "Asia/Kuwait"),
    },
    levels=("manager", "director", "vp", "chief"),
    roles={
        **{
            name: Role(name, per="group", seats=1)
            for name in ("cfo", "ceo", "board_chair", "audit_chair", "group_controller")
        },
        **{name: Role(name, per="group") for name in ("compliance", "procurement_lead")},
        "controller": Role("controller"),
        "department_head": Role("department_head", per="department"),
        "board": Role("board", body=Body(of="cfo")),
    },
    limits=(),
)
FACTS: Mapping[str, Fact] = {
    fact.name: fact
    for fact in (
        Fact("annual_revenue", Kind.MONEY, Of.SUPPLIER),
        Fact("risk", Kind.SCALE, Of.SUPPLIER, ("low", "high")),
        Fact("since", Kind.DATE, Of.SUPPLIER),
        Fact("listed", Kind.YES_NO, Of.SUPPLIER),
        Fact("code_of_conduct", Kind.PAPER, Of.SUPPLIER),
        Fact("payment_term", Kind.DURATION, Of.SUPPLIER),
        Fact("trained", Kind.YES_NO, Of.PERSON),
        Fact("headcount", Kind.NUMBER, Of.ENTITY),
        Fact("year", Kind.MONEY, Of.SUPPLIER, total=Total("x", (), Window(0, "ever"), frozenset())),
    )
}


def people(*ids: str, **more: dict[str, str]) -> list[dict[str, str]]:
    return [{"id": id, "entity": "US01", **more.get(id, {})} for id in ids]


def loaded(tables: Rows, limits: Limits | None = None) -> Load:
    return build(tables, ORGANIZATION, FACTS, limits or Limits(bad_share=Fraction(1)))


def data_of(load: Load) -> MasterData:
    assert load.refused is None, load.refused
    assert load.data is not None
    return load.data


def codes(load: Load) -> list[str]:
    return [bad.code for bad in load.quarantined]


def folder_of(path: Path, **files: str) -> Path:
    for name, text in {"people": PEOPLE, **files}.items():
        (path / f"{name}.csv").write_text(text, encoding="utf-8")
    return path


def folder_load(path: Path, limits: Limits | None = None) -> Load:
    return load_folder(path, ORGANIZATION, FACTS, limits or Limits(bad_share=Fraction(1)))


PEOPLE = """id,name,entity,manager,level,first_day,last_day
ann,Ann,US01,bob,,,
bob,Bob,US01,cyd,manager,2020-01-01,
cyd,Cyd,DE01,,director,,2027-05-31
"""


# --- what is loaded


def acme() -> Load:
    return load_folder(ROOT / "policies" / "acme" / "data", ORGANIZATION, {})


def test_acme_loads_without_a_report() -> None:
    load = acme()
    assert load.refused is None
    assert load.quarantined == ()


def test_acme_has_the_chain_of_the_scenarios() -> None:
    data, now = data_of(acme()), datetime(2027, 3, 15, tzinfo=UTC)
    chain, person = [], "rita"
    while person:
        chain.append((person, current(data.people[PersonId(person)].levels, now)))
        person = current(data.people[PersonId(person)].managers, now) or ""
    assert chain == [
        ("rita", None),
        ("mia", "manager"),
        ("dan", "director"),
        ("vera", "vp"),
        ("carl", "chief"),
        ("eve", "chief"),
        ("bea", None),
    ]


def test_two_logins_of_rita_are_one_person() -> None:
    data, now = data_of(acme()), datetime(2027, 3, 15, tzinfo=UTC)
    assert data.person_of("rita.us", now) == data.person_of("rsmith.ext", now) == "rita"


def test_the_account_of_ritas_supplier_equals_her_own_however_it_is_spelt() -> None:
    data = data_of(acme())
    rita, supplier = data.people[PersonId("rita")], data.suppliers["S-9"]
    assert rita.accounts & supplier.accounts
    assert not rita.accounts & data.suppliers["S-1"].accounts


def test_account_numbers_do_not_stand_in_the_snapshot() -> None:
    assert "4417830922" not in repr(acme().data)


def test_the_rates_of_acme_stand_by_day() -> None:
    rates = data_of(acme()).rates["corporate", "EUR", "USD"]
    assert [(rate.day, rate.rate) for rate in rates] == [
        (date(2027, 3, 1), Fraction(27, 25)),
        (date(2027, 3, 12), Fraction(219, 200)),
        (date(2027, 3, 15), Fraction(11, 10)),
    ]


def test_one_german_cost_center_recovers_nothing() -> None:
    centers = data_of(acme()).cost_centers
    assert centers["de900"].tax_recovery == 0
    assert centers["de100"].tax_recovery is None


def test_a_last_day_ends_at_24_00_where_the_person_works(tmp_path: Path) -> None:
    cyd = data_of(folder_load(folder_of(tmp_path))).people[PersonId("cyd")]
    assert cyd.employed == (Span(None, datetime(2027, 5, 31, 22, tzinfo=UTC)),)  # Berlin, summer


def test_a_termination_may_be_a_moment() -> None:
    tables = {"people": people("dan", dan={"last_day": "2027-05-31T17:00:00-04:00"})}
    dan = data_of(loaded(tables)).people[PersonId("dan")]
    assert dan.is_active(datetime(2027, 5, 31, 20, 59, 59, tzinfo=UTC))
    assert not dan.is_active(datetime(2027, 5, 31, 21, tzinfo=UTC))


def test_an_end_far_away_is_open() -> None:
    tables = {"people": people("dan", dan={"last_day": "9999-12-31"})}
    assert data_of(loaded(tables)).people[PersonId("dan")].employed == (ALWAYS,)


def test_history_holds_in_its_days_and_the_row_otherwise() -> None:
    tables = {
        "people": people("ann", "bob", "cyd", ann={"manager": "bob", "level": "manager"}),
        "people_history": [
            {
                "id": "ann",
                "field": "manager",
                "value": "cyd",
                "from": "2027-02-01",
                "to": "2027-02-28",
            },
            {"id": "ann", "field": "level", "value": "vp", "from": "2027-06-01"},
        ],
    }
    ann = data_of(loaded(tables)).people[PersonId("ann")]
    assert [dated.value for dated in ann.managers] == ["bob", "cyd", "bob"]
    assert current(ann.managers, datetime(2027, 2, 1, 5, tzinfo=UTC)) == "cyd"
    assert current(ann.managers, datetime(2027, 2, 1, 4, 59, tzinfo=UTC)) == "bob"
    assert current(ann.managers, datetime(2027, 3, 1, 5, tzinfo=UTC)) == "bob"
    assert [dated.value for dated in ann.levels] == ["manager", "vp"]


def test_a_login_may_pass_from_one_person_to_another() -> None:
    tables = {
        "people": people("ann", "bob"),
        "logins": [
            {"login": "ap1", "person": "ann", "to": "2027-01-31"},
            {"login": "ap1", "person": "bob", "from": "2027-02-01"},
        ],
    }
    data = data_of(loaded(tables))
    assert data.person_of("ap1", datetime(2027, 1, 15, tzinfo=UTC)) == "ann"
    assert data.person_of("ap1", datetime(2027, 2, 15, tzinfo=UTC)) == "bob"


def test_a_delegation_is_read_whole() -> None:
    row = {
        "id": "D-1",
        "delegator": "ann",
        "delegate": "bob",
        "from": "2028-02-29",
        "to": "2029-02-28",
        "documents": "purchase_order; invoice",
        "entities": "US01",
        "categories": "",
        "capex": "no",
        "cap": "100000.00 USD",
        "revoked_at": "2028-07-01T10:00:00.000Z",
        "papers": "note_to_legal",
    }
    (found,) = data_of(loaded({"people": people("ann", "bob"), "delegations": [row]})).delegations[
        PersonId("ann")
    ]
    assert found.span == Span(
        datetime(2028, 2, 29, 5, tzinfo=UTC), datetime(2029, 3, 1, 5, tzinfo=UTC)
    )
    assert found.documents == {"purchase_order", "invoice"}
    assert found.categories == frozenset()
    assert found.capex is False
    assert found.cap == Money(10_000_000, "USD")
    assert found.revoked_at == datetime(2028, 7, 1, 10, tzinfo=UTC)


def test_the_companys_own_facts_stand_in_columns_or_in_a_file_of_their_own() -> None:
    tables = {
        "people": people("ann", ann={"trained": "yes"}),
        "suppliers": [{"id": "S-1", "risk": "high", "annual_revenue": "500_000.00 USD"}],
        "facts": [
            {"of": "supplier", "id": "S-1", "fact": "since", "value": "2019-05-01"},
            {"of": "supplier", "id": "S-1", "fact": "code_of_conduct", "value": "present"},
            {"of": "supplier", "id": "S-1", "fact": "payment_term", "value": "1 year 2 weeks"},
            {"of": "entity", "id": "DE01", "fact": "headcount", "value": "12.5"},
        ],
    }
    data = data_of(loaded(tables))
    assert dict(data.people[PersonId("ann")].facts) == {"trained": True}
    assert dict(data.suppliers["S-1"].facts) == {
        "risk": "high",
        "annual_revenue": Money(50_000_000, "USD"),
        "since": date(2019, 5, 1),
        "code_of_conduct": True,
        "payment_term": Duration(12, 14),
    }
    assert dict(data.entity_facts["DE01"]) == {"headcount": Fraction(25, 2)}


def test_yaml_says_the_same_as_csv(tmp_path: Path) -> None:
    (tmp_path / "csv").mkdir()
    (tmp_path / "yaml").mkdir()
    in_csv = folder_of(
        tmp_path / "csv",
        delegations="id,delegator,delegate,from,to,documents,entities,categories,capex,cap,revoked_at\n"
        "D,ann,bob,2027-01-01,2027-01-31,invoice;contract,,,no,,\n",
    )
    in_yaml = folder_of(tmp_path / "yaml")
    (in_yaml / "delegations.yaml").write_text(
        "- id: D\n  delegator: ann\n  delegate: bob\n  from: 2027-01-01\n  to: 2027-01-31\n"
        "  documents: [contract, invoice]\n  capex: no\n",
        encoding="utf-8",
    )
    assert data_of(folder_load(in_yaml)).digest == data_of(folder_load(in_csv)).digest


def test_tables_read_from_files_build_the_same_snapshot(tmp_path: Path) -> None:
    tables, wrong = read_tables(folder_of(tmp_path), FACTS)
    assert wrong is None
    assert data_of(loaded(tables)).digest == data_of(folder_load(tmp_path)).digest


def test_calendars_come_from_the_file_for_its_years_and_from_the_country_otherwise() -> None:
    tables = {
        "people": people("ann"),
        "holidays": [
            {"calendar": "US", "day": "2027-03-08"},
            {"calendar": "plant", "day": "2027-08-02"},
        ],
    }
    holidays = data_of(loaded(tables)).holidays
    assert {day for day in holidays["US"] if day.year == 2027} == {date(2027, 3, 8)}
    assert date(2026, 12, 25) in holidays["US"]
    assert date(2027, 10, 3) in holidays["DE"]
    assert holidays["plant"] == {date(2027, 8, 2)}


def test_a_file_from_a_spreadsheet_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_bytes(b"\xef\xbb\xbf" + PEOPLE.replace("\n", "\r\n").encode())
    assert len(data_of(folder_load(tmp_path)).people) == 3


# --- what is left out


GOLDEN = Path(__file__).with_name("golden")


def test_every_bad_row_is_reported_in_its_place_and_the_rest_loads() -> None:
    load = folder_load(GOLDEN / "bad_rows")
    reports = "".join(f"{bad}\n" for bad in load.quarantined)
    assert reports == (GOLDEN / "bad_rows.txt").read_text(encoding="utf-8")
    data = data_of(load)
    assert sorted(data.people) == ["ann", "gus"]
    assert {key: len(held) for key, held in data.holdings.items()} == {("cfo", "*"): 2}
    assert not data.rates


def test_who_is_left_out_takes_everything_he_holds_with_him() -> None:
    tables = {
        "people": people("ann", "bob", ann={"last_day": "soon"}, bob={"manager": "ann"}),
        "logins": [{"login": "ann.us", "person": "ann"}],
        "roles": [{"role": "cfo", "person": "ann", "for": "*"}],
        "acting": [{"position": "bob", "by": "ann"}],
        "absences": [{"person": "ann", "from": "2027-01-01"}],
        "interests": [{"person": "ann", "supplier": "S-1"}],
        "delegations": [
            {
                "id": "D",
                "delegator": "bob",
                "delegate": "ann",
                "from": "2027-01-01",
                "to": "2027-02-01",
            }
        ],
        "cost_centers": [{"id": "cc1", "entity": "US01", "owner": "ann"}],
        "projects": [{"id": "p1", "entity": "US01", "manager": "ann"}],
    }
    load = loaded(tables)
    data = data_of(load)
    assert list(data.people) == ["bob"]
    assert data.people[PersonId("bob")].managers == ()
    held = (data.logins, data.holdings, data.acting, data.absences, data.interests)
    assert not any(held)
    assert not data.delegations
    assert data.cost_centers["cc1"].owners == ()
    assert data.projects["p1"].managers == ()
    assert sum(bad.dragged for bad in load.quarantined) == 6


@pytest.mark.parametrize(
    "row",
    [
        {"field": "level", "value": "mangaer", "from": "2027-01-01"},
        {"field": "employment", "value": "employed", "to": "2027-02-30"},
        {"field": "employment", "value": "", "to": "2027-02-01"},
        {"field": "entity", "value": "US01"},
        {"field": "manager", "value": "bob", "from": "2027-02-01", "to": "2027-01-01"},
    ],
)
def test_a_bad_line_of_history_takes_the_person_with_it(row: dict[str, str]) -> None:
    tables = {"people": people("ann", "bob"), "people_history": [{"id": "ann", **row}]}
    load = loaded(tables)
    assert list(data_of(load).people) == ["bob"]
    assert "spoilt" in codes(load)


def test_two_values_at_one_time_take_the_person_with_them() -> None:
    rows = [
        {"id": "ann", "field": "level", "value": "vp", "to": "2027-02-01"},
        {"id": "ann", "field": "level", "value": "chief", "from": "2027-02-01"},
    ]
    assert not data_of(loaded({"people": people("ann"), "people_history": rows})).people


def test_days_of_employment_are_stated_in_one_place() -> None:
    tables = {
        "people": people("ann", ann={"last_day": "2027-01-31"}),
        "people_history": [{"id": "ann", "field": "employment", "value": "employed"}],
    }
    load = loaded(tables)
    assert not data_of(load).people
    assert "stated-twice" in codes(load)


def test_a_manager_of_the_history_who_is_not_there_leaves_the_days_without_one() -> None:
    tables = {
        "people": people("ann", "bob", ann={"manager": "bob"}),
        "people_history": [
            {
                "id": "ann",
                "field": "manager",
                "value": "zed",
                "from": "2027-02-01",
                "to": "2027-02-28",
            }
        ],
    }
    ann = data_of(loaded(tables)).people[PersonId("ann")]
    assert current(ann.managers, datetime(2027, 2, 15, tzinfo=UTC)) is None
    assert current(ann.managers, datetime(2027, 3, 15, tzinfo=UTC)) == "bob"


def test_managers_in_a_circle_are_reported_and_kept() -> None:
    tables = {
        "people": people(
            *"abcde", a={"manager": "b"}, b={"manager": "c"}, c={"manager": "a"}, d={"manager": "a"}
        )
    }
    load = loaded(tables)
    assert len(data_of(load).people) == 5
    assert [bad.message for bad in load.quarantined] == [
        "managers in a circle of 3: `a`, `b`, `c`; kept"
    ]


def test_managers_who_changed_places_are_no_circle() -> None:
    tables = {
        "people": people("ann", "bob"),
        "people_history": [
            {"id": "ann", "field": "manager", "value": "bob", "to": "2026-12-31"},
            {"id": "bob", "field": "manager", "value": "ann", "from": "2027-01-01"},
        ],
    }
    assert loaded(tables).quarantined == ()


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([{"login": "bob", "person": "ann"}], "login-is-person"),
        ([{"login": "BOB", "person": "ann"}], "login-is-person"),
        ([{"login": "x", "person": "ann"}, {"login": "X", "person": "bob"}], "login-overlap"),
        (
            [
                {"login": "x", "person": "ann", "to": "2027-01-31"},
                {"login": "x", "person": "bob", "from": "2027-01-31"},
            ],
            "login-overlap",
        ),
    ],
)
def test_a_login_never_stands_for_two_people(rows: list[dict[str, str]], expected: str) -> None:
    load = loaded({"people": people("ann", "bob"), "logins": rows})
    assert set(codes(load)) == {expected}
    assert not data_of(load).logins


def test_a_role_for_nothing_is_not_held_for_everything() -> None:
    tables = {
        "people": people("ann"),
        "roles": [
            {"role": "controller", "person": "ann", "for": ""},
            {"role": "department_head", "person": "ann", "for": "it; sales"},
        ],
    }
    assert sorted(data_of(loaded(tables)).holdings) == [
        ("department_head", "it"),
        ("department_head", "sales"),
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"revoked_at": "yesterday"},
        {"revoked_at": "2027-01-05T10:00:00"},
        {"cap": "1,000.00 USD"},
        {"cap": "1000.001 USD"},
        {"capex": "perhaps"},
        {"to": ""},
        {"delegate": "ann"},
        {"entities": "US1"},
        {"documents": "invoice;;contract"},
    ],
)
def test_a_delegation_with_a_bad_cell_is_left_out_whole(change: dict[str, str]) -> None:
    row = {
        "id": "D",
        "delegator": "ann",
        "delegate": "bob",
        "from": "2027-01-01",
        "to": "2027-02-01",
    }
    good = loaded({"people": people("ann", "bob"), "delegations": [row]})
    assert data_of(good).delegations
    bad = loaded({"people": people("ann", "bob"), "delegations": [row | change]})
    assert not data_of(bad).delegations
    assert bad.quarantined


@pytest.mark.parametrize(
    "row",
    [
        {"id": "S-1", "bank_account": "n/a"},
        {"id": "S-1", "risk": "middling"},
        {"id": "S-1", "annual_revenue": "500000.00"},
        {"id": "S-1", "listed": "maybe"},
        {"id": "S-1", "payment_term": "soon"},
    ],
)
def test_a_supplier_with_a_bad_cell_is_left_out_whole(row: dict[str, str]) -> None:
    tables = {
        "people": people("ann"),
        "suppliers": [row, {"id": "S-2"}],
        "contracts": [{"id": "C", "supplier": "S-1", "net": "1.00 USD"}],
        "interests": [{"person": "ann", "supplier": "S-1"}],
    }
    data = data_of(loaded(tables))
    assert list(data.suppliers) == ["S-2"]
    assert not data.contracts
    assert data.interests  # an interest stays, by name


@pytest.mark.parametrize("value", ["middling", ""])
def test_a_bad_fact_takes_what_it_is_about_with_it(value: str) -> None:
    fact = {"of": "supplier", "id": "S-1", "fact": "risk", "value": value}
    tables = {"people": people("ann"), "suppliers": [{"id": "S-1"}], "facts": [fact]}
    assert not data_of(loaded(tables)).suppliers


def test_a_fact_stated_twice_takes_what_it_is_about_with_it() -> None:
    fact = {"of": "supplier", "id": "S-1", "fact": "risk", "value": "low"}
    suppliers = [{"id": "S-1", "risk": "high"}]
    tables = {"people": people("ann"), "suppliers": suppliers, "facts": [fact]}
    assert not data_of(loaded(tables)).suppliers


@pytest.mark.parametrize("fact", ["rsik", "year", "supplier_group", "status"])
def test_an_undeclared_fact_is_left_out_alone(fact: str) -> None:
    row = {"of": "supplier", "id": "S-1", "fact": fact, "value": "low"}
    load = loaded({"people": people("ann"), "suppliers": [{"id": "S-1"}], "facts": [row]})
    assert list(data_of(load).suppliers) == ["S-1"]
    assert codes(load) == ["unknown-fact"]


# --- what refuses a load


@pytest.mark.parametrize(
    "tables",
    [
        {"interests": [{"person": "zed", "supplier": "S-1"}]},
        {"interests": [{"person": "ann", "supplier": ""}]},
        {"interests": [{"person": "ann", "supplier": "S-1", "from": "soon"}]},
        {"interests": [{"person": "ann", "supplier": "S-2"}], "suppliers": [{"id": "S-1"}]},
        {"relations": [{"person": "ann", "related_to": "zed"}]},
        {"relations": [{"person": "ann", "related_to": "ann"}]},
        {"relations": [{"person": "ann", "related_to": ""}]},
        {"holidays": [{"calendar": "US", "day": "2027-02-30"}]},
        {"cost_centers": [{"id": "c", "entity": "US01", "tax_recovery": "0"}]},
        {"cost_centers": [{"id": "c", "entity": "US1", "tax_recovery": "0%"}]},
        {"cost_centers": [{"id": "c", "entity": "US01"}, {"id": "c", "entity": "US01"}]},
        {
            "cost_centers": [{"id": "c", "entity": "US01", "tax_recovery": "0%"}],
            "cost_centers_history": [{"id": "c", "field": "owner", "value": ""}],
        },
        {"facts": [{"of": "entity", "id": "US01", "fact": "headcount", "value": "many"}]},
        {"facts": [{"of": "entiy", "id": "US01", "fact": "headcount", "value": "1"}]},
        {"facts": [{"of": "person", "id": "", "fact": "trained", "value": "yes"}]},
        {"people_history": [{"id": "", "field": "level", "value": "vp"}]},
        {"poeple": []},
        {"roles": [{"role": "cfo", "person": "ann", "for": "*", "until": "2027-01-01"}]},
    ],
)
def test_what_could_loosen_a_control_refuses_the_load(tables: Rows) -> None:
    load = loaded({"people": people("ann"), **tables})
    assert load.data is None
    assert load.refused
    assert any(bad.effect is Effect.REFUSED for bad in load.quarantined)


def test_an_interest_of_somebody_left_out_does_not_refuse_the_load() -> None:
    tables = {
        "people": people("ann", "bob", bob={"level": "none"}),
        "interests": [{"person": "bob", "supplier": "S-1"}],
    }
    assert data_of(loaded(tables)).people.keys() == {"ann"}


def test_a_relation_is_known_from_both_sides_and_kept_for_who_is_left_out() -> None:
    related = [
        {"person": "ann", "related_to": "bob", "from": "2027-01-01"},
        {"person": "cyd", "related_to": "ann"},
    ]
    tables = {"people": people("ann", "bob", "cyd", cyd={"level": "none"}), "relations": related}
    load = loaded(tables)
    found = data_of(load).relations
    assert {one.related_to for one in found[PersonId("ann")]} == {"bob", "cyd"}
    assert {one.related_to for one in found[PersonId("bob")]} == {"ann"}
    without = data_of(loaded({"people": tables["people"]}))
    assert data_of(load).digest != without.digest


def test_a_file_with_more_than_a_fifth_of_bad_rows_refuses_the_load() -> None:
    many = people(*(f"p{n}" for n in range(9)), "bad", bad={"level": "x"})
    assert loaded({"people": many}, Limits()).refused is None
    more = [*many, *people("worse", "worst", worse={"level": "x"}, worst={"level": "x"})]
    refused = loaded({"people": more}, Limits()).refused
    assert refused is not None
    assert "3 of 12 rows cannot be used" in refused


def test_rows_that_are_only_dragged_do_not_count_as_bad() -> None:
    tables = {
        "people": people(*(f"p{n}" for n in range(9)), "bad", bad={"level": "x"}),
        "roles": [{"role": "compliance", "person": "bad", "for": "*"}],
    }
    assert loaded(tables, Limits()).refused is None


def test_a_calendar_that_nobody_knows_refuses_the_load() -> None:
    organization = Organization({"X": entity("X", "UTC", "Atlantis")}, (), {}, ())
    refused = build({"people": []}, organization, {}).refused
    assert refused == (
        "holidays:calendar: error[unknown-calendar]: no calendar named `Atlantis`, and it is no "
        "country\n  help: name a country such as `DE-BY`, or state its days in `holidays.csv`"
    )


def test_a_zone_that_nobody_knows_refuses_the_load() -> None:
    organization = Organization({"X": entity("X", "../Mars")}, (), {}, ())
    assert "unknown-zone" in (build({"people": []}, organization, {}).refused or "")


REFUSED_FILES = {
    "nothing at all": b"",
    "an unknown column": b"id,name,entity,manager,levle,first_day,last_day\n",
    "a missing column": b"id,name,entity,manager,level,first_day\n",
    "two columns of one name": b"id,id,name,entity,manager,level,first_day,last_day\n",
    "semicolons": b"id;name;entity;manager;level;first_day;last_day\n",
    "Latin-1": PEOPLE.replace("Ann", "Änn").encode("latin-1"),
    "UTF-16": PEOPLE.encode("utf-16"),
    "a byte 0": PEOPLE.replace("Ann", "A\0nn").encode(),
    "a line of 10 MB": PEOPLE.encode() + b"x" * 10_000_000,
    "a quote that never closes": PEOPLE.encode() + b'dee,"Dee,US01,,,,\n' * 3,
    "something after a quote": PEOPLE.encode() + b'dee,"Dee"x,US01,,,,\n',
    "a huge cell": PEOPLE.encode() + b'dee,"' + b"x" * 200_000 + b'",US01,,,,\n',
    "lone carriage returns": PEOPLE.replace("\n", "\r").encode(),
    "very many columns": b"," * 500_000 + b"\n",
    "random bytes": random.Random(7).randbytes(50_000),
    "a picture": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
}


@pytest.mark.parametrize("name", REFUSED_FILES)
def test_a_hostile_file_gives_a_report_and_never_a_traceback(name: str, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_bytes(REFUSED_FILES[name])
    load = folder_load(tmp_path)
    assert load.data is None
    assert load.refused
    assert load.refused.startswith("people.csv:")
    assert load.refused.isprintable() or "\n" in load.refused


REFUSED_YAML = {
    "brackets": "[" * 60_000,
    "an alias": "- &a {id: ann, entity: US01}\n- *a\n",
    "a mapping": "id: ann\n",
    "nothing": "",
    "a tab": "-\tid: [\n",
    "two documents": "- {id: ann}\n---\n- {id: bob}\n",
    "an unknown column": "- {id: ann, entity: US01, maneger: bob}\n",
    "nested": "- {id: ann, entity: {a: {b: c}}}\n",
    "a control character": "- {id: \x07}\n",
    "a byte 0": "- {id: \0}\n",
    "a tag": "- {id: !!python/name:os.system ann}\n",
    "a tag of a row": "- !x {id: ann}\n",
    "no such character": '- {id: "\\UFFFFFFFF"}\n',
    "just no character": '- {id: "\\U00110000"}\n',
    "a huge version": "%YAML " + "9" * 5000 + ".1\n---\n- {id: ann}\n",
}


@pytest.mark.parametrize("name", REFUSED_YAML)
def test_hostile_yaml_gives_a_report_and_never_a_traceback(name: str, tmp_path: Path) -> None:
    (tmp_path / "people.yaml").write_text(REFUSED_YAML[name], encoding="utf-8")
    load = folder_load(tmp_path)
    assert load.data is None
    assert load.refused


def test_a_long_cell_costs_its_row_only(tmp_path: Path) -> None:
    load = folder_load(folder_of(tmp_path, people=PEOPLE + f"dee,{'x' * 20_000},US01,,,,\n"))
    assert len(data_of(load).people) == 3
    assert codes(load) == ["long-cell"]


def test_characters_that_do_not_print_cost_their_row_and_are_shown_escaped(tmp_path: Path) -> None:
    load = folder_load(folder_of(tmp_path, people=PEOPLE + "d\u202ee\x1b[31m,,US01,,,,\n"))
    assert len(data_of(load).people) == 3
    assert "\\u202e" in load.quarantined[0].message
    assert all(bad.message.isprintable() for bad in load.quarantined)


def test_too_many_rows_and_too_large_files_are_refused(tmp_path: Path) -> None:
    folder_of(tmp_path)
    assert "too-many-rows" in (folder_load(tmp_path, Limits(rows_count=2)).refused or "")
    assert "too-large" in (folder_load(tmp_path, Limits(file_bytes=50)).refused or "")


@pytest.mark.parametrize(
    "name", ["interest.csv", "interests.xlsx", "Interests.csv", "interests.yml", "interests"]
)
def test_a_file_that_nobody_would_read_refuses_the_load(name: str, tmp_path: Path) -> None:
    folder_of(tmp_path)
    (tmp_path / name).write_text("person,supplier\n", encoding="utf-8")
    load = folder_load(tmp_path)
    assert load.data is None
    assert "did you mean `interests.csv`?" in (load.refused or "") or "interests" in name.lower()


def test_notes_and_hidden_files_are_no_data(tmp_path: Path) -> None:
    folder_of(tmp_path)
    for name in ("README.md", ".hidden", "people.csv~"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    assert folder_load(tmp_path).refused is None


def test_one_table_in_two_files_refuses_the_load(tmp_path: Path) -> None:
    folder_of(tmp_path)
    (tmp_path / "people.yaml").write_text("[]", encoding="utf-8")
    assert "two-files" in (folder_load(tmp_path).refused or "")


def test_what_is_no_folder_or_no_file_is_refused(tmp_path: Path) -> None:
    assert "missing-file" in (folder_load(tmp_path).refused or "")
    assert "unreadable" in (folder_load(tmp_path / "nowhere").refused or "")
    assert "unreadable" in (folder_load(tmp_path / "a\0b").refused or "")
    os.mkfifo(tmp_path / "people.csv")
    assert "not-a-file" in (folder_load(tmp_path).refused or "")


def test_thousands_of_bad_rows_are_reported_quickly_and_counted(tmp_path: Path) -> None:
    rows = "".join(f"p{n},P,US01,,levl{n},,\n" for n in range(20_000))
    load = folder_load(folder_of(tmp_path, people=PEOPLE + rows))
    assert len(load.quarantined) == Limits().reports_count + 1
    assert load.quarantined[-1].message == "19000 more reports"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300) | st.text(max_size=300).map(lambda t: t.encode("utf-8")))
def test_no_bytes_whatever_raise(content: bytes, tmp_path: Path) -> None:
    header = b"id,name,entity,manager,level,first_day,last_day\n"
    for name in ("people.csv", "people.yaml"):
        for data in (content, header + content):
            for old in tmp_path.iterdir():
                old.unlink()
            (tmp_path / name).write_bytes(data)
            load = folder_load(tmp_path)
            assert (load.data is None) == bool(load.refused)


texts = st.text(max_size=12) | st.sampled_from(
    ["ann", "bob", "S-1", "US01", "2027-01-01", "2027-01-01T00:00:00Z", "yes", "*", "cfo", "1 USD"]
)


@settings(max_examples=100)
@given(data=st.data())
def test_no_cells_whatever_raise(data: st.DataObject) -> None:
    from adapters.master_data.tables import SPECS

    tables = {
        name: data.draw(
            st.lists(st.dictionaries(st.sampled_from(spec.columns), texts), max_size=3), label=name
        )
        for name, spec in SPECS.items()
    }
    tables["people"] += people("ann", "bob")
    load = loaded(tables)
    assert (load.data is None) == bool(load.refused)


# --- order, digests, and the last good load


ORDERED: Rows = {
    "people": people(
        *"abcdef", a={"manager": "b", "level": "vp"}, b={"manager": "c"}, c={"level": "x"}
    ),
    "people_history": [
        {"id": "a", "field": "manager", "value": "d", "from": "2026-01-01", "to": "2026-06-30"},
        {"id": "a", "field": "manager", "value": "e", "from": "2026-07-01", "to": "2026-12-31"},
    ],
    "logins": [
        {"login": "x", "person": "a", "to": "2026-01-01"},
        {"login": "x", "person": "b", "from": "2026-01-02"},
        {"login": "y", "person": "a"},
        {"login": "y", "person": "b"},
    ],
    "roles": [{"role": "compliance", "person": id, "for": "*"} for id in "abdef"],
    "absences": [
        {"person": "a", "from": "2027-01-01", "to": "2027-01-05"},
        {"person": "a", "from": "2027-03-01", "to": "2027-03-05"},
        {"person": "a", "from": "2027-03-01", "to": "2027-03-05"},
    ],
    "suppliers": [{"id": f"S-{n}", "group": f"G-{n % 2}"} for n in range(4)],
    "interests": [{"person": "a", "supplier": "S-1"}, {"person": "a", "supplier": "G-1"}],
    "rates": [
        {"type": "t", "base": "EUR", "quote": "USD", "day": f"2027-01-0{n}", "rate": f"1.{n}"}
        for n in (1, 2, 3, 3)
    ],
    "holidays": [{"calendar": "plant", "day": f"2027-01-0{n}"} for n in (1, 2, 3)],
}


@given(st.randoms(use_true_random=False))
def test_the_order_of_rows_never_matters(chance: random.Random) -> None:
    shuffled = {name: chance.sample(rows, len(rows)) for name, rows in ORDERED.items()}
    names = chance.sample(list(shuffled), len(shuffled))
    first, second = loaded(ORDERED), loaded({name: shuffled[name] for name in names})
    assert data_of(first) == data_of(second)
    assert data_of(first).digest == data_of(second).digest
    assert sorted(codes(first)) == sorted(codes(second))


def test_any_other_content_has_another_digest() -> None:
    tables = {"people": people("ann", "bob", ann={"manager": "bob", "bank_account": "12345678"})}
    digests = {data_of(loaded(tables)).digest}
    for change in (
        {"name": "Ann"},
        {"level": "vp"},
        {"manager": ""},
        {"last_day": "2030-01-01"},
        {"bank_account": "12345679"},
        {"trained": "yes"},
        {"trained": "no"},
    ):
        changed = [tables["people"][0] | change, tables["people"][1]]
        digests.add(data_of(loaded({"people": changed})).digest)
    assert len(digests) == 8


def test_a_bad_load_never_replaces_good_data(tmp_path: Path) -> None:
    folder_of(tmp_path, interests="person,supplier\nann,S-1\n")
    directory = Directory(tmp_path, ORGANIZATION, FACTS)
    assert directory.data is None
    good = data_of(directory.refresh())
    assert directory.data is good
    for content in REFUSED_FILES.values():
        (tmp_path / "interests.csv").write_bytes(content)
        load = directory.refresh()
        assert load.data is None
        assert load.refused
        assert directory.data is good
    (tmp_path / "interests.csv").write_text("person,supplier\nbob,S-1\n", encoding="utf-8")
    assert data_of(directory.refresh()).digest != good.digest
    assert directory.data is not good


@pytest.mark.parametrize("content", [None, "person,supplier\n", "person,supplier\nann,S-1\n"])
def test_a_file_that_lost_most_of_its_rows_is_refused_until_it_is_accepted(
    content: str | None, tmp_path: Path
) -> None:
    interests = "person,supplier\nann,S-1\nbob,S-1\ncyd,S-2\n"
    folder_of(tmp_path, interests=interests)
    directory = Directory(tmp_path, ORGANIZATION, FACTS)
    good = data_of(directory.refresh())
    if content is None:
        (tmp_path / "interests.csv").unlink()
    else:
        (tmp_path / "interests.csv").write_text(content, encoding="utf-8")
    assert "fewer-rows" in (directory.refresh().refused or "")
    assert directory.data is good
    assert directory.refresh(accept_fewer=frozenset({"interests"})).refused is None
    assert directory.data is not good
    assert directory.refresh().refused is None


def test_a_new_process_still_knows_how_much_there_was(tmp_path: Path) -> None:
    before = Directory(
        folder_of(tmp_path, interests="person,supplier\nann,S-1\n"), ORGANIZATION, FACTS
    ).refresh()
    (tmp_path / "interests.csv").unlink()
    after = Directory(tmp_path, ORGANIZATION, FACTS, before=before.row_counts)
    assert "fewer-rows" in (after.refresh().refused or "")


def test_a_column_of_bank_accounts_that_went_empty_is_refused(tmp_path: Path) -> None:
    suppliers = "id,name,group,status,bank_account\nS-1,One,,,DE89370400440532013000\n"
    directory = Directory(folder_of(tmp_path, suppliers=suppliers), ORGANIZATION, FACTS)
    data_of(directory.refresh())
    folder_of(tmp_path, suppliers="id,name,group,status\nS-1,One,,\n")
    assert "suppliers.csv:bank_account: error[fewer-rows]" in (directory.refresh().refused or "")


def test_delegations_and_absences_may_become_fewer(tmp_path: Path) -> None:
    many = "person,from,to\n" + "".join(f"ann,2027-01-{n:02},2027-01-{n:02}\n" for n in range(1, 9))
    directory = Directory(folder_of(tmp_path, absences=many), ORGANIZATION, FACTS)
    data_of(directory.refresh())
    folder_of(tmp_path, absences="person,from,to\nann,2027-02-01,2027-02-02\n")
    assert directory.refresh().refused is None


@pytest.mark.slow
def test_a_hundred_thousand_people_load_in_seconds(tmp_path: Path) -> None:
    header = "id,name,entity,manager,level,first_day,last_day,bank_account\n"
    rows = (
        f"p{n},Person {n},US01,p{n // 8},manager,2020-01-01,,{n + 10**9}\n" for n in range(100_000)
    )
    load = folder_load(folder_of(tmp_path, people=header + "".join(rows)))
    assert len(data_of(load).people) == 100_000
