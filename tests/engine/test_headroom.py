"""Documents that could change each other's total share a headroom key (scenario 11)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, target
from hypothesis import strategies as st

from engine.cumulation import APPROVED, PENDING, Earlier, totals
from engine.cumulation.counting import contributions
from engine.documents.model import Document, Line
from engine.facts.conditions import Present
from engine.facts.kinds import Kind
from engine.facts.vocabulary import Fact, Total, Window
from engine.knowing import Situation, situate
from engine.master_data import MasterData, Person, PersonId, Supplier, snapshot
from engine.money import Money
from engine.organization import Entity, Organization
from engine.policy import PolicySet

ENTITIES = (
    Entity("US01", "US", "americas", "USD", "America/New_York"),
    Entity("DE01", "DE", "europe", "USD", "Europe/Berlin", fiscal_year_starts=4),
    Entity("JP01", "JP", "asia", "USD", "Asia/Tokyo", fiscal_year_starts=4),
)
NEW_YEAR = datetime(2028, 1, 1, tzinfo=UTC)
SUPPLIERS = (
    Supplier("S-1", "Globex", "G-1"),
    Supplier("S-2", "Globex GmbH", "G-1"),
    Supplier("S-3", "Initech"),
)


def policy(*declared: Total) -> PolicySet:
    organization = Organization({e.id: e for e in ENTITIES}, (), {}, ())
    facts = {f"total_{n}": Fact(f"total_{n}", Kind.MONEY, total=t) for n, t in enumerate(declared)}
    return PolicySet("t", "d", 1, organization, facts, frozenset({"order"}), ())


def data() -> MasterData:
    people = [Person(PersonId(name), name, "US01") for name in ("rita", "omar")]
    return snapshot("digest", people, suppliers=SUPPLIERS)


def total(*same: str, unit: str = "ever", count: int = 0, leaves_out: bool = False) -> Total:
    left = Present("contract") if leaves_out else None
    return Total("document.net", same, Window(count, unit), frozenset({PENDING, APPROVED}), left)


def order(id: str = "A", at: datetime = NEW_YEAR, **more: object) -> Document:
    values: dict[str, object] = {
        "entity": "US01",
        "requester": "rita",
        "supplier": "S-1",
        "currency": "USD",
        "submitted_at": at,
        **more,
    }
    coded = {name: str(values.get(name, "")) for name in ("category", "project")}
    values["lines"] = (Line(1, Money(600_000, "USD"), **coded),)
    return Document(type="order", id=id, **values)  # type: ignore[arg-type]


def keys(declared: Total, document: Document, at: datetime = NEW_YEAR) -> tuple[str, ...]:
    return keys_under(policy(declared), document, at)


def keys_under(rules: PolicySet, document: Document, at: datetime) -> tuple[str, ...]:
    """The keys under which the document counts at that moment, in the order of locking."""
    situation = situate(rules, data(), document, at, {})
    found = contributions(situation) if isinstance(situation, Situation) else ()
    return tuple(each.key for each in found)


def window(key: str) -> str:
    return key.split("/")[1]


def test_scenario_11_two_orders_of_one_group_in_one_moment_share_their_key() -> None:
    yearly = total("supplier_group", unit="calendar_year")
    first, second = order("A"), order("B", supplier="S-2", requester="omar", entity="DE01")
    assert set(keys(yearly, first)) & set(keys(yearly, second))
    assert not set(keys(yearly, first)) & set(keys(yearly, order("C", supplier="S-3")))


def test_a_document_that_the_total_leaves_out_has_no_key() -> None:
    assert keys(total("supplier_group", leaves_out=True), order(contract="C-1")) == ()
    assert keys(total("supplier_group", leaves_out=True), order())


def test_a_document_that_lacks_what_must_be_the_same_has_no_key() -> None:
    assert keys(total("supplier_group"), order(supplier="")) == ()


def test_a_document_of_which_nothing_is_known_has_no_key() -> None:
    assert keys(total("entity"), order(requester="who")) == ()


def test_a_total_over_everything_has_one_key_for_all() -> None:
    assert len({keys(total(), order("A")), keys(total(), order("B", requester="omar"))}) == 1


def test_at_the_turn_of_the_year_a_document_lies_in_the_years_of_both_zones() -> None:
    evening = NEW_YEAR - timedelta(minutes=30)  # still 2027 in New York, 2028 in Berlin and Tokyo
    found = keys(total("requester", unit="calendar_year"), order(at=evening), evening)
    assert [window(key) for key in found] == ["2027-01-01", "2028-01-01"]


def test_a_total_within_one_entity_goes_by_its_calendar_alone() -> None:
    yearly = total("entity", "requester", unit="fiscal_year")
    found = keys(yearly, order(entity="DE01"))
    assert [window(key) for key in found] == ["2027-04-01"]


def test_the_keys_stand_in_the_order_of_locking_and_none_twice() -> None:
    both = policy(total("requester"), total("supplier_group", unit="fiscal_year"))
    found = keys_under(both, order(), NEW_YEAR)
    assert list(found) == sorted(set(found))
    assert len(found) == 3


def test_a_key_has_one_length_and_names_nobody() -> None:
    short, long = (keys(total("category"), order(category=name))[0] for name in ("a", "a" * 5_000))
    assert len(short) == len(long)
    assert "rita" not in keys(total("requester"), order())[0]


@pytest.mark.parametrize(
    ("one", "other"), [("a/b", "a"), ("a|b", "a"), ('","', ","), ("[]", "x"), ("A", "a")]
)
def test_facts_that_differ_never_make_one_key(one: str, other: str) -> None:
    same = total("category", "project")
    first = order(category=one, project=other)
    second = order(category=other, project=one)
    assert len({*keys(same, first), *keys(same, second)}) == 2


UNITS = (
    ("ever", 0),
    ("fiscal_year", 0),
    ("calendar_year", 0),
    ("days", 1),
    ("days", 30),
    ("business_days", 5),
    ("months", 12),
)


@st.composite
def declared(draw: st.DrawFn) -> Total:
    same = draw(st.lists(st.sampled_from(SAME), unique=True, max_size=2))
    unit, count = draw(st.sampled_from(UNITS))
    return total(*same, unit=unit, count=count, leaves_out=draw(st.booleans()))


SAME = ("requester", "supplier_group", "entity", "category")
BEFORE = tuple(timedelta(hours=hours) for hours in (0, 1, 3, 9, 16, 24 * 6, 24 * 200))


@st.composite
def orders(draw: st.DrawFn, id: str, at: datetime) -> Document:
    return order(
        id,
        at,
        entity=draw(st.sampled_from(("US01", "DE01", "JP01"))),
        requester=draw(st.sampled_from(("rita", "omar"))),
        supplier=draw(st.sampled_from(("S-1", "S-2", "S-3", ""))),
        contract=draw(st.sampled_from(("", "", "C-1"))),
        category=draw(st.sampled_from(("", "it", "it"))),
    )


@given(st.data(), st.lists(declared(), min_size=1, max_size=3), st.sampled_from(BEFORE))
def test_whatever_changes_the_total_of_another_shares_a_key_with_it(
    drawn: st.DataObject, sums: list[Total], before: timedelta
) -> None:
    now = NEW_YEAR + drawn.draw(st.sampled_from((timedelta(hours=-8), *BEFORE[:4])))
    at = now - before
    first, second = drawn.draw(orders("A", at)), drawn.draw(orders("B", now))
    rules, world = policy(*sums), data()
    earlier = [Earlier(first, drawn.draw(st.sampled_from((PENDING, APPROVED))), at)]
    alone, together = (totals(rules, world, second, known, now) for known in ([], earlier))
    mine, others = set(keys_under(rules, second, now)), set(keys_under(rules, first, at))
    target(len(mine & others))
    for name in rules.facts:
        if alone.values.get(name) != together.values.get(name):
            assert any(key.startswith(f"{name}/") for key in mine & others), name


@given(st.data())
def test_the_property_is_not_empty(drawn: st.DataObject) -> None:
    """Two orders of one entity do change each other's total, and then they share a key."""
    first, second = order("A"), drawn.draw(orders("B", NEW_YEAR))
    rules = policy(total("entity"))
    seen = totals(rules, data(), second, [Earlier(first, PENDING, NEW_YEAR)], NEW_YEAR)
    shares = {*keys_under(rules, first, NEW_YEAR)} & {*keys_under(rules, second, NEW_YEAR)}
    assert bool(seen.counted["total_0"]) is bool(shares) is (second.entity == "US01")
