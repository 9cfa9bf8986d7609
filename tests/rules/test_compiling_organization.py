"""Entities, levels, roles, bodies, limits, and the company's own vocabulary."""

# ruff: noqa: E501 (tables of rules as they are written)

from fractions import Fraction

import pytest

from engine.facts.conditions import ALWAYS, OneOf, Present
from engine.facts.kinds import Kind
from engine.facts.vocabulary import BUILT_IN, BUILT_IN_DOCUMENTS, Fact, Of, Total, Window
from engine.money import Money
from engine.organization import Body, Limit, Role
from engine.places import NOWHERE, Place
from tests.rules.compiled import BASE, compiled, complaints

ENTITY = "country: US, currency: USD, zone: America/New_York"


def organization(text: str) -> str:
    """The file of an organization with one entity and one role, and what `text` adds."""
    return f"kind: organization\nentities: {{US01: {{{ENTITY}}}}}\n{text}"


def errors(text: str) -> list[str]:
    vocabulary = "kind: vocabulary\nfacts: {shade: {is: text}, weight: {is: number}}\n"
    found = complaints(organization=organization(text), vocabulary=vocabulary)
    return [one.split()[0] for one in found]


def entity_errors(text: str) -> list[str]:
    whole = f"kind: organization\nentities:\n  US01: {text}\n"
    return [
        one.split()[0] for one in complaints(organization=whole, vocabulary="kind: vocabulary\n")
    ]


def test_entities() -> None:
    found = compiled().organization.entities
    us, us2, kw, _ = found.values()
    assert (us.id, us.country, us.region, us.currency) == ("US01", "US", "americas", "USD")
    assert (us.zone, us.holidays, us.tax_recovery) == ("America/New_York", "US", None)
    assert us.place == Place("organization.yaml", 3, 3)
    assert (us2.workdays, us2.opens, us2.closes) == (frozenset(range(5)), 540, 1020)
    assert (us2.holidays, us2.fiscal_year_starts) == ("", 1)
    assert (kw.workdays, kw.opens) == (frozenset({6, 0, 1, 2, 3}), 480)
    assert (kw.tax_recovery, kw.fiscal_year_starts) == (Fraction(0), 4)


@pytest.mark.parametrize(
    ("written", "days", "opens", "closes"),
    [
        ("Mon-Fri 09:00-17:00", "01234", 540, 1020),
        ("Sat-Sun 00:00-24:00", "56", 0, 1440),
        ("Fri-Mon 09:30-12:15", "4560", 570, 735),
        ("Mon,Wed-Thu 10:00-11:00", "023", 600, 660),
        ("Sun 10:00-11:00", "6", 600, 660),
    ],
)
def test_a_working_week(written: str, days: str, opens: int, closes: int) -> None:
    text = f"kind: organization\nentities: {{X: {{{ENTITY}, week: '{written}'}}}}\nroles: {{cfo: {{}}}}\n"
    (entity,) = compiled(
        organization=text, vocabulary="kind: vocabulary\n"
    ).organization.entities.values()
    assert entity.workdays == {int(day) for day in days}
    assert (entity.opens, entity.closes) == (opens, closes)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("{country: US, currency: USD}", "missing-key"),
        ("{country: us, currency: USD, zone: UTC}", "unknown-country"),
        ("{country: US, currency: XXX, zone: UTC}", "unknown-currency"),
        ("{country: US, currency: USD, zone: America/NewYork}", "unknown-zone"),
        ("{country: US, currency: USD, zone: ../etc/passwd}", "unknown-zone"),
        ("{country: US, currency: USD, zone: UTC, week: 9 to 5}", "not-a-week"),
        ("{country: US, currency: USD, zone: UTC, week: Mo-Fr 09:00-17:00}", "not-a-week"),
        ("{country: US, currency: USD, zone: UTC, week: Mon-Fri 17:00-09:00}", "not-a-week"),
        ("{country: US, currency: USD, zone: UTC, week: Mon-Fri 09:60-17:00}", "not-a-week"),
        ("{country: US, currency: USD, zone: UTC, tax_recovery: 101%}", "out-of-range"),
        ("{country: US, currency: USD, zone: UTC, fiscal_year_starts: 13}", "out-of-range"),
        ("{country: US, currency: USD, zone: UTC, land: US}", "unknown-key"),
        ("US", "expected-mapping"),
    ],
)
def test_a_wrong_entity_is_reported_once(written: str, code: str) -> None:
    assert entity_errors(written) == [code]


def test_levels_and_roles() -> None:
    found = compiled().organization
    assert found.levels == ("manager", "director", "vp", "chief")
    assert found.rank("vp") == 2
    assert found.roles["cfo"] == Role("cfo", seats=1, place=Place("organization.yaml", 9, 3))
    assert found.roles["it_security"].per == "group"
    assert found.roles["department_head"].per == "department"
    assert found.roles["hq_committee"].per == "region"
    assert found.roles["board"].body == Body("board_member", 3, Fraction(1, 2), above=True)
    votes = Body("board_member", 3, Fraction(133, 200), above=False, votes=(("chair", 2),))
    assert found.roles["supervisory_board"].body == votes
    assert found.roles["city_council"].body == Body(recorded_by="city_recorder")


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("levels: []\n", "empty-list"),
        ("levels: [a, b, a]\n", "twice"),
        ("levels: [a, B]\n", "not-a-name"),
        ("levels: [cfo]\nroles: {cfo: {}}\n", "name-taken"),
        ("roles: {Cfo: {}}\n", "not-a-name"),
        ("roles: {requester: {}}\n", "name-taken"),
        ("roles: {requester.manager: {}}\n", "name-taken"),
        ("roles: {not_needed: {}}\n", "name-taken"),
        ("roles: [cfo]\n", "expected-mapping"),
        ("roles: {cfo: }\n", "expected-mapping"),
        ("roles: {cfo: {seats: 0}}\n", "out-of-range"),
        ("roles: {cfo: {seat: 1}}\n", "unknown-key"),
        ("roles: {cfo: {per: shape}}\n", "unknown-fact"),
        ("roles: {cfo: {per: weight}}\n", "different-kinds"),
        ("roles: {m: {}, b: {body: {}}}\n", "missing-key"),
        (
            "roles: {m: {}, b: {body: {of: n, present: 1, in_favour: {above: 50%}}}}\n",
            "unknown-role",
        ),
        ("roles: {m: {}, b: {body: {of: m, in_favour: {above: 50%}}}}\n", "missing-key"),
        ("roles: {m: {}, b: {body: {of: m, present: 1}}}\n", "missing-key"),
        ("roles: {m: {}, b: {body: {of: m, present: 1, in_favour: 50%}}}\n", "expected-mapping"),
        (
            "roles: {m: {}, b: {body: {of: m, present: 1, in_favour: {up_to: 50%}}}}\n",
            "unknown-key",
        ),
        ("roles: {m: {}, b: {body: {of: m, present: 1, in_favour: {}}}}\n", "missing-key"),
        (
            "roles: {m: {}, b: {body: {of: m, present: 1, in_favour: {above: 100%}}}}\n",
            "out-of-range",
        ),
        ("roles: {m: {}, b: {body: {of: m, present: 1, in_favour: {from: 0%}}}}\n", "out-of-range"),
        ("roles: {m: {}, b: {body: {of: b, present: 1, in_favour: {from: 1%}}}}\n", "not-holders"),
        ("roles: {m: {}, b: {body: {recorded_by: m, of: m}}}\n", "more-than-one"),
        ("roles: {m: {}, b: {body: {recorded_by: m, present: 1}}}\n", "unknown-key"),
        ("roles: {m: {}, b: {seats: 1, body: {recorded_by: m}}}\n", "unknown-key"),
        ("roles: {m: {}}\nlimits: {}\n", "expected-list"),
    ],
)
def test_a_wrong_level_or_role_is_reported_once(written: str, code: str) -> None:
    assert errors(written) == [code]


def test_limits() -> None:
    one, award, arrangement, joint, director, vp, treasurer = compiled().organization.limits
    assert one == Limit(
        ("manager",),
        Money(1_000_000, "USD"),
        frozenset({"US01"}),
        frozenset({"requisition", "purchase_order"}),
        place=Place("organization.yaml", 31, 5),
    )
    assert award.when == OneOf("original_award", frozenset({True}), (True, False))
    assert arrangement.up_to == Money(10_000_000, "CAD")
    assert (joint.who, joint.jointly) == (("cfo", "ceo"), True)
    assert (director.who, vp.who) == (("director",), ("vp",))
    assert director.entities == vp.entities == {"US01", "US02"}
    assert not director.jointly
    assert (treasurer.up_to, treasurer.when) == (None, ALWAYS)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("{up_to: 5.00 USD}", "missing-key"),
        ("{who: cfo}", "missing-key"),
        ("{who: cfoo, any_amount: true}", "unknown-role"),
        ("{who: [], any_amount: true}", "empty-list"),
        ("{who: [cfo, cfo], any_amount: true}", "twice"),
        ("{who: cfo, up_to: 5.00}", "no-currency"),
        ("{who: cfo, up_to: -5.00 USD}", "not-an-amount"),
        ("{who: cfo, up_to: 5.00 USD, any_amount: true}", "more-than-one"),
        ("{who: cfo, any_amount: false}", "not-one-of"),
        ("{who: cfo, any_amount: true, jointly: true}", "list-length"),
        ("{who: cfo, any_amount: true, entity: US02}", "unknown-entity"),
        ("{who: cfo, any_amount: true, entity: US01, entities: [US01]}", "more-than-one"),
        ("{who: cfo, any_amount: true, documents: [awrd]}", "unknown-document"),
        ("{who: cfo, any_amount: true, when: {shde: x}}", "unknown-fact"),
        ("{who: cfo, any_amount: true, above: 5.00 USD}", "unknown-key"),
    ],
)
def test_a_wrong_limit_is_reported_once(written: str, code: str) -> None:
    assert errors(f"levels: [m]\nroles: {{cfo: {{}}}}\nlimits: [{written}]\n") == [code]


def plain(fact: Fact) -> tuple[object, ...]:
    return fact.kind, fact.of, fact.values, fact.total, fact.source, fact.vouched_by


def test_declared_facts() -> None:
    facts = compiled().facts
    assert plain(facts["legal_case"]) == (Kind.TEXT, Of.DOCUMENT, (), None, "", "")
    assert plain(facts["annual_revenue"]) == (Kind.MONEY, Of.SUPPLIER, (), None, "", "")
    assert plain(facts["in_plan"]) == (Kind.YES_NO, Of.DOCUMENT, (), None, "erp", "controller")
    assert facts["term"].kind is Kind.DURATION
    assert facts["office_level"].kind is Kind.SCALE
    assert facts["office_level"].values == ("field", "region", "headquarters")
    assert facts["method"].values == ("micro_purchase", "tender")
    assert facts["prior_approval"].kind is Kind.PAPER
    assert (facts["score"].kind, facts["due_by"].kind) == (Kind.NUMBER, Kind.DATE)
    assert (facts["hazardous"].of, facts["grade"].of) == (Of.LINE, Of.PERSON)
    assert facts["legal_case"].place == Place("vocabulary.yaml", 4, 3)


def test_totals() -> None:
    facts = compiled().facts
    both = frozenset({"pending", "approved"})
    assert facts["split_sum"].total == Total(
        "document.net",
        ("requester", "supplier_group"),
        Window(5, "business_days"),
        both,
        Present("contract"),
    )
    windows = {name: fact.total.window for name, fact in facts.items() if fact.total is not None}
    assert windows == {
        "case_total": Window(0, "ever"),
        "supplier_year": Window(12, "months"),
        "split_sum": Window(5, "business_days"),
        "contract_called_off": Window(0, "ever"),
        "fiscal_sum": Window(0, "fiscal_year"),
    }


def test_built_in_facts_know_the_words_of_the_set() -> None:
    policy = compiled()
    assert set(policy.facts) >= {fact.name for fact in BUILT_IN}
    assert policy.facts["requester.level"].values == policy.organization.levels
    assert policy.facts["entity"].values == ("US01", "US02", "KW01", "NO01")
    assert policy.facts["entity.region"].values == ("americas", "europe", "gulf")
    assert policy.documents == {
        *BUILT_IN_DOCUMENTS,
        "lawsuit_settlement",
        "bad_debt_write_off",
        "award",
    }
    assert set(policy.facts["document.type"].values) == policy.documents
    assert policy.facts["document.net"].place == NOWHERE
    assert not any(name.endswith(".grade") for name in policy.facts)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("{}", "missing-key"),
        ("{is: words}", "not-one-of"),
        ("{is: scale}", "not-one-of"),
        ("{is: []}", "empty-list"),
        ("{is: [a, a]}", "twice"),
        ("{is: [present, absent]}", "name-taken"),
        ("{is: {scale: [a]}}", "list-length"),
        ("{is: {choice: [a, b]}}", "unknown-key"),
        ("{is: text, of: company}", "not-one-of"),
        ("{is: text, vouched_by: cfoo}", "unknown-role"),
        ("{is: text, colour: red}", "unknown-key"),
        ("text", "expected-mapping"),
        (
            "{is: text, total_of: document.net, same: [supplier], in: ever, counts: [approved]}",
            "not-money",
        ),
        ("{is: money, total_of: document.net, in: ever, counts: [approved]}", "missing-key"),
        ("{is: money, same: [supplier], in: ever, counts: [approved]}", "missing-key"),
        (
            "{is: money, total_of: document.number, same: [supplier], in: ever, counts: [approved]}",
            "not-money",
        ),
        (
            "{is: money, total_of: document.net, same: [], in: ever, counts: [approved]}",
            "empty-list",
        ),
        (
            "{is: money, total_of: document.net, same: [suplier], in: ever, counts: [approved]}",
            "unknown-fact",
        ),
        (
            "{is: money, total_of: document.net, same: [line.net], in: ever, counts: [approved]}",
            "line-fact",
        ),
        (
            "{is: money, total_of: document.net, same: [supplier], in: 3 business hours, counts: [approved]}",
            "not-a-duration",
        ),
        (
            "{is: money, total_of: document.net, same: [supplier], in: ever, counts: [rejected]}",
            "not-one-of",
        ),
        (
            "{is: money, total_of: document.net, same: [supplier], in: ever, counts: []}",
            "empty-list",
        ),
        (
            "{is: money, total_of: document.net, same: [supplier], in: ever, counts: [approved], leaves_out: {contrac: present}}",
            "unknown-fact",
        ),
        (
            "{is: money, total_of: other, same: [supplier], in: ever, counts: [approved]}",
            "total-of-total",
        ),
        (
            "{is: money, total_of: document.net, same: [other], in: ever, counts: [approved]}",
            "total-of-total",
        ),
        (
            "{is: money, total_of: document.net, same: [supplier], in: ever, counts: [approved], leaves_out: {other: present}}",
            "total-of-total",
        ),
    ],
)
def test_a_wrong_fact_is_reported_once_and_not_again_where_it_is_used(
    written: str, code: str
) -> None:
    other = "{is: money, total_of: document.net, same: [supplier], in: 2 years, counts: [approved]}"
    found = complaints(
        vocabulary=f"kind: vocabulary\nfacts:\n  other: {other}\n  thing: {written}\n",
        organization=organization("roles: {cfo: {}}\n"),
        approvals__m="kind: approvals\nname: m\ndocuments: [invoice]\namount: none\n"
        "rows:\n  - {when: {thing: present}, approve: cfo}\n",
    )
    assert [one.split()[0] for one in found] == [code]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("documents: [Award]\n", "not-a-name"),
        ("documents: [invoice]\n", "name-taken"),
        ("documents: [award, award]\n", "name-taken"),
        ("documents: [capex]\n", "name-taken"),
        ("documents: [award]\nfacts: {award: {is: text}}\n", "name-taken"),
        ("facts: {Award: {is: text}}\n", "not-a-name"),
        ("facts: {document.net: {is: money}}\n", "not-a-name"),
        ("facts: {supplier_group: {is: text}}\n", "name-taken"),
        ("facts: {lines: {is: text}}\n", "name-taken"),
        ("facts: {any_line: {is: text}}\n", "name-taken"),
        ("facts: {amount: {is: money}}\n", "name-taken"),
        ("facts: {invoice: {is: paper}}\n", "name-taken"),
        ("facts: [a]\n", "expected-mapping"),
    ],
)
def test_a_wrong_name_is_reported_once(written: str, code: str) -> None:
    found = complaints(
        vocabulary=f"kind: vocabulary\n{written}", organization=organization("roles: {cfo: {}}\n")
    )
    assert [one.split()[0] for one in found] == [code]


def test_vocabulary_and_organization_may_be_several_files() -> None:
    more = "kind: organization\nentities: {XX: {country: DE, currency: EUR, zone: UTC}}\nroles: {extra: {}}\n"
    policy = compiled(more=more, words="kind: vocabulary\ndocuments: [extra_award]\n")
    assert "XX" in policy.organization.entities
    assert "extra" in policy.organization.roles
    assert "extra_award" in policy.documents


def test_what_two_files_declare_is_reported() -> None:
    more = (BASE / "organization.yaml").read_text(encoding="utf-8").partition("limits:")[0]
    codes = {one.split()[0] for one in complaints(more=more)}
    assert codes == {"name-taken"}
    words = "kind: vocabulary\ndocuments: [award]\nfacts: {term: {is: duration}}\n"
    assert complaints(words=words) == ["name-taken words.yaml:2:13", "name-taken words.yaml:3:9"]
