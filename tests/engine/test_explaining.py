"""A decision in words, in both languages; and every code of the core has its texts (B8)."""

import ast
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from engine.decision import (
    Ask,
    Assignee,
    Assignment,
    Ballot,
    Comparison,
    Decision,
    Finding,
    Group,
    Held,
    Outcome,
    Passed,
    Reason,
    ReviewTask,
    Step,
    Via,
)
from engine.explaining.explanation import explain, explained, explanation
from engine.explaining.messages import Catalogue, Family, fields, fill, optional_fields
from engine.explaining.messages.catalogues import ENGLISH, GERMAN, catalogue
from engine.master_data import PersonId
from engine.places import Place

ROOT = Path(__file__).resolve().parents[2]
ROW = Place("approvals/us.yaml", 42, 5)
NEW_YORK = timezone(timedelta(hours=-4))


def person(name: str, **more: object) -> Assignee:
    return Assignee(PersonId(name), **more)  # type: ignore[arg-type]


def decision(**more: object) -> Decision:
    values: dict[str, object] = {
        "outcome": Outcome.ROUTE,
        "now": datetime(2027, 3, 15, 9, 0, tzinfo=NEW_YORK),
        "document": "PO-1",
        "document_digest": "sha256:d",
        "policy": "acme",
        "policy_digest": "sha256:p",
        "data_digest": "sha256:m",
        "matrix": "us-purchase-orders",
        "row": "up to 10000.00",
        "row_place": ROW,
        "amount": "10000.00 USD",
        "digest": "sha256:x",
    }
    return Decision(**(values | more))  # type: ignore[arg-type]


def routed() -> Decision:
    owner = Assignment(
        0, "cost_center_owner", (person("mia"),), ROW, object="cc100", amount="6000.00 USD"
    )
    other = Assignment(
        1,
        "cost_center_owner",
        (person("olga", via=Via.CLIMB),),
        ROW,
        object="cc300",
        amount="4000.00 USD",
        notes=("vacant_climb",),
    )
    boss = Assignment(
        2,
        "chain",
        (
            person("vera"),
            person("dan", via=Via.DELEGATE, on_behalf_of=PersonId("vera"), delegation="D-1"),
        ),
        ROW,
        as_="signs",
    )
    told = Assignment(3, "treasurer", (person("tina"),), ROW, Ask.NOTIFY, within="10 business days")
    return decision(
        steps=(Step(1, (owner, other)), Step(2, (boss,)), Step(3, (told,))),
        compared=((ROW, Comparison("amount", "10000.00", "<=", "10000.00", True)),),
        rates=("corporate EUR/USD 1.1 of 2027-03-15 [R-1]",),
        passed_over=(Passed(PersonId("rita"), "self_approval", "chain"),),
        findings=(Finding("requirement_missing", "business_case: present", ROW),),
    )


def test_the_short_explanation_says_who_approves_what() -> None:
    assert explain(routed(), names={"mia": "Mia Chen"}) == (
        "Approval needed: 3 approvals are needed, in 3 steps.",
        "Step 1, at the same time",
        "  Mia Chen (mia) approves 6,000.00 USD (owner of the cost center cc100)",
        "  olga [next in the line of supervisors] approves 4,000.00 USD"
        " (owner of the cost center cc300)",
        "Step 2",
        "  One of vera, dan [delegate of vera, delegation D-1] approves (approval chain; signs)",
        "Step 3",
        "  tina is informed; an objection within 10 business days refuses (treasurer)",
        "Still to be provided: business_case: present",
    )


def test_the_full_explanation_adds_places_comparisons_rates_and_digests() -> None:
    lines = explain(routed(), detail="full")
    assert "  By us-purchase-orders, row up to 10000.00, at approvals/us.yaml:42:5." in lines
    assert "  Amount compared with limits: 10,000.00 USD" in lines
    assert "  amount: 10000.00 <= 10000.00 true (approvals/us.yaml:42:5)" in lines
    assert "  corporate EUR/USD 1.1 of 2027-03-15 [R-1]" in lines
    assert (
        "  rita (approval chain): is the person whose need it is;"
        " nobody approves his own request [self_approval]" in lines
    )
    assert "  policy set acme sha256:p" in lines
    assert lines[-1] == "  decision sha256:x"


def test_the_german_explanation_is_german() -> None:
    lines = explain(routed(), "de")
    assert lines[:3] == (
        "Genehmigung erforderlich: 3 Genehmigungen sind erforderlich, in 3 Schritten.",
        "Schritt 1, gleichzeitig",
        "  Genehmigung durch mia über 6.000,00 USD (Kostenstellenverantwortung cc100)",
    )
    assert lines[-1] == "Noch vorzulegen: business_case: present"


def test_a_hold_says_why_and_who_owns_it() -> None:
    held = Held("fx_rate_missing", (("detail", "corporate EUR/USD on 2027-03-15"),), ROW, "ctrl")
    lines = explain(decision(outcome=Outcome.HELD, held=held))
    assert lines == (
        "Held: There is no automatic answer; the document waits for its owner.",
        "  The exchange rate is missing: corporate EUR/USD on 2027-03-15.",
        "  Owner: ctrl",
    )


def test_a_code_of_the_policys_own_takes_the_policys_own_reason() -> None:
    held = Held("contract_exhausted", (("reason", "the contract is used up"),), ROW, "")
    short = explain(decision(outcome=Outcome.HELD, held=held))
    assert short[1] == "  The policy holds this document: the contract is used up."
    full = explain(decision(outcome=Outcome.HELD, held=held), detail="full")
    assert "[contract_exhausted]" in full[1]
    refused = Reason("too_dear", ROW, (("reason", "over the limit"),))
    lines = explain(decision(outcome=Outcome.REFUSED, refused=refused))
    assert lines[1] == "  The policy refuses this document: over the limit."


def test_an_unknown_code_is_shown_as_itself_and_never_raises() -> None:
    odd = decision(
        steps=(Step(1, (Assignment(0, "cfo", (), ROW, notes=("odd_note",)),)),),
        passed_over=(Passed(PersonId("ann"), "odd_code", "cfo", (("cap", "5.00 USD"),)),),
        findings=(Finding("odd_finding", "x", ROW),),
        reasons=(Reason("odd_reason"),),
    )
    for language in ("en", "de", "tlh", ""):
        lines = explain(odd, language, "full")
        assert any("odd_code (cap: 5.00 USD)" in line for line in lines)
        assert any("odd_note" in line for line in lines)
        assert any("odd_reason" in line for line in lines)
        assert any("odd_finding" in line for line in lines)


def test_words_that_the_text_does_not_mention_are_added_for_the_auditor() -> None:
    passed = Passed(PersonId("dan"), "over_limit", "chain", (("rule", "x"),))
    lines = explain(decision(passed_over=(passed,)), detail="full")
    assert (
        "  dan (approval chain): has no limit that covers the amount (rule: x) [over_limit]"
        in lines
    )


def test_a_body_votes_or_is_recorded() -> None:
    votes = Ballot((PersonId("a"), PersonId("b"), PersonId("c")), 2, "1/2", True, ())
    recorded = Ballot((), 1, "1/2", True, (PersonId("clerk"),))
    said = explain(
        decision(
            steps=(
                Step(1, (Assignment(0, "board", (), ROW, body=votes),)),
                Step(2, (Assignment(1, "council", (), ROW, body=recorded),)),
            )
        )
    )
    assert said[2] == (
        "  board decides by vote: at least 2 of 3 members take part, "
        "more than 1/2 of the votes in favour"
    )
    assert said[4] == "  council decides; recorded by clerk"


def test_groups_say_how_many_and_count_the_fewest_approvals() -> None:
    parts = tuple(Assignment(n, f"r{n}", (person(f"p{n}"),), ROW) for n in range(3))
    already = Assignment(3, "cfo", (person("p0"),), ROW, already=0)
    lines = explain(decision(steps=(Step(1, (Group(2, parts),)), Step(2, (already,)))))
    assert lines[0] == "Approval needed: 2 approvals are needed, in 2 steps."
    assert lines[2] == "  2 of these 3, each by a different person"
    assert lines[3] == "    p0 approves (r0)"
    assert lines[-1] == "  p0 approves (cfo); filled by the approval in step 1"


def test_a_review_says_who_reviews() -> None:
    part = Assignment(0, "chain", (person("dan"),), ROW)
    lines = explain(decision(reviews=(ReviewTask("counted", "structuring_suspect", (part,), ROW),)))
    assert lines[-2:] == (
        "Reviews opened: Several orders may belong together.",
        "  dan approves (approval chain)",
    )


def test_the_structured_form_is_plain_json() -> None:
    plain = explanation(routed(), "de")
    assert json.loads(json.dumps(plain)) == plain
    assert plain["language"] == "de"
    assert "labels" not in plain


def test_moments_are_said_with_their_offset() -> None:
    assert explained(decision()).decided == "2027-03-15 09:00:00 -0400"
    assert explained(decision(now=datetime(2027, 3, 15, tzinfo=UTC)), "de").decided == (
        "15.03.2027 00:00:00 +0000"
    )


def test_values_are_filled_in_once_and_are_no_templates() -> None:
    assert fill("{a}[ and {b}]", {"a": "{b}", "b": "[{a}]"}) == "{b} and [{a}]"
    assert fill("{a}[ and {b}]", {"a": "x"}) == "x"
    assert fill("{a}", {}) == "\N{EN DASH}"


@pytest.mark.parametrize(
    ("text", "english", "german"),
    [
        ("1234567.50 USD", "1,234,567.50 USD", "1.234.567,50 USD"),
        ("-999.00 EUR", "-999.00 EUR", "-999,00 EUR"),
        ("1000000 JPY", "1,000,000 JPY", "1.000.000 JPY"),
        ("1/3 USD", "1/3 USD", "1/3 USD"),
        ("", "", ""),
    ],
)
def test_amounts_are_written_as_the_language_does(text: str, english: str, german: str) -> None:
    assert (ENGLISH.amount(text), GERMAN.amount(text)) == (english, german)


def test_a_language_tag_finds_its_catalogue_and_an_unknown_one_english() -> None:
    assert catalogue("de-AT") is GERMAN
    assert catalogue("DE_CH") is GERMAN
    assert catalogue("fr") is ENGLISH


# The catalogues


def test_both_catalogues_have_the_same_codes() -> None:
    for family in Family:
        assert set(ENGLISH.texts[family]) == set(GERMAN.texts[family]), family
    assert set(ENGLISH.phrases) == set(GERMAN.phrases)


def test_both_catalogues_have_the_same_fields_in_every_template() -> None:
    for family in Family:
        for code, english in ENGLISH.texts[family].items():
            german = GERMAN.texts[family][code]
            for ours, theirs in ((english.short, german.short), (english.full, german.full)):
                assert fields(ours) == fields(theirs), (family, code)
                assert optional_fields(ours) == optional_fields(theirs), (family, code)
    for name, phrase in ENGLISH.phrases.items():
        assert fields(phrase) == fields(GERMAN.phrases[name]), name


@pytest.mark.parametrize("texts", [ENGLISH, GERMAN], ids=["english", "german"])
def test_templates_are_well_formed_and_short_is_not_longer_than_full(texts: Catalogue) -> None:
    templates = list(texts.phrases.values())
    for family in Family:
        for code, text in texts.texts[family].items():
            assert text.short, (family, code)
            assert text.full, (family, code)
            templates += [text.short, text.full]
    for template in templates:
        left = fill(template, {name: "x" for name in fields(template)})
        assert not set("{}[]") & set(left), template


def test_german_is_not_english() -> None:
    for family in Family:
        for code, english in ENGLISH.texts[family].items():
            assert english.full != GERMAN.texts[family][code].full, code


FAMILY_OF_CALL = {
    "Held": (Family.HELD, 0),
    "Shortage": (Family.HELD, 0),
    "Passed": (Family.PASSED, 1),
    "pass_over": (Family.PASSED, 1),
    "Finding": (Family.FINDING, 0),
    "Reason": (Family.REASON, 0),
    "ReviewTask": (Family.REVIEW, 1),
    "Unfilled": (Family.HELD, 0),
    "held": (Family.HELD, 0),
    "finding": (Family.READINESS, 0),
    "unasked": (Family.READINESS, 0),
}
# Modules whose functions answer with the code of why somebody is passed over.
OBJECTING = frozenset({"eligibility.py", "delegation.py", "stand_ins.py"})
# Functions that answer with the code of why an act is not accepted.
REFUSING = frozenset({"_act", "_why_not"})


def codes_used() -> Iterator[tuple[str, Family, str]]:
    """Every code that the core writes as a literal where a code is asked for."""
    for path in sorted((ROOT / "engine").rglob("*.py")):
        if {"messages", "documents"} & set(path.parts):  # input errors carry texts of their own
            continue
        name = path.relative_to(ROOT).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                for family, code in codes_of_call(node):
                    yield f"{name}:{node.lineno}", family, code
            elif isinstance(node, ast.Assign) and named(node) == "code":
                for code in literals(node.value):
                    yield f"{name}:{node.lineno}", Family.PASSED, code
            elif isinstance(node, ast.FunctionDef) and path.name in OBJECTING:
                for found in returned(node):
                    yield f"{name}:{node.lineno}", Family.PASSED, found
            elif isinstance(node, ast.FunctionDef) and node.name in REFUSING:
                for found in returned(node):
                    yield f"{name}:{node.lineno}", Family.ACT, found


def named(node: ast.Assign) -> str:
    target = node.targets[0]
    return target.id if isinstance(target, ast.Name) else ""


def returned(function: ast.FunctionDef) -> Iterator[str]:
    if function.returns is not None and ast.unparse(function.returns) == "str":
        for node in ast.walk(function):
            if isinstance(node, ast.Return) and node.value is not None:
                yield from literals(node.value)


def codes_of_call(node: ast.Call) -> Iterator[tuple[Family, str]]:
    called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    called = node.func.id if isinstance(node.func, ast.Name) else called
    if called in FAMILY_OF_CALL:
        family, position = FAMILY_OF_CALL[called]
        stated = [k.value for k in node.keywords if k.arg == "code"]
        if len(node.args) > position:
            stated.append(node.args[position])
        yield from ((family, code) for value in stated for code in literals(value))
    for keyword in node.keywords:
        if keyword.arg == "notes":
            yield from ((Family.NOTE, code) for code in literals(keyword.value))


def literals(node: ast.expr) -> Iterator[str]:
    """The texts an expression may be: itself, or the branches of a choice."""
    match node:
        case ast.Constant(str() as text) if text:
            yield text
        case ast.IfExp(body=body, orelse=other):
            yield from literals(body)
            yield from literals(other)
        case ast.BoolOp(values=values) | ast.Tuple(elts=values):
            for value in values:
                yield from literals(value)


def test_the_scan_finds_codes_of_every_family_that_has_some() -> None:
    found = {(family, code) for _, family, code in codes_used()}
    assert {family for family, _ in found} >= {Family.HELD, Family.PASSED, Family.NOTE}
    assert {family for family, _ in found} >= {Family.REASON, Family.ACT}
    codes = {code for _, code in found}
    assert {"requirement_missing", "refused_by_policy", "held_by_policy"} <= codes


def test_every_code_of_the_core_has_texts() -> None:
    unknown = sorted(
        {
            f"{place}: {family} code `{code}` has no text in engine/messages"
            for place, family, code in codes_used()
            if ENGLISH.text(family, code) is None
        }
    )
    assert unknown == []


@pytest.mark.parametrize(("language", "said"), [("en", "one of"), ("de", "eines von")])
def test_one_of_several_papers_is_asked_for_in_words(language: str, said: str) -> None:
    text = "any: [{chair_review: present}, {other_review: present}]"
    finding = Finding("requirement_missing", text, ROW)
    lines = explain(decision(findings=(finding,)), language)
    assert any(f"{said}: `chair_review`, `other_review`" in line for line in lines)
    assert not any("any: [" in line for line in lines)
